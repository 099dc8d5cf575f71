"""Partition indexes: https://docs.aws.amazon.com/glue/latest/dg/partition-indexes.html.

On AWS an index makes GetPartitions fast, and takes a while to be built. Here every table's
partitions are indexed already (schema.py): creating an index writes down what was asked for, and
it is ACTIVE at once. AWS's rules for one hold: at most three, over the table's partition keys.
"""

from local_aws.services.glue.catalog.entries import Store, document
from local_aws.services.glue.documents import Document, dump
from local_aws.services.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
    ResourceNumberLimitExceededException,
)

MOST = 3


class PartitionIndexes:
    """The indexes of each table."""

    def __init__(self, catalog: Store) -> None:
        self.db = catalog.db

    def all(self, table: Document) -> list[Document]:
        """A table's indexes by name, as PartitionIndexDescriptors."""
        sql = (
            "SELECT body FROM partition_indexes WHERE database = ? AND name = ? ORDER BY index_name"
        )
        return [document(row) for row in self.db.all(sql, _owner(table))]

    def create(self, table: Document, index: Document) -> None:
        """Raises AlreadyExistsException; InvalidInputException where a key is not the table's."""
        name = index["IndexName"]
        body = {"IndexName": name, "Keys": _keys(table, index["Keys"]), "IndexStatus": "ACTIVE"}
        with self.db.transaction():
            there = self.all(table)
            if any(one["IndexName"] == name for one in there):
                raise AlreadyExistsException(f"Partition index {name} already exists.")
            if len(there) >= MOST:
                raise ResourceNumberLimitExceededException(
                    f"Table {table['Name']} has {MOST} partition indexes, the most there can be."
                )
            sql = "INSERT INTO partition_indexes VALUES (?, ?, ?, ?)"
            self.db.execute(sql, (*_owner(table), name, dump(body)))

    def delete(self, table: Document, name: str) -> None:
        """Raises EntityNotFoundException."""
        sql = "DELETE FROM partition_indexes WHERE database = ? AND name = ? AND index_name = ?"
        if not self.db.execute(sql, (*_owner(table), name)):
            raise EntityNotFoundException(f"Partition index {name} not found.")


def _owner(table: Document) -> tuple[str, str]:
    return table["DatabaseName"], table["Name"]


def _keys(table: Document, names: list[str]) -> list[Document]:
    types = {
        key["Name"].lower(): key.get("Type", "string") for key in table.get("PartitionKeys", [])
    }
    unknown = [name for name in names if name.lower() not in types]
    if unknown:
        raise InvalidInputException(
            f"{', '.join(unknown)}: an index is over partition keys; the table's are {list(types)}"
        )
    if len({name.lower() for name in names}) < len(names):
        raise InvalidInputException(f"A partition key stands twice in {names}")
    return [{"Name": name.lower(), "Type": types[name.lower()]} for name in names]
