"""Trino's functions and types by the pages of its documentation: their answers, and none lost."""

from pathlib import Path
from typing import Any

import pytest

from local_aws.services.athena.duck.session import connect
from local_aws.services.athena.trino.calls import UNSUPPORTED
from local_aws.services.athena.trino.functions import catalogue
from tests.local_aws.services.athena.fixtures import FOLDER, Case, cases
from tests.local_aws.services.athena.test_rewrites import answer

PAGES = sorted(path.stem for path in (FOLDER / "pages").glob("*.sql"))
CASES = [case for page in PAGES for case in cases(f"pages/{page}")]
# Forms of the grammar, which have no line in the table.
FORMS = """
cast try_cast typeof coalesce if nullif try extract current_date current_time current_timestamp
localtime localtimestamp
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return connect(tmp_path_factory.mktemp("duck"), "500MB", 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rewrite}: {case.title}")
def test_answer(engine: Any, case: Case) -> None:
    got = answer(engine, case.sql)
    if case.answer.startswith("!"):
        assert got.startswith("!")
        assert case.answer[1:] in got
    else:
        assert got == case.answer


def listed() -> list[tuple[str, str]]:
    """Page and name of every function that the documentation lists."""
    lines = Path(FOLDER / "function_pages.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split(": ") for line in lines if not line.startswith("#")]
    return [(page, name) for page, names in rows for name in names.split()]


@pytest.mark.parametrize(("page", "name"), listed())
def test_a_function_of_the_documentation_is_here_or_refused_by_its_name(
    page: str, name: str
) -> None:
    assert (name in catalogue()) + (name in FORMS.split()) + (name in UNSUPPORTED) == 1
