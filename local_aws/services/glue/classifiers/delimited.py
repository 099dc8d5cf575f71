"""Delimited text: the delimiter, whether the first row is a header, and the columns' types.

What AWS does (https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-built-in-rules):
at least two columns and two rows of data; the first row is a header when each of its cells reads
as text, is shorter than 150 characters (but the last) and is a possible column name, and some row
of data is not text alone; otherwise columns are called col0, col1... Types are bigint, double and
string: dates stay text, and so does a number that is written ``1,234`` or ``NA``. A header's cells
lose the spaces around them: AWS's sample of Medicare's payments has " Total Discharges " for a
header and the column ``total discharges``. Values keep theirs, and are text by them, unless a
custom classifier's DisableValueTrimming is false; such a one says more of it itself
(https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#custom-classifier-csv).
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from local_aws.services.glue.classifiers.sample import Sample
from local_aws.services.glue.classifiers.schema import Classified, Column, Schema

DELIMITERS = (",", "|", "\t", ";", "\x01")

_PROBED = 200  # rows that decide on the delimiter
_REGULAR = 0.8  # the share of rows that have as many cells as most rows have
_LONGEST_NAME = 150
_BIGINT = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_DOUBLE = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NAME = re.compile(r"[\t\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")

Row = list[str]


@dataclass(frozen=True)
class Dialect:
    """What is known before a file is read: nothing for the built-in classifier."""

    delimiters: tuple[str, ...] = DELIMITERS
    quote: str = '"'
    header: bool | None = None  # None: to be found out
    names: tuple[str, ...] = ()
    trims: bool = False
    single: bool = False  # one column is enough
    datatypes: tuple[str, ...] = ()  # Hive's, column by column
    open_csv: bool = False  # the table is for OpenCSVSerDe

    @property
    def fewest(self) -> int:
        """Columns, and rows of data, that make a table."""
        return 1 if self.single or self.names else 2


BUILT_IN = Dialect()


def classify(sample: Sample, dialect: Dialect = BUILT_IN) -> Classified | None:
    """None when no delimiter makes regular rows of two or more columns."""
    delimiter = _delimiter(sample.text, dialect)
    if delimiter is None:
        return None
    rows = _rows(sample.text, delimiter, dialect)
    header = _is_header(rows) if dialect.header is None else dialect.header
    data = rows[1:] if header else rows
    width = Counter(len(row) for row in rows[:_PROBED]).most_common(1)[0][0]
    if len(data) < dialect.fewest or (dialect.names and len(dialect.names) != width):
        return None
    names = list(dialect.names) or _names(rows[0], header)
    schema = Schema(
        "csv",
        _columns([name.lower() for name in names], data, dialect),
        sample.compression,
        delimiter,
        header,
        quoted=dialect.open_csv or dialect.quote in sample.text,
        quote=dialect.quote if dialect.open_csv else "",
    )
    return Classified(schema, sample.size, max(len(sample.text.encode()) // len(rows), 1))


def _columns(names: list[str], data: Sequence[Row], dialect: Dialect) -> tuple[Column, ...]:
    given = dialect.datatypes
    return tuple(
        Column(name, given[i] if i < len(given) else _type(row[i] for row in data if i < len(row)))
        for i, name in enumerate(names)
    )


def _delimiter(text: str, dialect: Dialect) -> str | None:
    """The delimiter under which most rows have the same number of cells, at least two."""
    start = text[:100_000]
    best: tuple[float, str] | None = None
    for delimiter in dialect.delimiters:
        widths = Counter(len(row) for row in _rows(start, delimiter, dialect)[:_PROBED])
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        share = count / widths.total()
        if width >= dialect.fewest and share >= _REGULAR and (best is None or share > best[0]):
            best = share, delimiter
    return best[1] if best else None


def _rows(text: str, delimiter: str, dialect: Dialect) -> list[Row]:
    if delimiter not in text and not dialect.single:
        return []
    # Only \n and \r end a row: splitlines would cut at U+2028 and others too.
    lines = io.StringIO(text, newline="")
    try:
        rows = [
            row for row in csv.reader(lines, delimiter=delimiter, quotechar=dialect.quote) if row
        ]
    except csv.Error:
        return []
    return [[cell.strip() for cell in row] for row in rows] if dialect.trims else rows


def _is_header(rows: Sequence[Row]) -> bool:
    first = [cell.strip() for cell in rows[0]]
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
    return [cell.strip().lower() or f"col{i}" for i, cell in enumerate(first)]


def _type(cells: Iterable[str]) -> str:
    kinds: set[str] = set()
    for cell in cells:
        kind = _cell_type(cell)
        if kind == "string":
            return kind
        if kind:
            kinds.add(kind)
    if not kinds:
        return "string"
    return "bigint" if kinds == {"bigint"} else "double"


@lru_cache(maxsize=4096)
def _cell_type(cell: str) -> str | None:
    """None for an empty cell, which says nothing."""
    if not cell:
        return None
    if _BIGINT.fullmatch(cell):
        return "bigint" if -(2**63) <= int(cell) < 2**63 else "double"
    return "double" if _DOUBLE.fullmatch(cell) else "string"
