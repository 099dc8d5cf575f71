"""What dashboards, analyses, templates and themes have in common: permissions and versions."""

from typing import Any, ClassVar

from local_aws.context import Request, Response
from local_aws.database import Row
from local_aws.services.quicksight.definition import Definition
from local_aws.services.quicksight.operations.common import Operations, page, present, when
from local_aws.services.quicksight.problems import problems

Summary = dict[str, Any]


class Assets(Operations):
    """One kind of asset; noun is what AWS's members call it: `Dashboard`."""

    kind: ClassVar[str]
    noun: ClassVar[str]

    def id_in(self, request: Request) -> str:
        """The asset that a request names."""
        return str(request[f"{self.noun}Id"])

    def row(self, request: Request) -> Row:
        """The asset that a request names. Raises ResourceNotFound."""
        return self.store.get(self.kind, self.id_in(request))

    def arn(self, asset: str) -> str:
        """An asset's ARN."""
        return self.store.arn(self.kind, asset)

    def named(self, asset: str) -> Response:
        """An asset as responses name it."""
        return {f"{self.noun}Id": asset, "Arn": self.arn(asset)}

    def described_permissions(self, request: Request) -> Response:
        """Who may do what."""
        asset = self.row(request)["id"]
        arn = self.arn(asset)
        held = self.store.permissions(arn)
        return {f"{self.noun}Id": asset, f"{self.noun}Arn": arn, "Permissions": held}

    def updated_permissions(self, request: Request) -> Response:
        """Grant, then revoke."""
        arn = self.arn(self.row(request)["id"])
        with self.store.db.transaction():
            self.store.grant(arn, request.get("GrantPermissions", []))
            self.store.revoke(arn, request.get("RevokePermissions", []))
        return self.described_permissions(request)

    def problems(self, request: Request, definition: dict[str, Any]) -> list[dict[str, Any]]:
        """What makes a definition fail, by the request's ValidationStrategy."""
        return problems(Definition(definition), self.store, request.get("ValidationStrategy"))

    def keep(self, request: Request, document: dict[str, Any]) -> None:
        """Add the asset with its permissions and tags. Raises ResourceExists."""
        asset = self.id_in(request)
        self.store.create(self.kind, asset, document)
        self.store.grant(self.arn(asset), request.get("Permissions", []))
        self.store.tag(self.arn(asset), request.get("Tags", []))


class VersionedAssets(Assets):
    """An asset of which every update makes a version."""

    def version_arn(self, asset: str, number: int) -> str:
        """A version's ARN."""
        return f"{self.arn(asset)}/version/{number}"

    def made(self, asset: str, number: int) -> Response:
        """The answer to a creation or an update."""
        return self.named(asset) | {
            "VersionArn": self.version_arn(asset, number),
            "CreationStatus": "CREATION_IN_PROGRESS",
        }

    def version(self, row: Row, request: Request) -> Row:
        """The version that a request asks for: by number, by alias, or the newest."""
        if request.get("VersionNumber"):
            return self.store.versions.get(self.kind, row["id"], request["VersionNumber"])
        return self.store.versions.named(self.kind, row["id"], request.get("AliasName", "$LATEST"))

    def version_summary(self, version: Row) -> Summary:
        """What lists of versions show."""
        return present(
            Arn=self.version_arn(version["id"], version["number"]),
            CreatedTime=when(version["created"]),
            VersionNumber=version["number"],
            Status=version["status"],
            Description=version["document"].get("VersionDescription"),
        )

    def listed_versions(self, request: Request) -> Response:
        """An asset's versions, the first first."""
        found = self.store.versions.all(self.kind, self.row(request)["id"])
        rows, token = page(request, found, lambda row: str(row["number"]))
        return {f"{self.noun}VersionSummaryList": [self.version_summary(r) for r in rows]} | token

    def summary(self, row: Row) -> Summary:
        """What lists of templates and themes show."""
        return self.named(row["id"]) | present(
            Name=row["document"].get("Name"),
            LatestVersionNumber=self.store.versions.latest(self.kind, row["id"])["number"],
            CreatedTime=when(row["created"]),
            LastUpdatedTime=when(row["updated"]),
        )

    def deleted(self, request: Request) -> Response:
        """Remove the asset, or one version of it."""
        asset, number = self.row(request)["id"], request.get("VersionNumber")
        if number is None:
            self.store.delete(self.kind, asset)
        else:
            self.store.versions.delete(self.kind, asset, number)
        return self.named(asset)

    # Aliases

    def alias_created(self, request: Request) -> Response:
        """Name a version."""
        number = request[f"{self.noun}VersionNumber"]
        asset = self.row(request)["id"]
        self.store.versions.create_alias(self.kind, asset, request["AliasName"], number)
        return self.alias_described(request)

    def alias_moved(self, request: Request) -> Response:
        """Let an alias name another version."""
        number = request[f"{self.noun}VersionNumber"]
        asset = self.row(request)["id"]
        self.store.versions.move_alias(self.kind, asset, request["AliasName"], number)
        return self.alias_described(request)

    def alias_described(self, request: Request) -> Response:
        """One alias."""
        alias = self.store.versions.alias(self.kind, self.row(request)["id"], request["AliasName"])
        return {f"{self.noun}Alias": self._alias(alias)}

    def aliases_listed(self, request: Request) -> Response:
        """An asset's aliases, by name."""
        found = self.store.versions.aliases(self.kind, self.row(request)["id"])
        rows, token = page(request, found, lambda row: str(row["name"]))
        return {f"{self.noun}AliasList": [self._alias(row) for row in rows]} | token

    def alias_deleted(self, request: Request) -> Response:
        """Forget an alias; the version stays."""
        asset, name = self.row(request)["id"], request["AliasName"]
        self.store.versions.delete_alias(self.kind, asset, name)
        arn = f"{self.arn(asset)}/alias/{name}"
        return {f"{self.noun}Id": asset, "AliasName": name, "Arn": arn}

    def _alias(self, alias: Row) -> Summary:
        return {
            "AliasName": alias["name"],
            "Arn": f"{self.arn(alias['id'])}/alias/{alias['name']}",
            f"{self.noun}VersionNumber": alias["number"],
        }
