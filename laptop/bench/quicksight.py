"""QuickSight: an ingestion, and what a visual takes over its rows, beside plain DuckDB.

A server of its own reads a table of flights into SPICE and draws visuals of a dashboard. DuckDB
runs SQL written by hand over the same Parquet, of the same memory and threads, in turns; a visual's
CSV is compared with its answer.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from laptop.bench import machine, report

if TYPE_CHECKING:
    from laptop.bench.quicksight_runs import Result

TARGET = 0.2
"""Seconds that a visual may take over a million rows."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """What ``./lake bench quicksight`` takes."""
    parser.add_argument("--rows", type=int, default=1_000_000, help="of flights, in SPICE")
    parser.add_argument("--runs", type=int, default=5, help="of each; the median is shown")
    report.add_options(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """An ingestion and visuals over SPICE beside SQL written by hand; wall and CPU."""
    # Here: DuckDB and Arrow would add to what every ./lake takes to start.
    from laptop.bench import quicksight_runs

    facts = machine.facts()
    with tempfile.TemporaryDirectory("-bench", dir=options.scratch) as name:
        folder = Path(name)
        with quicksight_runs.running(folder, options.rows) as lake:
            results = [lake.ingested(), *lake.drawn(options.runs)]
    console.print(_table(results, options.rows))
    slowest = max(result.quicksight.wall for result in results[1:])
    console.print(f"The slowest visual: {slowest * 1000:.0f} ms; {TARGET * 1000:.0f} are allowed.")
    for result in results:
        console.print(f"{result.load}: {result.difference or 'the same'}", markup=False)
    report.close(console, facts, {"results": [asdict(result) for result in results]}, options.json)
    return 1 if any(result.difference for result in results) else 0


def _table(results: Sequence[Result], rows: int) -> Table:
    shown = Table(title=f"{rows:,} rows: ms on the wall / of CPU", title_justify="left")
    for column in ("load", "QuickSight", "DuckDB", "wall", "CPU"):
        shown.add_column(column, justify="left" if column == "load" else "right")
    for result in results:
        one, two = result.quicksight, result.duckdb
        costs = (f"{cost.wall * 1000:,.0f} / {cost.cpu * 1000:,.0f}" for cost in (one, two))
        ratios = (one.wall / two.wall, one.cpu / two.cpu if two.cpu else 0)
        shown.add_row(result.load, *costs, *(f"{ratio:.2f}" for ratio in ratios))
    return shown
