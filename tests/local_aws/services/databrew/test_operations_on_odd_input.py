"""Every recipe operation, by its fixtures' steps, on input that nobody expects.

It gives a result, or an error that names the step, and the column where one is at fault. A new
operation with its fixture is tried here by itself.
"""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from local_aws.services.databrew.engine import recipe
from local_aws.services.databrew.engine.errors import AnalysisException, RunFailed
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.inference import typed
from local_aws.services.databrew.engine.source import Source, load
from local_aws.services.databrew.engine.sql import identifier
from tests.local_aws.services.databrew.test_operations import (
    FIXTURES,
    frame_of,
    inputs_of,
    rows_of,
    sql_type,
)

Case = dict[str, Any]
CASES: list[tuple[str, Case]] = [
    (path.stem, case)
    for path in sorted(FIXTURES.glob("*.json"))
    for case in json.loads(path.read_text())
]
every_case = pytest.mark.parametrize(
    ("operation", "case"),
    [pytest.param(*pair, id=f"{pair[0]}: {pair[1]['title']}") for pair in CASES],
)
# Parameters with column names, but not of the recipe's own input.
OTHERS = ("newColumn", "rightColumns")
UNUSED = "not used by any step"
NASTY = """a "b" 'c'.d `e` ;-- 😀 {}"""
# Steps that mean columns by something else than their names: plain words, a pattern.
NOT_BY_NAME = {
    "plain SQL: IS NULL, IN, LIKE",
    "one level, a delimiter, chosen by a pattern",
    "IS_BETWEEN two columns",
}
UNICODE = ["é😀", "\u202eabc\u0301", "𝔘𝔫𝔦 ﷺ\u00a0", "İı\u200d", "", "日本語\n\t"]
HUGE = {
    "INTEGER": [2**31 - 1, -(2**31), 0],
    "BIGINT": [2**63 - 1, -(2**63), 0],
    "DOUBLE": [1.7976931348623157e308, -1.7976931348623157e308, 5e-324],
    "VARCHAR": ["9" * 400, "-1e999", "0x7fffffffffffffff"],
}


def types_of(case: Case) -> dict[str, str]:
    return {name: sql_type(items) for name, items in case["input"].items()} | case.get("types", {})


def outcome(frame: Frame, case: Case, steps: list[Case]) -> dict[str, list[Any]] | None:
    """The rows, or nothing after an error that names its step."""
    shift = len(steps) - len(case["steps"])
    inputs = {n + shift: frames for n, frames in inputs_of(frame.connection, case).items()}
    try:
        return _rows(frame, steps, inputs)
    except RunFailed as error:
        told = str(error)
    named = re.search(r"Step (\d+) \((\w+)\)|\(step (\d+), (\w+)\)", told)
    assert named, told
    number, operation = (part for part in named.groups() if part)
    assert steps[int(number) - 1]["Action"]["Operation"] == operation
    return None


def _rows(frame: Frame, steps: list[Case], inputs: recipe.Inputs) -> dict[str, list[Any]]:
    made = recipe.apply(frame, steps, inputs)
    try:
        return rows_of(made)
    except duckdb.Error as error:
        raise recipe.blame(frame, steps, inputs, error) from error


def with_values(case: Case, values: Callable[[str], list[Any]], wide: bool = False) -> Case:
    """The case with other values in its columns; nested ones stay as they are."""
    types = types_of(case)
    if wide:
        types = {name: "BIGINT" if kind == "INTEGER" else kind for name, kind in types.items()}
    plain = {name: values(kind) for name, kind in types.items() if kind in HUGE}
    rows = max(map(len, [*plain.values(), *case["input"].values()]), default=0)
    columns = {
        name: [
            (plain.get(name) or items or [None])[i % len(plain.get(name) or items or [None])]
            for i in range(rows)
        ]
        for name, items in case["input"].items()
    }
    return case | {"input": columns, "types": types}


@every_case
def test_all_values_missing(
    connection: duckdb.DuckDBPyConnection, operation: str, case: Case
) -> None:
    columns = {name: [None] * 3 for name in case["input"]}
    for types in (types_of(case), dict.fromkeys(columns, "VARCHAR")):
        outcome(frame_of(connection, columns, types), case, case["steps"])


@every_case
def test_unicode(connection: duckdb.DuckDBPyConnection, operation: str, case: Case) -> None:
    odd = with_values(case, lambda kind: UNICODE if kind == "VARCHAR" else [1, None])
    outcome(frame_of(connection, odd["input"], odd["types"]), case, case["steps"])


@every_case
def test_huge_numbers(connection: duckdb.DuckDBPyConnection, operation: str, case: Case) -> None:
    for wide in (False, True):
        odd = with_values(case, HUGE.__getitem__, wide)
        outcome(frame_of(connection, odd["input"], odd["types"]), case, case["steps"])


@every_case
def test_odd_column_names(
    connection: duckdb.DuckDBPyConnection, operation: str, case: Case
) -> None:
    """As many rows and columns as with plain names."""
    new = {name: NASTY.format(i) for i, name in enumerate(case["input"])}
    columns = {new[name]: items for name, items in case["input"].items()}
    types = {new[name]: kind for name, kind in types_of(case).items()}
    steps = [renamed(step, new) for step in case["steps"]]
    found = outcome(frame_of(connection, columns, types), case, steps)
    if case["title"] in NOT_BY_NAME:
        return
    assert found is not None
    plain = list(case["expected"].values())
    assert [len(items) for items in found.values()] == [len(items) for items in plain]


def renamed(step: Case, new: dict[str, str]) -> Case:
    """The step with other names where it names columns."""
    made = copy.deepcopy(step)
    parameters = made["Action"]["Parameters"]
    for key, value in parameters.items():
        parameters[key] = _renamed(key, value, new)
    for condition in made.get("ConditionExpressions", ()):
        condition["TargetColumn"] = new.get(condition["TargetColumn"], condition["TargetColumn"])
        if "Value" in condition:
            condition["Value"] = _in_backticks(condition["Value"], new)
    return made


def _renamed(key: str, value: Any, new: dict[str, str]) -> Any:
    if isinstance(value, str) and value[:2] in ('["', "[{", "[[", '{"'):
        return json.dumps(_renamed(key, json.loads(value), new))
    if key == "datasetsColumns":
        return [_renamed("sourceColumns", value[0], new), *value[1:]]
    if isinstance(value, list):
        return [_renamed(key, item, new) for item in value]
    if isinstance(value, dict):
        return {k: _renamed(k if key != "categoryMap" else "", v, new) for k, v in value.items()}
    if not isinstance(value, str):
        return value
    if "olumn" in key and key not in OTHERS:
        return new.get(value, value)
    if key == "key":
        return new.get(value, value)
    return _in_backticks(value, new) if "`" in value else value


def _in_backticks(text: str, new: dict[str, str]) -> str:
    def replace(match: re.Match[str]) -> str:
        name = match[1].replace("``", "`")
        return "`" + new.get(name, name).replace("`", "``") + "`"

    return re.sub(r"`((?:[^`]|``)+)`", replace, text)


@every_case
def test_a_column_that_a_former_step_removed(
    connection: duckdb.DuckDBPyConnection, operation: str, case: Case
) -> None:
    columns = {**case["input"], UNUSED: [1] * len(next(iter(case["input"].values())))}
    for gone in case["input"]:
        delete = {"Action": {"Operation": "DELETE", "Parameters": {"sourceColumn": gone}}}
        frame = frame_of(connection, columns, case.get("types"))
        inputs = {2: inputs_of(connection, case).get(1, [])}
        if not uses(case, gone):
            recipe.apply(frame, [delete, *case["steps"]], inputs)
            continue
        with pytest.raises(AnalysisException) as error:
            recipe.apply(frame, [delete, *case["steps"]], inputs)
        assert f"cannot resolve '`{gone}`' given input columns" in str(error.value)
        assert f"(step 2, {case['steps'][0]['Action']['Operation']})" in str(error.value)


def uses(case: Case, name: str) -> bool:
    """Whether the case's first step reads a column: it then is part of its parameters."""
    if case["title"] == "plain SQL: IS NULL, IN, LIKE":
        return True
    first = case["steps"][0]
    named, same = renamed(first, {name: "another"}), renamed(first, {})
    target = first["Action"]["Parameters"].get("targetColumn")
    if target and not first["Action"]["Operation"].startswith("MOVE_"):
        named["Action"]["Parameters"]["targetColumn"] = target
    return bool(named != same)


@every_case
def test_columns_of_the_same_name(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, operation: str, case: Case
) -> None:
    """They are numbered as Spark numbers them, and the name alone is none of them."""
    first, *others = case["input"]
    file = tmp_path / "in.csv"
    file.write_text(",".join(f'"{name}"' for name in (first, first, *others)) + "\n")
    source = Source("s3://raw/in.csv", "CSV", (str(file),))
    frame = typed(connection, load(connection, source, print, None))
    assert frame.names[:2] == [f"{first}0", f"{first}1"]
    outcome(frame, case, case["steps"])
    if uses(case, first):
        with pytest.raises(RunFailed, match=re.escape(f"`{first}`")):
            recipe.apply(frame, case["steps"], inputs_of(connection, case))
    connection.execute(f"DROP TABLE {identifier('raw')}")
