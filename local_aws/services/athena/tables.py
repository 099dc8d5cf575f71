"""Reads a catalog table: which partitions and files a query needs, and the engine's SQL for them.

Partitions are pruned before a file is opened. A Parquet column is found by its name and is NULL
where a file does not have it. Bytes scanned are those of the column chunks that the query needs;
text formats are read whole.
"""

# ruff: noqa: S608 - writing SQL is what this module does; values go through quote()
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb

from local_aws.context import Platform
from local_aws.services.athena import parquet_files, text_files
from local_aws.services.athena.duck.quoting import identifier, quote
from local_aws.services.athena.emit import Emitter
from local_aws.services.athena.errors import QueryFailed, not_supported
from local_aws.services.athena.rewrites.casts import cast_sql
from local_aws.services.athena.row_groups import ranges_of
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.relations import table_columns
from local_aws.services.athena.trino.scope import Scan
from local_aws.services.s3.model import parse_uri

HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class DataFile:
    """An object of the table, with its partition's values."""

    path: str
    uri: str
    size: int
    values: tuple[str | None, ...]


@dataclass
class Reading:
    """What the query reads of one table."""

    sql: str
    bytes: int = 0
    files: list[DataFile] = field(default_factory=list)


def read_table(scan: Scan, platform: Platform, cursor: duckdb.DuckDBPyConnection) -> Reading:
    """The engine's SQL of one scan, and the bytes that it takes."""
    table: dict[str, Any] = scan.table
    parameters = table.get("Parameters") or {}
    if str(parameters.get("table_type", "")).upper() == "ICEBERG":
        raise not_supported(f"the Iceberg table {table['Name']}")
    files = list(_files(scan, table, platform, cursor))
    columns = [
        (n, k) for n, k, partition in table_columns(table) if n in scan.used and not partition
    ]
    keys = [(i, n, k) for i, (n, k) in enumerate(_partition_keys(table)) if n in scan.used]
    if not files:
        return Reading(_empty(scan, columns, keys))
    kind = format_of(table)
    scan.ranges = ranges_of(scan, cursor)
    if kind == "parquet":
        sql, size = parquet_files.select(scan, files, columns, keys)
    else:
        sql, size = text_files.select(kind, scan, files, columns, keys, cursor)
    return Reading(f"({sql})", size, files)


def _empty(
    scan: Scan, columns: list[tuple[str, t.Type]], keys: list[tuple[int, str, t.Type]]
) -> str:
    named = [*columns, *((n, k) for _, n, k in keys)]
    named += [(n, t.VARCHAR) for n in scan.used if n.startswith("$")]
    items = [f"CAST(NULL AS {t.duck_type(k)}) AS {identifier(n)}" for n, k in named]
    return f"(SELECT {', '.join(items) or '1 AS one'} WHERE false)"


_FORMATS = (
    ("parquet", ("parquet",)),
    ("orc", ("orc",)),
    ("avro", ("avro",)),
    ("opencsv", ("opencsv",)),
    ("json", ("jsonserde",)),
    ("regex", ("regexserde",)),
    ("grok", ("grok",)),
    ("text", ("lazysimple", "multidelimit")),
)


def format_of(table: dict[str, Any]) -> str:
    """The table's format by its SerDe, else by its input format."""
    descriptor = table.get("StorageDescriptor") or {}
    library = (descriptor.get("SerdeInfo") or {}).get("SerializationLibrary") or ""
    for text in (library.lower(), (descriptor.get("InputFormat") or "").lower()):
        for name, marks in _FORMATS:
            if any(mark in text for mark in marks):
                return name
    if not library:
        return "text"
    raise not_supported(f"the SerDe {library}")


def _partition_keys(table: dict[str, Any]) -> list[tuple[str, t.Type]]:
    return [(n, k) for n, k, partition in table_columns(table) if partition]


def _files(
    scan: Scan, table: dict[str, Any], platform: Platform, cursor: duckdb.DuckDBPyConnection
) -> Iterator[DataFile]:
    keys = _partition_keys(table)
    if not keys:
        location = (table.get("StorageDescriptor") or {}).get("Location") or ""
        yield from list_files(platform, location, ())
        return
    if str((table.get("Parameters") or {}).get("projection.enabled", "")).lower() == "true":
        raise not_supported(f"partition projection (table {table['Name']})")
    partitions = platform.glue.get_partitions(scan.database, table["Name"])
    for partition in _pruned(scan, partitions, keys, cursor):
        location = partition["StorageDescriptor"].get("Location") or ""
        values = tuple(None if v == HIVE_NULL else v for v in partition["Values"])
        yield from list_files(platform, location, values)


def _pruned(
    scan: Scan,
    partitions: list[dict[str, Any]],
    keys: list[tuple[str, t.Type]],
    cursor: duckdb.DuckDBPyConnection,
) -> list[dict[str, Any]]:
    """The partitions that the query's predicates leave, whatever functions these use."""
    if not scan.predicates or not partitions:
        return partitions
    kinds = [kind for _, kind in keys]
    rows = ", ".join(
        f"({i}, {', '.join(map(partition_constant, p['Values'], kinds))})"
        for i, p in enumerate(partitions)
    )
    names = ", ".join(identifier(n) for n, _ in keys)
    conditions = []
    for predicate in scan.predicates:
        sql = Emitter().gen(predicate.node)
        for known, column in predicate.names.items():
            sql = sql.replace(known, f"p.{identifier(column)}")
        conditions.append(f"({sql})")
    found = cursor.execute(
        f"SELECT i FROM (VALUES {rows}) AS p(i, {names})"
        f" WHERE {' AND '.join(conditions)} ORDER BY i"
    ).fetchall()
    return [partitions[i] for (i,) in found]


def partition_constant(value: str | None, kind: t.Type) -> str:
    if value is None or value == HIVE_NULL:
        return f"CAST(NULL AS {t.duck_type(kind)})"
    return cast_sql(quote(value), t.VARCHAR, kind, False)


def list_files(
    platform: Platform, location: str, values: tuple[str | None, ...]
) -> Iterator[DataFile]:
    """The data objects under a location; names that begin with _ or . are not data."""
    if not location:
        return
    bucket, prefix = parse_uri(location)
    prefix = prefix if not prefix or prefix.endswith("/") else prefix + "/"
    if not platform.s3.bucket_exists(bucket):
        raise QueryFailed(
            "HIVE_CANNOT_OPEN_SPLIT", f"The specified bucket does not exist (Bucket: {bucket})"
        )
    for info in platform.s3.list(bucket, prefix):
        hidden = any(part.startswith(("_", ".")) for part in info.key[len(prefix) :].split("/"))
        if not hidden and info.size:
            yield DataFile(str(info.path), f"s3://{bucket}/{info.key}", info.size, values)
