"""Trino's functions, a page of its documentation at a time: functions/<page>.sql."""

from typing import Any

import pytest

from tests.local_aws.services.athena.answers import holds
from tests.local_aws.services.athena.fixtures import FOLDER, page_cases

PAGES = sorted(path.stem for path in (FOLDER / "functions").glob("*.sql"))
CASES = [(page, sql, expected) for page in PAGES for sql, expected in page_cases(page)]


@pytest.mark.parametrize(("page", "sql", "expected"), CASES)
def test_answer(engine: Any, page: str, sql: str, expected: str) -> None:
    holds(engine, sql, expected)
