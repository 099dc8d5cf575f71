"""DataBrew: flights' recipe and profile as jobs of local_aws, beside hand-written polars.

In turns, over the year's flights once and thirty times. What both give is compared: the recipe's
rows, and the profile's counts, means and deviations.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from laptop.bench import machine, report

if TYPE_CHECKING:
    from laptop.bench.databrew_runs import Lake
    from laptop.bench.meter import Cost

TIMES = (1, 30)
NEAR = 1e-9


@dataclass(frozen=True)
class Result:
    """One job and its peer: the median of their runs. `difference` where they do not agree."""

    load: str
    job: Cost
    polars: Cost
    difference: str


def add_options(parser: argparse.ArgumentParser) -> None:
    """What ``./lake bench databrew`` takes."""
    parser.add_argument("--times", type=int, nargs="+", default=TIMES, help="of a year's flights")
    parser.add_argument("--runs", type=int, default=1, help="of each; the median is shown")
    report.add_options(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Flights' recipe and profile beside hand-written polars; wall, CPU and memory."""
    # Here: polars would add to what every ./lake takes to start.
    from laptop.bench import databrew_runs

    facts = machine.facts()
    with tempfile.TemporaryDirectory("-bench", dir=options.scratch) as name:
        folder = Path(name)
        with databrew_runs.running(folder) as lake:
            results = list(_measured(lake, folder, options))
    console.print(_table(results))
    for result in results:
        console.print(f"{result.load}: {result.difference or 'the same'}", markup=False)
    report.close(console, facts, {"results": [asdict(result) for result in results]}, options.json)
    return 1 if any(result.difference for result in results) else 0


def _measured(lake: Lake, folder: Path, options: argparse.Namespace) -> Iterator[Result]:
    from laptop.bench import databrew_runs

    for times in options.times:
        file = databrew_runs.write_year(folder, times)
        name = f"x{times}"
        lake.add(name, file)
        for what in ("recipe", "profile"):
            output = folder / f"{what}-{name}"
            jobs, peers = [], []
            for _ in range(options.runs):
                peers.append(databrew_runs.by_polars(what, file, output))
                jobs.append(lake.run(f"{what}-{name}"))
            differ = _recipe_differs if what == "recipe" else _profile_differs
            yield Result(
                f"{what} {name}", _median(jobs), _median(peers), differ(lake, name, output)
            )
        file.unlink()


def _median(costs: list[Cost]) -> Cost:
    values = zip(*(asdict(cost).values() for cost in costs), strict=True)
    return type(costs[0])(*(median(value) for value in values))


def _recipe_differs(lake: Lake, name: str, output: Path) -> str:
    import polars as pl

    found, wanted = lake.rows(name), pl.read_parquet(output)
    found = found.with_columns(pl.col("time_hour").dt.replace_time_zone(None))
    wanted = wanted.select(found.columns)
    one, two = (frame.hash_rows().sum() for frame in (found.cast(wanted.schema), wanted))
    if (found.height, one) == (wanted.height, two):
        return ""
    return f"{found.height} rows against {wanted.height}, or other values"


def _profile_differs(lake: Lake, name: str, output: Path) -> str:
    report, wanted = lake.report(name), json.loads(output.read_text())
    pairs: list[tuple[str, Any, Any]] = [("rows", report["sampleSize"], wanted["rows"])]
    for column in report["columns"]:
        other = wanted["columns"][column["name"]]
        if column["type"] in ("int", "long", "double"):
            for mine, theirs in (("mean", "mean"), ("standardDeviation", "deviation")):
                pairs.append((f"{column['name']}.{mine}", column[mine], other[theirs]))
    return "; ".join(f"{what}: {a}, not {b}" for what, a, b in pairs if not _near(a, b))


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= NEAR * max(1.0, abs(other))


def _table(results: list[Result]) -> Table:
    shown = Table(title="Seconds on the wall / of CPU, peak MB", title_justify="left")
    for column in ("load", "DataBrew job", "polars", "wall", "CPU"):
        shown.add_column(column, justify="left" if column == "load" else "right")
    for result in results:
        costs = (
            f"{one.wall:.2f} / {one.cpu:.2f}, {one.peak:,.0f}"
            for one in (result.job, result.polars)
        )
        ratios = (result.job.wall / result.polars.wall, result.job.cpu / result.polars.cpu)
        shown.add_row(result.load, *costs, *(f"{ratio:.2f}" for ratio in ratios))
    return shown
