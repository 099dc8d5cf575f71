"""Airflow's API as far as the command line asks it."""

from typing import Any


class FakeAirflow:
    """Airflow's API as far as the demo asks it, with what it was asked to do."""

    def __init__(self, runs: dict[str, list[dict[str, Any]]], tasks: list[dict[str, Any]]) -> None:
        self._runs, self._tasks = runs, tasks
        self.asked: list[tuple[Any, ...]] = []
        self.backfills: list[dict[str, Any]] = []

    def runs(self, dag_id: str = "~") -> list[dict[str, Any]]:
        return self._runs.get(dag_id, [])

    def active_tasks(self) -> list[dict[str, Any]]:
        return self._tasks

    def unpause(self, dag_id: str) -> None:
        self.asked.append(("unpause", dag_id))

    def clear(self, dag_id: str, run_id: str) -> None:
        self.asked.append(("clear", dag_id, run_id))

    def open_backfills(self, dag_id: str) -> list[dict[str, Any]]:
        return self.backfills

    def backfill(self, dag_id: str, first: str, last: str, max_active_runs: int) -> None:
        self.asked.append(("backfill", dag_id, first, last))


def run(dag_id: str, month: str, state: str, run_id: str = "") -> dict[str, Any]:
    return {
        "dag_id": dag_id,
        "dag_run_id": run_id or f"run-{month}",
        "state": state,
        "data_interval_start": f"{month}-01T00:00:00Z" if month else None,
    }
