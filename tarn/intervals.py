"""The interval of time that a partition holds, and the partitions that a contract asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tarn.contracts.contract import Contract
from tarn.partition import Partition

FIRST = {"year": 1, "month": 1, "day": 1, "hour": 0}


def interval(partition: Partition) -> tuple[datetime, datetime] | None:
    """Start and end (which it does not hold) of a partition, UTC; None for a whole dataset.

    >>> interval(Partition("flights", (("year", 2013), ("month", 12))))[1].isoformat()
    '2014-01-01T00:00:00+00:00'
    """
    if not partition.keys:
        return None
    start = datetime(**(FIRST | partition.values), tzinfo=UTC)
    return start, following(start, partition.keys[-1][0])


def expected(contract: Contract, now: datetime) -> list[Partition]:
    """The partitions whose interval is over, oldest first; of a dataset without keys its one."""
    if not contract.partition_keys:
        return [Partition(contract.name)]
    return list(_over(contract, now))


def is_last(contract: Contract, partition: Partition) -> bool:
    """Whether the contract ends with this partition: none will ever follow it."""
    found = interval(partition)
    return bool(contract.end and found and found[1] > midnight(contract.end))


def _over(contract: Contract, now: datetime) -> Iterator[Partition]:
    keys = contract.partition_keys
    start = midnight(contract.start)
    last = midnight(contract.end) if contract.end else now
    while start <= last and (after := following(start, keys[-1])) <= now:
        yield Partition(contract.name, tuple((key, getattr(start, key)) for key in keys))
        start = after


def following(start: datetime, key: str) -> datetime:
    """The start of the next year, month, day or hour (key)."""
    if key == "year":
        return start.replace(year=start.year + 1)
    if key == "month":
        return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return start + (timedelta(hours=1) if key == "hour" else timedelta(days=1))


def midnight(text: str) -> datetime:
    """The first moment of a contract's ISO date, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
