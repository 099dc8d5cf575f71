"""What Trino accepts and refuses, and where: every case of tests/fixtures/athena/analysis."""

from typing import Any

import pytest

from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.trino.dialect import parse_query
from tests.local_aws.services.athena.answers import answer
from tests.local_aws.services.athena.fixtures import FOLDER, Case, cases

CASES = [
    case
    for path in sorted((FOLDER / "analysis").glob("*.sql"))
    for case in cases(f"analysis/{path.stem}")
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rewrite}: {case.title}")
def test_analysis(engine: Any, case: Case) -> None:
    assert answer(engine, case.sql) == case.answer


def test_brackets_cost_no_time() -> None:
    """Each bracket may open a query or an expression: trying both at each would never end."""
    parse_query(f"SELECT {'(' * 60}1{')' * 60}")
    parse_query(f"SELECT * FROM {'(' * 60}SELECT 1{')' * 60} t")


def test_a_long_condition_is_fine(engine: Any) -> None:
    condition = " OR ".join(f"a = {i}" for i in range(1000))
    assert answer(engine, f"SELECT a FROM (VALUES 999) t(a) WHERE {condition}") == "999"


def test_a_statement_that_is_too_deep_is_refused() -> None:
    with pytest.raises(QueryFailed, match="statement is too large"):
        parse_query("SELECT " + "-(" * 5000 + "1" + ")" * 5000)
