"""Every recipe operation against its fixture: steps, rows in, rows expected."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from local_aws.services.databrew.engine.errors import AnalysisException, InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations import REGISTRY
from local_aws.services.databrew.engine.operations.unsupported import NAMES as UNSUPPORTED
from local_aws.services.databrew.engine.recipe import apply, unsupported
from local_aws.services.databrew.engine.sql import identifier, literal

FIXTURES = Path(__file__).parents[3] / "fixtures" / "databrew"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['title']}")
    for path in sorted(FIXTURES.glob("*.json"))
    for case in json.loads(path.read_text())
]
# The operations that make a column for each value that they find.
COLUMNS_OF_VALUES = {"ONE_HOT_ENCODING", "PIVOT", "SPLIT_COLUMN_WITH_INTERVALS", "TRANSPOSE"}


def value(item: Any) -> str:
    if item is None:
        return "NULL"
    if isinstance(item, list | dict):
        return f"CAST({literal(json.dumps(item))} AS JSON)"
    return literal(item) if isinstance(item, str) else str(item)


def sql_type(items: list[Any]) -> str:
    kinds = {type(item) for item in items if item is not None}
    if kinds <= {int}:
        return "INTEGER"
    if kinds == {bool}:
        return "BOOLEAN"
    return "VARCHAR" if str in kinds else "DOUBLE"


def frame_of(
    connection: duckdb.DuckDBPyConnection,
    columns: dict[str, list[Any]],
    types: dict[str, str] | None = None,
    table: str = "input",
) -> Frame:
    """A table with these columns, of these types or of those that the values have."""
    kinds = {name: sql_type(items) for name, items in columns.items()} | (types or {})
    shape = ", ".join(f"{identifier(name)} {kinds[name]}" for name in columns)
    connection.execute(f"CREATE OR REPLACE TABLE {table} ({shape})")
    for row in zip(*columns.values(), strict=True):
        connection.execute(f"INSERT INTO {table} VALUES ({', '.join(map(value, row))})")
    return Frame.of(connection, table)


def inputs_of(
    connection: duckdb.DuckDBPyConnection, case: dict[str, Any]
) -> dict[int, list[Frame]]:
    """The second inputs of a fixture: its one JOIN or UNION is its first step."""
    others = case.get("others", [])
    return {
        1: [frame_of(connection, columns, None, f"other_{i}") for i, columns in enumerate(others)]
    }


def rows_of(frame: Frame) -> dict[str, list[Any]]:
    """What the recipe gives, by column."""
    rows = frame.connection.execute(frame.sql()).fetchall()
    return {name: [shown(row[i]) for row in rows] for i, name in enumerate(frame.names)}


def shown(item: Any) -> Any:
    return str(item) if isinstance(item, date | datetime) else item


@pytest.mark.parametrize("case", CASES)
def test_operation(connection: duckdb.DuckDBPyConnection, case: dict[str, Any]) -> None:
    frame = frame_of(connection, case["input"], case.get("types"))
    found = rows_of(apply(frame, case["steps"], inputs_of(connection, case)))
    assert list(found) == list(case["expected"])
    wanted = case["expected"]
    if case.get("unordered"):
        found, wanted = in_order(found), in_order(wanted)
    for name, expected in wanted.items():
        assert (
            found[name] == pytest.approx(expected, nan_ok=True)
            if _floats(expected)
            else (found[name] == expected)
        )
        assert [type(item) for item in found[name]] == [type(item) for item in expected]


def in_order(columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The rows in an order of their own: a JOIN's has none."""
    rows = sorted(zip(*columns.values(), strict=True), key=repr)
    return {name: [row[i] for row in rows] for i, name in enumerate(columns)}


def _floats(items: list[Any]) -> bool:
    return all(isinstance(item, float) for item in items)


def test_every_operation_has_a_fixture() -> None:
    assert {path.stem for path in FIXTURES.glob("*.json")} == set(REGISTRY)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_operation_on_no_rows(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """The columns stay the same, but for those that the values name."""
    case = json.loads((FIXTURES / f"{name}.json").read_text())[0]
    frame = frame_of(connection, case["input"], case.get("types")).where("false")
    inputs = {k: [f.where("false") for f in v] for k, v in inputs_of(connection, case).items()}
    found = rows_of(apply(frame, case["steps"], inputs))
    if name not in COLUMNS_OF_VALUES:
        assert list(found) == list(case["expected"])
    assert not any(found.values())


def step(operation: str, **parameters: str) -> dict[str, Any]:
    return {"Action": {"Operation": operation, "Parameters": parameters}}


def test_missing_column_names_column_columns_and_step(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    frame = frame_of(connection, {"a": [1], "b": [2]})
    with pytest.raises(AnalysisException) as error:
        apply(frame, [step("DELETE", sourceColumn="a"), step("UPPER_CASE", sourceColumn="a")])
    assert str(error.value) == (
        "AnalysisException: cannot resolve '`a`' given input columns: [b]; (step 2, UPPER_CASE)"
    )


def test_missing_parameter_names_step_and_parameter(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    with pytest.raises(InvalidStep, match=r"Step 1 \(RENAME\): RENAME needs the parameter targetC"):
        apply(frame_of(connection, {"a": [1]}), [step("RENAME", sourceColumn="a")])


def test_column_names_ignore_case_as_spark_does(connection: duckdb.DuckDBPyConnection) -> None:
    frame = apply(frame_of(connection, {"Name": ["x"]}), [step("UPPER_CASE", sourceColumn="name")])
    assert rows_of(frame) == {"Name": ["X"]}


def test_a_name_that_is_taken_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(InvalidStep, match="there is a column `B` already"):
        apply(
            frame_of(connection, {"a": [1], "b": [2]}),
            [step("RENAME", sourceColumn="a", targetColumn="B")],
        )


def test_values_and_patterns_are_never_sql(connection: duckdb.DuckDBPyConnection) -> None:
    nasty = "'); DROP TABLE input; --"
    frame = apply(
        frame_of(connection, {"a": ["x"]}),
        [
            step("ADD_SUFFIX", sourceColumn="a", pattern=nasty),
            step("RENAME", sourceColumn="a", targetColumn=nasty),
        ],
    )
    assert rows_of(frame) == {nasty: ["x" + nasty]}


def test_every_documented_operation_works_or_is_refused_by_name() -> None:
    assert not UNSUPPORTED & set(REGISTRY)
    # Two have no page of their own in the guide.
    assert len((UNSUPPORTED | set(REGISTRY)) - {"REMOVE_VALUES", "UNNEST_SPECIFIC_KEY"}) == 214


def test_unsupported_operations_are_named_once() -> None:
    steps = [step("NO_SUCH"), step("RENAME"), step("NO_SUCH"), step("NOR_THIS")]
    assert unsupported(steps) == ["NO_SUCH", "NOR_THIS"]


def test_cloudformation_and_console_spellings(connection: duckdb.DuckDBPyConnection) -> None:
    steps = [
        {"action": {"operation": "LOWER_CASE", "parameters": {"SourceColumn": "a"}}},
        {
            "Action": {
                "Operation": "FILL_WITH_CUSTOM",
                "Parameters": {
                    "sourceColumn": "a",
                    "value": "y",
                    "functionStepType": "FILL_WITH_CUSTOM",
                },
            },
            "ConditionExpressions": [{"condition": "IS_MISSING", "targetColumn": "a"}],
        },
    ]
    assert rows_of(apply(frame_of(connection, {"a": ["X", None]}), steps)) == {"a": ["x", "y"]}


def test_a_hundred_steps_stay_quick(connection: duckdb.DuckDBPyConnection) -> None:
    steps = [step("ADD_SUFFIX", sourceColumn="a", pattern="x") for _ in range(100)]
    assert rows_of(apply(frame_of(connection, {"a": [""]}), steps)) == {"a": ["x" * 100]}
