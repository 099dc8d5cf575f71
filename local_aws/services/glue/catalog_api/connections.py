"""Connections' operations."""

from local_aws.context import Platform, Request, Response
from local_aws.errors import ServiceError
from local_aws.services.glue.catalog.connections import Connections
from local_aws.services.glue.catalog_api.requests import CatalogPart, detail, name_of
from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import InvalidInputException, unsupported
from local_aws.services.glue.paging import page

UNSUPPORTED = (
    "AuthenticationConfiguration",
    "SparkProperties",
    "AthenaProperties",
    "PythonProperties",
    "ValidateCredentials",
)
"""Members of a ConnectionInput that only a connection that is opened could honour."""


class ConnectionsApi(CatalogPart):
    def __init__(self, platform: Platform) -> None:
        super().__init__(platform)
        made_by = f"arn:aws:iam::{platform.account_id}:user/local"
        self.connections = Connections(self.catalog.db, made_by)

    def create_connection(self, request: Request) -> Response:
        given = self._connection(request)
        with self.catalog.db.transaction():
            self.connections.create(given)
            self.catalog_tags.add(self._connection_arn(given["Name"]), request.get("Tags", {}))
        return {"CreateConnectionStatus": "READY"}

    def get_connection(self, request: Request) -> Response:
        self._check(request)
        if request.get("ApplyOverrideForComputeEnvironment"):
            raise unsupported("Glue's ApplyOverrideForComputeEnvironment")
        found = self.connections.get(request["Name"])
        return {"Connection": _shown(found, request)}

    def get_connections(self, request: Request) -> Response:
        """Always as with HidePassword: the secret of one must not hide all the others."""
        self._check(request)
        wanted = request.get("Filter", {})
        fitting = {c["Name"]: c for c, _ in self.connections.all() if _fits(c, wanted)}
        chosen, token = page(fitting, request, key=str)
        return {"ConnectionList": [fitting[name] for name in chosen], **token}

    def update_connection(self, request: Request) -> Response:
        given = self._connection(request)
        if given["Name"] != request["Name"]:
            raise InvalidInputException(f"Connection {request['Name']} cannot be renamed.")
        self.connections.update(request["Name"], given)
        return {}

    def delete_connection(self, request: Request) -> Response:
        self._check(request)
        self._drop(request["ConnectionName"])
        return {}

    def batch_delete_connection(self, request: Request) -> Response:
        """Here, and nowhere else in Glue, the errors are a map by name."""
        self._check(request)
        succeeded, errors = [], {}
        for name in request["ConnectionNameList"]:
            try:
                self._drop(name)
                succeeded.append(name)
            except ServiceError as error:
                errors[name] = detail(error)
        return {"Succeeded": succeeded, "Errors": errors}

    def _drop(self, name: str) -> None:
        with self.catalog.db.transaction():
            self.connections.delete(name)
            self.catalog_tags.forget(self._connection_arn(name))

    def _connection(self, request: Request) -> Document:
        given = self._input(request, "ConnectionInput")
        for member in UNSUPPORTED:
            if given.get(member):
                raise unsupported(f"ConnectionInput.{member}")
        return given

    def _connection_arn(self, name: str) -> str:
        return self.platform.arn("glue", f"connection/{name}")


def _shown(found: tuple[Document, list[str]], request: Request) -> Document:
    connection, hidden = found
    if hidden and not request.get("HidePassword"):
        raise unsupported(
            f"Showing {', '.join(hidden)} of connection {name_of(connection)}, which is not kept "
            "(ask with HidePassword),"
        )
    return connection


def _fits(connection: Document, wanted: Document) -> bool:
    kind, criteria = wanted.get("ConnectionType"), set(wanted.get("MatchCriteria", []))
    return kind in (None, connection["ConnectionType"]) and criteria <= set(
        connection.get("MatchCriteria", [])
    )
