"""CREATE TABLE AS, INSERT INTO and UNLOAD: query results as files of a table or a folder.

https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
"""

# ruff: noqa: S608 - writing SQL is what this module does; values go through quote()
from __future__ import annotations

import contextlib
import re
import shutil
from dataclasses import dataclass, field
from typing import Any

import duckdb

from local_aws.services.athena import names
from local_aws.services.athena.catalog_reader import GlueReader
from local_aws.services.athena.duck.quoting import identifier, quote
from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.hive.table_inputs import CTAS_FORMATS, storage
from local_aws.services.athena.model import AthenaEngine
from local_aws.services.athena.reading.partition_names import folder_of
from local_aws.services.athena.reading.projection import is_projected
from local_aws.services.athena.reading.tables import refuse_iceberg
from local_aws.services.athena.rewrites.casts import cast_sql
from local_aws.services.athena.serdes import buckets
from local_aws.services.athena.statements import Write
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.relations import table_columns
from local_aws.services.athena.views import is_view
from local_aws.services.athena.writing import file_writers, write_targets
from local_aws.services.athena.writing.write_targets import Made, Target
from local_aws.services.glue.errors import AlreadyExistsException, EntityNotFoundException
from local_aws.services.s3.model import parse_uri

Columns = list[tuple[str, t.Type]]


@dataclass
class Written:
    """What a write left, and the bytes that the query read. Partitions: places by values."""

    rows: int
    files: list[str]
    bytes: int
    partitions: dict[tuple[str, ...], str] = field(default_factory=dict)


class Writer:
    """One statement's write."""

    def __init__(
        self, engine: AthenaEngine, cursor: duckdb.DuckDBPyConnection, database: str, query_id: str
    ) -> None:
        self.engine = engine
        self.platform = engine.platform
        self.catalog = GlueReader(engine.platform)
        self.cursor = cursor
        self.database = database
        self.query_id = query_id

    def create_table(self, write: Write, default_location: str) -> Written:
        database, name = names.place(write.target, self.database)
        if not self._has_database(database):
            raise QueryFailed("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist", (1, 1))
        if self.catalog.table(database, name) is not None:
            if write.if_not_exists:
                return Written(0, [], 0)
            raise QueryFailed(
                "TABLE_ALREADY_EXISTS",
                f"line 1:1: Table 'awsdatacatalog.{database}.{name}' already exists",
            )
        translation = self.engine.translate(write.query, self.database, self.cursor)
        given = renamed(translation.names, write.columns)
        columns = named(
            [(n or c, k) for n, (c, k) in zip(given, translation.columns, strict=True)], given
        )
        target = write_targets.of_ctas(write.properties, default_location)
        body = _ctas_input(name, columns, target, write.comment)
        self._must_be_empty(target.location)
        written = Written(0, [], 0)
        if write.with_data:
            written = self._write(translation.sql, columns, target)
            written.bytes = translation.bytes
        self.platform.glue.create_table(database, body)
        self._add_partitions(database, body, written)
        return written

    def insert(self, write: Write) -> Written:
        database, name = names.place(write.target, self.database)
        table = self.catalog.table(database, name)
        if table is None:
            raise QueryFailed(
                "TABLE_NOT_FOUND",
                f"Table 'awsdatacatalog.{database}.{name}' does not exist",
                (1, 1),
            )
        if is_view(table):
            raise QueryFailed("NOT_SUPPORTED", "Inserting into views is not supported", (1, 1))
        refuse_iceberg(table)
        keys = tuple(n for n, _, partition in table_columns(table) if partition)
        target = write_targets.of_table(table, keys)
        translation = self.engine.translate(write.query, self.database, self.cursor)
        wanted = [(n, k) for n, k, _ in table_columns(table)]
        sql = _arranged(translation.sql, translation.columns, wanted, write.columns)
        places = {
            tuple(p["Values"]): p["StorageDescriptor"].get("Location") or ""
            for p in (self.platform.glue.get_partitions(database, name) if keys else [])
        }
        written = self._write(sql, wanted, target, places)
        written.bytes = translation.bytes
        if not is_projected(table):
            self._add_partitions(database, table, written)
        return written

    def unload(self, write: Write) -> Written:
        target = write_targets.of_unload(write.properties, write.location)
        self._must_be_empty(target.location)
        translation = self.engine.translate(write.query, self.database, self.cursor)
        columns = named(translation.columns, translation.names)
        check_keys([n for n, _ in columns], target.keys)
        written = self._write(translation.sql, columns, target)
        written.bytes = translation.bytes
        return written

    # --- the parts

    def _has_database(self, name: str) -> bool:
        try:
            self.platform.glue.get_database(name)
        except EntityNotFoundException:
            return False
        return True

    def _must_be_empty(self, location: str) -> None:
        if not re.match("s3[an]?://[^/]+", location):
            raise QueryFailed(
                "INVALID_TABLE_PROPERTY",
                f"External location is not a valid file system URI: {location}",
            )
        bucket, prefix = parse_uri(location)
        if not self.platform.s3.bucket_exists(bucket):
            raise QueryFailed(
                "HIVE_FILESYSTEM_ERROR", f"The specified bucket does not exist (Bucket: {bucket})"
            )
        if next(iter(self.platform.s3.names(bucket, prefix.rstrip("/") + "/")), None) is not None:
            raise QueryFailed(
                "HIVE_PATH_ALREADY_EXISTS",
                f"Target directory for table '{location}' already exists: {location}. You may need"
                f" to manually clean the data at location '{location}' before retrying. Athena will"
                " not delete data in your account.",
            )

    def _write(
        self,
        sql: str,
        columns: Columns,
        target: Target,
        places: dict[tuple[str, ...], str] | None = None,
    ) -> Written:
        buckets.check(columns, target)
        scratch = self.platform.scratch(f"athena/{self.query_id}")
        try:
            rows, made = self.engine.guarded(
                lambda: file_writers.write(self.cursor, sql, columns, target, scratch)
            )
            return self._publish(made, target, rows, places or {})
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _publish(
        self, made: list[Made], target: Target, rows: int, places: dict[tuple[str, ...], str]
    ) -> Written:
        """Moves the files in: those of a partition that is known to its place, wherever it is."""
        if any("" in file.values for file in made):
            raise QueryFailed("HIVE_METASTORE_ERROR", "Partition values cannot be empty")
        written = Written(rows, [], 0)
        base = target.location.rstrip("/")
        for index, file in enumerate(made):
            place = places.get(file.values) or f"{base}/{folder_of(target.keys, file.values)}"
            if file.values not in places:
                written.partitions[file.values] = place.rstrip("/")
            name = f"{self.query_id.replace('-', '_')}_{index:05}{file.ending}"
            uri = f"{place.rstrip('/')}/{name}"
            self.platform.s3.take(*parse_uri(uri), file.path)
            written.files.append(uri)
        return written

    def _add_partitions(self, database: str, table: dict[str, Any], written: Written) -> None:
        for values, place in written.partitions.items() if table.get("PartitionKeys") else ():
            descriptor = {**table["StorageDescriptor"], "Location": place}
            body = {"Values": list(values), "StorageDescriptor": descriptor}
            with contextlib.suppress(AlreadyExistsException):  # another INSERT was quicker
                self.platform.glue.create_partition(database, table["Name"], body)


def renamed(names: list[str | None], given: tuple[str, ...]) -> list[str | None]:
    """The columns' names, or those that CREATE TABLE lists before AS."""
    if given and len(given) != len(names):
        raise QueryFailed(
            "MISMATCHED_COLUMN_ALIASES",
            f"Column alias list has {len(given)} entries but relation has {len(names)} columns",
            (1, 1),
        )
    return list(given) or names


def named(columns: Columns, names: list[str | None]) -> Columns:
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
        if t.contains(kind, "unknown"):
            raise QueryFailed("COLUMN_TYPE_UNKNOWN", f"Column type is unknown: {name}", (1, 1))
        _check_precisions(kind, name.lower())
        try:
            t.hive_type(kind)
        except t.UnknownType:
            raise QueryFailed("NOT_SUPPORTED", f"Unsupported Hive type: {kind}") from None
    return [(name.lower(), kind) for name, kind in columns]


def _check_precisions(kind: t.Type, column: str) -> None:
    """Hive's timestamps are of milliseconds: any other precision is refused, also inside."""
    if kind.name == "timestamp" and kind.precision != 3:
        raise QueryFailed(
            "NOT_SUPPORTED",
            f"Incorrect timestamp precision for {kind}; the configured precision is MILLISECONDS;"
            f" column name: {column}",
        )
    for inner in kind.of:
        _check_precisions(inner, column)


def check_keys(names: list[str], keys: tuple[str, ...]) -> None:
    """Partition keys are the last columns, in their order, and not all there are."""
    missing = [key for key in keys if key not in names]
    if missing:
        raise QueryFailed(
            "INVALID_TABLE_PROPERTY",
            f"Partition columns [{', '.join(missing)}] not present in schema",
        )
    if keys and len(keys) == len(names):
        raise QueryFailed("INVALID_TABLE_PROPERTY", "Table contains only partition columns")
    if keys and tuple(names[-len(keys) :]) != keys:
        raise QueryFailed(
            "HIVE_COLUMN_ORDER_MISMATCH",
            "Partition keys must be the last columns in the table and in the same order as the"
            f" table properties: [{', '.join(keys)}]",
        )


def _ctas_input(name: str, columns: Columns, target: Target, comment: str) -> dict[str, Any]:
    check_keys([n for n, _ in columns], target.keys)
    listed = [{"Name": n, "Type": t.hive_type(k)} for n, k in columns]
    count = len(target.keys)
    args: dict[str, Any] = {
        "stored_as": target.format,
        "columns": listed[:-count] if count else listed,
        "location": target.location,
    }
    if target.format == "TEXTFILE":
        delimiter = target.options.separators[0]
        args["serde_properties"] = {"field.delim": delimiter, "serialization.format": delimiter}
    if target.buckets:
        args |= {"buckets": target.buckets, "bucket_columns": list(target.bucketed_by)}
    parameters = {"EXTERNAL": "TRUE", "has_encrypted_data": "false", "auto.purge": "false"}
    body: dict[str, Any] = {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": storage(args, CTAS_FORMATS),
        "PartitionKeys": listed[-count:] if count else [],
        "Parameters": parameters,
    }
    if comment:
        body["Description"] = parameters["comment"] = comment
    return body


def _arranged(sql: str, given: Columns, wanted: Columns, names: tuple[str, ...]) -> str:
    """The query's columns in the table's order and types."""
    order = names or tuple(n for n, _ in wanted)
    kinds = dict(wanted)
    unknown = [n for n in order if n not in kinds]
    if unknown:
        raise QueryFailed(
            "COLUMN_NOT_FOUND",
            f"Insert column name does not exist in target table: {unknown[0]}",
            (1, 1),
        )
    twice = [n for n in order if order.count(n) > 1]
    if twice:
        raise QueryFailed(
            "DUPLICATE_COLUMN_NAME",
            f"Insert column name is specified more than once: {twice[0]}",
            (1, 1),
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
    """Whether INSERT stores it: what has a common type is cast, but a bounded text inside of
    another type must coerce.
    https://github.com/trinodb/trino: StatementAnalyzer.typesMatchForInsert"""
    if any(map(_holds_bounded_text, target.of)):
        return t.coerces(source, target)
    return t.common_type(source, target) is not None


def _holds_bounded_text(kind: t.Type) -> bool:
    return (t.is_text(kind) and bool(kind.args)) or any(map(_holds_bounded_text, kind.of))
