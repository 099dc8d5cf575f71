"""``./lake demo``: the year 2013 through the real scheduler, watched, then summed up.

It asks Airflow for what is missing only, so a second demo finds everything done.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from laptop.airflow import FINISHED, AirflowApi

MONTHLY = ("flights", "weather")
WHOLE = ("planes", "airports", "airlines")
DATASETS = (*MONTHLY, *WHOLE)
VIEWS_DAG = "lake_views"
FIRST, LAST = "2013-01-01T00:00:00Z", "2013-12-01T00:00:00Z"
MONTHS = tuple(f"2013-{month:02}" for month in range(1, 13))
STEPS = ("land", "profile", "clean", "convert", "crawl", "validate", "publish")
MARKS = {"success": "[green]✓[/]", "failed": "[red]✗[/]", "queued": "·", "": " "}


class DemoFailed(Exception):
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
    def mark(self) -> str:
        """One cell of the table: done, failed, waiting, or the step that runs."""
        if self.state != "running" or not self.step:
            return MARKS.get(self.state, "·")
        return f"[yellow]{self.step}[/] {STEPS.index(self.step) + 1}/{len(STEPS)}"


def request_work(api: AirflowApi, months: tuple[str, str] = (FIRST, LAST)) -> None:
    """Ask the scheduler for every partition that has not succeeded."""
    for dag_id in (*DATASETS, VIEWS_DAG):
        api.unpause(dag_id)  # a dataset without partitions then has its one run by its schedule
    for dag_id in WHOLE:
        for run in api.runs(dag_id)[-1:]:
            if run["state"] == "failed":
                api.clear(dag_id, run["dag_run_id"])
    for dag_id in MONTHLY:
        succeeded = {label_of(run) for run in api.runs(dag_id) if run["state"] == "success"}
        wanted = {m for m in MONTHS if months[0][:7] <= m <= months[1][:7]}
        if wanted - succeeded and not api.open_backfills(dag_id):
            api.backfill(dag_id, *months, max_active_runs=2)


def wait_for_dags(api: AirflowApi, seconds: float = 120) -> None:
    """Until every DAG file is parsed. Raises DemoFailed with the import errors."""
    deadline = time.monotonic() + seconds
    wanted = {*DATASETS, VIEWS_DAG}
    while not wanted <= api.dag_ids():
        errors = api.import_errors()
        if errors or time.monotonic() > deadline:
            missing = ", ".join(sorted(wanted - api.dag_ids()))
            raise DemoFailed("\n".join([f"DAGs not there: {missing}", *errors]))
        time.sleep(0.5)


def watch(api: AirflowApi, console: Console, expected: int) -> list[Progress]:
    """Show the partitions until each has ended; what became of them."""
    began = time.monotonic()
    said = {(p.dataset, p.label) for p in progress(api) if p.state == "success"}
    with Live(console=console, refresh_per_second=2, transient=False) as live:
        while True:
            partitions = progress(api)
            elapsed = time.monotonic() - began
            if console.is_terminal:
                live.update(table(partitions, elapsed))
            else:
                _say_finished(console, partitions, said, elapsed)
            if ended(partitions, expected):
                return partitions
            time.sleep(2)  # each look costs the api-server, which the tasks need, a little


def ended(partitions: Iterable[Progress], expected: int) -> bool:
    """Whether as many partitions as were asked for have ended, and none is left."""
    states = [p.state for p in partitions]
    return len(states) >= expected and all(state in FINISHED for state in states)


def progress(api: AirflowApi) -> list[Progress]:
    """Every partition's run and the step it is at; of a rerun partition the last run."""
    latest: dict[tuple[str, str], Progress] = {}
    for run in api.runs():
        if run["dag_id"] in DATASETS:
            key = (run["dag_id"], label_of(run))
            latest[key] = Progress(*key, run["dag_run_id"], run["state"])
    at = {(task["dag_id"], task["dag_run_id"]): task["task_id"] for task in api.active_tasks()}
    for partition in latest.values():
        step = at.get((partition.dataset, partition.run_id), "")
        partition.step = step if step in STEPS else ""
    return list(latest.values())


def label_of(run: Mapping[str, Any]) -> str:
    """``2013-03`` for a month of a monthly dataset, ``all`` for a whole one."""
    start = run.get("data_interval_start") or ""
    return start[:7] if run["dag_id"] in MONTHLY else "all"


def table(partitions: Iterable[Progress], elapsed: float) -> Table:
    """Datasets by months; each cell is where that partition is."""
    marks = {(p.dataset, p.label): p.mark for p in partitions}
    done = sum(p.state == "success" for p in partitions)
    shown = Table(title=f"{done} partitions published · {elapsed:.0f} s", title_justify="left")
    shown.add_column("partition")
    for dataset in DATASETS:
        shown.add_column(dataset, min_width=12)
    for label in (*MONTHS, "all"):
        shown.add_row(label, *(marks.get((dataset, label), "") for dataset in DATASETS))
    return shown


def _say_finished(
    console: Console, partitions: Iterable[Progress], said: set[tuple[str, str]], elapsed: float
) -> None:
    for partition in partitions:
        key = (partition.dataset, partition.label)
        if partition.state in FINISHED and key not in said:
            said.add(key)
            word = "published" if partition.state == "success" else "FAILED"
            console.print(f"  {elapsed:5.0f} s  {partition.dataset} {partition.label}: {word}")


def wait_for_views(
    api: AirflowApi, pending: Callable[[], list[str]], console: Console, seconds: float = 600
) -> None:
    """Until views and dashboards show what was published. Raises DemoFailed."""
    deadline = time.monotonic() + seconds
    console.print("Views and dashboards: refreshed once for all of it ...")
    while True:
        runs = api.runs(VIEWS_DAG)
        active = any(run["state"] not in FINISHED for run in runs)
        if not active and not pending():
            return
        if not active and runs and runs[-1]["state"] == "failed":
            raise DemoFailed(failures(api, [VIEWS_DAG]))
        if time.monotonic() > deadline:
            raise DemoFailed(f"{VIEWS_DAG} did not end within {seconds:.0f} s")
        time.sleep(1)


def failures(api: AirflowApi, dag_ids: Iterable[str] = DATASETS) -> str:
    """Each failed task of the latest runs with the last lines of its log."""
    lines = []
    for dag_id in dag_ids:
        failed_runs = {run["dag_run_id"] for run in api.runs(dag_id) if run["state"] == "failed"}
        for task in api.tasks(dag_id):
            if task["state"] == "failed" and task["dag_run_id"] in failed_runs:
                lines.append(f"{dag_id} {task['dag_run_id']} {task['task_id']}:")
                lines += [f"    {line}" for line in api.last_log_lines(task)]
    return "\n".join(lines)


def ledger_table(records: Iterable[Mapping[str, Any]]) -> Table:
    """Rows by dataset as the ledger counts them: landed = published + dropped + quarantined."""
    columns = ("rows_landed", "rows_cleaned", "rows_dropped", "rows_quarantined", "rows_published")
    sums: dict[str, dict[str, int]] = {}
    for record in records:
        row = sums.setdefault(record["dataset"], dict.fromkeys(("partitions", *columns), 0))
        row["partitions"] += 1
        for column in columns:
            row[column] += record[column]
    shown = Table(title="The ledger", title_justify="left")
    shown.add_column("dataset")
    for column in ("partitions", *columns):
        shown.add_column(column.removeprefix("rows_"), justify="right")
    for dataset in sorted(sums):
        shown.add_row(dataset, *(f"{value:,}" for value in sums[dataset].values()))
    return shown
