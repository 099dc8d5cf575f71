"""Glue: the flights job through local_aws beside bare spark-submit of the same script and data.

In turns, on the same Java with the same heap: starting a session and counting ten rows, then the
job on one, ten and thirty times the year's flights. local_aws runs each cold (a server just
started, no JVM) and warm (the JVM has served before). Both outputs are compared: rows and sums.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from laptop.bench import machine, report

if TYPE_CHECKING:
    from laptop.bench.glue_runs import Lake
    from laptop.bench.meter import Cost

TIMES = (1, 10, 30)


@dataclass(frozen=True)
class Result:
    """One load on both sides. `difference` says how the outputs differ, if they do."""

    load: str
    bare: Cost
    cold: Cost
    warm: Cost
    difference: str | None = None


def add_options(parser: argparse.ArgumentParser) -> None:
    """What ``./lake bench glue`` takes."""
    parser.add_argument("--times", type=int, nargs="+", default=TIMES, help="of a year's flights")
    report.add_options(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """The flights job beside bare spark-submit; start-up and steady state apart."""
    # Here: DuckDB and Arrow would double what every ./lake takes to start.
    from laptop.bench import glue_runs

    facts = machine.facts()
    with tempfile.TemporaryDirectory("-bench", dir=options.scratch) as name:
        folder = Path(name)
        with glue_runs.running(folder) as lake:
            results = list(_measured(lake, folder, options, console))
            facts["java"] = f"{lake.java.home}, heap {lake.java.heap}"
    console.print(_table(results))
    console.print(_summary(results))
    report.close(console, facts, {"results": [asdict(result) for result in results]}, options.json)
    return 1 if any(result.difference for result in results) else 0


def _measured(
    lake: Lake, folder: Path, options: argparse.Namespace, console: Console
) -> Iterator[Result]:
    yield _start(lake, folder, console)
    for times in options.times:
        yield _job(lake, folder, times, console)


def _start(lake: Lake, folder: Path, console: Console) -> Result:
    """A session and ten rows: what a job costs beside its work."""
    from laptop.bench import glue_runs

    first = lake.run(glue_runs.START, {})
    console.print(f"The first job of all: {first.wall:.1f} s, {first.cpu:.1f} CPU s")
    lake.wait_for_archive()
    bare = glue_runs.spark_submit(folder, folder / f"{glue_runs.START}.py", {}, lake.java)
    lake.start()
    cold = lake.run(glue_runs.START, {})
    result = Result("start", bare, cold, lake.run(glue_runs.START, {}))
    _say(result, console)
    return result


def _job(lake: Lake, folder: Path, times: int, console: Console) -> Result:
    from laptop.bench import glue_runs

    data = glue_runs.write_clean(folder, times)
    lake.upload(data)
    script = glue_runs.SCRIPTS / f"{glue_runs.JOB}.py"
    local = glue_runs.arguments_of(f"file://{folder}", data.name, f"{times}")
    bare = glue_runs.spark_submit(folder, script, local, lake.java)
    lake.start()
    root = f"s3://{glue_runs.BUCKET}"
    cold, warm = (
        lake.run(glue_runs.JOB, glue_runs.arguments_of(root, data.name, f"{times}-{run}"))
        for run in ("cold", "warm")
    )
    known = glue_runs.sums_of(sorted((folder / f"curated-{times}").glob("*.parquet")))
    found = [lake.output(f"curated-{times}-{run}/") for run in ("cold", "warm")]
    differ = [sums for sums in found if sums != known]
    difference = f"{differ[0]}, not {known}" if differ else None
    result = Result(f"flights x{times}", bare, cold, warm, difference)
    _say(result, console)
    return result


def _say(result: Result, console: Console) -> None:
    shown = ", ".join(f"{one.cpu:.1f} s" for one in (result.bare, result.cold, result.warm))
    console.print(f"{result.load}: CPU bare, cold, warm: {shown}", highlight=False)


def _table(results: list[Result]) -> Table:
    shown = Table(title="Seconds on the wall / of CPU, peak MB", title_justify="left")
    for column in ("load", "spark-submit", "Glue, cold", "Glue, warm", "CPU cold", "CPU warm"):
        shown.add_column(column, justify="left" if column == "load" else "right")
    for result in results:
        costs = (
            f"{one.wall:.1f} / {one.cpu:.1f}, {one.peak:,.0f}"
            for one in (result.bare, result.cold, result.warm)
        )
        ratios = (f"{one.cpu / result.bare.cpu:.2f}" for one in (result.cold, result.warm))
        shown.add_row(
            result.load, *costs, *ratios, style="red" if result.difference is not None else None
        )
    return shown


def _summary(results: list[Result]) -> str:
    """Start-up beside bare Spark's, and the work alone: a run less its start."""
    start, *jobs = results
    lines = [
        f"Start-up over bare Spark: {start.cold.cpu - start.bare.cpu:+.1f} CPU s cold, "
        f"{start.warm.cpu - start.bare.cpu:+.1f} warm."
    ]
    for job in jobs:
        work = job.bare.cpu - start.bare.cpu
        cold, warm = job.cold.cpu - start.cold.cpu, job.warm.cpu - start.warm.cpu
        lines.append(
            f"{job.load} less the start: {work:.1f} CPU s bare, {cold / work:.2f} times cold, "
            f"{warm / work:.2f} times warm. {job.difference or 'The same rows and sums.'}"
        )
    return "\n".join(lines)
