"""Data sources: Athena, and files in S3. Others are refused by name.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DataSource.html
"""

from typing import Any

from local_aws.context import Request, Response
from local_aws.database import Row
from local_aws.services.quicksight.errors import InvalidParameter, Unsupported
from local_aws.services.quicksight.model import DATA_SOURCE
from local_aws.services.quicksight.operations.common import Operations, operation, page, when
from local_aws.services.quicksight.search import search

KEPT = ("Name", "Type", "DataSourceParameters", "SslProperties")
REFUSED = ("Credentials", "VpcConnectionProperties", "FolderArns")


PARAMETERS = {"ATHENA": "AthenaParameters", "S3": "S3Parameters"}


def _document(request: Request, kind: str) -> dict[str, Any]:
    if kind not in PARAMETERS:
        raise Unsupported(f"The data source type {kind}", f"Use {' or '.join(PARAMETERS)}.")
    for name in REFUSED:
        if request.get(name):
            raise Unsupported(f"{name} of a data source")
    member = PARAMETERS[kind]
    default: dict[str, Any] = {member: {}} if kind == "ATHENA" else {}
    parameters = request.get("DataSourceParameters", default)
    if set(parameters) != {member}:
        raise InvalidParameter(f"A data source of type {kind} takes {member}, not {parameters}")
    document = {name: request[name] for name in KEPT if name in request}
    return document | {"Type": kind, "DataSourceParameters": parameters}


class DataSources(Operations):
    """CreateDataSource and its like."""

    @operation(202)
    def create_data_source(self, request: Request) -> Response:
        """Remember it: nothing is contacted, as Athena and S3 are in this server."""
        source = request["DataSourceId"]
        self.store.create(DATA_SOURCE, source, _document(request, request["Type"]))
        arn = self.store.arn(DATA_SOURCE, source)
        self.store.grant(arn, request.get("Permissions", []))
        self.store.tag(arn, request.get("Tags", []))
        return {"Arn": arn, "DataSourceId": source, "CreationStatus": "CREATION_SUCCESSFUL"}

    @operation()
    def describe_data_source(self, request: Request) -> Response:
        """One data source."""
        return {"DataSource": self._shown(self.store.get(DATA_SOURCE, request["DataSourceId"]))}

    @operation()
    def list_data_sources(self, request: Request) -> Response:
        """All of them, by id."""
        rows, token = page(request, self.store.list(DATA_SOURCE), lambda row: str(row["id"]))
        return {"DataSources": [self._shown(row) for row in rows]} | token

    @operation()
    def search_data_sources(self, request: Request) -> Response:
        """Those that the filter lets through, by id."""
        rows = search(self.store, DATA_SOURCE, request["Filters"], self.store.list(DATA_SOURCE))
        shown, token = page(request, rows, lambda row: str(row["id"]))
        return {"DataSourceSummaries": [self._summary(row) for row in shown]} | token

    @operation(202)
    def update_data_source(self, request: Request) -> Response:
        """Replace the name and the parameters."""
        source = request["DataSourceId"]
        kind = self.store.get(DATA_SOURCE, source)["document"]["Type"]
        self.store.update(DATA_SOURCE, source, _document(request, kind))
        arn = self.store.arn(DATA_SOURCE, source)
        return {"Arn": arn, "DataSourceId": source, "UpdateStatus": "UPDATE_SUCCESSFUL"}

    @operation()
    def delete_data_source(self, request: Request) -> Response:
        """Remove it. Data sets that use it stay, and fail when refreshed."""
        source = request["DataSourceId"]
        self.store.delete(DATA_SOURCE, source)
        return {"Arn": self.store.arn(DATA_SOURCE, source), "DataSourceId": source}

    @operation()
    def describe_data_source_permissions(self, request: Request) -> Response:
        """Who may do what."""
        return self._permissions(request["DataSourceId"], shown=True)

    @operation()
    def update_data_source_permissions(self, request: Request) -> Response:
        """Grant, then revoke."""
        source = request["DataSourceId"]
        self.store.get(DATA_SOURCE, source)
        self.store.grant(self.store.arn(DATA_SOURCE, source), request.get("GrantPermissions", []))
        self.store.revoke(self.store.arn(DATA_SOURCE, source), request.get("RevokePermissions", []))
        return self._permissions(source, shown=False)

    def _permissions(self, source: str, shown: bool) -> Response:
        self.store.get(DATA_SOURCE, source)
        arn = self.store.arn(DATA_SOURCE, source)
        held = {"Permissions": self.store.permissions(arn)} if shown else {}
        return {"DataSourceArn": arn, "DataSourceId": source} | held

    def _summary(self, row: Row) -> dict[str, Any]:
        return {
            "Arn": self.store.arn(DATA_SOURCE, row["id"]),
            "DataSourceId": row["id"],
            "Name": row["document"]["Name"],
            "Type": row["document"]["Type"],
            "CreatedTime": when(row["created"]),
            "LastUpdatedTime": when(row["updated"]),
        }

    def _shown(self, row: Row) -> dict[str, Any]:
        changed = row["updated"] > row["created"]
        facts = {
            "Arn": self.store.arn(DATA_SOURCE, row["id"]),
            "DataSourceId": row["id"],
            "Status": "UPDATE_SUCCESSFUL" if changed else "CREATION_SUCCESSFUL",
            "CreatedTime": when(row["created"]),
            "LastUpdatedTime": when(row["updated"]),
        }
        document: dict[str, Any] = row["document"]
        return document | facts
