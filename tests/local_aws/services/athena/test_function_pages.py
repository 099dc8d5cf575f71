"""Trino's functions, a page of its documentation at a time: functions/<page>.sql."""

from pathlib import Path
from typing import Any

import pytest

from local_aws.services.athena.duck.session import connect
from tests.local_aws.services.athena.answers import answer
from tests.local_aws.services.athena.fixtures import FOLDER, page_cases

PAGES = sorted(path.stem for path in (FOLDER / "functions").glob("*.sql"))
CASES = [(page, sql, expected) for page in PAGES for sql, expected in page_cases(page)]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return connect(Path(tmp_path_factory.mktemp("duck")), "500MB", 1)


@pytest.mark.parametrize(("page", "sql", "expected"), CASES)
def test_answer(engine: Any, page: str, sql: str, expected: str) -> None:
    got = answer(engine, sql)
    if expected.startswith("!"):
        assert expected[1:] in got
    else:
        assert got == expected
