"""How old a dataset is, held against its contract."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tarn.contracts.contract import Contract
from tarn.contracts.load import load_contract
from tarn.errors import Terminal
from tarn.health.freshness import assess, length

LIMIT = timedelta(days=45)


@pytest.fixture
def flights() -> Contract:
    return replace(load_contract("flights"), end="", freshness="45d")


def published(label: str, at: str = "2013-02-01T00:00:00+00:00") -> dict[str, Any]:
    dataset = "planes" if label == "all" else "flights"
    return {"dataset": dataset, "partition": label, "finished_at": at}


def test_age_counts_from_the_end_of_the_newest_interval(flights: Contract) -> None:
    records = [published("2013-02", "2026-01-01"), published("2013-01")]
    found = assess(flights, records, datetime(2013, 3, 1, tzinfo=UTC) + LIMIT)
    assert found is not None
    assert (found.state, found.newest, found.age) == ("fresh", "2013-02", LIMIT)
    found = assess(flights, records, datetime(2013, 3, 1, tzinfo=UTC) + LIMIT + timedelta(hours=1))
    assert found is not None
    assert found.state == "late"
    assert str(found) == (
        "flights is late: its newest partition is 2013-02, 45 days old; the contract allows 45 days"
    )


def test_a_finished_dataset_is_fresh_for_ever(flights: Contract) -> None:
    ended = replace(flights, end="2013-12-01")
    found = assess(ended, [published("2013-12")], datetime(2026, 1, 1, tzinfo=UTC))
    assert found is not None
    assert found.state == "fresh"
    late = assess(ended, [published("2013-11")], datetime(2026, 1, 1, tzinfo=UTC))
    assert late is not None
    assert late.state == "late"


def test_a_whole_dataset_ages_from_its_last_publication() -> None:
    planes = replace(load_contract("planes"), freshness="400d")
    records = [published("all", "2024-01-01T00:00:00+00:00"), published("all", "2020-01-01T00:00")]
    now = datetime(2025, 1, 1, tzinfo=UTC)
    found = assess(planes, records, now)
    assert found is not None
    assert (found.state, found.age.days) == ("fresh", 366)
    found = assess(planes, records, now + LIMIT)
    assert found is not None
    assert found.state == "late"


def test_nothing_published(flights: Contract) -> None:
    assert assess(flights, [], datetime(2013, 1, 15, tzinfo=UTC)) is None  # none is due yet
    found = assess(flights, [published("all")], datetime(2013, 6, 1, tzinfo=UTC))
    assert found is not None
    assert (found.state, found.newest) == ("late", "")
    assert "nothing is published" in str(found)


def test_a_failed_run_makes_nothing_fresh(flights: Contract) -> None:
    records = [published("2013-01"), published("2013-05") | {"status": "failed"}]
    found = assess(flights, records, datetime(2013, 6, 15, tzinfo=UTC))
    assert found is not None
    assert (found.state, found.newest) == ("late", "2013-01")
    records[1]["status"] = "rolled_back"  # readers see the run before
    found = assess(flights, records, datetime(2013, 6, 15, tzinfo=UTC))
    assert found is not None
    assert (found.state, found.newest) == ("fresh", "2013-05")


def test_no_service_level(flights: Contract) -> None:
    assert assess(replace(flights, freshness=""), [], datetime(2026, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45d", LIMIT),
        ("45 days", LIMIT),
        ("1.5h", timedelta(minutes=90)),
        ("1y", timedelta(days=365)),
        ("30minutes", timedelta(minutes=30)),
    ],
)
def test_length(text: str, expected: timedelta) -> None:
    assert length(text) == expected


@pytest.mark.parametrize("text", ["", "d", "45", "45 fortnights", "-1d", "1d1h", "1e3d"])
def test_no_length(text: str) -> None:
    with pytest.raises(Terminal, match="is no length of time"):
        length(text)
