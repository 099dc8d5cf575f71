"""A month's budget stops what nobody asked for, and says how much was spent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tarn import moments
from tarn.aws import Aws
from tarn.contracts.contract import Contract
from tarn.contracts.load import load_contract
from tarn.ledger import budget, ledger
from tarn.ledger.budget import BudgetSpent
from tarn.services import athena
from tests.tarn.airlines import published


def ran(
    lake: Aws,
    token: str,
    usd: float,
    status: str = ledger.PUBLISHED,
    at: str = "",
    run_id: str = "",
    ran_at: str = "",
) -> None:
    entry = {"dataset": "flights", "partition": "2013-03", "token": token, "status": status}
    ran = {"run_id": run_id or token, "ran_at": ran_at}
    costs = [{"step": "clean", "service": "databrew", "usd": usd, **ran}]
    ledger.record(entry | {"finished_at": at or moments.now(), "costs": costs}, lake)


@pytest.fixture
def flights() -> Contract:
    return replace(load_contract("flights"), monthly_budget_usd=10.0)


def test_spent(lake: Aws, flights: Contract) -> None:
    ran(lake, "a", 6.0)
    budget.require(flights, lake)
    ran(lake, "b", 4.5, ledger.FAILED)  # AWS bills it too
    assert budget.spent("flights", lake) == 10.5
    with pytest.raises(BudgetSpent) as caught:
        budget.require(flights, lake)
    month = f"{datetime.now(UTC):%B %Y}"
    assert f"flights has spent about $10.50 of its $10.00 for {month}" in str(caught.value)
    assert "datasets/flights.yaml, or start this partition by hand" in str(caught.value)


def test_another_month_and_another_dataset(lake: Aws, flights: Contract) -> None:
    ran(lake, "a", 20.0, at="2013-04-30T23:59:59.999+00:00")
    budget.require(flights, lake)
    assert budget.spent("weather", lake) == 0
    april = datetime(2013, 4, 30, tzinfo=UTC)
    with pytest.raises(BudgetSpent, match=r"\$20\.00 of its \$10\.00 for April 2013"):
        budget.require(flights, lake, april)


OCTOBER, NOVEMBER, DECEMBER = (datetime(2013, n, 15, tzinfo=UTC) for n in (10, 11, 12))


def by_month(lake: Aws) -> list[float]:
    return [budget.spent("flights", lake, at) for at in (OCTOBER, NOVEMBER, DECEMBER)]


def test_a_replay_pays_for_what_it_ran(lake: Aws) -> None:
    """Its record names the clean run of two months before, which October was billed for."""
    ran(lake, "a", 6.0, at="2013-10-02T00:00:00.000+00:00", run_id="db_1", ran_at="2013-10-01")
    ran(lake, "b", 6.0, at="2013-12-02T00:00:00.000+00:00", run_id="db_1", ran_at="2013-10-01")
    ran(lake, "c", 1.5, at="2013-12-02T00:00:00.000+00:00", ran_at="2013-12-02T00:00:00.000+00:00")
    assert by_month(lake) == [6.0, 0, 1.5]


@pytest.mark.parametrize(
    ("ran_at", "expected"),
    [
        ("2013-10-31T23:59:59.999+00:00", [2.0, 0, 0]),
        ("2013-11-01T00:00:00.000+00:00", [0, 2.0, 0]),
        ("2013-11-30T23:59:59.999+00:00", [0, 2.0, 0]),
        ("", [0, 0, 2.0]),  # of a record from before: as it says itself
    ],
)
def test_the_months_end(lake: Aws, ran_at: str, expected: list[float]) -> None:
    """Published on the first, or weeks after, of what ran before."""
    ran(lake, "a", 2.0, at="2013-12-01T00:00:00.001+00:00", ran_at=ran_at)
    assert by_month(lake) == expected


def test_months_are_utcs(lake: Aws) -> None:
    ran(lake, "a", 2.0, ran_at="2013-10-31T23:30:00.000+00:00")
    berlin = timezone(timedelta(hours=1))
    first = datetime(2013, 11, 1, 0, 45, tzinfo=berlin)  # October still, by UTC
    assert budget.spent("flights", lake, first) == 2.0


def test_aws_says_when_it_ran(deployed: Aws) -> None:
    entry = published(deployed, "aaa")
    assert {line["service"] for line in entry["costs"]} == {"athena", "crawler"}
    for line in entry["costs"]:
        assert entry["started_at"][:19] <= line["ran_at"][:19] <= entry["finished_at"]
    sql = "SELECT step, ran_at FROM costs ORDER BY step"
    told = athena.query(sql, deployed.settings.ops_database, deployed).rows
    assert told == tuple(sorted((line["step"], line["ran_at"]) for line in entry["costs"]))

    ran(deployed, "old", 1.0, at="2013-12-01T00:00:00.000+00:00")
    sql = "SELECT ran_at FROM costs WHERE token = 'old'"
    told = athena.query(sql, deployed.settings.ops_database, deployed).rows
    assert told == (("2013-12-01T00:00:00.000+00:00",),)


def test_a_run_of_two_records_is_paid_once(lake: Aws) -> None:
    """It failed after the job; cleared from there, it was published."""
    ran(lake, "a", 6.0, ledger.FAILED, run_id="db_1")
    ran(lake, "b", 6.0, run_id="db_1")
    assert budget.spent("flights", lake) == 6.0


def test_no_budget(lake: Aws) -> None:
    ran(lake, "a", 1e9)
    budget.require(load_contract("flights"), lake)
