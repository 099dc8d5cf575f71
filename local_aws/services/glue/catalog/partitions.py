"""Partitions. Hundreds of thousands in a table are usual: a filter and a page's start are SQL."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from local_aws.services.glue.catalog.entries import document, stored
from local_aws.services.glue.catalog.schema import SHOWN_VALUES
from local_aws.services.glue.catalog.tables import Tables
from local_aws.services.glue.documents import Document, dump, load, now
from local_aws.services.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)
from local_aws.services.glue.expressions import compile_expression

BATCH = 1000
"""Keys and bodies that are read at a time."""

AnyKey = Callable[[str], bool]


class Partitions(Tables):
    """The catalog's part about partitions."""

    def create_partition(self, database: str, table: str, partition_input: Document) -> None:
        """Raises AlreadyExistsException; InvalidInputException when the values do not fit."""
        self.create_partitions(database, table, [partition_input])

    def create_partitions(
        self, database: str, table: str, partition_inputs: Iterable[Document]
    ) -> None:
        """All of them in one transaction, or none."""
        with self.db.transaction():
            owner = self.get_table(database, table)
            for partition_input in partition_inputs:
                self.insert_partition(owner, partition_input)

    def insert_partition(self, table: Document, partition_input: Document) -> None:
        """The same for a table that is at hand, as `get_table` gave it."""
        made = {"CreationTime": now(), **partition_input}
        key, body = self._partition(table, made)
        sql = "INSERT OR IGNORE INTO partitions (database, name, key, body) VALUES (?, ?, ?, ?)"
        if not self.db.execute(sql, (table["DatabaseName"], table["Name"], key, body)):
            raise AlreadyExistsException(f"Partition {load(key)} already exists.")

    def get_partition(self, database: str, table: str, values: Sequence[str]) -> Document:
        """Raises EntityNotFoundException."""
        sql = "SELECT body FROM partitions WHERE database = ? AND name = ? AND key = ?"
        row = self.db.one(sql, (database.lower(), table.lower(), partition_key(values)))
        if row is None:
            self.get_table(database, table)
            raise EntityNotFoundException(f"Cannot find partition {list(values)} of {table}.")
        return document(row)

    def get_partitions(
        self, database: str, table: str, expression: str | None = None
    ) -> list[Document]:
        """The table's partitions that fit the expression (see expressions.py), by value."""
        keys = self._partition_keys(self.get_table(database, table), expression, "")
        return [load(body) for body in self._bodies_at(database, table, keys)]

    def partitions_page(
        self,
        database: str,
        table: str,
        expression: str | None,
        *,
        after: str,
        limit: int,
        chosen: AnyKey | None = None,
    ) -> tuple[list[str], str | None]:
        """A page of them from after a key, and the key to go on after where there are more.

        Partitions are as `dump` wrote them: to read a thousand only to write them again is most of
        what a page would cost.
        """
        owner = self.get_table(database, table)
        keys = self._partition_keys(owner, expression, after)
        found = list(islice((k for k in keys if chosen is None or chosen(k)), limit + 1))
        page = list(self._bodies_at(database, table, found[:limit]))
        return page, found[limit - 1] if len(found) > limit else None

    def batch_get_partitions(
        self, database: str, table: str, wanted: Iterable[Sequence[str]]
    ) -> list[Document]:
        """Those of the partitions that are there."""
        keys = dict.fromkeys(partition_key(values) for values in wanted)
        return [load(body) for body in self._bodies_at(database, table, keys)]

    def update_partition(
        self, database: str, table: str, values: Sequence[str], partition_input: Document
    ) -> None:
        """Replace a partition's definition; with other values in it, move the partition there."""
        with self.db.transaction():
            owner = self.get_table(database, table)
            old = self.get_partition(database, table, values)
            kept = {"CreationTime": old["CreationTime"]}
            key, body = self._partition(owner, {"Values": list(values), **partition_input, **kept})
            sql = (
                "UPDATE OR IGNORE partitions SET key = ?, body = ?"
                " WHERE database = ? AND name = ? AND key = ?"
            )
            where = (owner["DatabaseName"], owner["Name"], partition_key(values))
            if not self.db.execute(sql, (key, body, *where)):
                raise AlreadyExistsException(f"Partition {load(key)} already exists.")

    def delete_partition(self, database: str, table: str, values: Sequence[str]) -> None:
        """Raises EntityNotFoundException."""
        sql = "DELETE FROM partitions WHERE database = ? AND name = ? AND key = ?"
        if not self.db.execute(sql, (database.lower(), table.lower(), partition_key(values))):
            self.get_partition(database, table, values)

    def _partition_keys(self, table: Document, expression: str | None, after: str) -> Iterator[str]:
        """The keys, in order, of the partitions that fit."""
        fits = compile_expression(expression, table.get("PartitionKeys", []), SHOWN_VALUES)
        where, parameters = fits.sql
        rest = f"key > ? AND ({where}) ORDER BY key LIMIT {BATCH}"
        sql = (  # of our own words: the expression's values are parameters
            f"SELECT key FROM partition_values WHERE database = ? AND name = ? AND {rest}"  # noqa: S608
        )
        owner = (table["DatabaseName"], table["Name"])
        keys = [after]
        while keys:
            rows = self.db.tuples(sql, (*owner, keys[-1], *parameters))
            keys = [key for (key,) in rows]
            yield from keys if fits.everything else (k for k in keys if fits(load(k)))
            if len(keys) < BATCH:
                return

    def _bodies_at(self, database: str, table: str, keys: Iterable[str]) -> Iterator[str]:
        sql = (
            "SELECT body FROM partitions WHERE database = ? AND name = ?"
            " AND key IN (SELECT value FROM json_each(?)) ORDER BY key"
        )
        rest = iter(keys)
        while batch := list(islice(rest, BATCH)):
            owner = (database.lower(), table.lower())
            yield from (body for (body,) in self.db.tuples(sql, (*owner, dump(batch))))

    def _partition(self, table: Document, given: Document) -> tuple[str, str]:
        """A partition's key and body."""
        values = _values(table, given)
        owner = {"DatabaseName": table["DatabaseName"], "TableName": table["Name"]}
        body = stored({**given, "Values": values, **owner, "CatalogId": self.account_id})
        return partition_key(values), dump(body)


def partition_key(values: Sequence[str]) -> str:
    """What a partition is found by, and the order of a listing."""
    return dump(list(values))


def _values(table: Document, partition_input: Document) -> list[str]:
    values: list[str] = list(partition_input.get("Values", []))
    keys = [key["Name"] for key in table.get("PartitionKeys", [])]
    if len(values) != len(keys):
        raise InvalidInputException(
            "The number of partition keys do not match the number of partition values: "
            f"keys {keys}, values {values}"
        )
    if "" in values:
        raise InvalidInputException(f"Partition values cannot be empty: {values}")
    return values
