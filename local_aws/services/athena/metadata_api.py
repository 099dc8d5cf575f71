"""Data catalogs, databases and tables as Athena shows them: the Glue catalog in other words."""

# ruff: noqa: ARG002 - every call takes its request
from __future__ import annotations

import re
from typing import Any

from local_aws.context import Platform, Request, Response
from local_aws.services.athena.errors import InvalidRequest, MetadataError
from local_aws.services.athena.paging import page
from local_aws.services.glue.errors import EntityNotFoundException

CATALOG = "AwsDataCatalog"


class MetadataApi:
    """The calls on metadata. There is one catalog; federated ones are not supported."""

    platform: Platform

    def _check_catalog(self, name: str) -> None:
        if name.lower() != CATALOG.lower():
            raise InvalidRequest(f"Data catalog {name} was not found")

    def list_data_catalogs(self, request: Request) -> Response:
        return {"DataCatalogsSummary": [{"CatalogName": CATALOG, "Type": "GLUE"}]}

    def get_data_catalog(self, request: Request) -> Response:
        self._check_catalog(request["Name"])
        account = {"catalog-id": self.platform.account_id}
        return {"DataCatalog": {"Name": CATALOG, "Type": "GLUE", "Parameters": account}}

    def get_database(self, request: Request) -> Response:
        self._check_catalog(request["CatalogName"])
        return {"Database": _database(self._database(request["DatabaseName"]))}

    def _database(self, name: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self.platform.glue.get_database(name.lower())
        except EntityNotFoundException:
            raise MetadataError(f"EntityNotFoundException: Database {name} not found.") from None
        return found

    def list_databases(self, request: Request) -> Response:
        self._check_catalog(request["CatalogName"])
        listed = [_database(d) for d in self.platform.glue.get_databases()]
        found, token = page(listed, request.get("MaxResults") or 50, request.get("NextToken"))
        return {"DatabaseList": found} | ({"NextToken": token} if token else {})

    def get_table_metadata(self, request: Request) -> Response:
        self._check_catalog(request["CatalogName"])
        database, name = request["DatabaseName"], request["TableName"]
        try:
            table = self.platform.glue.get_table(database.lower(), name.lower())
        except EntityNotFoundException:
            raise MetadataError(
                f"EntityNotFoundException: Entity Not Found: {database}.{name}"
            ) from None
        return {"TableMetadata": _table(table)}

    def list_table_metadata(self, request: Request) -> Response:
        self._check_catalog(request["CatalogName"])
        self._database(request["DatabaseName"])
        tables = self.platform.glue.get_tables(request["DatabaseName"].lower())
        if request.get("Expression"):
            pattern = re.compile(request["Expression"].replace("*", ".*"), re.IGNORECASE)
            tables = [table for table in tables if pattern.fullmatch(table["Name"])]
        found, token = page(tables, request.get("MaxResults") or 50, request.get("NextToken"))
        answer: Response = {"TableMetadataList": [_table(table) for table in found]}
        return answer | ({"NextToken": token} if token else {})


def _database(database: dict[str, Any]) -> dict[str, Any]:
    found = {"Name": database["Name"], "Parameters": database.get("Parameters") or {}}
    if database.get("Description"):
        found["Description"] = database["Description"]
    return found


def _table(table: dict[str, Any]) -> dict[str, Any]:
    descriptor = table.get("StorageDescriptor") or {}
    serde = descriptor.get("SerdeInfo") or {}
    parameters = dict(table.get("Parameters") or {})
    extra = {
        "location": descriptor.get("Location"),
        "inputformat": descriptor.get("InputFormat"),
        "outputformat": descriptor.get("OutputFormat"),
        "serde.serialization.lib": serde.get("SerializationLibrary"),
    }
    parameters.update({key: value for key, value in extra.items() if value})
    found = {
        "Name": table["Name"],
        "TableType": table.get("TableType") or "EXTERNAL_TABLE",
        "Columns": [_column(c) for c in descriptor.get("Columns") or []],
        "PartitionKeys": [_column(c) for c in table.get("PartitionKeys") or []],
        "Parameters": parameters,
    }
    if table.get("CreateTime"):
        found["CreateTime"] = table["CreateTime"]
    return found


def _column(column: dict[str, Any]) -> dict[str, Any]:
    return {k: column[k] for k in ("Name", "Type", "Comment") if column.get(k) is not None}
