"""Partitions on their way through Airflow, watched from a terminal until each has ended."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from laptop.airflow import FINISHED, AirflowApi
from tarn.contracts.contract import Contract
from tarn.partition import Partition

VIEWS_DAG = "lake_views"
STEPS = ("land", "profile", "clean", "convert", "crawl", "validate", "publish")
MARKS = {"success": "[green]✓[/]", "failed": "[red]✗[/]", "queued": "·", "": " "}

Contracts = Mapping[str, Contract]
Place = tuple[str, str]
"""A dataset and the label of its partition: ("flights", "2013-03")."""


class RunsFailed(Exception):
    """Some partitions did not get through; the message says which, where and why."""


@dataclass
class Progress:
    """What Airflow says of one partition's run."""

    dataset: str
    label: str
    run_id: str
    state: str
    step: str = ""

    @property
    def place(self) -> Place:
        return self.dataset, self.label

    @property
    def mark(self) -> str:
        """One cell of the table: done, failed, waiting, or the step that runs."""
        if self.state != "running" or not self.step:
            return MARKS.get(self.state, "·")
        return f"[yellow]{self.step}[/] {STEPS.index(self.step) + 1}/{len(STEPS)}"


def progress(api: AirflowApi, contracts: Contracts) -> list[Progress]:
    """Every partition's run and the step it is at; of a rerun partition the last run."""
    latest: dict[Place, Progress] = {}
    for run in api.runs():
        if (contract := contracts.get(run["dag_id"])) is not None:
            found = Progress(
                contract.name, label_of(contract, run), run["dag_run_id"], run["state"]
            )
            latest[found.place] = found
    at = {(task["dag_id"], task["dag_run_id"]): task["task_id"] for task in api.active_tasks()}
    for partition in latest.values():
        step = at.get((partition.dataset, partition.run_id), "")
        partition.step = step if step in STEPS else ""
    return list(latest.values())


def label_of(contract: Contract, run: Mapping[str, Any]) -> str:
    """The partition of a run: ``2013-03``, ``all`` of a dataset without keys."""
    started = run.get("logical_date") or run.get("data_interval_start")
    if not contract.partition_keys or not started:
        return "all" if not contract.partition_keys else ""
    return Partition.of(contract, datetime.fromisoformat(started)).label


def watch(
    api: AirflowApi, console: Console, contracts: Contracts, expected: Collection[Place]
) -> list[Progress]:
    """Show the expected partitions until each has ended; what became of them."""
    began = time.monotonic()
    wanted = set(expected)
    said = {p.place for p in progress(api, contracts) if p.state == "success"}
    with Live(console=console, refresh_per_second=2, transient=False) as live:
        while True:
            partitions = [p for p in progress(api, contracts) if p.place in wanted]
            elapsed = time.monotonic() - began
            if console.is_terminal:
                live.update(table(partitions, wanted, elapsed))
            else:
                _say_finished(console, partitions, said, elapsed)
            if ended(partitions, wanted):
                return partitions
            time.sleep(2)  # each look costs the api-server, which the tasks need, a little


def ended(partitions: Iterable[Progress], expected: Collection[Place]) -> bool:
    """Whether each expected partition has ended."""
    return set(expected) <= {p.place for p in partitions if p.state in FINISHED}


def table(partitions: Iterable[Progress], expected: Collection[Place], elapsed: float) -> Table:
    """Datasets by partitions; each cell is where that partition is."""
    known = list(partitions)
    marks = {p.place: p.mark for p in known}
    done = sum(p.state == "success" for p in known)
    title = f"{done} of {len(expected)} partitions published · {elapsed:.0f} s"
    shown = Table(title=title, title_justify="left")
    shown.add_column("partition")
    datasets = sorted({dataset for dataset, _ in expected})
    for dataset in datasets:
        shown.add_column(dataset, min_width=12)
    for label in sorted({label for _, label in expected}):
        shown.add_row(label, *(marks.get((dataset, label), "") for dataset in datasets))
    return shown


def _say_finished(
    console: Console, partitions: Iterable[Progress], said: set[Place], elapsed: float
) -> None:
    for partition in partitions:
        if partition.state in FINISHED and partition.place not in said:
            said.add(partition.place)
            word = "published" if partition.state == "success" else "FAILED"
            console.print(f"  {elapsed:5.0f} s  {partition.dataset} {partition.label}: {word}")


def wait_for_views(
    api: AirflowApi, pending: Callable[[], list[str]], console: Console, seconds: float = 600
) -> None:
    """Until views and dashboards show what was published. Raises RunsFailed."""
    deadline = time.monotonic() + seconds
    console.print("Views and dashboards: refreshed once for all of it ...")
    while True:
        runs = api.runs(VIEWS_DAG)
        active = any(run["state"] not in FINISHED for run in runs)
        if not active and not pending():
            return
        if not active and runs and runs[-1]["state"] == "failed":
            raise RunsFailed(failures(api, [VIEWS_DAG]))
        if time.monotonic() > deadline:
            raise RunsFailed(f"{VIEWS_DAG} did not end within {seconds:.0f} s")
        time.sleep(1)


def failures(api: AirflowApi, dag_ids: Iterable[str]) -> str:
    """Each failed task of the latest runs with the last lines of its log."""
    lines = []
    for dag_id in dag_ids:
        failed_runs = {run["dag_run_id"] for run in api.runs(dag_id) if run["state"] == "failed"}
        for task in api.tasks(dag_id):
            if task["state"] == "failed" and task["dag_run_id"] in failed_runs:
                lines.append(f"{dag_id} {task['dag_run_id']} {task['task_id']}:")
                lines += [f"    {line}" for line in api.last_log_lines(task)]
    return "\n".join(lines)
