"""What the demo makes of Airflow's answers."""

from typing import Any

import pytest

from laptop import demo
from laptop.demo import Progress


class FakeAirflow:
    """Airflow's API as far as the demo asks it, with what it was asked to do."""

    def __init__(self, runs: dict[str, list[dict[str, Any]]], tasks: list[dict[str, Any]]) -> None:
        self._runs, self._tasks = runs, tasks
        self.asked: list[tuple[Any, ...]] = []

    def runs(self, dag_id: str = "~") -> list[dict[str, Any]]:
        return self._runs.get(dag_id, [])

    def active_tasks(self) -> list[dict[str, Any]]:
        return self._tasks

    def unpause(self, dag_id: str) -> None:
        self.asked.append(("unpause", dag_id))

    def clear(self, dag_id: str, run_id: str) -> None:
        self.asked.append(("clear", dag_id))

    def open_backfills(self, dag_id: str) -> list[dict[str, Any]]:
        return []

    def backfill(self, dag_id: str, first: str, last: str, max_active_runs: int) -> None:
        self.asked.append(("backfill", dag_id))


def run(dag_id: str, month: str, state: str, run_id: str = "") -> dict[str, Any]:
    return {
        "dag_id": dag_id,
        "dag_run_id": run_id or f"run-{month}",
        "state": state,
        "data_interval_start": f"{month}-01T00:00:00Z" if month else None,
    }


def test_progress_takes_the_last_run_of_a_partition_and_its_step() -> None:
    runs = [
        run("flights", "2013-01", "failed", "a"),
        run("flights", "2013-01", "running", "b"),
        run("flights", "2013-02", "queued", "c"),
        run("lake_views", "", "running", "d"),
    ]
    task = {"dag_id": "flights", "dag_run_id": "b", "task_id": "profile"}
    found = demo.progress(FakeAirflow({"~": runs}, [task]))  # type: ignore[arg-type]
    assert [(p.label, p.run_id, p.mark) for p in found] == [
        ("2013-01", "b", "[yellow]profile[/] 2/7"),
        ("2013-02", "c", "·"),
    ]


@pytest.mark.parametrize(
    ("states", "expected"),
    [(["success"], False), (["success", "failed"], True), (["success", "queued"], False)],
)
def test_the_demo_waits_for_as_many_partitions_as_it_asked_for(
    states: list[str], expected: bool
) -> None:
    assert demo.ended([Progress("flights", "x", "r", s) for s in states], 2) is expected


def test_a_second_demo_asks_for_nothing() -> None:
    done = {d: [run(d, m, "success") for m in demo.MONTHS] for d in demo.MONTHLY}
    whole = {d: [run(d, "", "success")] for d in demo.WHOLE}
    api = FakeAirflow(done | whole, [])
    demo.request_work(api)  # type: ignore[arg-type]
    assert {verb for verb, *_ in api.asked} == {"unpause"}


def test_failed_partitions_are_asked_for_again() -> None:
    runs = {"flights": [run("flights", m, "success") for m in demo.MONTHS[:11]]}
    runs["flights"].append(run("flights", "2013-12", "failed"))
    runs["planes"] = [run("planes", "", "failed")]
    api = FakeAirflow(runs, [])
    demo.request_work(api)  # type: ignore[arg-type]
    assert ("backfill", "flights") in api.asked
    assert ("clear", "planes") in api.asked
