"""Athena: TPC-H through boto3 beside plain DuckDB on the same Parquet, and what SELECT 1 takes.

A server of its own gets the files as tables. Each query runs there and in a plain DuckDB of the
same memory and threads, in turns, and their answers are compared. A query's time is the engine's,
as GetQueryExecution tells it: reading the catalog, planning, running and writing the result file.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from laptop.bench import machine, report
from laptop.bench.athena_suite import Suite, from_folder, tpch
from laptop.bench.meter import Meter, Used

if TYPE_CHECKING:
    from laptop.bench.athena_runs import Result

SMALL = 40
WORTH = 1.0
"""Seconds from which on a query's own ratio says something."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """What ``./lake bench athena`` takes."""
    parser.add_argument("--scale", type=float, default=1, help="of TPC-H's data; 1 is 1 GB")
    parser.add_argument("--folder", type=Path, help="queries/*.sql over data/*.parquet instead")
    parser.add_argument("--only", nargs="+", metavar="QUERY", help="these queries alone")
    parser.add_argument("--runs", type=int, default=3, help="of each query; the median is shown")
    report.add_options(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Queries through boto3 beside plain DuckDB; what SELECT 1 takes, and the peak of memory."""
    # Here: DuckDB and Arrow would double what every ./lake takes to start.
    from laptop.bench import athena_runs

    facts = machine.facts()
    with tempfile.TemporaryDirectory("-bench", dir=options.scratch) as folder:
        suite = _suite(options, Path(folder))
        with athena_runs.running(suite, Path(folder)) as lake:
            small = median(lake.seconds_of_one() for _ in range(SMALL))
            with Meter(lake.pid) as meter:
                results = list(athena_runs.measured(lake, suite, options.runs, console))
    console.print(_table(results))
    console.print(_summary(results, small, meter.used))
    shown = [asdict(result) for result in results]
    found = {"select_1_ms": small * 1000, "peak_mb": meter.used.peak, "results": shown}
    report.close(console, facts, found, options.json)
    return 1 if any(result.wrong for result in results) else 0


def _suite(options: argparse.Namespace, folder: Path) -> Suite:
    if options.folder:
        suite = from_folder(options.folder)
    else:
        data = folder / "data"
        data.mkdir()
        suite = tpch(data, options.scale)
    wanted = options.only or list(suite.queries)
    return Suite({name: suite.queries[name] for name in wanted}, suite.tables)


def _table(results: Sequence[Result]) -> Table:
    shown = Table(title="Seconds of the engine, and of a plain DuckDB", title_justify="left")
    columns = ("query", "Athena", "of it planning", "DuckDB", "ratio", "MB scanned", "rows")
    for column in columns:
        shown.add_column(column, justify="left" if column == "query" else "right")
    for result in results:
        shown.add_row(
            result.name,
            f"{result.athena:.3f}",
            f"{result.planning:.3f}",
            "" if result.duckdb is None else f"{result.duckdb:.3f}",
            "" if result.ratio is None else f"{result.ratio:.2f}",
            f"{result.bytes / 1e6:.1f}",
            str(result.rows),
            style="red" if result.wrong else None,
        )
    return shown


def _summary(results: Sequence[Result], small: float, used: Used) -> str:
    both = [result for result in results if result.duckdb is not None]
    athena, own = (sum(values) for values in zip(*_times(both), strict=True)) if both else (0, 0)
    slow = [result.ratio or 0 for result in both if (result.duckdb or 0) >= WORTH]
    wrong = sum(result.wrong is not None for result in results)
    parts = [
        f"{len(results) - wrong} of {len(results)} right.",
        f"In total {athena:.2f} s, DuckDB {own:.2f} s: {athena / own if own else 0:.2f} times.",
        f"Of those over {WORTH:g} s the slowest: {max(slow):.2f} times." if slow else "",
        f"SELECT 1: {small * 1000:.0f} ms in the median.",
        f"Planning: {median(r.planning for r in results) * 1000:.1f} ms in the median."
        if results
        else "",
        f"Peak memory of the server: {used.peak:,.0f} MB ({used.before:,.0f} before).",
        f"Load after: {os.getloadavg()[0]:.2f}.",
    ]
    return " ".join(part for part in parts if part)


def _times(results: Sequence[Result]) -> list[tuple[float, float]]:
    return [(result.athena, result.duckdb or 0) for result in results]
