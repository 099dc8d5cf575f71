"""What a backfill will do: which partitions, why, and what they cost, from former runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from tarn.aws import Aws
from tarn.contracts.contract import Contract
from tarn.errors import Terminal
from tarn.intervals import following, interval, midnight
from tarn.ledger import ledger
from tarn.partition import Partition
from tarn.steps.land import differs

LONGEST = 10_000  # partitions of one plan: more is a slip of the keyboard
MISSING, CHANGED, AGAIN, PUBLISHED = "missing", "source changed", "again", "published"


@dataclass(frozen=True)
class Estimate:
    """What a partition of a dataset takes, as the median of its published runs."""

    bytes_landed: float
    bytes_published: float
    dpu_hours: float
    cost_usd: float
    runs: int  # of which it is the median


@dataclass(frozen=True)
class Planned:
    """One partition of the range, and why it will run; `published` will not."""

    partition: Partition
    reason: str

    @property
    def runs(self) -> bool:
        return self.reason != PUBLISHED


@dataclass(frozen=True)
class Plan:
    """The partitions of a range in order. `estimate` is None where nothing was published yet."""

    contract: Contract
    partitions: tuple[Planned, ...]
    estimate: Estimate | None

    @property
    def to_run(self) -> list[Partition]:
        return [planned.partition for planned in self.partitions if planned.runs]

    def total(self, of: str) -> float | None:
        """The sum of one of the estimate's figures over what will run; None where unknown."""
        if self.estimate is None:
            return None
        return float(getattr(self.estimate, of)) * len(self.to_run)

    def to_dict(self) -> dict[str, Any]:
        """The plan as JSON."""
        figures = ("bytes_landed", "bytes_published", "dpu_hours", "cost_usd")
        return {
            "dataset": self.contract.name,
            "partitions": [
                {"partition": p.partition.label, "reason": p.reason} for p in self.partitions
            ],
            "runs": len(self.to_run),
            **{figure: self.total(figure) for figure in figures},
            "estimated_from_runs": self.estimate.runs if self.estimate else 0,
        }


def parse_range(contract: Contract, text: str) -> list[Partition]:
    """The partitions of `2013-01..2013-12`, of `2013-03`, or `all` of a dataset without keys.

    Raises Terminal where the text is no such range, or leaves the contract's interval.
    """
    first, dots, last = text.partition("..")
    if not contract.partition_keys:
        return [Partition.parse(contract, text)]
    start, end = _moment(contract, first), _moment(contract, last if dots else first)
    if end < start:
        raise Terminal(f"The range {text!r} ends before it begins: give {last}..{first}.")
    _require_inside(contract, text, start, end)
    return list(_between(contract, text, start, end))


def _moment(contract: Contract, label: str) -> datetime:
    """The first moment of a partition."""
    try:
        held = interval(Partition.parse(contract, label))
    except (ValueError, OverflowError) as error:
        raise Terminal(f"{label!r} is no partition of {contract.name}: {error}.") from None
    assert held is not None, "a partition with keys has an interval"
    return held[0]


def _require_inside(contract: Contract, text: str, start: datetime, end: datetime) -> None:
    first = midnight(contract.start) if contract.start else start
    last = midnight(contract.end) if contract.end else end
    if start < first or end > last:
        raise Terminal(
            f"{text} leaves the interval of {contract.name}, {contract.start or '…'} to "
            f"{contract.end or '…'}: its source has no more. See `interval` in "
            f"datasets/{contract.name}.yaml."
        )


def _between(contract: Contract, text: str, start: datetime, end: datetime) -> Iterator[Partition]:
    for number in range(LONGEST + 1):
        if start > end:
            return
        if number == LONGEST:
            raise Terminal(f"{text} is over {LONGEST:,} partitions of {contract.name}: split it.")
        yield Partition.of(contract, start)
        start = following(start, contract.partition_keys[-1])


def plan(
    contract: Contract, partitions: Iterable[Partition], aws: Aws, *, again: bool = False
) -> Plan:
    """Which of the partitions are missing, or landed from a source that has changed since.

    again: those that are published too.
    """
    published = ledger.summary(aws, [ledger.PUBLISHED])
    records = {r["partition"]: r for r in published if r["dataset"] == contract.name}
    planned = [
        Planned(partition, _reason(contract, partition, records.get(partition.label), aws, again))
        for partition in partitions
    ]
    return Plan(contract, tuple(planned), estimate(records.values()))


def _reason(
    contract: Contract,
    partition: Partition,
    record: Mapping[str, Any] | None,
    aws: Aws,
    again: bool,
) -> str:
    if record is None:
        return MISSING
    if differs(contract, partition, record, aws):
        return CHANGED
    return AGAIN if again else PUBLISHED


def estimate(records: Iterable[Mapping[str, Any]]) -> Estimate | None:
    """What one more partition takes, by those that are published."""
    known = list(records)
    if not known:
        return None

    def middle(figure: str) -> float:
        return float(median(float(record.get(figure, 0)) for record in known))

    return Estimate(
        bytes_landed=middle("bytes_landed"),
        bytes_published=middle("bytes_published"),
        dpu_hours=middle("dpu_seconds") / 3600,
        cost_usd=middle("cost_usd"),
        runs=len(known),
    )


def late(contracts: Mapping[str, Contract], aws: Aws) -> list[dict[str, Any]]:
    """The ledger's records of published partitions whose source has changed since they landed."""
    found = []
    # Of what was published last, also where readers were sent back from it: a rollback holds
    # until the source changes again.
    for record in ledger.summary(aws, [ledger.PUBLISHED]):
        contract = contracts.get(record["dataset"])
        if contract is None:
            continue  # a dataset that is declared no more
        partition = Partition.parse(contract, record["partition"])
        if differs(contract, partition, record, aws):
            found.append(record)
    return found
