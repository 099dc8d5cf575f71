"""What replay and compact ask of Airflow, and what they say."""

from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from laptop.rerun import begin, find_run, find_runs, forecast_table, outcome_table, scanned_table
from laptop.watching import RunsFailed
from tarn.contracts.layout import Layout
from tarn.contracts.load import load_contract
from tarn.errors import Terminal
from tarn.partition import Partition
from tarn.published.cuts import Cut
from tarn.rows.replay import PASSES, Forecast, Published
from tests.laptop.fake_airflow import FakeAirflow

MARCH = Partition.parse(load_contract("flights"), "2013-03")
PLANES = Partition("planes")


class Airflow(FakeAirflow):
    """With what the clean task of each run returned; notes whose it was asked for."""

    def __init__(self, *runs: dict[str, Any]) -> None:
        super().__init__({"flights": list(runs), "planes": list(runs)}, [])

    def result(self, dag_id: str, run_id: str, task_id: str) -> Any:
        self.asked.append((dag_id, run_id, task_id))
        return next(run["clean"] for run in self.runs(dag_id) if run["dag_run_id"] == run_id)


def run(run_id: str, month: int | None, clean: str, state: str = "success") -> dict[str, Any]:
    logical = f"2013-{month:02}-01T00:00:00Z" if month else None
    result = {"token": clean} if clean else None
    return {"dag_run_id": run_id, "logical_date": logical, "clean": result, "state": state}


def test_what_views_scan() -> None:
    told = [
        {"view": "v", "bytes_before": 2000, "bytes_after": 1500},
        {"view": "w", "bytes_before": 0, "bytes_after": 10},
    ]
    console = Console(record=True, width=80)
    console.print(scanned_table(told))
    rows = [line.split("│")[1:-1] for line in console.export_text().splitlines()[-3:-1]]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["v", "2,000", "1,500", "-25.0%"],
        ["w", "0", "10", ""],
    ]


def test_the_mark_stands_before_anything_is_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what readers see, which the run may replace; and goes where nothing was cleared."""
    said: list[str] = []

    def refused(*_: Any) -> None:
        raise RunsFailed("Airflow is not there")

    monkeypatch.setattr("tarn.ledger.ledger.started", lambda *_: said.append("marked"))
    monkeypatch.setattr("tarn.ledger.ledger.ended", lambda *_: said.append("unmarked"))
    begin(SimpleNamespace(clear_from=lambda *_: said.append("cleared")), MARCH, "a")  # type: ignore[arg-type]
    assert said == ["marked", "cleared"]
    with pytest.raises(RunsFailed):
        begin(SimpleNamespace(clear_from=refused), MARCH, "a")  # type: ignore[arg-type]
    assert said == ["marked", "cleared", "marked", "unmarked"]


def test_the_run_that_cleaned_what_is_published() -> None:
    api = Airflow(run("a", 3, "x"), run("b", 2, "x"), run("c", 3, "y"), run("d", None, "x"))
    assert find_run(api, MARCH, "x") == "a"  # type: ignore[arg-type]
    # The newest first, and none of another month.
    assert [run_id for _, run_id, _ in api.asked] == ["c", "a"]


def test_a_dataset_without_partitions() -> None:
    api = Airflow(run("a", None, ""), run("b", 3, "x"))
    assert find_run(api, PLANES, "x") == "b"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "clean", "says"),
    [
        (run("a", 3, "other"), "x", "No run of the DAG flights holds what is published of flights"),
        (run("a", 3, ""), "x", r"Run it anew: \./lake backfill flights 2013-03 --again\."),
        (run("a", 3, ""), "", "No run of the DAG"),
        (run("a", 3, "x", "running"), "x", "flights 2013-03 is under way in a"),
    ],
)
def test_no_run_to_use(found: dict[str, Any], clean: str, says: str) -> None:
    with pytest.raises(RunsFailed, match=says):
        find_run(Airflow(found), MARCH, clean)  # type: ignore[arg-type]


def test_a_partition_without_its_run_keeps_no_other_from_a_rewrite() -> None:
    """It was rolled back, and its run has cleaned other data since; or it is under way."""
    april, may = (Partition.parse(load_contract("flights"), f"2013-0{n}") for n in (4, 5))
    api = Airflow(run("a", 3, "newer"), run("b", 4, "x"), run("c", 5, "x", "running"))
    over = [Cut(partition, "x", (1, 1), 1, Layout()) for partition in (MARCH, april, may)]
    runs, left = find_runs(api, over)  # type: ignore[arg-type]
    assert runs == {april: "b"}
    assert ["flights 2013-03" in left[0], "flights 2013-05 is under way" in left[1]] == [True, True]


def cells(table: Any) -> list[list[str]]:
    return [list(row) for row in zip(*(column.cells for column in table.columns), strict=True)]


def test_the_forecast_by_rule() -> None:
    published = Published(MARCH, "r", "c", 100, {"speed": 5, "old": 2})
    told = Forecast({("speed", PASSES): 3, ("speed", "unique:id"): 2}, {"new": 7})
    assert cells(forecast_table(published, told)) == [
        ["new", "0", "0", "7", ""],
        ["old", "2", "0", "0", "not in lake_ops.quarantine: 2"],
        ["speed", "5", "3", "0", "unique:id: 2"],
    ]


def test_the_outcome_by_rule() -> None:
    before = Published(MARCH, "r", "c", 100, {"speed": 5})
    after = Published(MARCH, "s", "c", 103, {"unique:id": 2})
    assert cells(outcome_table(before, after)) == [
        ["published", "100", "103"],
        ["quarantined, speed", "5", "0"],
        ["quarantined, unique:id", "0", "2"],
    ]
    with pytest.raises(Terminal, match="still the run r: nothing was replayed"):
        outcome_table(before, before)
