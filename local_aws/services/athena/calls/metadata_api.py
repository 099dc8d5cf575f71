"""Data catalogs, databases and tables as Athena shows them: the Glue catalog in other words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from local_aws.context import Platform, Request, Response
from local_aws.services.athena.calls.paging import Tokens
from local_aws.services.athena.errors import SERVICE, InvalidRequest, MetadataError, from_glue
from local_aws.services.glue.catalog import Catalog
from local_aws.services.glue.errors import EntityNotFoundException

CATALOG = "AwsDataCatalog"


class MetadataApi:
    """The calls on metadata. There is one catalog; federated ones are not supported."""

    platform: Platform
    tokens: Tokens

    if TYPE_CHECKING:

        def known_workgroup(self, name: str) -> dict[str, Any]: ...

    def _check(self, request: Request, catalog: str) -> None:
        """The workgroup that a caller may name, and the catalog."""
        if request.get("WorkGroup"):
            self.known_workgroup(request["WorkGroup"])
        if catalog.lower() != CATALOG.lower():
            raise InvalidRequest(f"Data catalog {catalog} was not found", "DATACATALOG_NOT_FOUND")

    def list_data_catalogs(self, request: Request) -> Response:
        self._check(request, CATALOG)
        every = [{"CatalogName": CATALOG, "Type": "GLUE", "Status": "CREATE_COMPLETE"}]
        found, following = self.tokens.page("catalogs", every, request, 50)
        return {"DataCatalogsSummary": found, **following}

    def get_data_catalog(self, request: Request) -> Response:
        self._check(request, request["Name"])
        account = {"catalog-id": self.platform.account_id}
        catalog = {"Name": CATALOG, "Type": "GLUE", "Status": "CREATE_COMPLETE"}
        return {"DataCatalog": catalog | {"Parameters": account}}

    @property
    def _catalog(self) -> Catalog:
        """As whoever calls may read it."""
        return self.platform.acting.of_caller(SERVICE).glue

    def get_database(self, request: Request) -> Response:
        self._check(request, request["CatalogName"])
        return {"Database": _database(self._database(request["DatabaseName"]))}

    def _database(self, name: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self._catalog.get_database(name.lower())
        except EntityNotFoundException:
            raise MetadataError(from_glue(f"Database {name} not found.")) from None
        return found

    def list_databases(self, request: Request) -> Response:
        self._check(request, request["CatalogName"])
        listed = [_database(d) for d in self._catalog.get_databases()]
        found, following = self.tokens.page("databases", listed, request, 50)
        return {"DatabaseList": found, **following}

    def get_table_metadata(self, request: Request) -> Response:
        self._check(request, request["CatalogName"])
        database, name = request["DatabaseName"], request["TableName"]
        try:
            table = self._catalog.get_table(database.lower(), name.lower())
        except EntityNotFoundException:
            raise MetadataError(from_glue("Entity Not Found")) from None
        return {"TableMetadata": _table(table)}

    def list_table_metadata(self, request: Request) -> Response:
        """Tables whose whole name matches the Expression, a regular expression."""
        self._check(request, request["CatalogName"])
        database = request["DatabaseName"].lower()
        self._database(database)
        tables = self._catalog.get_tables(database)
        expression = request.get("Expression") or ""
        if expression:
            pattern = _pattern(expression)
            tables = [table for table in tables if pattern.fullmatch(table["Name"])]
        listing = f"tables/{database}/{expression}"
        found, following = self.tokens.page(listing, tables, request, 50)
        return {"TableMetadataList": [_table(table) for table in found], **following}


def _pattern(expression: str) -> re.Pattern[str]:
    """`*` alone means everything, as in Hive."""
    try:
        return re.compile(".*" if expression == "*" else expression, re.IGNORECASE)
    except re.error as error:
        raise InvalidRequest(
            f"Expression '{expression}' is not a regular expression: {error}"
        ) from None


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
    for member in ("CreateTime", "LastAccessTime"):
        if table.get(member):
            found[member] = table[member]
    return found


def _column(column: dict[str, Any]) -> dict[str, Any]:
    return {k: column[k] for k in ("Name", "Type", "Comment") if column.get(k) is not None}
