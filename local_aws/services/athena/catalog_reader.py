"""The Glue catalog as the analysis sees it, with the tables that are made up on the spot."""

from __future__ import annotations

from typing import Any

from local_aws.context import Platform
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.relations import table_columns
from local_aws.services.glue.errors import EntityNotFoundException

Virtual = tuple[list[tuple[str, t.Type]], list[tuple[Any, ...]]]
_CATALOG = "awsdatacatalog"


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
        try:
            self._glue.get_database(database)
        except EntityNotFoundException:
            return False
        return True

    def virtual(self, database: str, name: str) -> Virtual | None:
        if database == "information_schema":
            return self._information_schema(name)
        if name.endswith("$partitions"):
            return self._partitions(database, name.removesuffix("$partitions"))
        return None

    def _partitions(self, database: str, name: str) -> Virtual | None:
        table = self.table(database, name)
        if table is None or not table.get("PartitionKeys"):
            return None
        columns = [(n, k) for n, k, partition in table_columns(table) if partition]
        rows = [tuple(p["Values"]) for p in self._glue.get_partitions(database, name)]
        return columns, rows

    def _information_schema(self, name: str) -> Virtual | None:
        makers = {"tables": self._tables, "columns": self._columns, "schemata": self._schemata}
        return makers[name]() if name in makers else None

    def _schemata(self) -> Virtual:
        names = [d["Name"] for d in self._glue.get_databases()]
        columns = [("catalog_name", t.VARCHAR), ("schema_name", t.VARCHAR)]
        return columns, [(_CATALOG, n) for n in names]

    def _every_table(self) -> list[tuple[str, dict[str, Any]]]:
        return [
            (d["Name"], table)
            for d in self._glue.get_databases()
            for table in self._glue.get_tables(d["Name"])
        ]

    def _tables(self) -> Virtual:
        names = ("table_catalog", "table_schema", "table_name", "table_type")
        rows = [
            (_CATALOG, d, table["Name"], "VIEW" if is_view(table) else "BASE TABLE")
            for d, table in self._every_table()
        ]
        return [(n, t.VARCHAR) for n in names], rows

    def _columns(self) -> Virtual:
        names = ["table_catalog", "table_schema", "table_name", "column_name"]
        columns = [(n, t.VARCHAR) for n in names]
        columns += [("ordinal_position", t.BIGINT)]
        tail = ("column_default", "is_nullable", "data_type", "comment", "extra_info")
        columns += [(n, t.VARCHAR) for n in tail]
        rows: list[tuple[Any, ...]] = []
        for database, table in self._every_table():
            for index, (name, kind, partition) in enumerate(table_columns(table), 1):
                extra = "partition key" if partition else None
                rows.append(
                    (
                        _CATALOG,
                        database,
                        table["Name"],
                        name,
                        index,
                        None,
                        "YES",
                        str(kind),
                        None,
                        extra,
                    )
                )
        return columns, rows


def is_view(table: dict[str, Any]) -> bool:
    return table.get("TableType") == "VIRTUAL_VIEW"
