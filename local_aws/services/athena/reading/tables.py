"""Reads a catalog table: which partitions and files a query needs, and the engine's SQL for them.

Partitions are pruned before a file is opened. A Parquet column is found by its name and is NULL
where a file does not have it. Bytes scanned are those of the column chunks that the query needs;
text formats are read whole.
"""

from __future__ import annotations

import bisect
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb

from local_aws.context import Platform
from local_aws.services.athena.duck.quoting import identifier
from local_aws.services.athena.errors import QueryFailed, not_supported
from local_aws.services.athena.reading import parquet_files, text_files
from local_aws.services.athena.reading.partition_names import HIVE_NULL, folder_of
from local_aws.services.athena.reading.partitions import Keys, needed, partition_keys
from local_aws.services.athena.reading.row_groups import ranges_of
from local_aws.services.athena.serdes.spool import Spool
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.relations import HIDDEN, table_columns
from local_aws.services.athena.trino.scope import Scan
from local_aws.services.s3.model import parse_uri

# From so many partitions below the table's own folder on, one listing serves them all.
_MANY = 20


@dataclass(frozen=True)
class DataFile:
    """An object of the table, with its partition's values; `modified` is in seconds since 1970."""

    path: str
    uri: str
    size: int
    values: tuple[str | None, ...]
    modified: float = 0.0
    partition: str = ""


@dataclass
class Reading:
    """What the query reads of one table."""

    sql: str
    bytes: int = 0
    files: list[DataFile] = field(default_factory=list)


def read_table(
    scan: Scan, platform: Platform, cursor: duckdb.DuckDBPyConnection, spool: Spool
) -> Reading:
    """The engine's SQL of one scan, and the bytes that it takes."""
    table: dict[str, Any] = scan.table
    refuse_iceberg(table)
    columns = [
        (n, k) for n, k, partition in table_columns(table) if n in scan.used and not partition
    ]
    keys = [(i, n, k) for i, (n, k) in enumerate(partition_keys(table)) if n in scan.used]
    format_of(table)
    scan.ranges = ranges_of(scan, cursor)
    branches, size, files = [], 0, []
    for storage, found in _by_storage(scan, platform, cursor):
        stored = {**table, "StorageDescriptor": storage}
        kind = format_of(stored)
        reader = parquet_files.select if kind == "parquet" else text_files.select
        sql, taken = reader(kind, scan, stored, found, columns, keys, spool)
        branches.append(sql)
        size += taken
        files += found
    if not branches:
        return Reading(_empty(scan, columns, keys))
    return Reading(f"({' UNION ALL '.join(branches)})", size, files)


def refuse_iceberg(table: dict[str, Any]) -> None:
    """Iceberg tables are not read yet: their snapshots say which files count."""
    parameters = table.get("Parameters") or {}
    if str(parameters.get("table_type", "")).upper() == "ICEBERG":
        raise not_supported(f"the Iceberg table {table['Name']}")
    if str(parameters.get("spark.sql.sources.provider", "")).lower() == "delta":
        raise not_supported(f"the Delta Lake table {table['Name']}")


def _empty(
    scan: Scan, columns: list[tuple[str, t.Type]], keys: list[tuple[int, str, t.Type]]
) -> str:
    named = [*columns, *((n, k) for _, n, k in keys)]
    named += [(n, k) for n, k in HIDDEN if n in scan.used]
    items = [f"CAST(NULL AS {t.duck_type(k)}) AS {identifier(n)}" for n, k in named]
    return f"(SELECT {', '.join(items) or '1 AS one'} WHERE false)"


_FORMATS = (
    ("parquet", ("parquethiveserde",)),
    ("orc", ("orcserde",)),
    ("avro", ("avroserde",)),
    ("opencsv", ("opencsvserde",)),
    ("openx", ("org.openx.data.jsonserde.jsonserde",)),
    ("json", ("hcatalog.data.jsonserde", "hive.serde2.jsonserde")),
    ("regex", ("regexserde",)),
    ("grok", ("com.amazonaws.glue.serde.grokserde",)),
    ("text", ("lazysimpleserde",)),
)
_INPUTS = (("parquet", "parquet"), ("orc", "orc"), ("avro", "avro"), ("text", "textinputformat"))
# Input formats whose files are not what their SerDe alone would make of them.
_REFUSED_INPUTS = ("symlink", "sequencefile", "rcfile", "cloudtrail", "ion", "dynamodb")


def format_of(table: dict[str, Any]) -> str:
    """The table's format by its SerDe, else by its input format."""
    descriptor = table.get("StorageDescriptor") or {}
    library = (descriptor.get("SerdeInfo") or {}).get("SerializationLibrary") or ""
    read = (descriptor.get("InputFormat") or "").rpartition(".")[2].lower()
    if any(read.startswith(mark) for mark in _REFUSED_INPUTS):
        raise not_supported(f"the input format {descriptor['InputFormat']}")
    for name, marks in _FORMATS:
        if any(library.lower().endswith(mark) for mark in marks):
            return name
    if library:
        raise not_supported(f"the SerDe {library}")
    return next((name for name, mark in _INPUTS if mark in read), "text")


def _by_storage(
    scan: Scan, platform: Platform, cursor: duckdb.DuckDBPyConnection
) -> list[tuple[dict[str, Any], list[DataFile]]]:
    """The files, apart where a partition is stored otherwise than its table."""
    table: dict[str, Any] = scan.table
    descriptor = table.get("StorageDescriptor") or {}
    keys = partition_keys(table)
    if not keys:
        files = list(list_files(platform, descriptor.get("Location") or "", ()))
        return [(descriptor, files)] if files else []
    found = needed(scan, platform, keys, cursor)
    lister = _Lister(platform, descriptor.get("Location") or "", len(found))
    groups: dict[str, list[DataFile]] = defaultdict(list)
    storages: dict[str, dict[str, Any]] = {}
    for partition in found:
        own = partition["StorageDescriptor"]
        _check_columns(scan, own, partition, keys)
        storage = _stored(descriptor, own)
        mark = json.dumps(storage, sort_keys=True, default=str)
        storages[mark] = storage
        groups[mark] += lister.files(own.get("Location") or "", partition["Values"], keys)
    return [(storages[mark], files) for mark, files in groups.items() if files]


def _stored(descriptor: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The table's columns as the partition stores them, where it says how."""
    if not (own.get("SerdeInfo") or {}).get("SerializationLibrary"):
        return descriptor
    kept = {key: own[key] for key in ("InputFormat", "SerdeInfo") if own.get(key)}
    return {**descriptor, **kept}


def _check_columns(scan: Scan, own: dict[str, Any], partition: dict[str, Any], keys: Keys) -> None:
    """A partition keeps the columns that it was made with: their types must still fit."""
    table: dict[str, Any] = scan.table
    wanted = (table.get("StorageDescriptor") or {}).get("Columns") or []
    given = own.get("Columns") or []
    if given is wanted or given == wanted:
        return
    for ours, theirs in zip(wanted, given, strict=False):
        if _fits(theirs.get("Type") or "string", ours.get("Type") or "string"):
            continue
        place = folder_of([n for n, _ in keys], partition["Values"])
        raise QueryFailed(
            "HIVE_PARTITION_SCHEMA_MISMATCH",
            "There is a mismatch between the table and partition schemas. The types are"
            f" incompatible and cannot be coerced. The column '{ours['Name']}' in table"
            f" '{scan.database}.{table['Name']}' is declared as type '{ours.get('Type')}', but"
            f" partition '{place}' declared column '{theirs['Name']}' as type"
            f" '{theirs.get('Type')}'.",
        )


def _fits(source: str, target: str) -> bool:
    try:
        a, b = t.parse_type(source), t.parse_type(target)
    except t.UnknownType:
        return source == target
    if a == b or t.coerces(a, b) or b.name == a.name:
        return True
    return (t.is_text(b) and not a.of) or (t.is_text(a) and b.name in t.INTEGERS)


class _Lister:
    """Lists partitions' folders; those of many partitions by one listing of the table's."""

    def __init__(self, platform: Platform, location: str, count: int) -> None:
        self.platform = platform
        self.root = location.rstrip("/") + "/" if location and count >= _MANY else None
        self._infos: list[Any] | None = None
        self._keys: list[str] = []

    def files(self, location: str, given: list[str], keys: Keys) -> Iterator[DataFile]:
        values = tuple(None if v == HIVE_NULL else v for v in given)
        partition = folder_of([n for n, _ in keys], given)
        if self.root and location.startswith(self.root) and location.rstrip("/") + "/" != self.root:
            yield from self._below(location, values, partition)
        else:
            yield from list_files(self.platform, location, values, partition)

    def _below(
        self, location: str, values: tuple[str | None, ...], partition: str
    ) -> Iterator[DataFile]:
        bucket, prefix = _place(self.platform, location)
        if self._infos is None:
            _, root = parse_uri(self.root or "")
            self._infos = sorted(self.platform.s3.list(bucket, root), key=lambda info: info.key)
            self._keys = [info.key for info in self._infos]
        first = bisect.bisect_left(self._keys, prefix)
        for info in self._infos[first:]:
            if not info.key.startswith(prefix):
                return
            if _is_data(info, prefix):
                yield _data_file(self.platform, info, bucket, values, partition)


def _place(platform: Platform, location: str) -> tuple[str, str]:
    bucket, prefix = parse_uri(location)
    if not platform.s3.bucket_exists(bucket):
        raise QueryFailed(
            "HIVE_CANNOT_OPEN_SPLIT", f"The specified bucket does not exist (Bucket: {bucket})"
        )
    return bucket, prefix if not prefix or prefix.endswith("/") else prefix + "/"


def _is_data(info: Any, prefix: str) -> bool:
    """Names that begin with _ or . are not data, and an empty object holds none."""
    parts = info.key[len(prefix) :].split("/")
    return bool(info.size) and not any(part.startswith(("_", ".")) for part in parts)


def _data_file(
    platform: Platform, info: Any, bucket: str, values: tuple[str | None, ...], partition: str
) -> DataFile:
    uri, path = f"s3://{bucket}/{info.key}", platform.s3.path_of(bucket, info)
    return DataFile(str(path), uri, info.size, values, info.mtime_ns / 1e9, partition)


def list_files(
    platform: Platform, location: str, values: tuple[str | None, ...], partition: str = ""
) -> Iterator[DataFile]:
    """The data objects under a location, those of its folders among them."""
    if not location:
        return
    bucket, prefix = _place(platform, location)
    for info in platform.s3.list(bucket, prefix):
        if _is_data(info, prefix):
            yield _data_file(platform, info, bucket, values, partition)
