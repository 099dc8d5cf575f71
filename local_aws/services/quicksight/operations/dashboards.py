"""Dashboards: a definition, versions of it, and the one that readers see.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Dashboard.html
"""

from typing import Any

from local_aws.context import Request, Response
from local_aws.database import Row
from local_aws.services.quicksight.definition import Definition, check, problems
from local_aws.services.quicksight.errors import InvalidParameter, ResourceNotFound, Unsupported
from local_aws.services.quicksight.model import DASHBOARD
from local_aws.services.quicksight.operations.common import (
    Operations,
    operation,
    page,
    present,
    when,
)

REFUSED = ("SourceEntity", "Parameters", "FolderArns", "LinkSharingConfiguration", "LinkEntities",
           "ThemeArn")  # fmt: skip
KEPT = ("Definition", "VersionDescription", "DashboardPublishOptions", "ValidationStrategy")
SUCCEEDED, FAILED = "CREATION_SUCCESSFUL", "CREATION_FAILED"


class Dashboards(Operations):
    """CreateDashboard and its like."""

    @operation(202)
    def create_dashboard(self, request: Request) -> Response:
        """Check the definition, store it as version 1 and publish it."""
        dashboard = request["DashboardId"]
        document = self._document(request)
        with self.store.db.transaction():
            self.store.create(DASHBOARD, dashboard, {"Name": request["Name"]})
            self.store.grant(self._arn(dashboard), request.get("Permissions", []))
            self.store.tag(self._arn(dashboard), request.get("Tags", []))
            number = self._add_version(dashboard, document)
            self.store.publish(dashboard, number)
        return self._made(dashboard, number)

    @operation(202)
    def update_dashboard(self, request: Request) -> Response:
        """Add a version. Readers see it after UpdateDashboardPublishedVersion."""
        dashboard = request["DashboardId"]
        document = self._document(request)
        with self.store.db.transaction():
            self.store.update(DASHBOARD, dashboard, {"Name": request["Name"]})
            number = self._add_version(dashboard, document)
        return self._made(dashboard, number)

    @operation()
    def update_dashboard_published_version(self, request: Request) -> Response:
        """Let readers see another version."""
        dashboard, number = request["DashboardId"], request["VersionNumber"]
        self.store.get(DASHBOARD, dashboard)
        if self.store.version(dashboard, number)["status"] != SUCCEEDED:
            raise InvalidParameter(f"Version {number} of {dashboard} failed: it has no page")
        self.store.publish(dashboard, number)
        return {"DashboardId": dashboard, "DashboardArn": self._arn(dashboard)}

    @operation()
    def describe_dashboard(self, request: Request) -> Response:
        """The dashboard and one version of it: the published one where none is named."""
        row = self.store.get(DASHBOARD, request["DashboardId"])
        version = self._version(row, request)
        shown = self._summary(row) | {"Version": self._version_shown(version)}
        shown.pop("PublishedVersionNumber", None)
        return {"Dashboard": shown}

    @operation()
    def describe_dashboard_definition(self, request: Request) -> Response:
        """What was given to CreateDashboard or UpdateDashboard."""
        row = self.store.get(DASHBOARD, request["DashboardId"])
        version = self._version(row, request)
        return present(
            DashboardId=row["id"],
            Name=row["document"]["Name"],
            ResourceStatus=version["status"],
            Errors=version["errors"] or None,
            Definition=version["document"]["Definition"],
            DashboardPublishOptions=version["document"].get("DashboardPublishOptions"),
        )

    @operation()
    def list_dashboards(self, request: Request) -> Response:
        """All of them, by id."""
        rows, token = page(request, self.store.list(DASHBOARD), lambda row: str(row["id"]))
        return {"DashboardSummaryList": [self._summary(row) for row in rows]} | token

    @operation()
    def list_dashboard_versions(self, request: Request) -> Response:
        """A dashboard's versions, the first first."""
        dashboard = request["DashboardId"]
        self.store.get(DASHBOARD, dashboard)
        rows, token = page(request, self.store.versions(dashboard), lambda row: str(row["number"]))
        summaries = [self._version_summary(row) for row in rows]
        return {"DashboardVersionSummaryList": summaries} | token

    @operation()
    def delete_dashboard(self, request: Request) -> Response:
        """Remove the dashboard, or one version that readers do not see."""
        dashboard, number = request["DashboardId"], request.get("VersionNumber")
        row = self.store.get(DASHBOARD, dashboard)
        if number is None:
            self.store.delete(DASHBOARD, dashboard)
        elif number == row["published"]:
            raise InvalidParameter(f"Version {number} is published: publish another one first")
        else:
            self.store.version(dashboard, number)
            self.store.delete_version(dashboard, number)
        return {"DashboardId": dashboard, "Arn": self._arn(dashboard)}

    @operation()
    def describe_dashboard_permissions(self, request: Request) -> Response:
        """Who may do what."""
        return self._permissions(request["DashboardId"])

    @operation()
    def update_dashboard_permissions(self, request: Request) -> Response:
        """Grant, then revoke."""
        for name in ("GrantLinkPermissions", "RevokeLinkPermissions"):
            if request.get(name):
                raise Unsupported(name)
        self.store.get(DASHBOARD, request["DashboardId"])
        arn = self._arn(request["DashboardId"])
        self.store.grant(arn, request.get("GrantPermissions", []))
        self.store.revoke(arn, request.get("RevokePermissions", []))
        return self._permissions(request["DashboardId"])

    def _permissions(self, dashboard: str) -> Response:
        self.store.get(DASHBOARD, dashboard)
        arn = self._arn(dashboard)
        held = self.store.permissions(arn)
        return {"DashboardId": dashboard, "DashboardArn": arn, "Permissions": held}

    def _document(self, request: Request) -> dict[str, Any]:
        for name in REFUSED:
            if request.get(name):
                raise Unsupported(f"{name} of a dashboard")
        if "Definition" not in request:
            raise InvalidParameter("A dashboard needs a Definition")
        check(request["Definition"])
        return {name: request[name] for name in KEPT if name in request}

    def _add_version(self, dashboard: str, document: dict[str, Any]) -> int:
        errors = problems(Definition(document["Definition"]), self.store)
        return self.store.add_version(dashboard, document, FAILED if errors else SUCCEEDED, errors)

    def _made(self, dashboard: str, number: int) -> Response:
        return {
            "Arn": self._arn(dashboard),
            "VersionArn": self._version_arn(dashboard, number),
            "DashboardId": dashboard,
            "CreationStatus": "CREATION_IN_PROGRESS",
        }

    def _arn(self, dashboard: str) -> str:
        return self.store.arn(DASHBOARD, dashboard)

    def _version_arn(self, dashboard: str, number: int) -> str:
        return f"{self._arn(dashboard)}/version/{number}"

    def _version(self, row: Row, request: Request) -> Row:
        alias = request.get("AliasName")
        if alias not in (None, "$PUBLISHED", "$LATEST"):
            raise ResourceNotFound("DASHBOARD", f"{row['id']} alias {alias}")
        if alias == "$LATEST":
            return self.store.versions(row["id"])[-1]
        return self.store.version(row["id"], request.get("VersionNumber") or row["published"])

    def _version_shown(self, version: Row) -> dict[str, Any]:
        definition = version["document"]["Definition"]
        sheets = [
            present(SheetId=sheet["SheetId"], Name=sheet.get("Name"))
            for sheet in definition.get("Sheets", [])
        ]
        arns = [d["DataSetArn"] for d in definition["DataSetIdentifierDeclarations"]]
        return self._version_summary(version) | present(
            Errors=version["errors"] or None, DataSetArns=arns, Sheets=sheets
        )

    def _version_summary(self, version: Row) -> dict[str, Any]:
        return present(
            Arn=self._version_arn(version["dashboard"], version["number"]),
            CreatedTime=when(version["created"]),
            VersionNumber=version["number"],
            Status=version["status"],
            Description=version["document"].get("VersionDescription"),
        )

    def _summary(self, row: Row) -> dict[str, Any]:
        return present(
            Arn=self._arn(row["id"]),
            DashboardId=row["id"],
            Name=row["document"]["Name"],
            CreatedTime=when(row["created"]),
            LastUpdatedTime=when(row["updated"]),
            LastPublishedTime=when(row["updated"]),
            PublishedVersionNumber=row["published"],
        )
