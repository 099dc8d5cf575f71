"""What a dataset's runs have cost this month, against the budget that its contract gives.

`monthlyBudgetUsd` stops scheduled runs only: a run by hand or a backfill is asked for by somebody
who can see what it costs. Months are UTC's, and those in which AWS's runs began, as it bills them:
neither the partition's nor that of the record, which a replay or a publish may write much later.
"""

from __future__ import annotations

from datetime import UTC, datetime

from tarn.aws import Aws
from tarn.contracts.contract import Contract
from tarn.errors import Terminal
from tarn.ledger import ledger


class BudgetSpent(Terminal):
    """A dataset's runs have cost what they may in a month."""

    def __init__(self, dataset: str, month: str, spent: float, budget: float) -> None:
        self.dataset = dataset
        self.month = month
        self.spent = spent
        self.budget = budget
        super().__init__(dataset, month, spent, budget)

    def __str__(self) -> str:
        return (
            f"{self.dataset} has spent about ${self.spent:,.2f} of its ${self.budget:,.2f} for "
            f"{self.month}: its scheduled runs stop until the next month. Raise "
            f"`monthlyBudgetUsd` in datasets/{self.dataset}.yaml, or start this partition by hand "
            "or as a backfill, which no budget stops."
        )


def spent(dataset: str, aws: Aws, at: datetime | None = None) -> float:
    """US dollars that runs of AWS's for the dataset have cost in a month, published or failed.

    An estimate: tries that failed before a task's last one are not in it. A run of AWS's that two
    records name (one failed, and a later one went on from there) is counted once.
    """
    at = (at or datetime.now(UTC)).astimezone(UTC)
    first = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    month = f"{at:%Y-%m}"
    bills = {
        (line["service"], line["run_id"]): float(line["usd"])
        for record in ledger.read(dataset, aws=aws, since=first)  # written after its runs began
        for line in record["costs"]
        # Lines from before AWS's clock was kept count by their record's.
        if (line.get("ran_at") or record["finished_at"]).startswith(month)
    }
    return sum(bills.values())


def require(contract: Contract, aws: Aws, at: datetime | None = None) -> None:
    """Raise BudgetSpent where the month has cost the contract's budget."""
    if contract.monthly_budget_usd is None:
        return
    at = at or datetime.now(UTC)
    cost = spent(contract.name, aws, at)
    if cost >= contract.monthly_budget_usd:
        raise BudgetSpent(contract.name, f"{at:%B %Y}", cost, contract.monthly_budget_usd)
