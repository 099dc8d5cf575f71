"""A text column's type: what all its values are, whatever stands in the columns beside it."""

from collections.abc import Iterator

import duckdb
import pytest

from local_aws.services.databrew.engine.inference import FIRST_LOOK, typed
from local_aws.services.databrew.engine.sql import literal

INT, LONG, DOUBLE, TEXT = "INTEGER", "BIGINT", "DOUBLE", "VARCHAR"
CASES: list[tuple[list[str | None], str, list[object]]] = [
    (["1", "-2", None], INT, [1, -2, None]),
    (["007", "+5", " 12 "], INT, [7, 5, 12]),
    (["1", ""], INT, [1, None]),
    (["2147483647", "2147483648"], LONG, [2147483647, 2147483648]),
    (["1", "9223372036854775808"], DOUBLE, [1.0, 2.0**63]),
    (["1", "2.5"], DOUBLE, [1.0, 2.5]),
    (["1", "1e3"], DOUBLE, [1.0, 1000.0]),
    (["1", "0x1f"], TEXT, ["1", "0x1f"]),
    (["1", "1_000"], TEXT, ["1", "1_000"]),
    (["1", "--"], TEXT, ["1", "--"]),
    (["1", "NA"], TEXT, ["1", "NA"]),
    (["true", "False"], "BOOLEAN", [True, False]),
    (["", None], TEXT, ["", None]),
]
# What a column of whole numbers may have late, and what it is then.
LATE = {
    "1.5": DOUBLE,
    "1.0": DOUBLE,
    "12.": DOUBLE,
    "1e3": DOUBLE,
    "9" * 19: DOUBLE,
} | dict.fromkeys(("0x1f", "1_000", "NA", "--", "1 2"), TEXT)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as opened:
        opened.execute("SET TimeZone='UTC'")
        yield opened


def types(connection: duckdb.DuckDBPyConnection, rows: str) -> dict[str, str]:
    connection.execute(f"CREATE OR REPLACE TABLE raw AS {rows}")
    return typed(connection, "raw").columns


def text(value: str | None) -> str:
    return "NULL::VARCHAR" if value is None else literal(value)


@pytest.mark.parametrize("beside", ["5", "1.5", "0x1f", "word"])
@pytest.mark.parametrize(("texts", "kind", "values"), CASES)
def test_type_and_values(
    connection: duckdb.DuckDBPyConnection,
    texts: list[str | None],
    kind: str,
    values: list[object],
    beside: str,
) -> None:
    rows = " UNION ALL ".join(f"SELECT {text(t)} AS a, {literal(beside)} AS b" for t in texts)
    assert types(connection, rows)["a"] == kind
    assert [row[0] for row in typed(connection, "raw").rows({"a": "a"})] == values


@pytest.mark.parametrize("late", LATE)
def test_one_late_value_decides_for_its_column_alone(
    connection: duckdb.DuckDBPyConnection, late: str
) -> None:
    first = f"SELECT '7' AS a, i::VARCHAR AS b FROM range({FIRST_LOOK + 100}) AS t(i)"
    found = types(connection, f"{first} UNION ALL SELECT {literal(late)}, '-3'")
    assert found == {"a": LATE[late], "b": INT}


def test_a_column_that_starts_empty_is_told_by_what_comes(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    first = f"SELECT NULL::VARCHAR AS a, '' AS b FROM range({FIRST_LOOK + 100})"
    assert types(connection, f"{first} UNION ALL SELECT '3', 'x'") == {"a": INT, "b": TEXT}
