"""CREATE TABLE AS, INSERT INTO and UNLOAD: query results as files of a table or a folder.

https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
"""

# ruff: noqa: S608 - writing SQL is what this module does; values go through quote()
from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from local_aws.services.athena.duck.quoting import identifier, quote
from local_aws.services.athena.errors import QueryFailed, not_supported
from local_aws.services.athena.model import AthenaEngine
from local_aws.services.athena.partition_names import folder_of, unescaped
from local_aws.services.athena.partitions import HIVE_NULL
from local_aws.services.athena.rewrites.casts import cast_sql
from local_aws.services.athena.statements import Write
from local_aws.services.athena.table_inputs import storage
from local_aws.services.athena.tables import format_of
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.relations import table_columns
from local_aws.services.glue.errors import AlreadyExistsException, EntityNotFoundException
from local_aws.services.s3.model import parse_uri

Columns = list[tuple[str, t.Type]]
# https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html
OPEN_PARTITIONS = 100
_EXTENSIONS = {"PARQUET": "parquet", "TEXTFILE": "csv", "JSON": "json"}
_COMPRESSIONS = {"SNAPPY", "GZIP", "ZSTD", "NONE", "UNCOMPRESSED"}


@dataclass
class Written:
    """What a write left, and the bytes that the query read. Partitions: places by values."""

    rows: int
    files: list[str]
    bytes: int
    partitions: dict[tuple[str, ...], str] = field(default_factory=dict)


@dataclass
class _Target:
    location: str
    format: str
    compression: str
    delimiter: str
    keys: tuple[str, ...]


class Writer:
    """One statement's write."""

    def __init__(
        self, engine: AthenaEngine, cursor: duckdb.DuckDBPyConnection, database: str, query_id: str
    ) -> None:
        self.engine = engine
        self.platform = engine.platform
        self.cursor = cursor
        self.database = database
        self.query_id = query_id

    def create_table(self, write: Write, default_location: str) -> Written:
        database, name = self._place(write.target)
        if self._table(database, name) is not None:
            if write.if_not_exists:
                return Written(0, [], 0)
            raise QueryFailed(
                "TABLE_ALREADY_EXISTS",
                f"line 1:1: Table 'awsdatacatalog.{database}.{name}' already exists",
            )
        translation = self.engine.translate(write.query, self.database, self.cursor)
        columns = _named(translation.columns, translation.names)
        target = _target(write.properties, default_location)
        body = _ctas_input(name, columns, target)
        self._must_be_empty(target.location)
        written = Written(0, [], 0)
        if write.with_data:
            written = self._write(translation.sql, columns, target)
            written.bytes = translation.bytes
        self.platform.glue.create_table(database, body)
        self._add_partitions(database, body, written)
        return written

    def insert(self, write: Write) -> Written:
        database, name = self._place(write.target)
        table = self._table(database, name)
        if table is None:
            raise QueryFailed(
                "TABLE_NOT_FOUND",
                f"Table 'awsdatacatalog.{database}.{name}' does not exist",
                (1, 1),
            )
        translation = self.engine.translate(write.query, self.database, self.cursor)
        wanted = [(n, k) for n, k, _ in table_columns(table)]
        sql = _arranged(translation.sql, translation.columns, wanted, write.columns)
        keys = tuple(n for n, _, partition in table_columns(table) if partition)
        places = {
            tuple(p["Values"]): p["StorageDescriptor"].get("Location") or ""
            for p in (self.platform.glue.get_partitions(database, name) if keys else [])
        }
        written = self._write(sql, wanted, _table_target(table, keys), places)
        written.bytes = translation.bytes
        self._add_partitions(database, table, written)
        return written

    def unload(self, write: Write) -> Written:
        target = _target(write.properties, write.location)
        if "format" not in write.properties:
            raise QueryFailed("", "The UNLOAD format property is required")
        target.location = write.location
        self._must_be_empty(target.location)
        translation = self.engine.translate(write.query, self.database, self.cursor)
        columns = _named(translation.columns, translation.names)
        written = self._write(translation.sql, columns, target)
        written.bytes = translation.bytes
        return written

    # --- the parts

    def _place(self, target: tuple[str, ...]) -> tuple[str, str]:
        return (target[-2] if len(target) > 1 else self.database), target[-1]

    def _table(self, database: str, name: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self.platform.glue.get_table(database, name)
        except EntityNotFoundException:
            return None
        return found

    def _must_be_empty(self, location: str) -> None:
        bucket, prefix = parse_uri(location)
        if next(iter(self.platform.s3.list(bucket, prefix.rstrip("/") + "/")), None) is not None:
            raise QueryFailed(
                "HIVE_PATH_ALREADY_EXISTS",
                f"Target directory for table '{location}' already exists",
            )

    def _write(
        self,
        sql: str,
        columns: Columns,
        target: _Target,
        places: dict[tuple[str, ...], str] | None = None,
    ) -> Written:
        scratch = self.platform.scratch(f"athena/{self.query_id}")
        try:
            rows = self.engine.guarded(lambda: self._copy(sql, columns, target, scratch))
            return self._publish(scratch, target, rows, places or {})
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _copy(self, sql: str, columns: Columns, target: _Target, scratch: Path) -> int:
        names = ", ".join(identifier(n) for n, _ in columns)
        items = ", ".join(_stored(n, k, target) for n, k in columns)
        source = f"SELECT {items} FROM ({sql}) AS w({names})"
        options = _copy_options(target)
        if target.keys:
            self._check_partitions(sql, names, target.keys)
            keys = ", ".join(identifier(k) for k in target.keys)
            out = str(scratch / "data")
            options += f", PARTITION_BY ({keys}), FILE_EXTENSION {quote(_extension(target))}"
        else:
            out = str(scratch / f"data.{_extension(target)}")
        rows = self.cursor.execute(f"COPY ({source}) TO {quote(out)} ({options})").fetchone()
        return int(rows[0]) if rows else 0

    def _check_partitions(self, sql: str, names: str, keys: tuple[str, ...]) -> None:
        listed = ", ".join(identifier(k) for k in keys)
        found = self.cursor.execute(
            f"SELECT count(*) FROM (SELECT DISTINCT {listed} FROM ({sql}) AS w({names}))"
        ).fetchone()
        if found and found[0] > OPEN_PARTITIONS:
            raise QueryFailed(
                "HIVE_TOO_MANY_OPEN_PARTITIONS",
                f"Exceeded limit of {OPEN_PARTITIONS} open writers for partitions/buckets",
            )

    def _publish(
        self, scratch: Path, target: _Target, rows: int, places: dict[tuple[str, ...], str]
    ) -> Written:
        """Moves the files in: those of a partition that is known to its place, wherever it is."""
        root = scratch / "data" if target.keys else scratch
        paths = sorted(p for p in root.rglob("*") if p.is_file())
        # The engine escapes more in a folder's name than Hive does.
        values = [
            tuple(unescaped(f.partition("=")[2]) for f in p.relative_to(root).parts[:-1])
            for p in paths
        ]
        if any("" in part for part in values):
            raise QueryFailed("HIVE_METASTORE_ERROR", "Partition values cannot be empty")
        written = Written(rows, [], 0)
        base = target.location.rstrip("/")
        for index, (path, part) in enumerate(zip(paths, values, strict=True)):
            place = places.get(part) or f"{base}/{folder_of(target.keys, part)}"
            if part not in places:
                written.partitions[part] = place.rstrip("/")
            name = f"{self.query_id.replace('-', '_')}_{index:05}{path.suffix}"
            uri = f"{place.rstrip('/')}/{name}"
            self.platform.s3.take(*parse_uri(uri), path)
            written.files.append(uri)
        return written

    def _add_partitions(self, database: str, table: dict[str, Any], written: Written) -> None:
        for values, place in written.partitions.items() if table.get("PartitionKeys") else ():
            descriptor = {**table["StorageDescriptor"], "Location": place}
            body = {"Values": list(values), "StorageDescriptor": descriptor}
            with contextlib.suppress(AlreadyExistsException):  # another INSERT was quicker
                self.platform.glue.create_partition(database, table["Name"], body)


def _named(columns: Columns, names: list[str | None]) -> Columns:
    """The columns of a table: named, once each, of types that Hive can store."""
    seen: set[str] = set()
    for index, ((name, kind), given) in enumerate(zip(columns, names, strict=True), 1):
        if given is None:
            raise QueryFailed(
                "MISSING_COLUMN_NAME", f"Column name not specified at position {index}", (1, 1)
            )
        if name.lower() in seen:
            raise QueryFailed(
                "DUPLICATE_COLUMN_NAME", f"Column name '{name}' specified more than once", (1, 1)
            )
        seen.add(name.lower())
        try:
            t.hive_type(kind)
        except t.UnknownType:
            raise QueryFailed("NOT_SUPPORTED", f"Unsupported Hive type: {kind}") from None
    return [(name.lower(), kind) for name, kind in columns]


def _target(properties: dict[str, Any], default: str) -> _Target:
    known = {
        "format", "external_location", "write_compression", "parquet_compression", "compression",
        "partitioned_by", "field_delimiter", "orc_compression", "table_type", "is_external",
    }  # fmt: skip
    for name in properties:
        if name not in known:
            raise not_supported(f"the table property {name}")
    if str(properties.get("table_type", "HIVE")).upper() == "ICEBERG":
        raise not_supported("CREATE TABLE AS of an Iceberg table")
    kind = str(properties.get("format", "PARQUET")).upper()
    if kind not in _EXTENSIONS:
        raise not_supported(f"writing {kind}")
    compression = next(
        (
            str(properties[k])
            for k in ("write_compression", "compression", "parquet_compression")
            if k in properties
        ),
        "GZIP",
    ).upper()
    if compression not in _COMPRESSIONS:
        raise not_supported(f"the compression {compression}")
    keys = properties.get("partitioned_by") or []
    delimiter = str(properties.get("field_delimiter", "\x01"))
    location = str(properties.get("external_location", default))
    return _Target(location, kind, compression, delimiter, tuple(k.lower() for k in keys))


_BACK = {"parquet": "PARQUET", "text": "TEXTFILE", "json": "JSON"}


def _table_target(table: dict[str, Any], keys: tuple[str, ...]) -> _Target:
    kind = _BACK.get(format_of(table))
    if kind is None:
        raise not_supported(f"INSERT INTO a table of format {format_of(table)}")
    serde = table["StorageDescriptor"]["SerdeInfo"].get("Parameters") or {}
    parameters = table.get("Parameters") or {}
    compression = parameters.get("write.compression") or parameters.get("parquet.compression")
    compression = compression or ("SNAPPY" if kind == "PARQUET" else "NONE")
    delimiter = serde.get("field.delim", "\x01")
    location = table["StorageDescriptor"]["Location"]
    return _Target(location, kind, compression.upper(), delimiter, keys)


def _ctas_input(name: str, columns: Columns, target: _Target) -> dict[str, Any]:
    listed = [{"Name": n, "Type": t.hive_type(k)} for n, k in columns]
    count = len(target.keys)
    if count and tuple(c["Name"] for c in listed[-count:]) != target.keys:
        raise QueryFailed(
            "HIVE_COLUMN_ORDER_MISMATCH",
            "Partition keys must be the last columns in the table and in the same order as the"
            f" table properties: [{', '.join(target.keys)}]",
        )
    plain = listed[:-count] if count else listed
    args: dict[str, Any] = {
        "stored_as": target.format,
        "columns": plain,
        "location": target.location,
    }
    if target.format == "TEXTFILE":
        args["serde_properties"] = {
            "field.delim": target.delimiter,
            "serialization.format": target.delimiter,
        }
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": storage(args),
        "PartitionKeys": listed[-count:] if count else [],
        "Parameters": {"EXTERNAL": "TRUE", "has_encrypted_data": "false", "auto.purge": "false"},
    }


def _arranged(sql: str, given: Columns, wanted: Columns, names: tuple[str, ...]) -> str:
    """The query's columns in the table's order and types."""
    order = names or tuple(n for n, _ in wanted)
    kinds = dict(wanted)
    unknown = [n for n in order if n not in kinds]
    if unknown:
        raise QueryFailed(
            "COLUMN_NOT_FOUND", f"Insert column name does not exist in target table: {unknown[0]}"
        )
    targets = [kinds[n] for n in order]
    if len(given) != len(order) or not all(
        _assignable(k, w) for (_, k), w in zip(given, targets, strict=True)
    ):
        raise QueryFailed(
            "TYPE_MISMATCH",
            f"Insert query has mismatched column types: Table: [{', '.join(map(str, targets))}],"
            f" Query: [{', '.join(str(k) for _, k in given)}]",
            (1, 1),
        )
    values = {
        n: _assigned(f"i.q{index}", k, kinds[n])
        for index, (n, (_, k)) in enumerate(zip(order, given, strict=True))
    }
    items = ", ".join(
        f"{values.get(n, f'CAST(NULL AS {t.duck_type(k)})')} AS {identifier(n)}" for n, k in wanted
    )
    sources = ", ".join(f"q{i}" for i in range(len(given)))
    return f"SELECT {items} FROM ({sql}) AS i({sources})"


def _assigned(sql: str, source: t.Type, target: t.Type) -> str:
    """A CAST cuts a long text off; an INSERT refuses to."""
    if t.is_text(source) and target.args and source != target:
        sql = f"trino_fitting({sql}, {target.args[0]}, {quote(f'{source} to {target}')})"
    return cast_sql(sql, source, target, False)


def _assignable(source: t.Type, target: t.Type) -> bool:
    if t.is_text(source) and t.is_text(target):
        return True
    if source.name == target.name == "timestamp" or t.coerces(source, target):
        return True
    return t.is_number(source) and t.is_number(target) and source.name in (*t.INTEGERS, "decimal")


def _stored(name: str, kind: t.Type, target: _Target) -> str:
    if name in target.keys:
        value = cast_sql(f"w.{identifier(name)}", kind, t.VARCHAR, False)
        return f"coalesce({value}, {quote(HIVE_NULL)}) AS {identifier(name)}"
    if target.format == "TEXTFILE" and (kind.of or kind == t.VARBINARY):
        raise not_supported(f"writing {kind} as text")
    if target.format == "TEXTFILE":
        return f"{cast_sql(f'w.{identifier(name)}', kind, t.VARCHAR, False)} AS {identifier(name)}"
    return f"w.{identifier(name)}"


def _extension(target: _Target) -> str:
    """Text says by its name how it is packed, Parquet in its footer."""
    packed = {"GZIP": ".gz", "ZSTD": ".zst"}.get(target.compression, "")
    return _EXTENSIONS[target.format] + ("" if target.format == "PARQUET" else packed)


def _copy_options(target: _Target) -> str:
    compression = (
        "uncompressed"
        if target.compression in ("NONE", "UNCOMPRESSED")
        else target.compression.lower()
    )
    if target.format == "PARQUET":
        return f"FORMAT parquet, COMPRESSION {compression}"
    packed = "none" if compression in ("uncompressed", "snappy") else compression
    if target.format == "JSON":
        return f"FORMAT json, COMPRESSION {packed}"
    return (
        f"FORMAT csv, HEADER false, DELIMITER {quote(target.delimiter)}, QUOTE '', ESCAPE '',"
        f" NULL '\\N', COMPRESSION {packed}"
    )
