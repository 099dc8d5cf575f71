"""The page's HTML. Every value is escaped; no address is made of data without being quoted."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tarn.health.matrix import STEPS, Cell, Matrix, Row, State, moment
from tarn.page import data_docs
from tarn.page.detail import Detail
from tarn.published.readers import run_of

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


@dataclass(frozen=True)
class StateWords:
    """How a state is said: a sign, a word, and a sentence for the legend."""

    sign: str
    word: str
    meaning: str


STATES: dict[State, StateWords] = {
    "published": StateWords("✓", "published", "readers see it; no row was quarantined"),
    "quarantined": StateWords(
        "◒",
        "published, some rows quarantined",
        "readers see it without the rows that broke a row rule",
    ),
    "stale": StateWords(
        "◷", "stale", "published, but the newest is older than the contract allows"
    ),
    "running": StateWords("▸", "running", "under way, or waiting; the number is the step of seven"),
    "failed": StateWords("✕", "failed", "a gate or a step stopped it; readers see what was before"),
    "rolled_back": StateWords("↶", "rolled back", "readers were pointed back at the run before"),
    "missing": StateWords("·", "missing", "its time is over and nothing was published"),
}
SHOWS = {
    "state": "State",
    "rows": "Rows",
    "quality": "Quality",
    "bytes": "Size",
    "cost": "Cost",
    "age": "Age",
}
PUBLISHED: tuple[State, ...] = ("published", "quarantined", "stale", "rolled_back")
# A page of 40 datasets by 1,000 months would be 9 MB: a matrix shows about CELLS cells at a time,
# in FEWEST to MOST columns.
CELLS, FEWEST, MOST = 3000, 12, 60
LEVELS = 4
# The share of quarantined rows at which the next level of the shade begins.
QUALITY_LEVELS = (0.0, 0.001, 0.01, 0.05)


def page(
    matrices: Sequence[Matrix],
    show: str,
    now: datetime,
    *,
    nonce: str,
    drawer: str = "",
    chosen: tuple[str, str] = ("", ""),
    until: str = "",
) -> str:
    """The whole page. drawer: the HTML of an open drawer; chosen: the cell that it is of.

    until: the label that each matrix ends at, of those that have so many that it shows a window of
    them; the newest where it is "". nonce: what its Content-Security-Policy calls the page's own
    script and style by.
    """
    rows = [row for matrix in matrices for row in matrix.rows]
    windows = [window(matrix, until, chosen) for matrix in matrices]
    return _render(
        "page.html",
        matrices=[_shown(m, w, show) for m, w in zip(matrices, windows, strict=True)],
        rows=rows,
        totals=_totals(rows),
        show=show,
        shows=SHOWS,
        states=STATES,
        now=now,
        nonce=nonce,
        drawer=drawer,
        chosen=chosen,
        until=until,
        busy=any(row.count("running") for row in rows),
    )


def drawer(cell: Cell, row: Row, detail: Detail, show: str, until: str = "") -> str:
    """The drawer of one cell; show and until: of the page that it closes to."""
    failure = detail.failure if cell.state == "failed" else ""
    return _render(
        "drawer.html",
        cell=cell,
        row=row,
        detail=detail,
        reason=cell.reason or failure,
        show=show,
        until=until,
        states=STATES,
        steps=STEPS,
        run_of=run_of,
    )


def message(title: str, text: str, nonce: str, link: tuple[str, str] | None = None) -> str:
    """A page that says one thing, such as that its reader has not signed in."""
    return _render("message.html", title=title, text=text, nonce=nonce, link=link)


@dataclass(frozen=True)
class Shown:
    """A cell as it is drawn: its text, its shade (0 to 4; None: its state's colour), in words."""

    cell: Cell
    text: str
    shade: int | None
    words: str


@dataclass(frozen=True)
class Window:
    """The labels of a matrix that are shown, and the `until` of its neighbours.

    newer is None where nothing is newer, and "" where the newest window is next.
    """

    labels: tuple[str, ...]
    older: str | None = None
    newer: str | None = None


def window(matrix: Matrix, until: str, chosen: tuple[str, str] = ("", "")) -> Window:
    """At most CELLS cells of a matrix, up to the label `until`, with the chosen one among them."""
    labels = matrix.labels
    columns = min(max(CELLS // max(len(matrix.rows), 1), FEWEST), MOST)
    end = max(bisect_right(labels, until) if until else len(labels), columns)
    dataset, label = chosen
    if label in labels and any(row.dataset == dataset for row in matrix.rows):
        place = labels.index(label)
        if not end - columns <= place < end:
            end = max(place + columns // 2 + 1, columns)
    end = min(end, len(labels))
    start = max(end - columns, 0)
    after = min(end + columns, len(labels))
    return Window(
        labels[start:end],
        older=labels[start - 1] if start else None,
        newer=None if end == len(labels) else "" if after == len(labels) else labels[after - 1],
    )


def _shown(matrix: Matrix, window: Window, show: str) -> dict[str, Any]:
    return {
        "title": "Whole datasets" if not matrix.keys else f"By {matrix.keys[-1]}",
        "keys": matrix.keys,
        "window": window,
        "total": len(matrix.labels),
        "groups": _groups(window.labels, len(matrix.keys)),
        "rows": [
            (row, [_cell(row, label, show) for label in window.labels]) for row in matrix.rows
        ],
    }


def _groups(labels: Sequence[str], keys: int) -> list[tuple[str, list[str]]]:
    """Labels under what they share: ("2013", ["01", "02"]); one without a name where they do not.

    >>> _groups(["2013-01", "2013-02", "2014-01"], 2)
    [('2013', ['01', '02']), ('2014', ['01'])]
    """
    found: dict[str, list[str]] = {}
    for label in labels:
        head, _, tail = label.rpartition("-") if keys > 1 else ("", "", label)
        found.setdefault(head, []).append(tail)
    return list(found.items())


def _cell(row: Row, label: str, show: str) -> Shown | None:
    cell = row.cells.get(label)
    if cell is None:
        return None
    figure, shade = _figure(row, cell, show)
    sign = STATES[cell.state].sign
    if show == "state" and cell.state == "running" and cell.step_number:
        sign += str(cell.step_number)
    # A shade has no room for the state's colour: its sign says it, unless all is well.
    marked = figure and cell.state not in ("published", "quarantined")
    text = f"{sign} {figure}" if marked else figure or sign
    return Shown(cell, text, shade, _words(cell, figure, show))


def _figure(row: Row, cell: Cell, show: str) -> tuple[str, int | None]:
    """A cell's text and shade; "" and None where it has no such figure."""
    if show == "quality" and (share := cell.quarantined_share) is not None:
        shade = len([level for level in QUALITY_LEVELS if share > level])
        text = percent(share) + ("!" if cell.warnings else "")
        return text, min(shade, LEVELS)
    if show == "age" and cell.age_seconds is not None:
        return duration(cell.age_seconds), _level(row, "age_seconds", cell.age_seconds)
    names = {"rows": ("rows", short), "bytes": ("bytes", size), "cost": ("cost_usd", dollars)}
    if show in names:
        name, say = names[show]
        if (value := getattr(cell, name)) is not None:
            return say(value), _level(row, name, value)
    return "", None


def _level(row: Row, name: str, value: float) -> int:
    """A figure's shade beside the dataset's largest."""
    largest = row.largest[name]
    return round(value / largest * LEVELS) if largest else 0


def _words(cell: Cell, figure: str, show: str) -> str:
    """What a cell says to who does not see it."""
    parts = [f"{cell.dataset} {cell.partition}", STATES[cell.state].word]
    if cell.gate:
        parts.append(f"at the gate {cell.gate}")
    elif cell.step:
        parts.append(f"at {cell.step}")
    if cell.running_seconds is not None:
        parts.append(f"for {duration(cell.running_seconds)}")
    if cell.state == "rolled_back" and cell.record.get("run_by"):
        parts.append(f"by {cell.record['run_by']}")
    if figure:
        parts.append(f"{SHOWS[show].lower()} {figure}")
    elif cell.rows is not None:
        parts.append(f"{cell.rows:,} rows")
    return ", ".join(parts)


def _totals(rows: Sequence[Row]) -> dict[str, Any]:
    states = {name: sum(row.count(name) for row in rows) for name in STATES}
    return {
        "cells": sum(len(row.cells) for row in rows),
        "states": states,
        "published": sum(row.count(*PUBLISHED) for row in rows),
        "rows": sum(row.total("rows") for row in rows),
        "bytes": sum(row.total("bytes") for row in rows),
        "cost": sum(row.total("cost_usd") for row in rows),
        "quarantined": sum(row.total("quarantined") for row in rows),
        "late": [row.dataset for row in rows if row.freshness and row.freshness.state == "late"],
    }


# -- how figures are said


def number(value: float) -> str:
    return f"{value:,.0f}"


def short(value: float) -> str:
    """A number in at most five characters.

    >>> [short(n) for n in (0, 999, 27004, 336776, 12_300_000)]
    ['0', '999', '27.0k', '337k', '12.3M']
    """
    for unit, factor in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= factor:
            scaled = value / factor
            return f"{scaled:.1f}{unit}" if scaled < 99.95 else f"{scaled:.0f}{unit}"
    return f"{value:.0f}"


def size(value: float) -> str:
    """Bytes as people say them.

    >>> [size(n) for n in (0, 812, 2_310_000, 45_000_000_000)]
    ['0 B', '812 B', '2.3 MB', '45 GB']
    """
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= factor:
            scaled = value / factor
            return f"{scaled:.1f} {unit}" if scaled < 9.95 else f"{scaled:.0f} {unit}"
    return f"{value:.0f} B"


def dollars(value: float) -> str:
    return f"${value:,.2f}" if value >= 0.005 or value == 0 else "<1¢"


def percent(share: float) -> str:
    """A share, never rounded to nothing nor to all.

    >>> [percent(s) for s in (0, 0.0000002, 0.0142, 0.9999, 1)]
    ['0 %', '<0.1 %', '1.4 %', '99.9 %', '100 %']
    """
    if 0 < share < 0.001:
        return "<0.1 %"
    if share in (0, 1):
        return f"{share * 100:.0f} %"
    return f"{min(share * 100, 99.9):.1f} %"


def duration(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def when(value: Any) -> str:
    """A time of the ledger or of Airflow, to the minute, UTC."""
    found = value if isinstance(value, datetime) else moment(value)
    return found.strftime("%Y-%m-%d %H:%M UTC") if found else ""


def query(**values: str) -> str:
    """A relative address of the page; what is empty is left out."""
    return "?" + urlencode({name: value for name, value in values.items() if value})


def airflow_run(run_id: str, dataset: str, step: str = "") -> str:
    """A run in Airflow's UI, or one of its tasks with its log, as seen from the page."""
    address = f"../dags/{quote(dataset, safe='')}/runs/{quote(run_id, safe='')}"
    return f"{address}/tasks/{quote(step, safe='')}" if step else address


FIGURES = (number, short, size, dollars, percent, duration)


def _tolerant(say: Callable[[float], str]) -> Callable[[Any], str]:
    """What is no number is said as nothing: a record may be of another version's making."""
    return lambda value: say(value) if isinstance(value, int | float) else ""


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {say.__name__: _tolerant(say) for say in FIGURES} | {"when": when}
    made.globals |= {"query": query, "airflow_run": airflow_run, "docs_of": data_docs.address}
    return made


def _render(template: str, **values: Any) -> str:
    return str(_environment().get_template(template).render(values))
