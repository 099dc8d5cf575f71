"""Which line of the raw file a clean row comes from, told without ever telling a wrong one.

A recipe adds no line numbers, and DataBrew has no row number that holds still. So a row is held
against every record, in the columns that the recipe leaves alone (rows/recipe.py): a record that
differs there cannot be the row's, and any other may be. The row's own record is always among those
that may be; where it is the only one, its line is the row's line. Wherever it is not plain how
DataBrew reads a text (`1e3`, `007` in a text column, a quote within), the record may be the row's.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tarn.rows.delimited import Record
from tarn.rows.recipe import Origin, Trail

SHOWN = 10  # candidates that a row keeps
WHOLE = re.compile(r"[+-]?\d{1,15}")
NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}Z?")
# A text that begins so is read as itself, whatever type DataBrew finds in the column's others.
PLAIN = re.compile(r"[A-Za-z][^\"\\]*")
SPECIAL = frozenset({"true", "false", "nan", "inf", "infinity", "null"})
INT = 2**31

Value = int | float | str | date
Reader = Callable[[str], Value | None]


def _number(text: str) -> Value | None:
    return float(text) if NUMBER.fullmatch(text) else None


def _whole(text: str) -> Value | None:
    return int(text) if WHOLE.fullmatch(text) else None


def _text(text: str) -> Value | None:
    plain = PLAIN.fullmatch(text) and text.lower() not in SPECIAL
    return " ".join(text.split()) if plain else None


def _date(text: str) -> Value | None:
    return _iso(date, text) if DAY.fullmatch(text) else None


def _moment(text: str) -> Value | None:
    return _iso(datetime, text.removesuffix("Z")) if MOMENT.fullmatch(text) else None


def _iso(kind: type[date], text: str) -> date | None:
    try:
        return kind.fromisoformat(text)
    except ValueError:  # a 30th of February
        return None


# By the type of a clean value: what a record's text is for sure, or None.
READERS: dict[type, Reader] = {
    int: _whole,
    float: _number,
    str: _text,
    date: _date,
    datetime: _moment,
}


def comparable(value: Any) -> Value | None:
    """A clean value as `READERS` gives it; None where it cannot be held against a text."""
    if type(value) not in READERS or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, str):
        return " ".join(value.split()) or None
    return value  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _Column:
    """A column to compare: where it is in a record, and how its text is read."""

    name: str
    at: int
    read: Reader

    def of(self, fields: Sequence[str]) -> Value | None:
        return self.read(fields[self.at].strip())


Columns = tuple[_Column, ...]
Key = tuple[Value | None, ...]
Index = dict[Key, list[int]]


class LineFinder:
    """The lines that each of some clean rows may come from: `look` at every record, then ask."""

    def __init__(
        self, rows: Sequence[Mapping[str, Any]], trail: Trail, source_columns: Sequence[str]
    ) -> None:
        self._positions = {name: at for at, name in enumerate(source_columns)}
        self._trail = trail
        self._rows = [self._values(row) for row in rows]
        # Rows that can be compared in the same columns, and of these the indexes: by the columns
        # that a record's texts allow to compare, the lines that fit each key.
        self._shapes: dict[Columns, list[int]] = {}
        self._indexes: dict[Columns, dict[Columns, Index]] = {}
        for number, values in enumerate(self._rows):
            self._shapes.setdefault(tuple(values), []).append(number)
        self._columns = sorted({c for shape in self._shapes for c in shape}, key=lambda c: c.at)
        self._first = self._most_telling()

    def _values(self, row: Mapping[str, Any]) -> dict[_Column, Value]:
        found = {}
        for name, raw in row.items():
            origin, value = self._trail.origins.get(name.lower()), comparable(raw)
            if origin is not None and value is not None:
                at = self._positions[origin.source]
                found[_Column(name, at, READERS[type(value)])] = value
        return found

    def _most_telling(self) -> tuple[_Column, frozenset[Value]] | None:
        """The column that rules out most records: one that all rows have, with many values."""
        shared = [c for c in self._columns if all(c in shape for shape in self._shapes)]
        told = [(c, frozenset(row[c] for row in self._rows)) for c in shared]
        return max(told, key=lambda pair: len(pair[1]), default=None)

    def look(self, record: Record) -> None:
        """Note the record's line for each row that it may have become."""
        fields = record.fields()
        if self._first:
            column, possible = self._first
            value = column.of(fields)
            if value is not None and value not in possible:
                return
        values = {column: column.of(fields) for column in self._columns}
        for shape in self._shapes:
            sure = tuple(column for column in shape if values[column] is not None)
            lines = self._index(shape, sure).get(tuple(values[column] for column in sure))
            if lines is not None and len(lines) <= SHOWN:
                lines.append(record.line)

    def _index(self, shape: Columns, sure: Columns) -> Index:
        """The rows of a shape by their values in some of its columns, made when first needed."""
        known = self._indexes.setdefault(shape, {})
        if sure not in known:
            keys = (tuple(self._rows[n][c] for c in sure) for n in self._shapes[shape])
            known[sure] = {key: [] for key in keys}
        return known[sure]

    def candidates(self) -> list[list[int]]:
        """For each row the lines that it may come from, at most `SHOWN` + 1 of them, in order."""
        return [self._lines(values) for values in self._rows]

    def _lines(self, values: Mapping[_Column, Value]) -> list[int]:
        found: set[int] = set()
        for sure, index in self._indexes.get(tuple(values), {}).items():
            found.update(index[tuple(values[column] for column in sure)])
        return sorted(found)[: SHOWN + 1]


def told_apart(candidates: Sequence[Sequence[int]]) -> list[int | None]:
    """Each row's line where there is just one that no other row claims, else None."""
    claims = Counter(lines[0] for lines in candidates if len(lines) == 1)
    return [lines[0] if len(lines) == 1 and claims[lines[0]] == 1 else None for lines in candidates]


def may_be_missing(origins: Iterable[Origin], source_columns: Sequence[str]) -> Callable[..., bool]:
    """Whether a record may have no value in one of these columns when the recipe has run."""
    looks = [(source_columns.index(o.source), o) for o in origins]

    def check(record: Record) -> bool:
        fields = record.fields()
        return any(_may_be_missing(fields[at].strip(), origin) for at, origin in looks)

    return check


# What is a value of a type for sure; of other types any text may be no value.
SURE: dict[str, Callable[[str], bool]] = {
    "": bool,
    "string": bool,
    "int": lambda text: bool(WHOLE.fullmatch(text)) and -INT <= int(text) < INT,
    "integer": lambda text: bool(WHOLE.fullmatch(text)) and -INT <= int(text) < INT,
    "bigint": lambda text: bool(WHOLE.fullmatch(text)),
    "long": lambda text: bool(WHOLE.fullmatch(text)),
    "double": lambda text: bool(NUMBER.fullmatch(text)),
    "float": lambda text: bool(NUMBER.fullmatch(text)),
    "date": lambda text: _date(text) is not None,
    "timestamp": lambda text: _moment(text) is not None,
}


def _may_be_missing(text: str, origin: Origin) -> bool:
    sure = SURE.get(origin.cast.lower())
    if sure is None or origin.emptied is None or text in origin.emptied:
        return True
    return not sure(text)
