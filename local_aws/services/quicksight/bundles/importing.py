"""From a bundle's resources to resources of this account."""

from collections.abc import Callable
from typing import Any

from local_aws.errors import ServiceError
from local_aws.services.quicksight.bundles.archive import Asset
from local_aws.services.quicksight.bundles.export import request_of
from local_aws.services.quicksight.bundles.kinds import Kind
from local_aws.services.quicksight.errors import InvalidParameter
from local_aws.services.quicksight.model import ANALYSIS, DASHBOARD, Store

Request = dict[str, Any]
Ask = Callable[[str, Request], Any]
"""Calls an operation by its name, its request checked by the model. Raises ServiceError."""


class Import:
    """One import under way: what it did, so that it can be undone."""

    def __init__(self, store: Store, ask: Ask) -> None:
        self.store, self.ask = store, ask
        self.undo: list[Callable[[], Any]] = []
        self.errors: list[dict[str, str]] = []

    def run(self, assets: list[Asset]) -> bool:
        """Make them in order, to the first that cannot be made; whether all were."""
        for asset in assets:
            try:
                self._make(asset)
            except ServiceError as error:
                self.errors.append(self._error(asset.kind, asset.id, error))
                return False
        return True

    def roll_back(self) -> list[dict[str, str]]:
        """Undo what was done, the last first; what could not be undone."""
        failed = []
        while self.undo:
            try:
                self.undo.pop()()
            except ServiceError as error:
                failed.append({"Type": error.code, "Message": error.message})
        return failed

    def _make(self, asset: Asset) -> None:
        kind, resource = asset.kind, asset.id
        if self.store.find(kind.name, resource) is None:
            self.ask(f"Create{kind.noun}", asset.request)
            self.undo.append(lambda: self._delete(kind, resource))
        else:
            before = request_of(self.store, kind, resource)
            self._update(kind, asset.request)
            self.undo.append(lambda: self._update(kind, before))
            self._share(kind, asset)
        self._refuse_failed(kind, resource)

    def _update(self, kind: Kind, request: Request) -> None:
        self.ask(f"Update{kind.noun}", _updating(kind, request))
        if kind.name == DASHBOARD:
            resource = request[kind.id]
            self._refuse_failed(kind, resource)
            number = self.store.versions.latest(DASHBOARD, resource)["number"]
            which = {"DashboardId": resource, "VersionNumber": number}
            self.ask("UpdateDashboardPublishedVersion", which)

    def _share(self, kind: Kind, asset: Asset) -> None:
        arn = self.store.arn(kind.name, asset.id)
        if granted := asset.request.get("Permissions"):
            which = {kind.id: asset.id, "GrantPermissions": granted}
            self.ask(f"Update{kind.noun}Permissions", which)
        if tags := asset.request.get("Tags"):
            self.ask("TagResource", {"ResourceArn": arn, "Tags": tags})

    def _delete(self, kind: Kind, resource: str) -> None:
        force = {"ForceDeleteWithoutRecovery": True} if kind.name == ANALYSIS else {}
        self.ask(f"Delete{kind.noun}", {kind.id: resource} | force)

    def _refuse_failed(self, kind: Kind, resource: str) -> None:
        """A definition with errors is kept by the API as a failed one: here it ends the import."""
        errors: list[dict[str, Any]] = []
        if kind.name == ANALYSIS:
            errors = self.store.get(ANALYSIS, resource)["document"]["Errors"]
        if kind.name == DASHBOARD:
            errors = self.store.versions.latest(DASHBOARD, resource)["errors"]
        if errors:
            raise InvalidParameter("; ".join(error["Message"] for error in errors))

    def _error(self, kind: Kind, resource: str, error: ServiceError) -> dict[str, str]:
        arn = self.store.arn(kind.name, resource)
        return {"Arn": arn, "Type": error.code, "Message": error.message}


def _updating(kind: Kind, request: Request) -> Request:
    """What an update takes of a request: it takes less than a creation."""
    known = kind.input_of("Update").members
    return {name: part for name, part in request.items() if name in known}
