"""The metastore's calls about partitions."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from . import filters
from .documents import Document, Documents
from .partition_names import NULL, partition_name, values_of
from .protocol import glue_error, hive
from .storage import Storage
from .tables import DDL_TIME, is_external

# https://docs.aws.amazon.com/glue/latest/webapi/API_BatchCreatePartition.html and its sisters
LARGEST_WRITE = 100
LARGEST_READ = 1000


class Partitions:
    """One method a call."""

    glue: Any
    storage: Storage
    documents: Documents

    def add_partition_with_environment_context(
        self, new_part: Any, environment_context: Any
    ) -> Any:
        self._add(new_part.dbName, new_part.tableName, [new_part])
        return new_part

    def add_partitions_req(self, request: Any) -> Any:
        self._add(request.dbName, request.tblName, request.parts, request.ifNotExists)
        return hive.AddPartitionsResult(partitions=request.parts if request.needResult else None)

    def drop_partition_with_environment_context(
        self,
        db_name: str,
        tbl_name: str,
        part_vals: list[str],
        deleteData: bool,
        environment_context: Any,
    ) -> bool:
        """A managed table's partition goes with its files."""
        where = {"DatabaseName": db_name, "TableName": tbl_name, "PartitionValues": part_vals}
        partition = self.glue.get_partition(**where)["Partition"]
        location = partition["StorageDescriptor"].get("Location")
        owned = deleteData and location and not is_external(self._owner(db_name, tbl_name))
        if owned:
            self.storage.check(location)
        self.glue.delete_partition(**where)
        if owned:
            self.storage.delete(location)
        return True

    def get_partition_with_auth(
        self,
        db_name: str,
        tbl_name: str,
        part_vals: list[str],
        user_name: str,
        group_names: list[str],
    ) -> Any:
        found = self.glue.get_partition(
            DatabaseName=db_name, TableName=tbl_name, PartitionValues=part_vals
        )
        return self.documents.partition(found["Partition"])

    def get_partitions(self, db_name: str, tbl_name: str, max_parts: int) -> list[Any]:
        return self._partitions(self._find(db_name, tbl_name), max_parts)

    def get_partitions_with_auth(
        self,
        db_name: str,
        tbl_name: str,
        max_parts: int,
        user_name: str,
        group_names: list[str],
    ) -> list[Any]:
        return self.get_partitions(db_name, tbl_name, max_parts)

    def get_partitions_by_filter(
        self, db_name: str, tbl_name: str, filter: str, max_parts: int
    ) -> list[Any]:
        expression = filters.expression(filter)
        return self._partitions(self._find(db_name, tbl_name, expression), max_parts)

    def get_partitions_ps_with_auth(
        self,
        db_name: str,
        tbl_name: str,
        part_vals: list[str],
        max_parts: int,
        user_name: str,
        group_names: list[str],
    ) -> list[Any]:
        owner = self._owner(db_name, tbl_name)
        return self._partitions(self._fitting(owner, part_vals), max_parts)

    def get_partition_names(self, db_name: str, tbl_name: str, max_parts: int) -> list[str]:
        return self.get_partition_names_ps(db_name, tbl_name, [], max_parts)

    def get_partition_names_ps(
        self, db_name: str, tbl_name: str, part_vals: list[str], max_parts: int
    ) -> list[str]:
        owner = self._owner(db_name, tbl_name)
        names = _names(owner)
        found = self._fitting(owner, part_vals, ExcludeColumnSchema=True)
        return sorted(_first(max_parts, [partition_name(names, p["Values"]) for p in found]))

    def get_partitions_by_names(self, db_name: str, tbl_name: str, names: list[str]) -> list[Any]:
        wanted = [{"Values": values_of(name)} for name in names]
        found: list[Document] = []
        for start in range(0, len(wanted), LARGEST_READ):
            answer = self.glue.batch_get_partition(
                DatabaseName=db_name,
                TableName=tbl_name,
                PartitionsToGet=wanted[start : start + LARGEST_READ],
            )
            found += answer["Partitions"]
        return [self.documents.partition(partition) for partition in found]

    def alter_partition_with_environment_context(
        self, db_name: str, tbl_name: str, new_part: Any, environment_context: Any
    ) -> None:
        self._alter(db_name, tbl_name, [new_part])

    def alter_partitions_with_environment_context(
        self, db_name: str, tbl_name: str, new_parts: list[Any], environment_context: Any
    ) -> None:
        self._alter(db_name, tbl_name, new_parts)

    def rename_partition(
        self, db_name: str, tbl_name: str, part_vals: list[str], new_part: Any
    ) -> None:
        """A managed table's files move with it; an external table's stay."""
        where = {"DatabaseName": db_name, "TableName": tbl_name}
        old = self.glue.get_partition(**where, PartitionValues=part_vals)["Partition"]
        owner = self._owner(db_name, tbl_name)
        source = old["StorageDescriptor"].get("Location")
        new_part.sd.location = source and self.storage.present(source)
        document = self.documents.partition_input(new_part)
        if source and not is_external(owner):
            target = f"{_place(owner)}/{partition_name(_names(owner), new_part.values)}"
            document["StorageDescriptor"]["Location"] = target
            self.storage.move(source, target)
        self.glue.update_partition(**where, PartitionValueList=part_vals, PartitionInput=document)

    def _add(
        self, database: str, table: str, partitions: Sequence[Any], if_not_exists: bool = False
    ) -> None:
        owner = self._owner(database, table)
        for partition in partitions:
            if not partition.sd.location:
                name = partition_name(_names(owner), partition.values)
                partition.sd.location = f"{self.storage.present(_place(owner))}/{name}"
            self.storage.make_folder(partition.sd.location)
        inputs = [self.documents.partition_input(partition) for partition in partitions]
        for start in range(0, len(inputs), LARGEST_WRITE):
            answer = self.glue.batch_create_partition(
                DatabaseName=database,
                TableName=table,
                PartitionInputList=inputs[start : start + LARGEST_WRITE],
            )
            _raise_first(answer, "AlreadyExistsException" if if_not_exists else None)

    def _alter(self, database: str, table: str, partitions: Sequence[Any]) -> None:
        moment = str(int(time.time()))
        entries = []
        for partition in partitions:
            partition.parameters = {DDL_TIME: moment, **(partition.parameters or {})}
            document = self.documents.partition_input(partition)
            entries.append({"PartitionValueList": partition.values, "PartitionInput": document})
        for start in range(0, len(entries), LARGEST_WRITE):
            answer = self.glue.batch_update_partition(
                DatabaseName=database,
                TableName=table,
                Entries=entries[start : start + LARGEST_WRITE],
            )
            _raise_first(answer)

    def _fitting(
        self, owner: Document, values: Sequence[str], **options: Any
    ) -> Iterator[Document]:
        """Partitions with these values; an empty one stands for any.

        Glue compares the strings and we the rest: to Hive these are texts, whatever the key's type.
        """
        said = [
            f"{key['Name']} = {filters.literal(value)}"
            for key, value in zip(owner.get("PartitionKeys") or (), values, strict=False)
            if value and value != NULL and key["Type"] == "string"
        ]
        where = owner["DatabaseName"], owner["Name"]
        for partition in self._find(*where, " AND ".join(said) or None, **options):
            pairs = zip(values, partition["Values"], strict=False)
            if all(value in ("", own) for value, own in pairs):
                yield partition

    def _find(
        self, database: str, table: str, expression: str | None = None, **options: Any
    ) -> Iterator[Document]:
        chosen = {"Expression": expression} if expression else {}
        pages = self.glue.get_paginator("get_partitions").paginate(
            DatabaseName=database, TableName=table, **chosen, **options
        )
        for page in pages:
            yield from page["Partitions"]

    def _partitions(self, found: Iterator[Document], most: int) -> list[Any]:
        return [self.documents.partition(document) for document in _first(most, list(found))]

    def _owner(self, database: str, table: str) -> Document:
        found: Document = self.glue.get_table(DatabaseName=database, Name=table)["Table"]
        return found


def _names(table: Document) -> list[str]:
    return [key["Name"] for key in table.get("PartitionKeys") or ()]


def _place(table: Document) -> str:
    return str(table["StorageDescriptor"]["Location"]).rstrip("/")


def _first(most: int, items: list[Any]) -> list[Any]:
    """Hive's limit: none when it is negative."""
    return items if most < 0 else items[:most]


def _raise_first(answer: Document, allowed: str | None = None) -> None:
    """A batch answers with what failed of it."""
    for failed in answer.get("Errors") or ():
        detail = failed["ErrorDetail"]
        if detail["ErrorCode"] != allowed:
            raise glue_error(detail["ErrorCode"], detail["ErrorMessage"])
