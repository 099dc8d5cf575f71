"""What time a partition holds, and which partitions a contract asks for."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tarn.contracts.contract import Column, Contract
from tarn.contracts.load import load_contract
from tarn.intervals import expected, interval, is_last
from tarn.partition import Partition


def contract(*keys: str, start: str, end: str = "") -> Contract:
    columns = tuple(Column(key, "int") for key in keys)
    return replace(load_contract("flights"), partition_columns=columns, start=start, end=end)


def labels(contract: Contract, now: datetime) -> list[str]:
    return [partition.label for partition in expected(contract, now)]


@pytest.mark.parametrize(
    ("keys", "start", "end"),
    [
        ((("year", 2013),), "2013-01-01", "2014-01-01"),
        ((("year", 2013), ("month", 12)), "2013-12-01", "2014-01-01"),
        ((("year", 2024), ("month", 2), ("day", 29)), "2024-02-29", "2024-03-01"),
        (
            (("year", 2013), ("month", 1), ("day", 31), ("hour", 23)),
            "2013-01-31T23",
            "2013-02-01",
        ),
    ],
)
def test_interval(keys: tuple[tuple[str, int], ...], start: str, end: str) -> None:
    moments = tuple(datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end))
    assert interval(Partition("flights", keys)) == moments


def test_a_whole_dataset_has_no_interval() -> None:
    assert interval(Partition("planes")) is None
    assert expected(load_contract("planes"), datetime(2026, 1, 1, tzinfo=UTC)) == [
        Partition("planes")
    ]


def test_only_what_is_over_is_expected() -> None:
    months = contract("year", "month", start="2013-01-01")
    assert labels(months, datetime(2013, 1, 31, 23, tzinfo=UTC)) == []
    assert labels(months, datetime(2013, 3, 1, tzinfo=UTC)) == ["2013-01", "2013-02"]


def test_the_last_is_the_contracts_last() -> None:
    months = contract("year", "month", start="2013-01-01", end="2013-03-01")
    assert labels(months, datetime(2026, 1, 1, tzinfo=UTC)) == ["2013-01", "2013-02", "2013-03"]
    march, february = (Partition("flights", (("year", 2013), ("month", m))) for m in (3, 2))
    assert is_last(months, march)
    assert not is_last(months, february)
    assert not is_last(contract("year", "month", start="2013-01-01"), march)


@pytest.mark.parametrize(
    ("keys", "count"),
    [(("year",), 2), (("year", "month", "day"), 731), (("year", "month", "day", "hour"), 731 * 24)],
)
def test_counts(keys: tuple[str, ...], count: int) -> None:
    found = labels(contract(*keys, start="2023-01-01"), datetime(2025, 1, 1, tzinfo=UTC))
    assert len(found) == len(set(found)) == count
    assert found == sorted(found)
