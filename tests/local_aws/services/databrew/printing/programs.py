"""What the tests of printed recipes share: each operation's cases, and how answers are compared."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.printing.carry import NotPrinted
from local_aws.services.databrew.printing.show import show_over
from tests.local_aws.services.databrew.test_operations import FIXTURES, frame_of

Columns = dict[str, list[Any]]
CASES = [
    pytest.param(path.stem, case, id=f"{path.stem}: {case['title']}")
    for path in sorted(FIXTURES.glob("*.json"))
    for case in json.loads(path.read_text())
]


def printed(case: dict[str, Any], form: str) -> tuple[Frame, str] | None:
    """The input and the case's recipe as code; None where the form refuses it by name."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone='UTC'")
        frame = frame_of(connection, case["input"])
        try:
            return frame, show_over(frame, "input", case["steps"], form)
        except NotPrinted:
            return None


def plain(item: Any) -> Any:
    """A value as the fixtures write it."""
    if isinstance(item, date | datetime):
        return str(item)
    return float(item) if isinstance(item, Decimal) else item


def assert_same(found: Columns, expected: Columns) -> None:
    """The same columns with the same values, row by row. Athena's names are in lower case."""
    assert [name.lower() for name in found] == [name.lower() for name in expected]
    for values, wanted in zip(found.values(), expected.values(), strict=True):
        assert list(map(plain, values)) == pytest.approx(wanted, nan_ok=True)


def by_column(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Columns:
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}
