"""A month's budget stops what nobody asked for, and says how much was spent."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tarn.aws import Aws
from tarn.contracts.contract import Contract, load_contract
from tarn.ledger import budget, ledger
from tarn.ledger.budget import BudgetSpent


def ran(
    lake: Aws,
    token: str,
    usd: float,
    status: str = ledger.PUBLISHED,
    at: str = "",
    run_id: str = "",
) -> None:
    entry = {"dataset": "flights", "partition": "2013-03", "token": token, "status": status}
    costs = [{"step": "clean", "run_id": run_id or token, "service": "databrew", "usd": usd}]
    ledger.record(entry | {"finished_at": at or ledger.now(), "costs": costs}, lake)


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


def test_a_run_of_two_records_is_paid_once(lake: Aws) -> None:
    """It failed after the job; cleared from there, it was published."""
    ran(lake, "a", 6.0, ledger.FAILED, run_id="db_1")
    ran(lake, "b", 6.0, run_id="db_1")
    assert budget.spent("flights", lake) == 6.0


def test_no_budget(lake: Aws) -> None:
    ran(lake, "a", 1e9)
    budget.require(load_contract("flights"), lake)
