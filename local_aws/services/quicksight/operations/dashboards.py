"""Dashboards: a definition, versions of it, and the one that readers see.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Dashboard.html
"""

from typing import Any

from local_aws.context import Request, Response
from local_aws.database import Row
from local_aws.services.quicksight import sources, themes
from local_aws.services.quicksight.errors import InvalidParameter, ResourceNotFound, Unsupported
from local_aws.services.quicksight.model import DASHBOARD
from local_aws.services.quicksight.operations.assets import VersionedAssets
from local_aws.services.quicksight.operations.common import operation, page, present, when
from local_aws.services.quicksight.parameters import check_overrides, overridden
from local_aws.services.quicksight.search import search
from local_aws.services.quicksight.versions import LATEST, PUBLISHED, SUCCEEDED

REFUSED = ("FolderArns", "LinkSharingConfiguration", "LinkEntities")
KEPT = ("VersionDescription", "DashboardPublishOptions", "Parameters", "ValidationStrategy")


class Dashboards(VersionedAssets):
    """CreateDashboard and its like."""

    kind, noun = DASHBOARD, "Dashboard"

    @operation(202)
    def create_dashboard(self, request: Request) -> Response:
        """Check the definition, store it as version 1 and publish it."""
        dashboard = request["DashboardId"]
        document, errors = self._document(request)
        with self.store.db.transaction():
            self.keep(request, {"Name": request["Name"]})
            number = self.store.versions.add(DASHBOARD, dashboard, document, errors)
            self.store.publish(dashboard, number)
        return self.made(dashboard, number)

    @operation(202)
    def update_dashboard(self, request: Request) -> Response:
        """Add a version. Readers see it after UpdateDashboardPublishedVersion."""
        dashboard = self.row(request)["id"]
        document, errors = self._document(request)
        with self.store.db.transaction():
            self.store.update(DASHBOARD, dashboard, {"Name": request["Name"]})
            number = self.store.versions.add(DASHBOARD, dashboard, document, errors)
        return self.made(dashboard, number)

    @operation()
    def update_dashboard_published_version(self, request: Request) -> Response:
        """Let readers see another version."""
        dashboard, number = self.row(request)["id"], request["VersionNumber"]
        if self.store.versions.get(DASHBOARD, dashboard, number)["status"] != SUCCEEDED:
            raise InvalidParameter(f"Version {number} of {dashboard} failed: it has no page")
        self.store.publish(dashboard, number)
        return {"DashboardId": dashboard, "DashboardArn": self.arn(dashboard)}

    @operation()
    def describe_dashboard(self, request: Request) -> Response:
        """The dashboard and one version of it: the published one where none is named."""
        row = self.row(request)
        shown = self._shown(row) | {"Version": self._version(self._chosen(row, request))}
        shown.pop("PublishedVersionNumber", None)
        return {"Dashboard": shown}

    @operation()
    def describe_dashboard_definition(self, request: Request) -> Response:
        """What was given to CreateDashboard or UpdateDashboard, or came from its template."""
        row = self.row(request)
        version = self._chosen(row, request)
        return present(
            DashboardId=row["id"],
            Name=row["document"]["Name"],
            ResourceStatus=version["status"],
            Errors=version["errors"] or None,
            ThemeArn=version["document"].get("ThemeArn"),
            Definition=version["document"]["Definition"],
            DashboardPublishOptions=version["document"].get("DashboardPublishOptions"),
        )

    @operation()
    def list_dashboards(self, request: Request) -> Response:
        """All of them, by id."""
        return self._listed(request, self.store.list(DASHBOARD))

    @operation()
    def search_dashboards(self, request: Request) -> Response:
        """Those that the filter finds."""
        rows = self.store.list(DASHBOARD)
        return self._listed(request, search(self.store, DASHBOARD, request["Filters"], rows))

    @operation()
    def list_dashboard_versions(self, request: Request) -> Response:
        """A dashboard's versions, the first first."""
        return self.listed_versions(request)

    @operation()
    def delete_dashboard(self, request: Request) -> Response:
        """Remove the dashboard, or one version that readers do not see."""
        if request.get("VersionNumber") == self.row(request)["published"]:
            number = request["VersionNumber"]
            raise InvalidParameter(f"Version {number} is published: publish another one first")
        return self.deleted(request)

    @operation()
    def describe_dashboard_permissions(self, request: Request) -> Response:
        """Who may do what."""
        return self.described_permissions(request)

    @operation()
    def update_dashboard_permissions(self, request: Request) -> Response:
        """Grant, then revoke."""
        for name in ("GrantLinkPermissions", "RevokeLinkPermissions"):
            if request.get(name):
                raise Unsupported(name)
        return self.updated_permissions(request)

    def _document(self, request: Request) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """A version, and what makes it fail."""
        for name in REFUSED:
            if request.get(name):
                raise Unsupported(f"{name} of a dashboard")
        source = sources.of_dashboard(self.store, request)
        given = request.get("Parameters", {})
        check_overrides(source.definition, given)
        theme = request.get("ThemeArn", source.theme)
        themes.check(self.store, theme)
        document = {name: request[name] for name in KEPT if name in request} | present(
            Definition=source.definition, ThemeArn=theme, SourceEntityArn=source.arn
        )
        return document, self.problems(request, overridden(source.definition, given))

    def _chosen(self, row: Row, request: Request) -> Row:
        alias = request.get("AliasName")
        if alias not in (None, PUBLISHED, LATEST):
            raise ResourceNotFound("DASHBOARD", f"{row['id']} alias {alias}")
        if alias == LATEST:
            return self.store.versions.latest(DASHBOARD, row["id"])
        number = request.get("VersionNumber") or row["published"]
        return self.store.versions.get(DASHBOARD, row["id"], number)

    def _version(self, version: Row) -> dict[str, Any]:
        document = version["document"]
        return self.version_summary(version) | present(
            Errors=version["errors"] or None,
            SourceEntityArn=document.get("SourceEntityArn"),
            ThemeArn=document.get("ThemeArn"),
            **sources.outline(document["Definition"]),
        )

    def _listed(self, request: Request, found: list[Row]) -> Response:
        rows, token = page(request, found, lambda row: str(row["id"]))
        return {"DashboardSummaryList": [self._shown(row) for row in rows]} | token

    def _shown(self, row: Row) -> dict[str, Any]:
        return self.named(row["id"]) | present(
            Name=row["document"]["Name"],
            CreatedTime=when(row["created"]),
            LastUpdatedTime=when(row["updated"]),
            LastPublishedTime=when(row["updated"]),
            PublishedVersionNumber=row["published"],
        )
