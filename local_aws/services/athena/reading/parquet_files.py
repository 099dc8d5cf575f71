"""Parquet: columns by name, NULL where a file lacks them, and the bytes of the chunks read."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from local_aws.duckdb_files import path_list
from local_aws.services.athena.duck.quoting import identifier
from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.reading.file_types import read_as
from local_aws.services.athena.reading.relation_sql import Columns, Keys, constants, joined
from local_aws.services.athena.reading.row_groups import RowGroups
from local_aws.services.athena.serdes.base import data_columns, property_of
from local_aws.services.athena.serdes.spool import FILE, Spool
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.scope import Scan

if TYPE_CHECKING:
    from local_aws.services.athena.reading.tables import DataFile

# Above this many partitions their values are joined in by file name: a plan of a thousand branches
# takes longer than the query.
_MANY = 64


class Footer:
    """What a file's footer says of its columns, by lower-cased name."""

    def __init__(self, path: str) -> None:
        metadata = pq.read_metadata(path)
        self.ordered = list(metadata.schema.to_arrow_schema())
        self.fields = {f.name.lower(): f for f in self.ordered}
        self.row_groups = RowGroups(metadata)

    def field(self, name: str, place: int | None) -> Any:
        """The column of a name, or at a place; None where the file has none."""
        if place is None:
            return self.fields.get(name.lower())
        return self.ordered[place] if place < len(self.ordered) else None


@lru_cache(maxsize=4096)
def _footer(path: str, mtime: int, size: int) -> Footer:  # noqa: ARG001 - keys of the cache
    return Footer(path)


def footer(data_file: DataFile) -> Footer:
    """The footer, read once for as long as the file stays as it is."""
    try:
        stat = Path(data_file.path).stat()
        return _footer(data_file.path, stat.st_mtime_ns, stat.st_size)
    except FileNotFoundError as error:
        raise QueryFailed(
            "HIVE_CANNOT_OPEN_SPLIT",
            f"Error opening Hive split {data_file.uri}: the object is gone",
        ) from error
    except (pa.ArrowException, OSError) as error:
        raise QueryFailed(
            "HIVE_BAD_DATA",
            f"Not valid Parquet file: {data_file.uri} expected magic number: PAR1 got:"
            f" {_tail(data_file.path)}",
        ) from error


def _tail(path: str) -> str:
    with Path(path).open("rb") as raw:
        raw.seek(max(0, Path(path).stat().st_size - 4))
        return raw.read(4).decode("ascii", "replace")


def select(
    kind: str,  # noqa: ARG001 - the readers of all formats are called alike
    scan: Scan,
    table: dict[str, Any],
    files: list[DataFile],
    columns: Columns,
    keys: Keys,
    spool: Spool,  # noqa: ARG001
) -> tuple[str, int]:
    """The SQL over files of several schemas and partitions, and the bytes of the columns used."""
    by_place = (property_of(table, "parquet.column.index.access") or "").lower() == "true"
    known = [name for name, _ in data_columns(table)]
    places = [known.index(name) if by_place else None for name, _ in columns]
    groups: dict[tuple[str, ...], list[DataFile]] = defaultdict(list)
    ranges = [] if by_place else scan.ranges
    size, rows = 0, scan.rows
    for data_file in files:
        found = footer(data_file)
        fields = [found.field(n, place) for (n, _), place in zip(columns, places, strict=True)]
        taken, seen = found.row_groups.taken(
            [f.name for f in fields if f is not None], ranges, rows
        )
        size, rows = size + taken, None if rows is None else max(rows - seen, 0)
        pairs = zip(columns, fields, strict=True)
        groups[tuple(_item(n, k, field, data_file) for (n, k), field in pairs)].append(data_file)
    branches = [_branch(scan, list(items), members, keys) for items, members in groups.items()]
    return " UNION ALL ".join(branches), size


def _branch(scan: Scan, items: list[str], files: list[DataFile], keys: Keys) -> str:
    """Files of a few partitions as a SELECT each, which the engine prunes further; else joined."""
    by_constants: dict[tuple[tuple[str, str], ...], list[DataFile]] = defaultdict(list)
    for data_file in files:
        by_constants[constants(scan, data_file, keys)].append(data_file)
    if len(by_constants) > _MANY:
        return joined(scan, items, _source(files, f", filename='{FILE}'"), files, keys)
    return " UNION ALL ".join(
        joined(scan, items, _source(members, ""), members, keys)
        for members in by_constants.values()
    )


def _source(files: list[DataFile], more: str) -> str:
    return f"read_parquet({path_list(f.path for f in files)}, hive_partitioning=false{more})"


def _item(name: str, kind: t.Type, field: Any, data_file: DataFile) -> str:
    if field is None:
        return f"CAST(NULL AS {t.duck_type(kind)}) AS {identifier(name)}"
    sql = read_as(identifier(field.name), field.type, kind)
    if sql is None:
        raise QueryFailed(
            "HIVE_BAD_DATA",
            f"Field {name}'s type {_parquet_name(field.type)} in parquet file {data_file.uri} is"
            f" incompatible with type {kind} defined in table schema",
        )
    return f"{sql} AS {identifier(name)}"


def _parquet_name(found: Any) -> str:
    """The physical type by the name that Parquet's format has for it."""
    if pa.types.is_nested(found):
        return str(found).partition("<")[0].upper()
    names = {
        "bool": "BOOLEAN", "float": "FLOAT", "double": "DOUBLE", "int64": "INT64",
        "uint64": "INT64",
    }  # fmt: skip
    if pa.types.is_timestamp(found):
        return "INT96" if found.unit == "ns" else "INT64"
    small = pa.types.is_integer(found) or pa.types.is_date32(found)
    return names.get(str(found), "INT32" if small else "BINARY")
