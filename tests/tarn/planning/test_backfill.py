"""What a backfill will do, and which partitions are late, against the real server."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarn.aws import Aws
from tarn.contracts.load import load_contract, load_contracts
from tarn.errors import Terminal
from tarn.ledger import ledger
from tarn.partition import Partition
from tarn.planning import backfill
from tarn.planning.backfill import AGAIN, CHANGED, MISSING, PUBLISHED, parse_range
from tarn.steps.land import land

HEADER = ",".join(load_contract("flights").source_columns)


def line(month: int, flight: int) -> str:
    values = {"year": "2013", "month": str(month), "day": "1", "flight": str(flight)}
    return ",".join(values.get(name, "1") for name in load_contract("flights").source_columns)


def month(number: int) -> Partition:
    return Partition("flights", (("year", 2013), ("month", number)))


@pytest.fixture
def sources(lake: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of flights: one file for all months."""
    monkeypatch.setenv("TARN_SOURCE_FLIGHTS", str(tmp_path))
    write(tmp_path / "flights.csv", [line(1, 1), line(2, 2), line(3, 3)])
    return tmp_path


def write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join([HEADER, *lines]) + "\n")


def published(lake: Aws, partition: Partition, **figures: Any) -> None:
    """Land a partition, and record it as published."""
    landed = land(partition, "abc", lake)
    ledger.record(
        {
            "dataset": partition.dataset,
            "partition": partition.label,
            "token": "abc",
            "status": "published",
            "finished_at": "2020-01-01",
            "sha256_landed": landed["sha256"],
            "source_version": landed["source_version"],
            **figures,
        },
        lake,
    )


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("2013-03", ["2013-03"]),
        ("2013-03..2013-03", ["2013-03"]),
        ("2013-11..2013-12", ["2013-11", "2013-12"]),
        ("2013-01..2013-12", [f"2013-{number:02}" for number in range(1, 13)]),
    ],
)
def test_ranges(text: str, labels: list[str]) -> None:
    assert [p.label for p in parse_range(load_contract("flights"), text)] == labels


def test_a_dataset_without_partitions_is_all() -> None:
    assert parse_range(load_contract("planes"), "all") == [Partition("planes")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2013-12..2013-01", "ends before it begins"),
        ("2012-12..2013-02", "leaves the interval"),
        ("2013-01..2014-01", "leaves the interval"),
        ("2013-13", "no partition"),
        ("2013", "no partition"),
        ("..2013-01", "no partition"),
        ("2013-01..", "no partition"),
        ("march", "no partition"),
        ("", "no partition"),
        ("2013-03-01", "no partition"),
        ("0000-01", "no partition"),
        ("²013-01", "no partition"),
        ("99999999999999999999-01", "no partition"),
    ],
)
def test_what_is_no_range(text: str, said: str) -> None:
    with pytest.raises(Terminal, match=said):
        parse_range(load_contract("flights"), text)


@given(st.text(max_size=20))
def test_any_text_is_a_range_or_refused(text: str) -> None:
    try:
        found = parse_range(load_contract("flights"), text)
    except Terminal:
        return
    assert found
    assert all(p.dataset == "flights" for p in found)


def test_a_plan(sources: Path, lake: Aws) -> None:
    figures = {"bytes_landed": 1000, "bytes_published": 100, "dpu_seconds": 7200, "cost_usd": 0.5}
    published(lake, month(1), **figures)
    published(lake, month(2), **figures | {"cost_usd": 0.7})
    write(sources / "flights-2013-02.csv", [line(2, 2), line(2, 4)])
    contract = load_contract("flights")
    planned = backfill.plan(contract, parse_range(contract, "2013-01..2013-03"), lake)
    assert [one.reason for one in planned.partitions] == [PUBLISHED, CHANGED, MISSING]
    assert [one.label for one in planned.to_run] == ["2013-02", "2013-03"]
    assert planned.total("cost_usd") == pytest.approx(1.2)
    assert planned.total("dpu_hours") == pytest.approx(4)
    assert planned.to_dict()["bytes_landed"] == 2000
    again = backfill.plan(contract, parse_range(contract, "2013-01"), lake, again=True)
    assert [one.reason for one in again.partitions] == [AGAIN]


def test_nothing_published_nothing_estimated(lake: Aws) -> None:
    contract = load_contract("flights")
    planned = backfill.plan(contract, parse_range(contract, "2013-01"), lake)
    assert planned.estimate is None
    assert planned.total("cost_usd") is None


def late(lake: Aws) -> list[str]:
    return [record["partition"] for record in backfill.late(load_contracts(), lake)]


def test_only_the_months_whose_rows_changed_are_late(sources: Path, lake: Aws) -> None:
    for number in (1, 2, 3):
        published(lake, month(number))
    assert late(lake) == []
    write(sources / "flights.csv", [line(1, 1), line(2, 2), line(2, 5), line(3, 3), line(4, 4)])
    assert late(lake) == ["2013-02"]


def test_a_file_that_was_only_touched_is_not_late(sources: Path, lake: Aws) -> None:
    published(lake, month(1))
    os.utime(sources / "flights.csv", (1, 1))
    assert late(lake) == []


def test_a_source_that_is_gone_is_not_late(sources: Path, lake: Aws) -> None:
    published(lake, month(1))
    (sources / "flights.csv").unlink()
    assert late(lake) == []


def test_a_month_that_lost_all_its_rows_is_not_late(sources: Path, lake: Aws) -> None:
    """There is nothing to land instead; the gate would say so each morning."""
    published(lake, month(1))
    write(sources / "flights.csv", [line(2, 2)])
    assert late(lake) == []


def test_records_from_before_sources_had_versions(sources: Path, lake: Aws) -> None:
    published(lake, month(1))
    record = ledger.summary(lake)[0]
    del record["source_version"]
    ledger.record(record, lake)
    write(sources / "flights.csv", [line(1, 9)])
    assert late(lake) == []


def test_what_was_gone_back_from_is_not_late(sources: Path, lake: Aws) -> None:
    """Else the next morning would publish again what somebody went back from."""
    published(lake, month(1))
    old = ledger.summary(lake)[0]
    write(sources / "flights.csv", [line(1, 9)])
    published(lake, month(1), token="def", finished_at="2020-01-02")
    back = {"status": ledger.ROLLED_BACK, "token": "x", "finished_at": "2020-01-03"}
    ledger.record(old | back, lake)
    assert late(lake) == []
    write(sources / "flights.csv", [line(1, 10)])
    assert late(lake) == ["2013-01"]
