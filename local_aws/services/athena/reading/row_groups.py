"""The bytes of a Parquet file that a query reads: the chunks of its columns, in the row groups
whose statistics do not rule them out.

DuckDB prunes row groups by the same statistics as Athena's reader. Under a LIMIT with nothing else
between it and the table, the groups count whose rows it takes; Athena, which reads several files at
once, may have read more by then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from local_aws.services.athena.duck.failures import as_failure
from local_aws.services.athena.emit import Emitter
from local_aws.services.athena.trino.scope import Scan

Range = tuple[str, str, tuple[Any, ...]]
"""A column by its lower-cased name, an operator, and the constants beside it."""


class RowGroups:
    """The sizes and statistics of one file's row groups, a column's read when it is asked for."""

    def __init__(self, metadata: pq.FileMetaData) -> None:
        self._metadata = metadata
        self._places: dict[str, list[int]] = defaultdict(list)
        self._sizes: dict[int, list[int]] = {}
        self._limits: dict[int, list[tuple[Any, Any] | None]] = {}
        self._rows = [group.num_rows for group in self._groups()]
        schema = metadata.schema
        for index in range(len(schema)):
            self._places[schema.column(index).path.split(".")[0].lower()].append(index)

    def _groups(self) -> Iterator[pq.RowGroupMetaData]:
        return map(self._metadata.row_group, range(self._metadata.num_row_groups))

    def taken(self, names: Iterable[str], ranges: list[Range], rows: int | None) -> tuple[int, int]:
        """Bytes and rows read of the file; with `rows`, of its first groups only."""
        size, seen = 0, 0
        sizes = [
            self._sizes_of(place) for name in names for place in self._places.get(name.lower(), ())
        ]
        for number, count in enumerate(self._rows):
            if rows is not None and seen >= rows:
                break
            if all(self._may_hold(number, one) for one in ranges):
                size += sum(column[number] for column in sizes)
                seen += count
        return size, seen

    def _sizes_of(self, place: int) -> list[int]:
        if place not in self._sizes:
            chunks = (group.column(place) for group in self._groups())
            self._sizes[place] = [chunk.total_compressed_size for chunk in chunks]
        return self._sizes[place]

    def _may_hold(self, number: int, bounded: Range) -> bool:
        name, operator, values = bounded
        places = self._places.get(name, ())
        limits = self._limits_of(places[0])[number] if len(places) == 1 else None
        try:
            return limits is None or _overlaps(operator, values, *limits)
        except TypeError:  # the file's type is not the table's
            return True

    def _limits_of(self, place: int) -> list[tuple[Any, Any] | None]:
        if place not in self._limits:
            self._limits[place] = [_limits(group.column(place)) for group in self._groups()]
        return self._limits[place]


def _limits(chunk: pq.ColumnChunkMetaData) -> tuple[Any, Any] | None:
    found = chunk.statistics
    try:
        return (found.min, found.max) if found is not None and found.has_min_max else None
    except pa.ArrowNotImplementedError:  # a type whose statistics Arrow does not read
        return None


def _overlaps(operator: str, values: tuple[Any, ...], low: Any, high: Any) -> bool:
    if operator == "between":
        return bool(low <= values[1] and high >= values[0])
    if operator in ("<", "<="):
        return bool(low < values[0] if operator == "<" else low <= values[0])
    if operator in (">", ">="):
        return bool(high > values[0] if operator == ">" else high >= values[0])
    return any(low <= value <= high for value in values)


def ranges_of(scan: Scan, cursor: duckdb.DuckDBPyConnection) -> list[Range]:
    """The scan's bounds with their constants worked out."""
    constants = [Emitter().gen(value) for bound in scan.bounds for value in bound.values]
    if not constants:
        return []
    try:
        row = cursor.execute(f"SELECT {', '.join(constants)}").fetchone()
    except duckdb.Error as error:
        raise as_failure(error) from error
    values = iter(row or ())
    found = [
        (bound.column.lower(), bound.operator, tuple(next(values) for _ in bound.values))
        for bound in scan.bounds
    ]
    return [one for one in found if None not in one[2]]
