"""Themes and their versions.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Theme.html
"""

from typing import Any

from local_aws.context import Request, Response
from local_aws.database import Row
from local_aws.services.quicksight import themes
from local_aws.services.quicksight.errors import ConflictException, InvalidParameter, Unsupported
from local_aws.services.quicksight.model import THEME
from local_aws.services.quicksight.operations.assets import VersionedAssets
from local_aws.services.quicksight.operations.common import operation, page, present, when

OWN, AWS_OWN = ("CUSTOM", "ALL"), ("QUICKSIGHT", "ALL")


class Themes(VersionedAssets):
    """CreateTheme and its like."""

    kind, noun = THEME, "Theme"

    @operation(202)
    def create_theme(self, request: Request) -> Response:
        """Keep the colours as version 1."""
        document = self._document(request)
        with self.store.db.transaction():
            self.keep(request, {"Name": request["Name"]})
            number = self.store.versions.add(THEME, request["ThemeId"], document, [])
        return self.made(request["ThemeId"], number)

    @operation(202)
    def update_theme(self, request: Request) -> Response:
        """Add a version, which the dashboards of the theme are drawn in from now on."""
        row = self.row(request)
        kept = self.store.versions.latest(THEME, row["id"])["document"]["Configuration"]
        document = self._document({"Configuration": kept} | request)
        with self.store.db.transaction():
            name = request.get("Name", row["document"]["Name"])
            self.store.update(THEME, row["id"], {"Name": name})
            number = self.store.versions.add(THEME, row["id"], document, [])
        return self.made(row["id"], number)

    @operation()
    def describe_theme(self, request: Request) -> Response:
        """A theme and one version of it."""
        if request["ThemeId"] in themes.STARTERS:
            raise Unsupported(f"The configuration of AWS's starter theme {request['ThemeId']}")
        row = self.row(request)
        version = self.version(row, request)
        shown = self.version_summary(version) | present(
            BaseThemeId=version["document"]["BaseThemeId"],
            Configuration=version["document"]["Configuration"],
        )
        return {"Theme": self._theme(row) | {"Type": "CUSTOM", "Version": shown}}

    @operation()
    def list_themes(self, request: Request) -> Response:
        """The account's own by id, then AWS's starters; Type chooses."""
        wanted = request.get("Type", "ALL")
        own = (
            [self.summary(row) for row in self.store.list(THEME)] if wanted != "QUICKSIGHT" else []
        )
        starters = [_starter(name) for name in themes.STARTERS] if wanted != "CUSTOM" else []
        shown, token = page(request, [*own, *starters], lambda item: str(item["ThemeId"]))
        return {"ThemeSummaryList": shown} | token

    @operation()
    def list_theme_versions(self, request: Request) -> Response:
        """A theme's versions, the first first."""
        return self.listed_versions(request)

    @operation()
    def delete_theme(self, request: Request) -> Response:
        """Remove the theme, or one version of it. Raises ConflictException while it is used."""
        users = themes.users(self.store, self.arn(request["ThemeId"]))
        if users and "VersionNumber" not in request:
            raise ConflictException(f"The theme {request['ThemeId']} is used by {users[0]}")
        return self.deleted(request)

    @operation()
    def describe_theme_permissions(self, request: Request) -> Response:
        """Who may do what."""
        return self.described_permissions(request)

    @operation()
    def update_theme_permissions(self, request: Request) -> Response:
        """Grant, then revoke."""
        return self.updated_permissions(request)

    @operation()
    def create_theme_alias(self, request: Request) -> Response:
        """Name a version."""
        return self.alias_created(request)

    @operation()
    def update_theme_alias(self, request: Request) -> Response:
        """Let an alias name another version."""
        return self.alias_moved(request)

    @operation()
    def describe_theme_alias(self, request: Request) -> Response:
        """One alias."""
        return self.alias_described(request)

    @operation()
    def list_theme_aliases(self, request: Request) -> Response:
        """A theme's aliases, by name."""
        return self.aliases_listed(request)

    @operation()
    def delete_theme_alias(self, request: Request) -> Response:
        """Forget an alias."""
        return self.alias_deleted(request)

    def _document(self, request: Request) -> dict[str, Any]:
        base = request["BaseThemeId"]
        if base not in themes.STARTERS and self.store.find(THEME, base) is None:
            raise InvalidParameter(f"The base theme {base} does not exist")
        return present(
            BaseThemeId=base,
            Configuration=request["Configuration"],
            VersionDescription=request.get("VersionDescription"),
        )

    def _theme(self, row: Row) -> dict[str, Any]:
        return self.named(row["id"]) | {
            "Name": row["document"]["Name"],
            "CreatedTime": when(row["created"]),
            "LastUpdatedTime": when(row["updated"]),
        }


def _starter(name: str) -> dict[str, Any]:
    return {"Arn": themes.STARTER_ARN + name, "Name": name.title(), "ThemeId": name}
