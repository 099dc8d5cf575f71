"""Carries out DDL on the Glue catalog: databases, tables and their partitions."""

from __future__ import annotations

from typing import Any

from local_aws.context import Platform
from local_aws.services.athena.errors import QueryFailed, not_supported, semantic
from local_aws.services.athena.hive_ddl import Command
from local_aws.services.athena.partition_names import folder_of, values_of
from local_aws.services.athena.table_inputs import table_input
from local_aws.services.glue.errors import AlreadyExistsException, EntityNotFoundException
from local_aws.services.s3.model import parse_uri

_KEPT: tuple[str, ...] = (
    "Name",
    "Description",
    "Owner",
    "Retention",
    "StorageDescriptor",
    "PartitionKeys",
)
_KEPT += ("ViewOriginalText", "ViewExpandedText", "TableType", "Parameters")


class Ddl:
    """A method a command; `run` finds it by the command's name."""

    def __init__(self, platform: Platform, database: str) -> None:
        self.platform = platform
        self.glue = platform.glue
        self.database = database

    def run(self, command: Command) -> list[str]:
        """Carries the command out; the lines of its result."""
        return getattr(self, f"_{command.name}")(command) or []

    def place(self, command: Command) -> tuple[str, str]:
        """Database and table."""
        target = command.target
        return (target[0], target[1]) if len(target) > 1 else (self.database, target[0])

    def table(self, command: Command) -> dict[str, Any]:
        database, name = self.place(command)
        try:
            found: dict[str, Any] = self.glue.get_table(database, name)
        except EntityNotFoundException:
            raise semantic(f"[Error 10001]: Table not found {database}.{name}") from None
        return found

    # --- databases

    def _create_database(self, command: Command) -> None:
        args = command.args
        body = {"Name": command.target[-1], "Parameters": args.get("properties", {})}
        if args.get("comment"):
            body["Description"] = args["comment"]
        if args.get("location"):
            body["LocationUri"] = args["location"]
        try:
            self.glue.create_database(body)
        except AlreadyExistsException:
            if not args["if_not_exists"]:
                raise semantic(
                    f"[Error 10243]: Database {command.target[-1]} already exists"
                ) from None

    def _drop_database(self, command: Command) -> None:
        name = command.target[-1]
        try:
            tables = self.glue.get_tables(name)
        except EntityNotFoundException:
            if command.args["if_exists"]:
                return
            raise semantic(f"[Error 10072]: Database does not exist: {name}") from None
        if tables and not command.args["cascade"]:
            raise QueryFailed(
                "",
                "FAILED: Execution Error, return code 1 from"
                " org.apache.hadoop.hive.ql.exec.DDLTask."
                f" InvalidOperationException(message:Database {name} is not empty. One or more"
                " tables exist.)",
            )
        self.glue.delete_database(name)

    # --- tables and views

    def _create_table(self, command: Command) -> None:
        database, name = self.place(command)
        args = command.args
        properties = args.get("properties", {})
        if str(properties.get("table_type", "")).upper() == "ICEBERG":
            raise not_supported("CREATE TABLE of an Iceberg table")
        if not args["external"]:
            raise QueryFailed(
                "", "FAILED: SemanticException: External keyword required: CREATE EXTERNAL TABLE"
            )
        try:
            self.glue.get_database(database)
        except EntityNotFoundException:
            raise semantic(f"[Error 10072]: Database does not exist: {database}") from None
        if not args.get("location"):
            raise semantic("Location is required to create an external table")
        try:
            self.glue.create_table(database, table_input(name, args))
        except AlreadyExistsException:
            if not args["if_not_exists"]:
                raise QueryFailed(
                    "",
                    "FAILED: Execution Error, return code 1 from"
                    " org.apache.hadoop.hive.ql.exec.DDLTask. AlreadyExistsException(message:Table"
                    f" {name} already exists.)",
                ) from None

    def _drop_table(self, command: Command) -> None:
        database, name = self.place(command)
        try:
            self.glue.delete_table(database, name)
        except EntityNotFoundException:
            if not command.args["if_exists"]:
                raise semantic(
                    f"[Error 10001]: Table not found {database}.{name}: it does not exist"
                ) from None

    def _drop_view(self, command: Command) -> None:
        database, name = self.place(command)
        try:
            self.glue.delete_table(database, name)
        except EntityNotFoundException:
            if not command.args["if_exists"]:
                raise QueryFailed(
                    "TABLE_NOT_FOUND",
                    f"View 'awsdatacatalog.{database}.{name}' does not exist",
                    (1, 1),
                ) from None

    def _update(self, command: Command, table: dict[str, Any]) -> None:
        body = {key: table[key] for key in _KEPT if key in table}
        self.glue.update_table(self.place(command)[0], body)

    def _set_properties(self, command: Command) -> None:
        table = self.table(command)
        table["Parameters"] = {**table.get("Parameters", {}), **command.args["properties"]}
        self._update(command, table)

    def _add_columns(self, command: Command) -> None:
        table = self.table(command)
        known = {c["Name"] for c in table["StorageDescriptor"]["Columns"]}
        for column in command.args["columns"]:
            if column["Name"] in known:
                raise semantic(f"Duplicate column name: {column['Name']}")
        table["StorageDescriptor"]["Columns"] += command.args["columns"]
        self._update(command, table)

    def _replace_columns(self, command: Command) -> None:
        table = self.table(command)
        table["StorageDescriptor"]["Columns"] = command.args["columns"]
        self._update(command, table)

    def _change_column(self, command: Command) -> None:
        table = self.table(command)
        columns = table["StorageDescriptor"]["Columns"]
        names = [c["Name"] for c in columns]
        if command.args["old"] not in names:
            raise semantic(f"[Error 10002]: Invalid column reference {command.args['old']}")
        columns[names.index(command.args["old"])] = command.args["column"]
        self._update(command, table)

    # --- partitions

    def _values(self, table: dict[str, Any], given: list[tuple[str, str, str]]) -> list[str]:
        known = {name: value for name, _, value in given}
        keys = [key["Name"] for key in table.get("PartitionKeys", [])]
        if sorted(known) != sorted(keys):
            raise semantic(
                f"partition spec {known} doesn't contain all ({len(keys)}) partition columns"
            )
        return [known[key] for key in keys]

    def partition_input(
        self, table: dict[str, Any], values: list[str], location: str | None
    ) -> dict[str, Any]:
        """A partition stored as its table is, at its own place or where Hive would put it."""
        keys = [key["Name"] for key in table["PartitionKeys"]]
        base = table["StorageDescriptor"].get("Location", "").rstrip("/")
        place = location or f"{base}/{folder_of(keys, values)}"
        descriptor = {**table["StorageDescriptor"], "Location": place}
        return {"Values": values, "StorageDescriptor": descriptor}

    def _add_partitions(self, command: Command) -> None:
        table = self.table(command)
        database, name = self.place(command)
        for given, location in command.args["partitions"]:
            values = self._values(table, given)
            try:
                self.glue.create_partition(
                    database, name, self.partition_input(table, values, location)
                )
            except AlreadyExistsException:
                if not command.args["if_not_exists"]:
                    raise QueryFailed(
                        "",
                        "FAILED: Execution Error, return code 1 from"
                        " org.apache.hadoop.hive.ql.exec.DDLTask. AlreadyExistsException"
                        f"(message:Partition already exists: {values})",
                    ) from None

    def _drop_partitions(self, command: Command) -> None:
        table = self.table(command)
        database, name = self.place(command)
        keys = [key["Name"] for key in table.get("PartitionKeys", [])]
        for given in command.args["partitions"]:
            expression = " AND ".join(f"{k} {op} {_literal(table, k, v)}" for k, op, v in given)
            unknown = [k for k, _, _ in given if k not in keys]
            if unknown:
                raise semantic(
                    "[Error 10098]: Non-Partition column appears in the partition specification:"
                    f" {unknown[0]}"
                )
            found = self.glue.get_partitions(database, name, expression)
            if not found and not command.args["if_exists"]:
                raise semantic(f"[Error 10006]: Partition not found ({expression})")
            for partition in found:
                self.glue.delete_partition(database, name, partition["Values"])

    def _rename_partition(self, command: Command) -> None:
        table = self.table(command)
        database, name = self.place(command)
        old, new = (self._values(table, command.args[key]) for key in ("old", "new"))
        partition = self._partition(database, name, old)
        partition["Values"] = new
        self.glue.create_partition(database, name, _partition_body(partition))
        self.glue.delete_partition(database, name, old)

    def _partition(self, database: str, name: str, values: list[str]) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self.glue.get_partition(database, name, values)
        except EntityNotFoundException:
            raise semantic(f"[Error 10006]: Partition not found {values}") from None
        return found

    def _set_location(self, command: Command) -> None:
        table = self.table(command)
        database, name = self.place(command)
        given = command.args.get("partition")
        if not given:
            table["StorageDescriptor"]["Location"] = command.args["location"]
            self._update(command, table)
            return
        values = self._values(table, given)
        partition = self._partition(database, name, values)
        partition["StorageDescriptor"]["Location"] = command.args["location"]
        self.glue.update_partition(database, name, values, _partition_body(partition))

    def _msck_repair(self, command: Command) -> list[str]:
        """Adds the partitions whose folders are named as Hive names them."""
        table = self.table(command)
        database, name = self.place(command)
        keys = [key["Name"] for key in table.get("PartitionKeys", [])]
        bucket, prefix = parse_uri(table["StorageDescriptor"]["Location"].rstrip("/") + "/")
        known = {tuple(p["Values"]) for p in self.glue.get_partitions(database, name)}
        lines = []
        for info in self.platform.s3.list(bucket, prefix):
            folders = info.key[len(prefix) :].split("/")[:-1][: len(keys)]
            values = values_of(keys, folders)
            if not values or "" in values or tuple(values) in known:
                continue
            known.add(tuple(values))
            folder = "/".join(folders)
            body = self.partition_input(table, values, f"s3://{bucket}/{prefix}{folder}")
            self.glue.create_partition(database, name, body)
            lines.append(f"Repair: Added partition to metastore {name}:{folder}")
        return lines


def _partition_body(partition: dict[str, Any]) -> dict[str, Any]:
    return {
        k: partition[k] for k in ("Values", "StorageDescriptor", "Parameters") if k in partition
    }


def _literal(table: dict[str, Any], key: str, value: str) -> str:
    kinds = {k["Name"]: k.get("Type", "string") for k in table.get("PartitionKeys", [])}
    numeric = kinds.get(key, "string") in ("int", "bigint", "smallint", "tinyint")
    return value if numeric else "'" + value.replace("'", "''") + "'"
