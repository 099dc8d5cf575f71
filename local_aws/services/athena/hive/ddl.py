"""Carries out DDL on the Glue catalog: databases, tables and their partitions."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import Any

from local_aws.context import Platform
from local_aws.services.athena import names
from local_aws.services.athena.errors import QueryFailed, not_supported, semantic, task_failed
from local_aws.services.athena.hive.hive_ddl import Command
from local_aws.services.athena.hive.table_inputs import check_columns, table_input
from local_aws.services.athena.reading.partition_names import folder_of, values_of
from local_aws.services.athena.reading.partitions import check_values
from local_aws.services.athena.reading.tables import refuse_iceberg
from local_aws.services.athena.trino.types import parse_type
from local_aws.services.athena.views import is_view
from local_aws.services.glue.errors import AlreadyExistsException, EntityNotFoundException
from local_aws.services.s3.model import parse_uri

# (name, operator, value) of each key in PARTITION (...).
Given = list[tuple[str, str, str]]
Columns = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]

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
        return names.place(command.target, self.database)

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
        body = {"Name": checked_name(command.target[-1]), "Parameters": args.get("properties", {})}
        if args.get("comment"):
            body["Description"] = args["comment"]
        if args.get("location"):
            body["LocationUri"] = checked_location(args["location"])
        try:
            self.glue.create_database(body)
        except AlreadyExistsException:
            if not args["if_not_exists"]:
                raise task_failed(f"Database {command.target[-1]} already exists") from None

    def _database(self, name: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self.glue.get_database(name)
        except EntityNotFoundException:
            raise no_database(name) from None
        return found

    def _alter_database(self, command: Command) -> None:
        name = command.target[-1]
        known = self._database(name)
        body: dict[str, Any] = {
            k: known[k] for k in ("Name", "Description", "LocationUri") if k in known
        }
        body["Parameters"] = {**(known.get("Parameters") or {}), **command.args["properties"]}
        self.glue.update_database(name, body)

    def _drop_database(self, command: Command) -> None:
        name = command.target[-1]
        try:
            tables = self.glue.get_tables(name)
        except EntityNotFoundException:
            if command.args["if_exists"]:
                return
            raise no_database(name) from None
        if tables and not command.args["cascade"]:
            raise task_failed(
                f"InvalidOperationException(message:Database {name} is not empty. One or more"
                " tables exist.)"
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
        self._database(database)
        if not args.get("location"):
            raise semantic("Location is required to create an external table")
        checked_location(args["location"])
        checked_name(name)
        try:
            self.glue.create_table(database, table_input(name, args))
        except AlreadyExistsException:
            if not args["if_not_exists"]:
                raise task_failed(
                    f"AlreadyExistsException(message:Table {name} already exists.)"
                ) from None

    def _drop_table(self, command: Command) -> None:
        database, name = self.place(command)
        try:
            known = self.glue.get_table(database, name)
        except EntityNotFoundException:
            if command.args["if_exists"]:
                return
            raise semantic(
                f"[Error 10001]: Table not found {database}.{name}: it does not exist"
            ) from None
        if is_view(known):
            raise semantic("Cannot drop a view with DROP TABLE")
        with contextlib.suppress(EntityNotFoundException):  # another DROP was quicker
            self.glue.delete_table(database, name)

    def _drop_view(self, command: Command) -> None:
        database, name = self.place(command)
        try:
            known = self.glue.get_table(database, name)
        except EntityNotFoundException:
            if command.args["if_exists"]:
                return
            raise QueryFailed(
                "TABLE_NOT_FOUND",
                f"View 'awsdatacatalog.{database}.{name}' does not exist",
                (1, 1),
            ) from None
        if not is_view(known):
            raise QueryFailed(
                "TABLE_NOT_FOUND",
                f"View 'awsdatacatalog.{database}.{name}' does not exist, but a table with that"
                " name exists. Did you mean DROP TABLE awsdatacatalog."
                f"{database}.{name}?",
                (1, 1),
            )
        with contextlib.suppress(EntityNotFoundException):  # another DROP was quicker
            self.glue.delete_table(database, name)

    def _update(self, command: Command, table: dict[str, Any]) -> None:
        body = {key: table[key] for key in _KEPT if key in table}
        self.glue.update_table(self.place(command)[0], body)

    def _set_properties(self, command: Command) -> None:
        table = self.altered(command)
        properties = command.args["properties"]
        table["Parameters"] = {**table.get("Parameters", {}), **properties}
        if "comment" in properties:
            table["Description"] = properties["comment"]
        self._update(command, table)

    def altered(self, command: Command) -> dict[str, Any]:
        """A table that is about to be changed: no view, no Iceberg table."""
        table = self.table(command)
        if is_view(table):
            raise semantic(
                f"[Error 10132]: To alter a view you need to use the ALTER VIEW command:"
                f" {table['Name']}"
            )
        refuse_iceberg(table)
        return table

    # --- columns

    def _add_columns(self, command: Command) -> None:
        def add(columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
            return [*columns, *command.args["columns"]]

        self._with_columns(command, add)

    def _replace_columns(self, command: Command) -> None:
        self._with_columns(command, lambda _: list(command.args["columns"]))

    def _change_column(self, command: Command) -> None:
        args = command.args

        def change(columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
            names = [c["Name"] for c in columns]
            for name in (args["old"], args.get("after") or args["old"]):
                if name not in names:
                    raise semantic(f"[Error 10002]: Invalid column reference {name}")
            place = names.index(args["old"])
            rest = columns[:place] + columns[place + 1 :]
            if "after" in args:
                others = [c["Name"] for c in rest]
                place = others.index(args["after"]) + 1 if args["after"] else 0
            return [*rest[:place], args["column"], *rest[place:]]

        self._with_columns(command, change)

    def _with_columns(self, command: Command, change: Columns) -> None:
        """Changes the columns of the table, of one partition, or with CASCADE of all of them."""
        table = self.altered(command)
        database, name = self.place(command)
        given = command.args.get("partition")
        if given:
            values = self._values(table, given)
            self._change_partition(table, self._partition(database, name, values, given), change)
            return
        table["StorageDescriptor"]["Columns"] = self._changed(table, table, change)
        self._update(command, table)
        for partition in (
            self.glue.get_partitions(database, name) if command.args["cascade"] else ()
        ):
            self._change_partition(table, partition, change)

    def _changed(
        self, table: dict[str, Any], stored: dict[str, Any], change: Columns
    ) -> list[dict[str, Any]]:
        columns = change(stored["StorageDescriptor"].get("Columns") or [])
        try:
            check_columns(columns, table.get("PartitionKeys") or [])
        except QueryFailed as error:
            raise task_failed(error.detail.partition("]: ")[2]) from None
        return columns

    def _change_partition(
        self, table: dict[str, Any], partition: dict[str, Any], change: Columns
    ) -> None:
        partition["StorageDescriptor"]["Columns"] = self._changed(table, partition, change)
        self.glue.update_partition(
            table["DatabaseName"], table["Name"], partition["Values"], _partition_body(partition)
        )

    # --- partitions

    def _keys(self, table: dict[str, Any], given: Given) -> list[str]:
        """The names of the partition keys, among which those given must be."""
        keys = [key["Name"] for key in table.get("PartitionKeys") or []]
        if not keys:
            raise semantic(f"table is not partitioned but partition spec exists: {_spec(given)}")
        for name, _, _ in given:
            if name not in keys:
                raise semantic(
                    "[Error 10098]: Non-Partition column appears in the partition specification:"
                    f" {name}"
                )
        return keys

    def _values(self, table: dict[str, Any], given: Given) -> list[str]:
        keys = self._keys(table, given)
        known = {name: value for name, _, value in given}
        if sorted(known) != sorted(keys) or len(known) != len(given):
            raise QueryFailed(
                "",
                f"FAILED: ValidationFailureSemanticException partition spec {_spec(given)} doesn't"
                f" contain all ({len(keys)}) partition columns",
            )
        for name, operator, _ in given:
            if operator != "=":
                raise semantic(f"[Error 10003]: {name} {operator}: a partition is named with =")
        if "" in known.values():
            raise semantic(f"[Error 10003]: partition values cannot be empty: {_spec(given)}")
        kinds = {key["Name"]: key.get("Type", "string") for key in table["PartitionKeys"]}
        for name in keys:
            check_values({known[name]}, name, parse_type(kinds[name]))
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
        table = self.altered(command)
        database, name = self.place(command)
        bodies = []
        for given, location in command.args["partitions"]:
            if location is not None:
                checked_location(location)
            bodies.append(self.partition_input(table, self._values(table, given), location))
        for body in bodies:
            try:
                self.glue.create_partition(database, name, body)
            except AlreadyExistsException:
                if not command.args["if_not_exists"]:
                    raise task_failed(
                        f"AlreadyExistsException(message:Partition already exists:"
                        f" {body['Values']})"
                    ) from None

    def _drop_partitions(self, command: Command) -> None:
        table = self.altered(command)
        database, name = self.place(command)
        dropped = []
        for given in command.args["partitions"]:
            self._keys(table, given)
            found = self._fitting(table, given)
            if not found and not command.args["if_exists"]:
                words = " AND ".join(f"({k} {op} {_literal(table, k, v)})" for k, op, v in given)
                raise semantic(f"[Error 10006]: Partition not found {words}")
            dropped += found
        for partition in dropped:
            with contextlib.suppress(EntityNotFoundException):  # named twice
                self.glue.delete_partition(database, name, partition["Values"])

    def _fitting(self, table: dict[str, Any], given: Given) -> list[dict[str, Any]]:
        """The partitions that a specification names, which may be a range of them."""
        words = {"!": "<>", "!=": "<>"}
        expression = " AND ".join(
            f"{k} {words.get(op, op)} {_literal(table, k, v)}" for k, op, v in given
        )
        found: list[dict[str, Any]] = self.glue.get_partitions(
            table["DatabaseName"], table["Name"], expression
        )
        return found

    def _rename_partition(self, command: Command) -> None:
        table = self.altered(command)
        database, name = self.place(command)
        old, new = (self._values(table, command.args[key]) for key in ("old", "new"))
        partition = self._partition(database, name, old, command.args["old"])
        partition["Values"] = new
        try:
            self.glue.update_partition(database, name, old, _partition_body(partition))
        except AlreadyExistsException:
            raise task_failed(
                f"Unable to rename partition. Partition already exists: {new}"
            ) from None

    def _partition(
        self, database: str, name: str, values: list[str], given: Given
    ) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self.glue.get_partition(database, name, values)
        except EntityNotFoundException:
            raise semantic(f"[Error 10006]: Partition not found {_spec(given)}") from None
        return found

    def _set_location(self, command: Command) -> None:
        table = self.altered(command)
        database, name = self.place(command)
        location = checked_location(command.args["location"])
        given = command.args.get("partition")
        if not given:
            table["StorageDescriptor"]["Location"] = location
            self._update(command, table)
            return
        values = self._values(table, given)
        partition = self._partition(database, name, values, given)
        partition["StorageDescriptor"]["Location"] = location
        self.glue.update_partition(database, name, values, _partition_body(partition))

    def _msck_repair(self, command: Command) -> list[str]:
        """Adds the partitions whose folders are named as Hive names them, and says which."""
        table = self.altered(command)
        database, name = self.place(command)
        keys = [key["Name"] for key in table.get("PartitionKeys") or []]
        if not keys:
            return []
        bucket, prefix = parse_uri(table["StorageDescriptor"]["Location"].rstrip("/") + "/")
        known = self.glue.get_partitions(database, name)
        lost = self._without_folder(known, keys)
        there = {tuple(p["Values"]) for p in known}
        added: dict[str, list[str]] = {}
        for info in self.platform.s3.list(bucket, prefix):
            folders = info.key[len(prefix) :].split("/")[:-1][: len(keys)]
            values = values_of(keys, folders)
            if values and "" not in values and tuple(values) not in there:
                added.setdefault("/".join(folders), values)
        for folder, values in added.items():
            body = self.partition_input(table, values, f"s3://{bucket}/{prefix}{folder}")
            with contextlib.suppress(AlreadyExistsException):  # one value written in two ways
                self.glue.create_partition(database, name, body)
        lines = [
            "\t".join([words, *(f"{name}:{folder}" for folder in folders)])
            for words, folders in (
                ("Partitions not in metastore:", added),
                ("Partitions missing from filesystem:", lost),
            )
            if folders
        ]
        return lines + [f"Repair: Added partition to metastore {name}:{folder}" for folder in added]

    def _without_folder(self, known: list[dict[str, Any]], keys: list[str]) -> list[str]:
        """The partitions of the catalog under whose location there is no object."""
        lost = []
        for partition in known:
            place = partition["StorageDescriptor"].get("Location") or ""
            bucket, prefix = parse_uri(place.rstrip("/") + "/")
            there = self.platform.s3.bucket_exists(bucket) and next(
                iter(self.platform.s3.names(bucket, prefix)), None
            )
            if not there:
                lost.append(folder_of(keys, partition["Values"]))
        return lost


def no_database(name: str) -> QueryFailed:
    return semantic(f"[Error 10072]: Database does not exist: {name}")


def checked_name(name: str) -> str:
    """A name that Hive takes for a database or a table."""
    if not re.fullmatch(r"[\w-]{1,255}", name):
        raise task_failed(f"InvalidObjectException(message:{name} is not a valid object name)")
    return name


def checked_location(location: str) -> str:
    """A folder in S3, by the scheme that Athena takes."""
    if not re.match(r"s3[an]?://[^/]+", location):
        raise semantic(
            f"Invalid LOCATION '{location}': it must be a folder in S3, s3://bucket/folder/"
        )
    if re.search(r"[*?]", location.partition("://")[2].partition("/")[0]):
        raise semantic(f"Invalid LOCATION '{location}': a bucket has no wildcards in its name")
    return location


def _spec(given: Given) -> str:
    return "{" + ", ".join(f"{name}={value}" for name, _, value in given) + "}"


def _partition_body(partition: dict[str, Any]) -> dict[str, Any]:
    return {
        k: partition[k] for k in ("Values", "StorageDescriptor", "Parameters") if k in partition
    }


def _literal(table: dict[str, Any], key: str, value: str) -> str:
    kinds = {k["Name"]: k.get("Type", "string") for k in table.get("PartitionKeys", [])}
    numeric = kinds.get(key, "string") in ("int", "bigint", "smallint", "tinyint")
    return value if numeric else "'" + value.replace("'", "''") + "'"
