"""The Glue catalog as the analysis sees it, with the tables that are made up on the spot."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from local_aws.context import Platform
from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.reading.partition_names import HIVE_NULL
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.relations import table_columns
from local_aws.services.athena.views import decode_view, is_view
from local_aws.services.glue.errors import EntityNotFoundException

Virtual = tuple[list[tuple[str, t.Type]], list[tuple[Any, ...]]]
_CATALOG = "awsdatacatalog"
_SCHEMA = "information_schema"


class GlueReader:
    """Tables and databases by name."""

    def __init__(self, platform: Platform) -> None:
        self._glue = platform.glue

    def table(self, database: str, name: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._glue.get_table(database, name)
        except EntityNotFoundException:
            return None
        return found

    def has_database(self, database: str) -> bool:
        if database == _SCHEMA:
            return True
        try:
            self._glue.get_database(database)
        except EntityNotFoundException:
            return False
        return True

    def virtual(self, database: str, name: str) -> Virtual | None:
        if database == _SCHEMA:
            return self._information_schema(name)
        if name.endswith("$partitions"):
            return self._partitions(database, name.removesuffix("$partitions"))
        return None

    def _partitions(self, database: str, name: str) -> Virtual | None:
        table = self.table(database, name)
        if table is None or not table.get("PartitionKeys"):
            return None
        columns = [(n, k) for n, k, partition in table_columns(table) if partition]
        return columns, [
            tuple(None if v == HIVE_NULL else v for v in p["Values"])
            for p in self._glue.get_partitions(database, name)
        ]

    # --- information_schema

    def _information_schema(self, name: str) -> Virtual | None:
        columns = _INFORMATION.get(name)
        if columns is None:
            return None
        rows: list[tuple[Any, ...]] = list(getattr(self, f"_{name}")())
        return columns, rows

    def _schemata(self) -> Iterator[tuple[Any, ...]]:
        for database in self._glue.get_databases():
            yield _CATALOG, database["Name"]
        yield _CATALOG, _SCHEMA

    def _every_table(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for database in self._glue.get_databases():
            for table in self._glue.get_tables(database["Name"]):
                yield database["Name"], table

    def _tables(self) -> Iterator[tuple[Any, ...]]:
        for database, table in self._every_table():
            yield _CATALOG, database, table["Name"], "VIEW" if is_view(table) else "BASE TABLE"
        for name in _INFORMATION:
            yield _CATALOG, _SCHEMA, name, "BASE TABLE"

    def _views(self) -> Iterator[tuple[Any, ...]]:
        for database, table in self._every_table():
            if is_view(table):
                with contextlib.suppress(QueryFailed):  # a view of Hive's or Spark's
                    yield _CATALOG, database, table["Name"], decode_view(table).sql

    def _columns(self) -> Iterator[tuple[Any, ...]]:
        for database, table in self._every_table():
            for index, (name, kind, comment, extra) in enumerate(_columns_of(table), 1):
                place = (_CATALOG, database, table["Name"], name)
                yield (*place, index, None, "YES", kind, comment, extra)
        for table_name, columns in _INFORMATION.items():
            for index, (name, column_type) in enumerate(columns, 1):
                place = (_CATALOG, _SCHEMA, table_name, name)
                yield (*place, index, None, "YES", str(column_type), None, None)


def _texts(*names: str) -> list[tuple[str, t.Type]]:
    return [(name, t.VARCHAR) for name in names]


# https://trino.io/docs/current/connector/hive.html has none of its own: these are the standard's.
_INFORMATION: dict[str, list[tuple[str, t.Type]]] = {
    "columns": [
        *_texts("table_catalog", "table_schema", "table_name", "column_name"),
        ("ordinal_position", t.BIGINT),
        *_texts("column_default", "is_nullable", "data_type", "comment", "extra_info"),
    ],
    "schemata": _texts("catalog_name", "schema_name"),
    "tables": _texts("table_catalog", "table_schema", "table_name", "table_type"),
    "views": _texts("table_catalog", "table_schema", "table_name", "view_definition"),
}


def _columns_of(table: dict[str, Any]) -> Iterator[tuple[str, str, str | None, str | None]]:
    """Name, Trino's type, comment and extra; of a table that cannot be read, nothing."""
    try:
        if is_view(table):
            yield from ((n, k, None, None) for n, k in decode_view(table).columns)
            return
        found = table_columns(table)
    except QueryFailed:
        return
    storage = (table.get("StorageDescriptor") or {}).get("Columns") or []
    stored = [*storage, *(table.get("PartitionKeys") or [])]
    for (name, kind, partition), column in zip(found, stored, strict=True):
        yield name, str(kind), column.get("Comment"), "partition key" if partition else None
