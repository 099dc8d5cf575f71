"""``./lake demo``: the year 2013 through the real scheduler, watched, then summed up.

It asks Airflow for what is missing only, so a second demo finds everything done.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table

from laptop.airflow import AirflowApi
from laptop.watching import VIEWS_DAG, RunsFailed

MONTHLY = ("flights", "weather")
WHOLE = ("planes", "airports", "airlines")
DATASETS = (*MONTHLY, *WHOLE)
FIRST, LAST = "2013-01-01T00:00:00Z", "2013-12-01T00:00:00Z"
MONTHS = tuple(f"2013-{month:02}" for month in range(1, 13))
EXPECTED = (
    *((dataset, month) for dataset in MONTHLY for month in MONTHS),
    *((dataset, "all") for dataset in WHOLE),
)
"""The partitions that a demo publishes."""


def request_work(api: AirflowApi, months: tuple[str, str] = (FIRST, LAST)) -> None:
    """Ask the scheduler for every partition that has not succeeded."""
    for dag_id in (*DATASETS, VIEWS_DAG):
        api.unpause(dag_id)  # a dataset without partitions then has its one run by its schedule
    for dag_id in WHOLE:
        for run in api.runs(dag_id)[-1:]:
            if run["state"] == "failed":
                api.clear(dag_id, run["dag_run_id"])
    for dag_id in MONTHLY:
        runs = [run for run in api.runs(dag_id) if run["state"] == "success"]
        succeeded = {str(run["data_interval_start"])[:7] for run in runs}
        wanted = {m for m in MONTHS if months[0][:7] <= m <= months[1][:7]}
        if wanted - succeeded and not api.open_backfills(dag_id):
            api.backfill(dag_id, *months, max_active_runs=2)


def wait_for_dags(api: AirflowApi, seconds: float = 120) -> None:
    """Until every DAG file is parsed. Raises RunsFailed with the import errors."""
    deadline = time.monotonic() + seconds
    wanted = {*DATASETS, VIEWS_DAG}
    while not wanted <= api.dag_ids():
        errors = api.import_errors()
        if errors or time.monotonic() > deadline:
            missing = ", ".join(sorted(wanted - api.dag_ids()))
            raise RunsFailed("\n".join([f"DAGs not there: {missing}", *errors]))
        time.sleep(0.5)


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
