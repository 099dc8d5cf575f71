"""Column statistics of tables and of partitions, as whoever analysed the data handed them in.

https://docs.aws.amazon.com/glue/latest/dg/column-statistics.html. Computing them (column
statistics task runs) is not here.
"""

from dataclasses import dataclass

from local_aws.services.glue.catalog.entries import Store, document
from local_aws.services.glue.documents import Document, dump
from local_aws.services.glue.errors import EntityNotFoundException, InvalidInputException


@dataclass(frozen=True)
class Owner:
    """Whose columns: a table's, or a partition's of it where there is a `key`."""

    table: Document
    key: str | None = None

    @property
    def place(self) -> tuple[str, ...]:
        where = (self.table["DatabaseName"], self.table["Name"])
        return where if self.key is None else (*where, self.key)

    @property
    def columns(self) -> set[str]:
        """The names of what can have statistics, in lower case."""
        described = self.table.get("StorageDescriptor", {}).get("Columns", [])
        keys = self.table.get("PartitionKeys", [])
        return {column["Name"].lower() for column in (*described, *keys)}


class ColumnStatistics:
    """What is known of columns."""

    def __init__(self, catalog: Store) -> None:
        self.db = catalog.db

    def get(self, owner: Owner, column: str) -> Document:
        """Raises EntityNotFoundException."""
        sql = (
            "SELECT body FROM table_statistics WHERE database = ? AND name = ? AND column = ?"
            if owner.key is None
            else "SELECT body FROM partition_statistics"
            " WHERE database = ? AND name = ? AND key = ? AND column = ?"
        )
        row = self.db.one(sql, (*owner.place, column.lower()))
        if row is None:
            raise _missing(column)
        return document(row)

    def put(self, owner: Owner, statistics: Document) -> None:
        """Replace what is known of one column."""
        column = statistics["ColumnName"].lower()
        if column not in owner.columns:
            raise EntityNotFoundException(f"Column {column} not found.")
        _check(statistics["StatisticsData"])
        sql = (
            "INSERT OR REPLACE INTO table_statistics VALUES (?, ?, ?, ?)"
            if owner.key is None
            else "INSERT OR REPLACE INTO partition_statistics VALUES (?, ?, ?, ?, ?)"
        )
        self.db.execute(sql, (*owner.place, column, dump({**statistics, "ColumnName": column})))

    def delete(self, owner: Owner, column: str) -> None:
        """Raises EntityNotFoundException."""
        sql = (
            "DELETE FROM table_statistics WHERE database = ? AND name = ? AND column = ?"
            if owner.key is None
            else "DELETE FROM partition_statistics"
            " WHERE database = ? AND name = ? AND key = ? AND column = ?"
        )
        if not self.db.execute(sql, (*owner.place, column.lower())):
            raise _missing(column)


def _missing(column: str) -> EntityNotFoundException:
    return EntityNotFoundException(f"Column statistics not found for column {column}.")


def _check(data: Document) -> None:
    """The figures must be of the type that they say they are of, and of no other."""
    wanted = f"{data['Type'].title()}ColumnStatisticsData"
    given = [member for member in data if member != "Type"]
    if given != [wanted]:
        raise InvalidInputException(
            f"StatisticsData of type {data['Type']} has {wanted} and nothing else, not {given}"
        )
