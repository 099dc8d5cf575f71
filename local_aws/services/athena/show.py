"""SHOW ... and DESCRIBE: what the catalog holds, in Hive's words."""

from __future__ import annotations

import re
from typing import Any

from local_aws.services.athena.catalog_reader import is_view
from local_aws.services.athena.ddl import Ddl
from local_aws.services.athena.errors import QueryFailed, semantic
from local_aws.services.athena.hive_ddl import Command
from local_aws.services.athena.partition_names import folder_of
from local_aws.services.athena.trino.functions import catalogue
from local_aws.services.athena.views import decode_view
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
            raise semantic(f"[Error 10072]: Database does not exist: {database}") from None
        return found

    def _show_tables(self, command: Command) -> list[str]:
        return self._matching([t["Name"] for t in self._tables_of(command)], command)

    def _show_views(self, command: Command) -> list[str]:
        return self._matching([t["Name"] for t in self._tables_of(command) if is_view(t)], command)

    def _show_partitions(self, command: Command) -> list[str]:
        table = self.table(command)
        keys = [key["Name"] for key in table.get("PartitionKeys", [])]
        if not keys:
            raise semantic(f"Table {table['Name']} is not a partitioned table")
        found = self.glue.get_partitions(*self.place(command))
        return sorted(folder_of(keys, p["Values"]) for p in found)

    def _show_columns(self, command: Command) -> list[str]:
        return [c["Name"].ljust(20) for c in _columns(self.table(command))]

    def _show_tblproperties(self, command: Command) -> list[str]:
        found = dict(self.table(command).get("Parameters") or {})
        wanted = command.args.get("property")
        if wanted is not None:
            return [f"{wanted}\t{found[wanted]}"] if wanted in found else []
        return [f"{key}\t{found[key]}" for key in sorted(found)]

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
        keys = table.get("PartitionKeys", [])
        lines = [_described(c) for c in _columns(table)]
        if keys:
            lines += [
                "\t \t ",
                "# Partition Information\t \t ",
                _line("# col_name", "data_type", "comment"),
            ]
            lines += ["\t \t ", *(_described(key) for key in keys)]
        return lines

    def _show_create_view(self, command: Command) -> list[str]:
        table = self.table(command)
        if not is_view(table):
            raise QueryFailed("NOT_SUPPORTED", f"Relation '{table['Name']}' is a table, not a view")
        database, name = self.place(command)
        text = f'CREATE VIEW "{database}"."{name}" AS \n{decode_view(table).sql}'
        return text.splitlines()

    def _show_create_table(self, command: Command) -> list[str]:
        table = self.table(command)
        if is_view(table):
            raise semantic(f"{table['Name']} is a view: use SHOW CREATE VIEW")
        descriptor = table["StorageDescriptor"]
        lines = [f"CREATE EXTERNAL TABLE `{table['Name']}`("]
        lines += _listed([_declared(c) for c in descriptor["Columns"]])
        if table.get("Description"):
            lines.append(f"COMMENT {_quoted(table['Description'])}")
        if table.get("PartitionKeys"):
            lines += ["PARTITIONED BY ( ", *_listed([_declared(c) for c in table["PartitionKeys"]])]
        return [*lines, *_storage(descriptor), *_properties(table.get("Parameters") or {})]


def _columns(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [*table.get("StorageDescriptor", {}).get("Columns", []), *table.get("PartitionKeys", [])]


def _line(*parts: str) -> str:
    return "\t".join(part.ljust(20) for part in parts)


def _described(column: dict[str, Any]) -> str:
    return _line(column["Name"], column.get("Type", "string"), column.get("Comment", ""))


def _declared(column: dict[str, Any]) -> str:
    comment = f" COMMENT {_quoted(column['Comment'])}" if column.get("Comment") else ""
    return f"  `{column['Name']}` {column.get('Type', 'string')}{comment}"


def _quoted(text: str) -> str:
    escaped = (
        text.replace("\\", "\\\\").replace("'", "\\'").replace("\t", "\\t").replace("\n", "\\n")
    )
    return f"'{escaped}'"


def _listed(items: list[str]) -> list[str]:
    return [f"{item}, " for item in items[:-1]] + [f"{item})" for item in items[-1:]]


def _storage(descriptor: dict[str, Any]) -> list[str]:
    serde = descriptor.get("SerdeInfo") or {}
    lines = ["ROW FORMAT SERDE ", f"  {_quoted(serde.get('SerializationLibrary', ''))} "]
    if serde.get("Parameters"):
        pairs = [f"  {_quoted(k)}={_quoted(v)}" for k, v in sorted(serde["Parameters"].items())]
        lines += ["WITH SERDEPROPERTIES ( ", *_listed(pairs)]
    lines += ["STORED AS INPUTFORMAT ", f"  {_quoted(descriptor.get('InputFormat', ''))} "]
    lines += ["OUTPUTFORMAT ", f"  {_quoted(descriptor.get('OutputFormat', ''))}"]
    return [*lines, "LOCATION", f"  {_quoted(descriptor.get('Location', ''))}"]


def _properties(parameters: dict[str, str]) -> list[str]:
    shown = {k: v for k, v in parameters.items() if k != "EXTERNAL"}
    pairs = [f"  {_quoted(k)}={_quoted(v)}" for k, v in sorted(shown.items())]
    return ["TBLPROPERTIES (", *_listed(pairs)] if pairs else []
