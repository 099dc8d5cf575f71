"""Versions of tables: what `UpdateTable` kept."""

from local_aws.context import Request, Response
from local_aws.services.glue.catalog_api.requests import CatalogPart, table_of
from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import InvalidInputException
from local_aws.services.glue.paging import opened, sealed


class VersionsApi(CatalogPart):
    def get_table_version(self, request: Request) -> Response:
        self._check(request)
        wanted = request.get("VersionId")
        return {
            "TableVersion": _version(self.catalog.get_table_version(*table_of(request), wanted))
        }

    def get_table_versions(self, request: Request) -> Response:
        self._check(request)
        limit, token = request.get("MaxResults", 100), request.get("NextToken")
        found = self.catalog.get_table_versions(
            *table_of(request), below=_number(token) if token else None, limit=limit + 1
        )
        more = {"NextToken": sealed(found[limit - 1]["VersionId"])} if len(found) > limit else {}
        return {"TableVersions": [_version(table) for table in found[:limit]], **more}

    def delete_table_version(self, request: Request) -> Response:
        self._check(request)
        self.catalog.delete_table_version(*table_of(request), request["VersionId"])
        return {}

    def batch_delete_table_version(self, request: Request) -> Response:
        self._table(request)
        errors = self._each(
            request["VersionIds"],
            lambda version: self.catalog.delete_table_version(*table_of(request), version),
            lambda version: {"TableName": request["TableName"], "VersionId": version},
        )
        return {"Errors": errors}


def _number(token: str) -> int:
    try:
        return int(opened(token))
    except ValueError as error:
        raise InvalidInputException(f"NextToken is not one of ours: {token}") from error


def _version(table: Document) -> Document:
    return {"Table": table, "VersionId": table["VersionId"]}
