"""Whether a dataset is as fresh as its contract says.

The age of a dataset partitioned by time is that of its newest published data: what time has passed
since the end of that partition's interval. Once the contract's last partition is published none
follows it, and the dataset is fresh for ever. The age of a dataset without partitions counts from
its last publication.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from tarn import moments
from tarn.contracts.contract import Contract
from tarn.errors import Terminal
from tarn.intervals import expected, interval, is_last, midnight
from tarn.partition import Partition

State = Literal["fresh", "late"]

# The units of the Open Data Contract Standard that say a length of time, by their first forms.
# https://bitol-io.github.io/open-data-contract-standard/v3.1.0/service-level-agreement/
UNITS = {
    "minute": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "d": timedelta(days=1),
    "day": timedelta(days=1),
    "w": timedelta(weeks=1),
    "week": timedelta(weeks=1),
    "y": timedelta(days=365),
    "yr": timedelta(days=365),
    "year": timedelta(days=365),
}


@dataclass(frozen=True)
class Freshness:
    """How old a dataset is, and how old it may be; `newest` is a label, "" before any publish."""

    dataset: str
    state: State
    newest: str
    age: timedelta
    limit: timedelta

    def __str__(self) -> str:
        what = f"its newest partition is {self.newest}" if self.newest else "nothing is published"
        return (
            f"{self.dataset} is {self.state}: {what}, {_days(self.age)} old; "
            f"the contract allows {_days(self.limit)}"
        )


def assess(
    contract: Contract, summary: Iterable[Mapping[str, Any]], now: datetime
) -> Freshness | None:
    """Hold what readers see, as ledger.summary() says it, against a contract.

    None where the contract says nothing of freshness, or no partition is due yet.
    """
    if not contract.freshness:
        return None
    limit = length(contract.freshness)
    records = [r for r in summary if r["dataset"] == contract.name and r.get("status") != "failed"]
    if not records:
        due = _first_due(contract, now)
        return None if due is None else _judge(contract.name, "", now - due, limit)
    newest = max(records, key=lambda record: str(record["partition"]))
    partition = Partition.parse(contract, newest["partition"])
    if is_last(contract, partition):
        return Freshness(contract.name, "fresh", partition.label, timedelta(0), limit)
    held = interval(partition)
    since = held[1] if held else max(map(_published_at, records))
    return _judge(contract.name, partition.label, max(now - since, timedelta(0)), limit)


def length(text: str) -> timedelta:
    """The length of time of a service level.

    >>> length("45d").days
    45
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?\s*", text)
    if match is None or match[2] not in UNITS:
        units = ", ".join(UNITS)
        raise Terminal(f"The freshness {text!r} is no length of time: give a number and {units}.")
    return float(match[1]) * UNITS[match[2]]


def _judge(dataset: str, newest: str, age: timedelta, limit: timedelta) -> Freshness:
    return Freshness(dataset, "late" if age > limit else "fresh", newest, age, limit)


def _first_due(contract: Contract, now: datetime) -> datetime | None:
    """When the first partition was over; a dataset without keys is due from its start."""
    if not contract.partition_keys:
        return midnight(contract.start)
    first = next(iter(expected(contract, now)), None)
    held = interval(first) if first else None
    return held[1] if held else None


def _published_at(record: Mapping[str, Any]) -> datetime:
    """When what readers see was published: a rollback to it makes no data newer."""
    return moments.read(record.get("published_at") or record["finished_at"])


def _days(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours"
