"""Delimited text: the delimiter, whether the first row is a header, and the columns' types.

What AWS does (https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-built-in-rules):
at least two columns and two rows of data; the first row is a header when each of its cells reads
as text, is shorter than 150 characters (but the last) and is a possible column name, and some row
of data is not text alone; otherwise columns are called col0, col1... Types are bigint, double and
string: dates stay text, and so does a number that is written ``1,234`` or ``NA``.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from local_aws.services.glue.classifiers.sample import Sample
from local_aws.services.glue.classifiers.schema import Classified, Column, Schema

DELIMITERS = (",", "|", "\t", ";", "\x01")

_PROBED = 200  # rows that decide on the delimiter
_REGULAR = 0.8  # the share of rows that have as many cells as most rows have
_LONGEST_NAME = 150
_BIGINT = re.compile(r"[+-]?\d{1,19}")
_DOUBLE = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_NAME = re.compile(r"[\t\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")

Row = list[str]


def classify(sample: Sample) -> Classified | None:
    """None when no delimiter makes regular rows of two or more columns."""
    delimiter = _delimiter(sample.text)
    if delimiter is None:
        return None
    rows = _rows(sample.text, delimiter)
    header = _is_header(rows)
    data = rows[1:] if header else rows
    if len(data) < 2:
        return None
    names = _names(rows[0], header)
    columns = tuple(
        Column(name, _type(row[i] for row in data if i < len(row))) for i, name in enumerate(names)
    )
    schema = Schema("csv", columns, sample.compression, delimiter, header, '"' in sample.text)
    return Classified(schema, sample.size, max(len(sample.text.encode()) // len(rows), 1))


def _delimiter(text: str) -> str | None:
    """The delimiter under which most rows have the same number of cells, at least two."""
    start = text[:100_000]
    best: tuple[float, str] | None = None
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in _rows(start, delimiter)[:_PROBED])
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        share = count / widths.total()
        if width >= 2 and share >= _REGULAR and (best is None or share > best[0]):
            best = share, delimiter
    return best[1] if best else None


def _rows(text: str, delimiter: str) -> list[Row]:
    if delimiter not in text:
        return []
    try:
        return [
            row for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter) if row
        ]
    except csv.Error:
        return []


def _is_header(rows: Sequence[Row]) -> bool:
    first = rows[0]
    if not all(_may_be_name(cell) for cell in first):
        return False
    if any(len(cell) >= _LONGEST_NAME for cell in first[:-1]):
        return False
    return any(_cell_type(cell) not in (None, "string") for row in rows[1:] for cell in row)


def _may_be_name(cell: str) -> bool:
    return _cell_type(cell) in (None, "string") and bool(_NAME.fullmatch(cell))


def _names(first: Row, header: bool) -> list[str]:
    if not header:
        return [f"col{i}" for i in range(len(first))]
    return [cell.lower() or f"col{i}" for i, cell in enumerate(first)]


def _type(cells: Iterable[str]) -> str:
    kinds = {_cell_type(cell) for cell in cells} - {None}
    if kinds == {"bigint"}:
        return "bigint"
    return "double" if kinds and kinds <= {"bigint", "double"} else "string"


def _cell_type(cell: str) -> str | None:
    """None for an empty cell, which says nothing."""
    if not cell:
        return None
    if _BIGINT.fullmatch(cell):
        return "bigint" if -(2**63) <= int(cell) < 2**63 else "double"
    return "double" if _DOUBLE.fullmatch(cell) else "string"
