"""Parquet: columns by name, NULL where a file lacks them, and the bytes of the chunks read."""

# ruff: noqa: S608 - writing SQL is what this module does; values go through quote()
from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from local_aws.duckdb_files import path_list
from local_aws.services.athena.duck.quoting import identifier, quote
from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.row_groups import RowGroups
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.scope import Scan

if TYPE_CHECKING:
    from local_aws.services.athena.tables import DataFile

Columns = list[tuple[str, t.Type]]
Keys = list[tuple[int, str, t.Type]]
# Above this many partitions their values are joined in by file name: a plan of a thousand branches
# takes longer than the query.
_MANY = 64


class Footer:
    """What a file's footer says of its columns, by lower-cased name."""

    def __init__(self, path: str) -> None:
        metadata = pq.read_metadata(path)
        self.fields = {f.name.lower(): f for f in metadata.schema.to_arrow_schema()}
        self.row_groups = RowGroups(metadata)


@lru_cache(maxsize=4096)
def _footer(path: str, mtime: int, size: int) -> Footer:  # noqa: ARG001 - keys of the cache
    return Footer(path)


def footer(data_file: DataFile) -> Footer:
    """The footer, read once for as long as the file stays as it is."""
    stat = Path(data_file.path).stat()
    try:
        return _footer(data_file.path, stat.st_mtime_ns, stat.st_size)
    except pa.ArrowInvalid as error:
        raise QueryFailed("HIVE_BAD_DATA", f"Not valid Parquet file: {data_file.uri}") from error


def select(scan: Scan, files: list[DataFile], columns: Columns, keys: Keys) -> tuple[str, int]:
    """The SQL over files of several schemas and partitions, and the bytes of the columns used."""
    from local_aws.services.athena.tables import partition_constant

    groups: dict[tuple[Any, ...], list[DataFile]] = defaultdict(list)
    size, rows = 0, scan.rows
    for data_file in files:
        known = footer(data_file)
        names = [name for name, _ in columns]
        taken, seen = known.row_groups.taken(names, scan.ranges, rows)
        size, rows = size + taken, None if rows is None else max(rows - seen, 0)
        items = tuple(_item(name, kind, known, data_file) for name, kind in columns)
        hidden = tuple(sorted(_hidden(scan, data_file)))
        groups[items, tuple(data_file.values[i] for i, _, _ in keys), hidden].append(data_file)
    if len(groups) > _MANY and not any(hidden for _, _, hidden in groups):
        return _joined(groups, keys), size
    branches = []
    for (items, values, hidden), members in groups.items():
        constants = [
            f"{partition_constant(v, k)} AS {identifier(n)}"
            for v, (_, n, k) in zip(values, keys, strict=True)
        ]
        listed = ", ".join([*items, *constants, *hidden]) or "1 AS one"
        branches.append(
            f"SELECT {listed} FROM read_parquet({_paths(members)}, hive_partitioning=false)"
        )
    return " UNION ALL ".join(branches), size


def _hidden(scan: Scan, data_file: DataFile) -> list[str]:
    values = {"$path": quote(data_file.uri), "$file_size": f"CAST({data_file.size} AS BIGINT)"}
    return [f"{sql} AS {identifier(name)}" for name, sql in values.items() if name in scan.used]


def _paths(files: list[DataFile]) -> str:
    return path_list(f.path for f in files)


def _joined(groups: dict[tuple[Any, ...], list[DataFile]], keys: Keys) -> str:
    by_items: dict[tuple[str, ...], list[DataFile]] = defaultdict(list)
    for (items, _, _), members in groups.items():
        by_items[items].extend(members)
    branches = []
    for items, members in by_items.items():
        names = "".join(f", {identifier(n)}" for _, n, _ in keys)
        rows = ", ".join(_row(member, keys) for member in members)
        listed = ", ".join([*items, *(f"p.{identifier(n)}" for _, n, _ in keys)]) or "1 AS one"
        branches.append(
            f"SELECT {listed} FROM read_parquet({_paths(members)}, hive_partitioning=false, "
            f"filename='__file') AS f JOIN (VALUES {rows}) AS p(__path{names})"
            " ON f.__file = p.__path"
        )
    return " UNION ALL ".join(branches)


def _row(member: DataFile, keys: Keys) -> str:
    from local_aws.services.athena.tables import partition_constant

    values = [partition_constant(member.values[i], k) for i, _, k in keys]
    return f"({', '.join([quote(member.path), *values])})"


def _item(name: str, kind: t.Type, known: Footer, data_file: DataFile) -> str:
    found = known.fields.get(name)
    wanted = t.duck_type(kind)
    if found is None:
        return f"CAST(NULL AS {wanted}) AS {identifier(name)}"
    source = identifier(found.name)
    if _same(found.type, kind):
        return f"{source} AS {identifier(name)}"
    if not _readable(found.type, kind):
        raise QueryFailed(
            "HIVE_BAD_DATA",
            f"Field {name}'s type {_parquet_name(found.type)} in parquet file {data_file.uri} is"
            f" incompatible with type {kind} defined in table schema",
        )
    return f"CAST({source} AS {wanted}) AS {identifier(name)}"


_NATIVE = {
    "boolean": pa.types.is_boolean,
    "tinyint": pa.types.is_int8,
    "smallint": pa.types.is_int16,
    "integer": pa.types.is_int32,
    "bigint": pa.types.is_int64,
    "real": pa.types.is_float32,
    "double": pa.types.is_float64,
    "varchar": lambda a: pa.types.is_string(a) or pa.types.is_large_string(a),
    "varbinary": lambda a: pa.types.is_binary(a) or pa.types.is_large_binary(a),
    "date": pa.types.is_date32,
    "timestamp": lambda a: pa.types.is_timestamp(a) and a.unit == "us" and a.tz is None,
}


def _same(found: Any, kind: t.Type) -> bool:
    if kind.name == "decimal":
        return bool(pa.types.is_decimal(found) and (found.precision, found.scale) == kind.args)
    check = _NATIVE.get(kind.name)
    return bool(check and check(found))


_INTEGERS = {"int8": 1, "int16": 2, "int32": 4, "int64": 8, "uint8": 2, "uint16": 4, "uint32": 8}
_WIDTHS = {"tinyint": 1, "smallint": 2, "integer": 4, "bigint": 8}


def _readable(found: Any, kind: t.Type) -> bool:
    """The conversions that Athena makes when it reads Parquet."""
    text = str(found)
    if text in _INTEGERS:
        # Parquet keeps small integers in 32 bits: a tinyint column may well say int32.
        fits = kind.name in _WIDTHS and (_WIDTHS[kind.name] >= _INTEGERS[text] or text == "int32")
        return fits or kind.name in ("decimal", "double", "real")
    if pa.types.is_floating(found):
        return kind.name == "double"
    if pa.types.is_decimal(found):
        return kind.name in ("decimal", "double", "real")
    if pa.types.is_timestamp(found):
        return kind.name == "timestamp"
    if kind.of:
        return bool(pa.types.is_nested(found))
    if pa.types.is_dictionary(found):
        return _readable(found.value_type, kind) or _same(found.value_type, kind)
    if pa.types.is_binary(found):
        return kind.name == "varchar"
    if pa.types.is_null(found):
        return True
    return kind.name in ("varchar", "char") and not pa.types.is_nested(found)


def _parquet_name(found: Any) -> str:
    names = {
        "int64": "INT64",
        "int32": "INT32",
        "double": "DOUBLE",
        "float": "FLOAT",
        "bool": "BOOLEAN",
    }
    return names.get(str(found), "BINARY" if pa.types.is_string(found) else str(found).upper())
