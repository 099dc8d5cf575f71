"""Workgroups: where results go, what a query may scan, whether queries may run at all."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from local_aws.context import Platform, Request, Response
from local_aws.services.athena.errors import InvalidRequest
from local_aws.services.athena.paging import page
from local_aws.services.athena.store import Store

_ENGINE = {
    "SelectedEngineVersion": "AUTO",
    "EffectiveEngineVersion": "Athena engine version 3",
}
_DEFAULTS = {
    "ResultConfiguration": {},
    "EnforceWorkGroupConfiguration": True,
    "PublishCloudWatchMetricsEnabled": False,
    "RequesterPaysEnabled": False,
}
_REMOVALS = {"RemoveBytesScannedCutoffPerQuery": "BytesScannedCutoffPerQuery"}


class WorkGroupApi:
    """The calls on workgroups."""

    platform: Platform
    store: Store

    def ensure_primary(self) -> None:
        if self.store.workgroup("primary") is None:
            self._put("primary", {"EnforceWorkGroupConfiguration": False}, "")

    def known_workgroup(self, name: str) -> dict[str, Any]:
        found = self.store.workgroup(name)
        if found is None:
            raise InvalidRequest(f"WorkGroup {name} is not found.")
        return found

    def _put(self, name: str, configuration: dict[str, Any], description: str) -> None:
        self.store.put_workgroup(
            {
                "Name": name,
                "State": "ENABLED",
                "Description": description,
                "CreationTime": time.time(),
                "Configuration": _DEFAULTS | configuration | {"EngineVersion": _ENGINE},
            }
        )

    def create_work_group(self, request: Request) -> Response:
        name = request["Name"]
        if self.store.workgroup(name) is not None:
            raise InvalidRequest(f"WorkGroup {name} is already created")
        self._put(name, request.get("Configuration") or {}, request.get("Description") or "")
        if request.get("Tags"):
            self.store.tag(self.platform.arn("athena", f"workgroup/{name}"), request["Tags"])
        return {}

    def get_work_group(self, request: Request) -> Response:
        found = self.known_workgroup(request["WorkGroup"])
        return {"WorkGroup": found | {"CreationTime": _moment(found)}}

    def list_work_groups(self, request: Request) -> Response:
        listed = [
            {k: g[k] for k in ("Name", "State", "Description")}
            | {"CreationTime": _moment(g), "EngineVersion": _ENGINE}
            for g in self.store.workgroups()
        ]
        found, token = page(listed, request.get("MaxResults") or 50, request.get("NextToken"))
        return {"WorkGroups": found} | ({"NextToken": token} if token else {})

    def update_work_group(self, request: Request) -> Response:
        found = self.known_workgroup(request["WorkGroup"])
        for key in ("State", "Description"):
            if request.get(key) is not None:
                found[key] = request[key]
        updates = dict(request.get("ConfigurationUpdates") or {})
        configuration = found["Configuration"]
        for flag, member in _REMOVALS.items():
            if updates.pop(flag, False):
                configuration.pop(member, None)
        result = updates.pop("ResultConfigurationUpdates", None)
        if result is not None:
            _update_result(configuration.setdefault("ResultConfiguration", {}), dict(result))
        updates.pop("EngineVersion", None)
        configuration.update(updates)
        self.store.put_workgroup(found)
        return {}

    def delete_work_group(self, request: Request) -> Response:
        name = request["WorkGroup"]
        if name == "primary":
            raise InvalidRequest("The primary workgroup cannot be deleted")
        self.known_workgroup(name)
        if not request.get("RecursiveDeleteOption") and self._in_use(name):
            raise InvalidRequest(f"WorkGroup {name} is not empty")
        self.store.delete_workgroup(name)
        return {}

    def _in_use(self, name: str) -> bool:
        executions = self.store.execution_ids(name, 1, 2**62)
        return bool(executions or self.store.all_prepared(name) or self.store.named_query_ids(name))


def _update_result(current: dict[str, Any], updates: dict[str, Any]) -> None:
    for key in list(updates):
        if key.startswith("Remove") and updates.pop(key):
            current.pop(key.removeprefix("Remove"), None)
    current.update(updates)


def _moment(group: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromtimestamp(group["CreationTime"], dt.UTC)
