"""An answer as a table with its figures, as CSV or as JSON lines; a refusal with its place."""

from __future__ import annotations

import csv
import itertools
import json
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from laptop.sql.query import Answer, Column, QueryRefused, Row

ROWS = 200
"""What a table shows at most: a terminal is no place for a million. The other forms give all."""

_INTEGERS = ("tinyint", "smallint", "integer", "bigint")
_FLOATS = ("float", "double")
_NUMBERS = (*_INTEGERS, *_FLOATS, "decimal")


def show(answer: Answer, console: Console, title: str = "") -> None:
    """The rows, if the statement has any, and a line of figures below them."""
    rows = list(itertools.islice(answer.rows, ROWS + 1))
    if answer.columns and (rows or answer.is_query):
        console.print(table(answer.columns, rows[:ROWS], title))
    if len(rows) > ROWS:
        console.print(f"The first {ROWS} rows; --csv and --json give all.", style="dim")
    console.print(figures(answer, len(rows)), style="dim", markup=False)


def table(columns: tuple[Column, ...], rows: list[Row], title: str = "") -> Table:
    """Numbers to the right; NULL is told apart from a text that is empty."""
    shown = Table(title=title or None, title_justify="left")
    for column in columns:
        shown.add_column(Text(column.name), justify="right" if _is_number(column) else "left")
    for row in rows:
        shown.add_row(*(Text("NULL", "dim") if cell is None else Text(cell) for cell in row))
    return shown


def _is_number(column: Column) -> bool:
    return column.type in _NUMBERS


def figures(answer: Answer, read: int) -> str:
    """Rows, time, bytes and what the query would cost on AWS."""
    count = answer.row_count
    if count is None and answer.columns and read <= ROWS:
        count = read
    parts = [] if count is None else [f"{count:,} {'row' if count == 1 else 'rows'}"]
    parts.append(f"{answer.seconds:.2f} s")
    parts.append(f"{size(answer.scanned)} scanned")
    cost = f"${answer.usd:.6f}" if answer.usd else "nothing"
    reused = ", an earlier answer is reused" if answer.reused else ""
    parts.append(f"would cost {cost} on AWS{reused}")
    return " · ".join(parts)


def size(scanned: int) -> str:
    """Bytes in the largest decimal unit, as AWS bills them."""
    value = float(scanned)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def refusal(error: QueryRefused, console: Console) -> None:
    """What Athena said, and where in the statement."""
    marked = error.marked()
    if marked:
        console.print(marked, style="red", markup=False, highlight=False)
    console.print(str(error), style="red", markup=False)


def write_csv(answer: Answer, out: TextIO) -> None:
    """With a header; NULL is nothing between its commas, as in Athena's own files."""
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow([column.name for column in answer.columns])
    lines.writerows(answer.rows)


def write_json(answer: Answer, out: TextIO) -> None:
    """An object a line. Decimals stay texts, exact as they are, and so does all but numbers."""
    for row in answer.rows:
        pairs = zip(answer.columns, row, strict=True)
        values = {column.name: _value(column.type, cell) for column, cell in pairs}
        out.write(json.dumps(values, ensure_ascii=False) + "\n")


def _value(kind: str, text: str | None) -> Any:
    if text is None:
        return None
    if kind in _INTEGERS:
        return int(text)
    if kind == "boolean":
        return text == "true"
    if kind in _FLOATS and text not in ("NaN", "Infinity", "-Infinity"):
        return float(text)
    return text
