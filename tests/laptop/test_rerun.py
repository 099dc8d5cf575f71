"""What replay and compact ask of Airflow, and what they say."""

import io
from typing import Any

import pytest
from rich.console import Console

from laptop import rerun
from laptop.rerun import Rerun, RerunFailed, find_run, forecast_table, outcome_table, watch
from tarn.contract import load_contract
from tarn.errors import Terminal
from tarn.partition import Partition
from tarn.replay import PASSES, Forecast, Published

MARCH = Partition.parse(load_contract("flights"), "2013-03")
PLANES = Partition("planes")


class FakeAirflow:
    """Airflow's API as far as a rerun asks it: runs with what their clean task returned."""

    def __init__(self, *runs: dict[str, Any], states: tuple[str, ...] = ()) -> None:
        self._runs, self._states = list(runs), list(states)
        self.asked: list[str] = []

    def runs(self, dag_id: str = "~") -> list[dict[str, Any]]:
        if self._states:
            state = self._states.pop(0)
            self._runs = [run | {"state": state} for run in self._runs]
        return self._runs

    def result(self, dag_id: str, run_id: str, task_id: str) -> Any:
        self.asked.append(run_id)
        return next(run["clean"] for run in self._runs if run["dag_run_id"] == run_id)

    def active_tasks(self) -> list[dict[str, Any]]:
        return [{"dag_id": "flights", "dag_run_id": "a", "task_id": "convert"}]


def run(run_id: str, month: int | None, clean: str, state: str = "success") -> dict[str, Any]:
    logical = f"2013-{month:02}-01T00:00:00Z" if month else None
    result = {"token": clean} if clean else None
    return {"dag_run_id": run_id, "logical_date": logical, "clean": result, "state": state}


def test_the_run_that_cleaned_what_is_published() -> None:
    api = FakeAirflow(run("a", 3, "x"), run("b", 2, "x"), run("c", 3, "y"), run("d", None, "x"))
    assert find_run(api, MARCH, "x") == "a"  # type: ignore[arg-type]
    assert api.asked == ["c", "a"]  # the newest first, and none of another month


def test_a_dataset_without_partitions() -> None:
    api = FakeAirflow(run("a", None, ""), run("b", 3, "x"))
    assert find_run(api, PLANES, "x") == "b"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "clean", "says"),
    [
        (run("a", 3, "other"), "x", "No run of the DAG flights holds what is published of flights"),
        (run("a", 3, ""), "x", "Clear `convert` and all that follow it"),
        (run("a", 3, ""), "", "No run of the DAG"),
        (run("a", 3, "x", "running"), "x", "flights 2013-03 is under way in a"),
    ],
)
def test_no_run_to_use(found: dict[str, Any], clean: str, says: str) -> None:
    with pytest.raises(RerunFailed, match=says):
        find_run(FakeAirflow(found), MARCH, clean)  # type: ignore[arg-type]


def said() -> Console:
    return Console(file=io.StringIO(), width=120)


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(("end", "failed"), [("success", []), ("failed", [Rerun(MARCH, "a")])])
def test_watch(monkeypatch: pytest.MonkeyPatch, end: str, failed: list[Rerun]) -> None:
    monkeypatch.setattr(rerun, "LOOK_SECONDS", 0)
    api, console = FakeAirflow(run("a", 3, "x"), states=("queued", "running", end)), said()
    assert watch(api, [Rerun(MARCH, "a")], console) == failed  # type: ignore[arg-type]
    steps = [line.split(": ")[1] for line in text(console).splitlines()]
    assert steps == ["convert", end]


def test_a_run_that_was_deleted_meanwhile() -> None:
    with pytest.raises(RerunFailed, match="Airflow's run of flights 2013-03 was deleted"):
        watch(FakeAirflow(), [Rerun(MARCH, "a")], said())  # type: ignore[arg-type]


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
