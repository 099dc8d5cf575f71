"""Every operation over values that no fixture thinks of: a result, never an error of the data."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from local_aws.services.databrew.engine.errors import AnalysisException, InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations import REGISTRY
from local_aws.services.databrew.engine.recipe import apply
from local_aws.services.databrew.engine.sql import identifier

FIXTURES = Path(__file__).parents[3] / "fixtures" / "databrew"
CASES = [
    pytest.param(case["steps"], list(case["input"]), id=f"{name}: {case['title']}")
    for name in sorted(REGISTRY)
    for case in json.loads((FIXTURES / f"{name}.json").read_text())
]
VALUES: dict[str, tuple[str, list[Any]]] = {
    "missing": ("VARCHAR", [None, None]),
    "text": (
        "VARCHAR",
        ["", " ", "é𝄞\t\n", "'; --", "\\x41", "{}[", "1e308", "-1e308", "nan", "inf", "0", "-0.5"],
    ),
    "dates": (
        "VARCHAR",
        ["0001-01-01", "9999-12-31 23:59:59.999999", "2020-02-30", "294247-01-01", "T", "+", ":"],
    ),
    "digits": ("VARCHAR", ["9" * 40, "-" + "9" * 19, "4" * 16, "1.1.1.1", "::", "?a=%zz&=&=="]),
    "whole numbers": ("BIGINT", [2**63 - 1, -(2**63), 0, -1, None]),
    "doubles": ("DOUBLE", [1.7e308, -1.7e308, 5e-324, float("nan"), float("inf"), None]),
    "points in time": ("TIMESTAMP", ["0001-01-01 00:00:00", "9999-12-31 23:59:59", None]),
    "flags": ("BOOLEAN", [True, False, None]),
}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    opened = duckdb.connect(config={"threads": 1})
    opened.execute("SET TimeZone='UTC'")
    for index, (sql_type, values) in enumerate(VALUES.values()):
        opened.execute(f"CREATE TABLE values_{index} (v {sql_type})")
        opened.executemany(f"INSERT INTO values_{index} VALUES (?)", [[value] for value in values])
    yield opened
    opened.close()


@pytest.mark.parametrize(("steps", "columns"), CASES)
def test_a_result_whatever_the_values(
    connection: duckdb.DuckDBPyConnection, steps: list[dict[str, Any]], columns: list[str]
) -> None:
    """A recipe may be refused for the type of a column; values alone never end a run."""
    for index in range(len(VALUES)):
        listed = ", ".join(f"v AS {identifier(name)}" for name in columns)
        connection.execute(f"CREATE OR REPLACE VIEW input AS SELECT {listed} FROM values_{index}")
        try:
            frame = apply(Frame.of(connection, "input"), steps)
        except (AnalysisException, InvalidStep):
            continue
        connection.execute(frame.sql()).fetchall()
