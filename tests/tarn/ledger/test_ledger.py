"""The ledger on the real server: records, what is under way, what views have yet to show."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.errors import Terminal
from tarn.ledger import budget, ledger
from tarn.partition import Partition
from tarn.published import retention

MARCH = Partition("flights", (("year", 2013), ("month", 3)))
APRIL = Partition("flights", (("year", 2013), ("month", 4)))
PLANES = Partition("planes")


def publish(
    partition: Partition, token: str, at: str, rows: int = 1, status: str = ledger.PUBLISHED
) -> None:
    ledger.record(
        {
            "dataset": partition.dataset,
            "partition": partition.label,
            "token": token,
            "status": status,
            "finished_at": at,
            "rows_published": rows,
        }
    )


def labels(records: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(r["dataset"], r["partition"], r["token"]) for r in records]


def test_empty(lake: Aws) -> None:
    assert ledger.read() == []
    assert ledger.summary() == []
    assert ledger.in_flight() == []
    assert ledger.pending_refresh() == []
    assert ledger.quiet()


def test_records(lake: Aws) -> None:
    publish(MARCH, "a1", "2020-01-02")
    publish(PLANES, "b1", "2020-01-01")
    publish(APRIL, "c1", "2020-01-03")
    assert labels(ledger.read()) == [
        ("planes", "all", "b1"),
        ("flights", "2013-03", "a1"),
        ("flights", "2013-04", "c1"),
    ]
    assert labels(ledger.read("planes")) == [("planes", "all", "b1")]
    assert labels(ledger.read(partition=MARCH)) == [("flights", "2013-03", "a1")]
    found = ledger.find(MARCH, "a1", lake)
    assert found is not None
    assert found["rows_published"] == 1
    assert ledger.find(MARCH, "zz", lake) is None


def test_the_same_run_overwrites_its_record(lake: Aws) -> None:
    publish(MARCH, "a1", "2020-01-01", rows=1)
    publish(MARCH, "a1", "2020-01-01", rows=2)
    assert [r["rows_published"] for r in ledger.read()] == [2]


def test_summary_is_the_latest_of_each(lake: Aws) -> None:
    publish(MARCH, "zz", "2020-01-01")
    publish(PLANES, "b1", "2020-01-01")
    publish(MARCH, "aa", "2020-01-02")  # later in the same second, though its name sorts before
    assert labels(ledger.summary()) == [("flights", "2013-03", "aa"), ("planes", "all", "b1")]


def test_in_flight(lake: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.started(MARCH, "a1")
    ledger.started(PLANES, "b1")
    assert {(m["dataset"], m["partition"]) for m in ledger.in_flight()} == {
        ("flights", "2013-03"),
        ("planes", "all"),
    }
    assert not ledger.quiet()
    ledger.ended(MARCH)
    ledger.ended(PLANES)
    ledger.ended(PLANES)
    assert ledger.quiet()


def test_a_retry_began_when_the_first_try_did(lake: Aws) -> None:
    ledger.started(MARCH, "a1")
    first = ledger.in_flight()[0]
    lake.put_json(
        "ops",
        "in-flight/flights/flights-2013-03.json",
        first | {"started_at": "2020-01-01T00:00:00+00:00"},
    )
    ledger.started(MARCH, "a1")
    assert ledger.started_at(MARCH, lake).startswith("2020")
    ledger.started(MARCH, "a2")
    assert not ledger.started_at(MARCH, lake).startswith("2020")


def test_a_dead_worker_does_not_hold_up_the_views(
    lake: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.started(MARCH, "a1")
    monkeypatch.setenv("TARN_STALE_SECONDS", "-1")
    assert [m["stale"] for m in ledger.in_flight()] == [True]
    assert ledger.quiet()


def test_quiet_waits_after_a_publish(lake: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(MARCH, "a1", "2020-01-01")
    assert ledger.quiet()
    monkeypatch.setenv("TARN_QUIET_SECONDS", "600")
    assert not ledger.quiet()


def test_refresh(lake: Aws) -> None:
    publish(MARCH, "a1", "2020-01-01")
    publish(PLANES, "b1", "2020-01-01")
    assert ledger.pending_refresh(keep="one") == ["flights", "planes"]
    ledger.refreshed(["flights", "planes"], "r1", "one")
    assert ledger.pending_refresh() == []
    publish(MARCH, "a2", "2020-01-02")
    assert ledger.pending_refresh() == ["flights"]


def test_published_while_refreshing_stays_pending(lake: Aws) -> None:
    publish(MARCH, "a1", "2020-01-01")
    assert ledger.pending_refresh(keep="one") == ["flights"]
    publish(APRIL, "c1", "2020-01-02")
    assert ledger.pending_refresh() == ["flights"]  # somebody looks
    ledger.refreshed(["flights"], "r1", "one")
    assert ledger.pending_refresh() == ["flights"]
    ledger.pending_refresh(keep="one")
    ledger.refreshed(["flights"], "r2", "one")
    assert ledger.pending_refresh() == []


def test_a_refresh_does_not_record_what_another_one_saw(lake: Aws) -> None:
    """The first failed half way, the second too; then the first is tried again to its end."""
    publish(MARCH, "a1", "2020-01-01")
    ledger.pending_refresh(keep="one")
    publish(APRIL, "c1", "2020-01-02")
    ledger.pending_refresh(keep="two")
    ledger.refreshed(["flights"], "r1", "one")
    assert ledger.pending_refresh() == ["flights"]  # April's dashboards may be the first's


def test_a_refresh_recorded_twice_sees_nothing_more(lake: Aws) -> None:
    publish(MARCH, "a1", "2020-01-01")
    ledger.pending_refresh(keep="one")
    ledger.refreshed(["flights"], "r1", "one")
    publish(APRIL, "c1", "2020-01-02")
    ledger.refreshed(["flights"], "r2", "one")
    assert ledger.pending_refresh() == ["flights"]


def test_a_failed_run_moves_nobody(lake: Aws) -> None:
    publish(MARCH, "a1", "2020-01-01")
    ledger.pending_refresh(keep="one")
    ledger.refreshed(["flights"], "r1", "one")
    publish(MARCH, "f1", "2020-01-02", status=ledger.FAILED)
    assert ledger.pending_refresh() == []
    assert labels(ledger.summary()) == [("flights", "2013-03", "a1")]
    assert labels(ledger.read()) == [("flights", "2013-03", "a1"), ("flights", "2013-03", "f1")]
    assert labels(ledger.read(statuses=[ledger.FAILED])) == [("flights", "2013-03", "f1")]


def test_a_rollback_is_to_be_shown(lake: Aws) -> None:
    publish(MARCH, "a1", "2020-01-01")
    ledger.pending_refresh(keep="one")
    ledger.refreshed(["flights"], "r1", "one")
    publish(MARCH, "x1", "2020-01-02", status=ledger.ROLLED_BACK)
    assert ledger.pending_refresh() == ["flights"]
    assert labels(ledger.summary()) == [("flights", "2013-03", "x1")]


def shown(view: str, size: int) -> dict[str, Any]:
    return {"view": view, "ingestion": "i", "rows": 1, "bytes": size}


def test_a_refresh_says_which_runs_its_views_saw(lake: Aws) -> None:
    publish(MARCH, "a1", "2020-01-01")
    publish(PLANES, "b1", "2020-01-01")
    ledger.pending_refresh(keep="one")
    first = ledger.refreshed(["flights", "planes"], "r1", "one", views=[shown("late", 10**9)])
    assert first["runs"] == {
        "flights/flights-2013-03": "ledger/runs/published/flights/flights-2013-03-a1.json",
        "planes/planes": "ledger/runs/published/planes/planes-b1.json",
    }
    assert first["costs"] == []  # nothing was held before
    assert ledger.last_refresh("late", lake) == first
    assert ledger.last_refresh("early", lake) is None
    assert ledger.refreshed(["flights", "planes"], "r1", "one") == first  # a retry


OLDER: list[Any] = [
    # Partitions by the keys of their records alone, as the first refreshes kept them.
    {"ledger/flights/flights-2013-03": "ledger/flights/flights-2013-03-a1.json"},
    {"flights/flights-2013-03": {"token": "a1"}},
    {"flights/flights-2013-03": None},
    ["flights"],
    "flights",
    7,
]


@pytest.mark.parametrize("older", OLDER)
def test_an_upgrade_in_the_middle_of_a_refresh(
    lake: Aws, caplog: pytest.LogCaptureFixture, older: Any
) -> None:
    """What another version kept is told, and counts as not seen: the next refresh shows it."""
    publish(MARCH, "a1", "2020-01-01")
    lake.put_json("ops", "refresh/pending/r.json", older)
    entry = ledger.refreshed(["flights"], "r", "r")
    assert (entry["datasets"], entry["runs"]) == (["flights"], {})
    assert "refresh/pending/r.json is of another version of Tarn" in caplog.text
    assert lake.get_json("ops", "refresh/pending/r.json") is None
    assert ledger.pending_refresh(keep="s") == ["flights"]
    ledger.refreshed(["flights"], "s", "s")
    assert ledger.pending_refresh() == []


VIEWS = {"v": {"refresh": "x"}}


@pytest.mark.parametrize("older", [*({"seen": seen, "views": VIEWS} for seen in OLDER), *OLDER])
def test_an_upgrade_after_a_refresh(
    lake: Aws, caplog: pytest.LogCaptureFixture, older: Any
) -> None:
    publish(MARCH, "a1", "2020-01-01")
    lake.put_json("ops", "refresh/latest.json", older)
    assert ledger.pending_refresh(keep="s") == ["flights"]
    assert "refresh/latest.json is of another version of Tarn" in caplog.text
    assert ledger.last_refresh("v", lake) is None
    view = {"view": "v", "bytes": 1, "ingestion": "i"}
    assert ledger.refreshed(["flights"], "s", "s", views=[view])["costs"] == []
    assert ledger.pending_refresh() == []
    found = ledger.last_refresh("v", lake)
    assert found is not None
    assert found["token"] == "s"


BROKEN = "ledger/runs/published/flights/flights-2013-03-a2.json"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "is no JSON"),
        (b'{"dataset": "flights", "partiti', "is no JSON"),
        (b"\xff\xfe", "is no JSON"),
        (b"[]", "lacks one of dataset"),
        (b"{}", "lacks one of dataset"),
        (b'{"dataset": "flights", "partition": "2013-03"}', "lacks one of dataset"),
    ],
)
def test_a_record_that_is_none(lake: Aws, body: bytes, says: str) -> None:
    """Half a record, or another's file: named, with what to do, by whoever reads the ledger."""
    publish(MARCH, "a1", "2020-01-01")
    lake.s3.put_object(Bucket=lake.settings.bucket("ops"), Key=BROKEN, Body=body)
    told = f"s3://{lake.settings.bucket('ops')}/{BROKEN} {says}.* or delete it"
    reads: list[Callable[[], Any]] = [
        ledger.read,
        lambda: ledger.read("flights"),
        lambda: ledger.read(partition=MARCH),
        lambda: budget.spent("flights", lake, datetime.now(UTC)),
        lambda: list(retention.collect(lake)),
    ]
    for look in reads:
        with pytest.raises(Terminal, match=told):
            look()
    assert ledger.read("planes") == []  # nobody else is held up


def test_a_mark_that_is_none(lake: Aws) -> None:
    lake.put_json("ops", "in-flight/flights/flights-2013-03.json", {})
    with pytest.raises(Terminal, match=r"in-flight/flights/flights-2013-03\.json lacks one of"):
        ledger.in_flight()


def test_spice_is_paid_for_what_it_held(lake: Aws) -> None:
    ledger.pending_refresh(keep="one")
    ledger.refreshed([], "r1", "one", views=[shown("late", 10**9)])
    latest = lake.get_json("ops", ledger.LATEST)
    latest["views"]["late"]["at"] = (datetime.now(UTC) - timedelta(days=15)).isoformat()
    lake.put_json("ops", ledger.LATEST, latest)
    second = ledger.refreshed([], "r2", "two", views=[shown("late", 5), shown("early", 5)])
    [line] = second["costs"]
    assert (line["service"], line["unit"]) == ("spice", "GB-month")
    assert line["units"] == pytest.approx(0.5, abs=0.001)
    assert line["usd"] == pytest.approx(0.19, abs=0.001)
