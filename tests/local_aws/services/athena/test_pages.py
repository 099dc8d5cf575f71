"""Trino's functions and types by the pages of its documentation: their answers, and none lost."""

import re
from pathlib import Path
from typing import Any

import pytest

from local_aws.services.athena.trino.calls import UNSUPPORTED
from local_aws.services.athena.trino.functions import PAGES as TABLES
from local_aws.services.athena.trino.functions import catalogue
from tests.local_aws.services.athena.answers import holds
from tests.local_aws.services.athena.fixtures import FOLDER, Case, cases

PAGES = sorted(path.stem for path in (FOLDER / "pages").glob("*.sql"))
CASES = [case for page in PAGES for case in cases(f"pages/{page}")]
# Forms of the grammar, which have no line in the table.
FORMS = """
cast try_cast typeof coalesce if nullif try extract current_date current_time current_timestamp
localtime localtimestamp
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rewrite}: {case.title}")
def test_answer(engine: Any, case: Case) -> None:
    holds(engine, case.sql, case.answer)


def listed() -> list[tuple[str, str]]:
    """Page and name of every function that the documentation lists."""
    lines = Path(FOLDER / "function_pages.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split(": ") for line in lines if not line.startswith("#")]
    return [(page, name) for page, names in rows for name in names.split()]


def on_page(page: str) -> set[str]:
    """The functions that the page's own file has."""
    lines = (TABLES / f"{page}.txt").read_text(encoding="utf-8").splitlines()
    found = (re.match(r"(?:(?:agg|win|let) )?(\w+)\(", line) for line in lines)
    return {match[1] for match in found if match}


@pytest.mark.parametrize(("page", "name"), listed())
def test_a_function_of_the_documentation_is_here_or_refused_by_its_name(
    page: str, name: str
) -> None:
    assert (name in catalogue()) + (name in FORMS.split()) + (name in UNSUPPORTED) == 1
    assert name not in catalogue() or name in on_page(page)
