"""The Data Catalog's operations, over `Catalog`.

What AWS does: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog.html. Not here:
transactions, resource links, federated and open table formats, views of several dialects.
"""

import zlib
from collections.abc import Callable, Iterable
from typing import Any

from local_aws.context import Platform, Request, Response
from local_aws.errors import ServiceError
from local_aws.services.glue.catalog import Catalog
from local_aws.services.glue.documents import Document, dump
from local_aws.services.glue.errors import (
    EntityNotFoundException,
    InvalidInputException,
    unsupported,
)
from local_aws.services.glue.expressions import table_pattern
from local_aws.services.glue.paging import page
from local_aws.services.glue.tags import Tags

# Members that would change what an operation means: refused rather than left out of account.
UNSUPPORTED = (
    "TransactionId",
    "QueryAsOfTime",
    "OpenTableFormatInput",
    "UpdateOpenTableFormatInput",
    "ViewUpdateAction",
    "PartitionIndexes",
)
UNSUPPORTED_INPUTS = (
    "TargetTable",
    "FederatedTable",
    "ViewDefinition",
    "TargetDatabase",
    "FederatedDatabase",
)


class CatalogApi:
    """One method an operation."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.catalog: Catalog = platform.glue

    # Databases

    def create_database(self, request: Request) -> Response:
        self._check(request, "DatabaseInput")
        self.catalog.create_database(request["DatabaseInput"])
        name = request["DatabaseInput"]["Name"].lower()
        arn = self.platform.arn("glue", f"database/{name}")
        Tags(self.platform).add(arn, request.get("Tags", {}))
        return {}

    def get_database(self, request: Request) -> Response:
        self._check(request)
        return {"Database": self.catalog.get_database(request["Name"])}

    def get_databases(self, request: Request) -> Response:
        self._check(request)
        chosen, token = page(self.catalog.get_databases(), request, key=_name)
        return {"DatabaseList": chosen, **token}

    def update_database(self, request: Request) -> Response:
        self._check(request, "DatabaseInput")
        self.catalog.update_database(request["Name"], request["DatabaseInput"])
        return {}

    def delete_database(self, request: Request) -> Response:
        self._check(request)
        self.catalog.delete_database(request["Name"])
        Tags(self.platform).forget(self.platform.arn("glue", f"database/{request['Name'].lower()}"))
        return {}

    # Tables

    def create_table(self, request: Request) -> Response:
        table_input = self._table_input(request)
        self.catalog.create_table(request["DatabaseName"], table_input)
        return {}

    def get_table(self, request: Request) -> Response:
        self._check(request)
        return {"Table": self.catalog.get_table(request["DatabaseName"], request["Name"])}

    def get_tables(self, request: Request) -> Response:
        self._check(request)
        fits = table_pattern(request.get("Expression") or "*").fullmatch
        tables = self.catalog.get_tables(request["DatabaseName"])
        fitting = [table for table in tables if fits(table["Name"])]
        chosen, token = page(fitting, request, key=_name)
        if "NAME" in request.get("AttributesToGet", []):
            chosen = [{k: table[k] for k in ("Name", "DatabaseName")} for table in chosen]
        return {"TableList": chosen, **token}

    def update_table(self, request: Request) -> Response:
        self.catalog.update_table(
            request["DatabaseName"],
            self._table_input(request),
            skip_archive=request.get("SkipArchive", False),
            version_id=request.get("VersionId"),
        )
        return {}

    def delete_table(self, request: Request) -> Response:
        self._check(request)
        self.catalog.delete_table(request["DatabaseName"], request["Name"])
        return {}

    def batch_delete_table(self, request: Request) -> Response:
        self._check(request)
        database = request["DatabaseName"]
        self.catalog.get_database(database)
        errors = self._each(
            request["TablesToDelete"],
            lambda name: self.catalog.delete_table(database, name),
            lambda name: {"TableName": name},
        )
        return {"Errors": errors}

    def get_table_version(self, request: Request) -> Response:
        wanted = request.get("VersionId")
        for version in self._versions(request):
            if wanted in (None, version["VersionId"]):
                return {"TableVersion": version}
        raise EntityNotFoundException(
            f"Version {wanted} of table {request['TableName']} not found."
        )

    def get_table_versions(self, request: Request) -> Response:
        chosen, token = page(self._versions(request), request, key=_newest_first)
        return {"TableVersions": chosen, **token}

    def delete_table_version(self, request: Request) -> Response:
        self._check(request)
        self._delete_version(request, request["VersionId"])
        return {}

    def batch_delete_table_version(self, request: Request) -> Response:
        self._check(request)
        self.catalog.get_table(request["DatabaseName"], request["TableName"])
        errors = self._each(
            request["VersionIds"],
            lambda version: self._delete_version(request, version),
            lambda version: {"TableName": request["TableName"], "VersionId": version},
        )
        return {"Errors": errors}

    def _delete_version(self, request: Request, version: str) -> None:
        database, table = request["DatabaseName"], request["TableName"]
        self.catalog.delete_table_version(database, table, version)

    def _versions(self, request: Request) -> list[Document]:
        self._check(request)
        tables = self.catalog.get_table_versions(request["DatabaseName"], request["TableName"])
        return [{"Table": table, "VersionId": table["VersionId"]} for table in tables]

    def _table_input(self, request: Request) -> Document:
        self._check(request, "TableInput")
        table_input: Document | None = request.get("TableInput")
        if not table_input:
            raise InvalidInputException("TableInput is required.")
        return table_input

    # Partitions

    def create_partition(self, request: Request) -> Response:
        self._check(request)
        self.catalog.create_partition(*_table_of(request), request["PartitionInput"])
        return {}

    def batch_create_partition(self, request: Request) -> Response:
        table = self._existing_table(request)
        errors = self._each(
            request["PartitionInputList"],
            lambda given: self.catalog.create_partition(*table, given),
            lambda given: {"PartitionValues": given.get("Values", [])},
        )
        return {"Errors": errors}

    def get_partition(self, request: Request) -> Response:
        self._check(request)
        values = request["PartitionValues"]
        return {"Partition": self.catalog.get_partition(*_table_of(request), values)}

    def batch_get_partition(self, request: Request) -> Response:
        """Partitions that do not exist are left out, as on AWS."""
        table = self._existing_table(request)
        found = []
        for entry in request["PartitionsToGet"]:
            try:
                found.append(self.catalog.get_partition(*table, entry["Values"]))
            except EntityNotFoundException:
                continue
        return {"Partitions": found, "UnprocessedKeys": []}

    def get_partitions(self, request: Request) -> Response:
        self._check(request)
        fitting = self.catalog.get_partitions(*_table_of(request), request.get("Expression"))
        chosen, token = page(_segment(fitting, request), request, key=_partition_key, default=1000)
        if request.get("ExcludeColumnSchema"):
            chosen = [_without_columns(partition) for partition in chosen]
        return {"Partitions": chosen, **token}

    def update_partition(self, request: Request) -> Response:
        self._check(request)
        values, given = request["PartitionValueList"], request["PartitionInput"]
        self.catalog.update_partition(*_table_of(request), values, given)
        return {}

    def batch_update_partition(self, request: Request) -> Response:
        table = self._existing_table(request)
        errors = self._each(
            request["Entries"],
            lambda entry: self.catalog.update_partition(
                *table, entry["PartitionValueList"], entry["PartitionInput"]
            ),
            lambda entry: {"PartitionValueList": entry["PartitionValueList"]},
        )
        return {"Errors": errors}

    def delete_partition(self, request: Request) -> Response:
        self._check(request)
        self.catalog.delete_partition(*_table_of(request), request["PartitionValues"])
        return {}

    def batch_delete_partition(self, request: Request) -> Response:
        table = self._existing_table(request)
        errors = self._each(
            request["PartitionsToDelete"],
            lambda entry: self.catalog.delete_partition(*table, entry["Values"]),
            lambda entry: {"PartitionValues": entry["Values"]},
        )
        return {"Errors": errors}

    def get_partition_indexes(self, request: Request) -> Response:
        """None: an index would change the speed of an answer only, and nobody can create one."""
        self._existing_table(request)
        return {"PartitionIndexDescriptorList": []}

    def _existing_table(self, request: Request) -> tuple[str, str]:
        self._check(request)
        table = _table_of(request)
        self.catalog.get_table(*table)
        return table

    # Functions

    def get_user_defined_functions(self, request: Request) -> Response:
        """None: nobody can create one."""
        self._check(request)
        if "DatabaseName" in request:
            self.catalog.get_database(request["DatabaseName"])
        return {"UserDefinedFunctions": []}

    def _check(self, request: Request, given: str | None = None) -> None:
        """Refuse other accounts' catalogs and members that we would have to ignore."""
        catalog_id = request.get("CatalogId", self.catalog.account_id)
        if catalog_id != self.catalog.account_id:
            raise EntityNotFoundException(f"Catalog {catalog_id} not found.")
        for member in UNSUPPORTED:
            if request.get(member):
                raise unsupported(f"Glue's {member}")
        for member in UNSUPPORTED_INPUTS:
            if given and request.get(given, {}).get(member):
                raise unsupported(f"{given}.{member}")

    def _each(
        self, items: Iterable[Any], act: Callable[[Any], None], label: Callable[[Any], Document]
    ) -> list[Document]:
        """Do it for each, all in one transaction: a kill leaves none of it or all.

        What failed, in the shape of a batch operation's errors.
        """
        errors = []
        with self.catalog.db.transaction():
            for item in items:
                try:
                    act(item)
                except ServiceError as error:
                    detail = {"ErrorCode": error.code, "ErrorMessage": error.message}
                    errors.append({**label(item), "ErrorDetail": detail})
        return errors


def _table_of(request: Request) -> tuple[str, str]:
    return request["DatabaseName"], request["TableName"]


def _name(item: Document) -> str:
    name: str = item["Name"]
    return name


def _newest_first(version: Document) -> str:
    return f"{10**12 - int(version['VersionId']):013d}"


def _partition_key(partition: Document) -> str:
    return dump(partition["Values"])


def _segment(partitions: Iterable[Document], request: Request) -> Iterable[Document]:
    """The part of the partitions that one of several parallel readers asked for."""
    segment = request.get("Segment")
    if segment is None:
        return partitions
    number, total = segment["SegmentNumber"], segment["TotalSegments"]
    if number >= total:
        raise InvalidInputException(f"SegmentNumber {number} is not below TotalSegments {total}")
    return [p for p in partitions if zlib.crc32(_partition_key(p).encode()) % total == number]


def _without_columns(partition: Document) -> Document:
    storage = dict(partition.get("StorageDescriptor", {}))
    storage.pop("Columns", None)
    return {**partition, "StorageDescriptor": storage}
