"""Which state a cell is in, from what the ledger and Airflow say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tarn.contracts.load import load_contract
from tarn.errors import Finding, GateFailed
from tarn.health.matrix import RETURNED_TO, Run, cell_of, matrices

NOW = datetime(2014, 1, 20, tzinfo=UTC)
BEGAN = NOW - timedelta(hours=1)
PLACE = ("flights", "2013-03")
FOUND = GateFailed("profile", *PLACE, [Finding("9 rows break it", "column x")], "Mend.").to_dict()


def record(**more: Any) -> dict[str, Any]:
    return {
        "dataset": "flights",
        "partition": "2013-03",
        "status": "published",
        "finished_at": (BEGAN - timedelta(days=1)).isoformat(),
        "rows_landed": 100,
        "rows_published": 90,
        "rows_quarantined": 0,
    } | more


def run(state: str, **more: Any) -> Run:
    return replace(Run(*PLACE, "r", state, started=BEGAN), **more)


def mark(stale: bool = False) -> dict[str, Any]:
    return {
        "dataset": "flights",
        "partition": "2013-03",
        "started_at": "2014-01-19",
        "stale": stale,
    }


LATER = {"finished_at": (BEGAN + timedelta(minutes=5)).isoformat()}


@pytest.mark.parametrize(
    ("of", "marked", "running", "state"),
    [
        (None, None, None, "missing"),
        (record(), None, None, "published"),
        (record(), None, run("success"), "published"),
        (record(rows_quarantined=3), None, None, "quarantined"),
        (record(status="rolled_back"), None, None, "rolled_back"),
        (record(status="failed"), None, None, "failed"),
        (record(status="something new"), None, None, "published"),
        (None, None, run("queued"), "running"),
        (record(), None, run("running"), "running"),
        (record(**LATER), None, run("running"), "running"),
        (record(), mark(), None, "running"),
        (record(), mark(stale=True), None, "failed"),
        # Airflow knows better than a mark that a killed worker left behind.
        (record(), mark(), run("success"), "published"),
        (None, mark(), run("failed"), "failed"),
        (record(), None, run("failed"), "failed"),
        # Published by that run, or by a later one: what failed afterwards takes nothing back.
        (record(**LATER), None, run("failed"), "published"),
        (record(status="failed", **LATER), None, run("failed"), "failed"),
        (record(finished_at="no time"), None, run("failed"), "failed"),
        ({"dataset": "flights"}, None, None, "published"),
    ],
)
def test_state(of: Any, marked: Any, running: Any, state: str) -> None:
    assert cell_of(PLACE, of, marked, running, NOW).state == state


def test_a_running_cell_says_its_step() -> None:
    cell = cell_of(PLACE, None, None, run("running", step="convert"), NOW)
    assert (cell.step, cell.step_number) == ("convert", 4)
    assert cell_of(PLACE, None, None, run("running", step="other"), NOW).step_number == 0


def test_a_running_cell_says_since_when() -> None:
    assert cell_of(PLACE, record(), None, run("running"), NOW).running_seconds == 3600
    assert cell_of(PLACE, None, None, replace(run("queued"), started=None), NOW).since is None
    marked = cell_of(PLACE, None, mark(), None, NOW)
    assert (marked.since, marked.running_seconds) == (NOW - timedelta(days=1), 86400)
    assert cell_of(PLACE, record(**LATER), None, run("success"), NOW).running_seconds is None


def test_a_rolled_back_cell_shows_the_run_that_readers_see() -> None:
    rules = [{"name": "times", "passed": True}]
    seen = record(cost_usd=0.12, rules=rules, warnings=["one"], token="aa")
    back = record(
        status="rolled_back",
        token="bb",
        cost_usd=0.0,
        rules=[],
        warnings=[],
        published_at=seen["finished_at"],
        **LATER,
    )
    cell = cell_of(PLACE, back | {RETURNED_TO: seen}, None, None, NOW)
    assert (cell.state, cell.cost_usd, cell.rules, cell.warnings) == (
        "rolled_back",
        0.12,
        rules,
        ["one"],
    )
    assert cell.age_seconds == 25 * 3600  # of the data, and not of the rollback
    assert cell.seen["token"] == "aa"
    collected = cell_of(PLACE, back | {RETURNED_TO: None}, None, None, NOW)
    assert collected.seen["token"] == "bb"


def test_a_failed_cell_says_its_gate_and_why() -> None:
    cell = cell_of(PLACE, record(), None, run("failed", step="profile", finding=FOUND), NOW)
    assert (cell.gate, cell.step, cell.reason) == (
        "profile",
        "profile",
        "column x: 9 rows break it",
    )
    assert cell.rows == 90  # what readers see


def test_a_failed_record_says_what_airflow_does_not() -> None:
    failed = record(status="failed", step="convert", gate="drift", message="retyped", **LATER)
    for running in (None, run("failed")):
        cell = cell_of(PLACE, failed, None, running, NOW)
        assert (cell.gate, cell.step, cell.reason) == ("drift", "convert", "retyped")


def test_figures_of_a_record_that_has_none() -> None:
    odd = {
        "rows_landed": "many",
        "warnings": "x",
        "cost_usd": None,
        "quarantined_by_rule": [1],
        "rules": {},
    }
    for of in ({}, odd):
        cell = cell_of(PLACE, of, None, None, NOW)
        assert (cell.rows, cell.bytes, cell.cost_usd, cell.quarantined_share) == (None,) * 4
        assert (cell.warnings, cell.quarantined, dict(cell.quarantined_by_rule)) == ([], 0, {})


def test_share_and_age() -> None:
    rule = {"name": "times", "passed": True}
    cell = cell_of(PLACE, record(rows_quarantined=5, rules=[rule, "x"]), None, None, NOW)
    assert cell.rules == [rule]
    assert cell.quarantined_share == 0.05
    assert cell.age_seconds == timedelta(days=1, hours=1).total_seconds()


def test_matrices() -> None:
    contracts = {name: load_contract(name) for name in ("flights", "weather", "planes")}
    records = [record(), record(dataset="gone"), record(partition="not a month")]
    months, whole = matrices(contracts, records, [], [], NOW)
    assert [row.dataset for row in months.rows] == ["flights", "weather"]
    assert (months.labels[0], months.labels[-1], len(months.labels)) == ("2013-01", "2013-12", 12)
    flights = months.rows[0]
    assert flights.count("published", "stale") == 1
    assert flights.count("missing") == 11
    assert flights.total("rows") == 90
    assert [(row.dataset, list(row.cells)) for row in whole.rows] == [("planes", ["all"])]


def test_the_newest_of_a_late_dataset_is_stale() -> None:
    contracts = {"flights": replace(load_contract("flights"), end="", freshness="45d")}
    records = [record(), record(partition="2013-02")]
    [months] = matrices(contracts, records, [], [], NOW)
    assert {label: c.state for label, c in months.rows[0].cells.items() if c.record} == {
        "2013-02": "published",
        "2013-03": "stale",
    }
    assert "flights is late" in months.rows[0].cells["2013-03"].reason
    [months] = matrices(contracts, records, [], [run("running")], NOW)
    assert months.rows[0].cells["2013-03"].state == "running"


def test_a_partition_of_the_future_is_shown() -> None:
    [months] = matrices(
        {"flights": load_contract("flights")}, [record(partition="2014-05")], [], [], NOW
    )
    assert months.labels[-1] == "2014-05"
