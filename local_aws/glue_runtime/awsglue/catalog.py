"""The Data Catalog, asked through boto3 like anybody else's script would."""

from functools import cached_property
from typing import Any


class Catalog:
    """Tables and partitions. The client is made when it is first needed: it costs a second."""

    @cached_property
    def client(self) -> Any:
        """A boto3 client of Glue."""
        import boto3

        return boto3.client("glue")

    def table(self, database: str, name: str) -> "Table":
        """The table, as it is now."""
        answer = self.client.get_table(DatabaseName=database, Name=name)
        return Table(database, answer["Table"])

    def types(self, database: str, name: str) -> dict[str, str]:
        """The types of a table's columns and partition keys by their names."""
        return dict(self.table(database, name).columns + self.table(database, name).keys)

    def partitions(self, table: "Table", expression: str = "") -> list[dict[str, Any]]:
        """The partitions that satisfy an expression, which the server evaluates."""
        pages = self.client.get_paginator("get_partitions").paginate(
            DatabaseName=table.database,
            TableName=table.name,
            ExcludeColumnSchema=True,
            **({"Expression": expression} if expression else {}),
        )
        return [partition for page in pages for partition in page["Partitions"]]


class Table:
    """What readers and writers ask of a table."""

    def __init__(self, database: str, document: dict[str, Any]) -> None:
        self.database = database
        self.name = str(document["Name"])
        self.document = document
        self.storage: dict[str, Any] = document.get("StorageDescriptor") or {}
        self.location = str(self.storage.get("Location") or "").rstrip("/")

    @property
    def columns(self) -> list[tuple[str, str]]:
        return _pairs(self.storage.get("Columns"))

    @property
    def keys(self) -> list[tuple[str, str]]:
        return _pairs(self.document.get("PartitionKeys"))

    @property
    def parameters(self) -> dict[str, str]:
        return {**self.storage.get("Parameters", {}), **self.document.get("Parameters", {})}

    @property
    def format(self) -> str:
        """The table's classification, without which Glue does not read it.

        https://docs.aws.amazon.com/athena/latest/ug/glue-best-practices.html
        """
        found = self.parameters.get("classification") or self.parameters.get("connectionName")
        if not found:
            raise ValueError(f"No classification or connection in {self.database}.{self.name}")
        return found.lower()

    def format_options(self) -> dict[str, Any]:
        """A CSV table's properties as options of the format."""
        if self.format != "csv":
            return {}
        serde = (self.storage.get("SerdeInfo") or {}).get("Parameters") or {}
        separator = (
            self.parameters.get("delimiter")
            or serde.get("field.delim")
            or serde.get("separatorChar")
            or ","
        )
        options: dict[str, Any] = {"separator": separator}
        skipped = self.parameters.get("skip.header.line.count", "0")
        if skipped not in ("0", "1"):
            raise NotImplementedError(f"skip.header.line.count={skipped} of table {self.name}")
        options["skipFirst"] = skipped == "1"
        if serde.get("quoteChar"):
            options["quoteChar"] = serde["quoteChar"]
        if serde.get("escapeChar") and serde["escapeChar"] != "\\":
            options["escaper"] = serde["escapeChar"]
        return options


def _pairs(columns: Any) -> list[tuple[str, str]]:
    return [(column["Name"], column.get("Type", "string")) for column in columns or []]
