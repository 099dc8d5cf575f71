"""SHOW ... and DESCRIBE: what the catalog holds, in Hive's words."""

from __future__ import annotations

import re
from typing import Any

from local_aws.services.athena.errors import QueryFailed, semantic, task_failed
from local_aws.services.athena.hive import describe
from local_aws.services.athena.hive.ddl import Ddl, no_database
from local_aws.services.athena.hive.hive_ddl import Command
from local_aws.services.athena.reading.partition_names import folder_of
from local_aws.services.athena.trino.functions import catalogue
from local_aws.services.athena.views import decode_view, is_view
from local_aws.services.glue.errors import EntityNotFoundException

# The columns that GetQueryResults names for each command.
COLUMNS = {
    "show_databases": ("database_name",),
    "show_tables": ("tab_name",),
    "show_views": ("views",),
    "show_partitions": ("partition",),
    "show_columns": ("field",),
    "show_create_table": ("createtab_stmt",),
    "show_create_view": ("create view",),
    "show_tblproperties": ("prpt_name", "prpt_value"),
    "describe": ("col_name", "data_type", "comment"),
}
# These are typed `varchar`; the others are Hive's `string`.
VARCHARS = frozenset({"show_views", "show_create_view"})
# What Athena plans itself has no count of changes, though it has columns.
UNCOUNTED = frozenset({"describe", "show_create_table"})
FUNCTIONS = (
    "Function", "Return Type", "Argument Types", "Function Type", "Deterministic", "Description",
)  # fmt: skip
_RANDOM = frozenset({"rand", "random", "shuffle", "uuid"})


class Show(Ddl):
    """The reading half of DDL."""

    def _matching(self, names: list[str], command: Command) -> list[str]:
        pattern = command.args.get("pattern")
        if pattern is None:
            return sorted(names)
        # Athena takes a regular expression, with * for .* as Hive does.
        expression = re.compile(re.sub(r"(?<!\.)\*", ".*", pattern), re.IGNORECASE)
        return sorted(name for name in names if expression.fullmatch(name))

    def _show_databases(self, command: Command) -> list[str]:
        return self._matching([d["Name"] for d in self.glue.get_databases()], command)

    def _tables_of(self, command: Command) -> list[dict[str, Any]]:
        database = command.target[-1] if command.target else self.database
        try:
            found: list[dict[str, Any]] = self.glue.get_tables(database)
        except EntityNotFoundException:
            raise no_database(database) from None
        return found

    def _show_tables(self, command: Command) -> list[str]:
        return self._matching([t["Name"] for t in self._tables_of(command)], command)

    def _show_views(self, command: Command) -> list[str]:
        return self._matching([t["Name"] for t in self._tables_of(command) if is_view(t)], command)

    def _show_partitions(self, command: Command) -> list[str]:
        table = self.table(command)
        keys = [key["Name"] for key in table.get("PartitionKeys") or []]
        if not keys:
            raise task_failed(f"Table {table['Name']} is not a partitioned table")
        given = command.args.get("partition")
        if given:
            self._keys(table, given)
            found = self._fitting(table, given)
        else:
            found = self.glue.get_partitions(*self.place(command))
        return sorted(folder_of(keys, p["Values"]) for p in found)

    def _show_columns(self, command: Command) -> list[str]:
        return [c["Name"].ljust(20) for c in _columns(self.table(command))]

    def _show_tblproperties(self, command: Command) -> list[str]:
        table = self.table(command)
        found = dict(table.get("Parameters") or {})
        wanted = command.args.get("property")
        if wanted is None:
            return [f"{key}\t{found[key]}" for key in sorted(found)]
        if wanted not in found:
            database, name = self.place(command)
            return [f"Table {database}.{name} does not have property: {wanted}"]
        return [f"{wanted}\t{found[wanted]}"]

    def functions(self, pattern: str | None) -> list[list[str]]:
        """The rows of SHOW FUNCTIONS [LIKE pattern], a cell for each column; none is described.

        It is Trino's statement, so the pattern is LIKE's and no regular expression.
        """
        like = ".*" if pattern is None else re.escape(pattern).replace("%", ".*").replace("_", ".")
        kinds = {"agg": "aggregate", "win": "window", "": "scalar"}
        return [
            [
                s.name,
                str(s.returns),
                ", ".join(map(str, s.params)),
                kinds[s.kind],
                str(s.name not in _RANDOM).lower(),
                "",
            ]
            for name in sorted(catalogue())
            if re.fullmatch(like, name)
            for s in catalogue()[name]
        ]

    def _describe(self, command: Command) -> list[str]:
        table = self.table(command)
        given = command.args.get("partition")
        partition = None
        if given:
            values = self._values(table, given)
            partition = self._partition(*self.place(command), values, given)
        if command.args.get("column"):
            return describe.column(table, command.args["column"], command.args["form"])
        return describe.table(table, partition, command.args["form"])

    def _show_create_view(self, command: Command) -> list[str]:
        database, name = self.place(command)
        try:
            table = self.glue.get_table(database, name)
        except EntityNotFoundException:
            place = f"awsdatacatalog.{database}.{name}"
            missing = f"View '{place}' does not exist"
            raise QueryFailed("TABLE_NOT_FOUND", missing, (1, 1)) from None
        if not is_view(table):
            raise QueryFailed("NOT_SUPPORTED", f"Relation '{table['Name']}' is a table, not a view")
        text = f'CREATE VIEW "{database}"."{name}" AS \n{decode_view(table).sql}'
        return text.splitlines()

    def _show_create_table(self, command: Command) -> list[str]:
        table = self.table(command)
        if is_view(table):
            raise semantic(f"{table['Name']} is a view: use SHOW CREATE VIEW")
        return describe.create_statement(table)


def _columns(table: dict[str, Any]) -> list[dict[str, Any]]:
    columns = (table.get("StorageDescriptor") or {}).get("Columns") or []
    return [*columns, *(table.get("PartitionKeys") or [])]
