"""The pipeline: months of flights and weather through Airflow, and who spends what on them.

A stack of its own, in a folder of its own, takes the months through its real scheduler. Printed:
time on the wall; CPU and peak memory of each part; how long the tasks of each step took and waited;
how much of both cores nobody used.
"""

import argparse
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from laptop import airflow, demo, postgres, stack, watching
from laptop.airflow import AirflowApi
from laptop.bench import machine, report
from laptop.bench.many_flights import write_flights
from laptop.bench.meter import Meter, Used
from laptop.bench.servers import free_port
from laptop.home import Home
from laptop.processes import Process
from tarn.contracts.load import load_contract

DATASETS = ("flights", "weather")
ORCHESTRATION = ("postgres", *airflow.COMPONENTS)


@dataclass(frozen=True)
class Step:
    """The tasks of one step: seconds they ran, and stood queued before."""

    name: str
    tasks: int
    seconds: float
    median: float
    queued: float


@dataclass(frozen=True)
class Result:
    """One run. `used`: by part of the stack; `rows`: published."""

    wall: float
    rows: int
    partitions: int
    used: Mapping[str, Used]
    steps: Sequence[Step]

    @property
    def cpu(self) -> float:
        return sum(one.cpu for one in self.used.values())

    @property
    def idle(self) -> float:
        """CPU seconds that no part of the stack used, of all cores."""
        return self.wall * (os.cpu_count() or 1) - self.cpu

    @property
    def orchestration(self) -> float:
        return sum(self.used[name].cpu for name in ORCHESTRATION)


def add_options(parser: argparse.ArgumentParser) -> None:
    """What ``./lake bench pipeline`` takes."""
    parser.add_argument("--months", type=int, default=12, help="of 2013, from January on")
    parser.add_argument("--times", type=int, default=1, help="flights, this many times the real")
    report.add_options(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Months of flights and weather through Airflow; wall, CPU, and who spends it."""
    facts = machine.facts()
    months = demo.MONTHS[: options.months]
    with _lake(options, months, console) as (api, home):
        result = measure(api, home, months, console)
    for table in (_parts(result), _steps(result)):
        console.print(table)
    console.print(_summary(result))
    report.close(console, facts, _document(options, result), options.json)
    return 0


@contextmanager
def _lake(
    options: argparse.Namespace, months: Sequence[str], console: Console
) -> Iterator[tuple[AirflowApi, Home]]:
    """A running stack in a folder of its own, with the lake deployed; the environment as before."""
    kept = dict(os.environ)
    with ExitStack() as exits:
        folder = Path(
            exits.enter_context(tempfile.TemporaryDirectory("-bench", dir=options.scratch))
        )
        exits.callback(_restore, kept)
        ports = {"LAKE_AWS_PORT": str(free_port()), "LAKE_AIRFLOW_PORT": str(free_port())}
        os.environ.update(ports | {"LAKE_HOME": str(folder)})
        if options.times > 1:
            sources = folder / "sources"
            sources.mkdir()
            console.print(f"Writing flights {options.times} times")
            write_flights(sources, months, options.times)
            os.environ["TARN_SOURCE_FLIGHTS"] = str(sources)
        home = Home.from_environment()
        exits.callback(stack.down, home)
        stack.up(home, console.print)
        stack.use_aws(home)
        from tarn.deploy import deploy

        list(deploy())
        api = AirflowApi(home)
        demo.wait_for_dags(api)
        yield api, home


def _restore(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def measure(api: AirflowApi, home: Home, months: Sequence[str], console: Console) -> Result:
    """From the request of the months until views and dashboards show them."""
    from tarn.ledger import ledger

    contracts = {name: load_contract(name) for name in DATASETS}
    expected = [(name, month) for name in DATASETS for month in months]
    meters = {name: Meter(pid) for name, pid in _pids(home).items()}
    with ExitStack() as running:
        for meter in meters.values():
            running.enter_context(meter)
        began = time.monotonic()
        for dag_id in (*DATASETS, watching.VIEWS_DAG):
            api.unpause(dag_id)
        for name in DATASETS:
            api.backfill(name, f"{months[0]}-01T00:00:00Z", f"{months[-1]}-01T00:00:00Z", 2)
        ended = watching.watch(api, console, contracts, expected)
        if any(one.state == "failed" for one in ended):
            raise watching.RunsFailed(watching.failures(api, DATASETS))
        watching.wait_for_views(api, ledger.pending_refresh, console)
        wall = time.monotonic() - began
    records = [record for record in ledger.summary() if record["dataset"] in DATASETS]
    return Result(
        wall=wall,
        rows=sum(record["rows_published"] for record in records),
        partitions=len(records),
        used={name: meter.used for name, meter in meters.items()},
        steps=list(
            steps(task for dag in (*DATASETS, watching.VIEWS_DAG) for task in api.tasks(dag))
        ),
    )


def _pids(home: Home) -> dict[str, int]:
    """The first process of each part of the stack."""
    found = {}
    for name in ("local_aws", *airflow.COMPONENTS):
        process = Process(name, home).running()
        if process is None:
            raise stack.NotRunning
        found[name] = process.pid
    database = postgres.pid(home)
    if database is None:
        raise stack.NotRunning
    return found | {"postgres": database}


def steps(tasks: Iterable[Mapping[str, Any]]) -> Iterator[Step]:
    """What Airflow says of its tasks, by step, the longest first."""
    by_name: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for task in tasks:
        if task["start_date"] and task["end_date"]:
            by_name[task["task_id"]].append(task)
    found = []
    for name, ran in by_name.items():
        seconds = [_between(task["start_date"], task["end_date"]) for task in ran]
        waits = [
            _between(task["queued_when"], task["start_date"])
            for task in ran
            if task.get("queued_when")
        ]
        found.append(Step(name, len(ran), sum(seconds), median(seconds), sum(waits)))
    yield from sorted(found, key=lambda step: -step.seconds)


def _between(first: str, last: str) -> float:
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()


def _parts(result: Result) -> Table:
    shown = Table(title="Each part of the stack, with its children", title_justify="left")
    for column in ("part", "CPU s", "of all CPU", "peak MB"):
        shown.add_column(column, justify="left" if column == "part" else "right")
    for name, one in sorted(result.used.items(), key=lambda item: -item[1].cpu):
        share = one.cpu / result.cpu if result.cpu else 0
        shown.add_row(name, f"{one.cpu:.1f}", f"{share:.0%}", f"{one.peak:,.0f}")
    return shown


def _steps(result: Result) -> Table:
    shown = Table(title="Airflow's tasks", title_justify="left")
    for column in ("step", "tasks", "s in all", "median s", "queued s in all"):
        shown.add_column(column, justify="left" if column == "step" else "right")
    for step in result.steps:
        figures = (f"{step.seconds:.1f}", f"{step.median:.1f}", f"{step.queued:.1f}")
        shown.add_row(step.name, str(step.tasks), *figures)
    return shown


def _summary(result: Result) -> str:
    return (
        f"{result.partitions} partitions, {result.rows:,} rows in {result.wall:.0f} s; "
        f"{result.cpu:.0f} CPU s, {result.orchestration / result.cpu:.0%} of them Airflow's and "
        f"PostgreSQL's; {result.idle:.0f} CPU s of {os.cpu_count()} cores were nobody's of these."
    )


def _document(options: argparse.Namespace, result: Result) -> dict[str, Any]:
    return {
        "months": options.months,
        "times": options.times,
        "wall_seconds": result.wall,
        "rows": result.rows,
        "partitions": result.partitions,
        "used": {name: vars(one) for name, one in result.used.items()},
        "steps": [vars(step) for step in result.steps],
    }
