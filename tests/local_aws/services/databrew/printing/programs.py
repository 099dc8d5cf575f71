"""What the tests of printed recipes share: each operation's cases, and how answers are compared."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import pytest

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.printing.carry import NotPrinted
from local_aws.services.databrew.printing.show import show_over
from tests.local_aws.services.databrew.test_operations import FIXTURES, frame_of, in_order

Columns = dict[str, list[Any]]
OPERATIONS = sorted(path.stem for path in FIXTURES.glob("*.json"))


def cases(operation: str) -> list[dict[str, Any]]:
    """Each of the operation's fixture: what goes in, the steps, what comes out."""
    return list(json.loads((FIXTURES / f"{operation}.json").read_text()))


def printed(case: dict[str, Any], form: str) -> tuple[Frame, str] | None:
    """The input and the case's recipe as code; None where the form refuses it by name."""
    frame = frame_of(_connection(), case["input"], case.get("types"))
    try:
        return frame, show_over(frame, "input", case["steps"], form)
    except NotPrinted:
        return None


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """One for all cases: opening it takes longer than printing a recipe."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone='UTC'")
    return connection


def plain(item: Any) -> Any:
    """A value as the fixtures write it."""
    if isinstance(item, date | datetime):
        return str(item)
    if hasattr(item, "asDict"):
        return {name: plain(value) for name, value in item.asDict().items()}
    if isinstance(item, list):
        return list(map(plain, item))
    return float(item) if isinstance(item, Decimal) else item


def assert_same(found: Columns, case: dict[str, Any]) -> None:
    """The same columns with the same values, row by row. Athena's names are in lower case."""
    wanted: Columns = case["expected"]
    assert [name.lower() for name in found] == [name.lower() for name in wanted]
    renamed = {
        name: list(map(plain, found[other])) for name, other in zip(wanted, found, strict=True)
    }
    if case.get("unordered"):
        renamed, wanted = in_order(renamed), in_order(wanted)
    for name, expected in wanted.items():
        nested = any(isinstance(item, list | dict) for item in expected)
        assert renamed[name] == (expected if nested else pytest.approx(expected, nan_ok=True))


def by_column(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Columns:
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}
