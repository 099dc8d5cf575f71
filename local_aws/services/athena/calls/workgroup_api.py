"""Workgroups: where results go, what a query may scan, whether queries may run at all.

Kept without effect: PublishCloudWatchMetricsEnabled, RequesterPaysEnabled (no bucket here makes
its requester pay) and EnableMinimumEncryptionConfiguration.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from local_aws.context import Platform, Request, Response
from local_aws.services.athena.calls.descriptions import AUTOMATIC, ENGINE, VERSION
from local_aws.services.athena.calls.paging import Tokens
from local_aws.services.athena.errors import InvalidRequest
from local_aws.services.athena.queries.result_objects import check_encryption
from local_aws.services.athena.queries.store import Store

UNSUPPORTED = (
    "AdditionalConfiguration",
    "CustomerContentEncryptionConfiguration",
    "EngineConfiguration",
    "ExecutionRole",
    "IdentityCenterConfiguration",
    "ManagedQueryResultsConfiguration",
    "ManagedQueryResultsConfigurationUpdates",
    "MonitoringConfiguration",
    "QueryResultsS3AccessGrantsConfiguration",
)
"""Of a configuration: what belongs to Spark, to IAM Identity Center or to managed storage."""
PRIMARY = "primary"
_DEFAULTS = {
    "ResultConfiguration": {},
    "EnforceWorkGroupConfiguration": True,
    "PublishCloudWatchMetricsEnabled": False,
    "RequesterPaysEnabled": False,
    "EnableMinimumEncryptionConfiguration": False,
    "EngineVersion": ENGINE,
}


class WorkGroupApi:
    """The calls on workgroups."""

    platform: Platform
    store: Store
    tokens: Tokens

    def ensure_primary(self) -> None:
        if self.store.workgroup(PRIMARY) is None:
            self._put(PRIMARY, {"EnforceWorkGroupConfiguration": False}, "")

    def known_workgroup(self, name: str) -> dict[str, Any]:
        found = self.store.workgroup(name)
        if found is None:
            raise InvalidRequest("WorkGroup is not found.")
        return found

    def _put(self, name: str, configuration: dict[str, Any], description: str) -> None:
        self.store.put_workgroup(
            {
                "Name": name,
                "State": "ENABLED",
                "Description": description,
                "CreationTime": time.time(),
                "Configuration": _DEFAULTS | configuration,
            }
        )

    def create_work_group(self, request: Request) -> Response:
        name = request["Name"]
        configuration = _checked(request.get("Configuration") or {})
        if self.store.workgroup(name) is not None:
            raise InvalidRequest("WorkGroup is already created")
        with self.store.db.transaction():
            self._put(name, configuration, request.get("Description") or "")
            self.store.tag(self._arn(name), request.get("Tags") or [])
        return {}

    def get_work_group(self, request: Request) -> Response:
        """Without a Description where it is empty, as on AWS."""
        found = self.known_workgroup(request["WorkGroup"])
        shown = {k: v for k, v in found.items() if k != "Description" or v}
        shown["Configuration"] = _DEFAULTS | found["Configuration"]
        return {"WorkGroup": shown | {"CreationTime": _moment(found)}}

    def list_work_groups(self, request: Request) -> Response:
        listed = [
            {k: g[k] for k in ("Name", "State", "Description")}
            | {
                "CreationTime": _moment(g),
                "EngineVersion": (_DEFAULTS | g["Configuration"])["EngineVersion"],
            }
            for g in self.store.workgroups()
        ]
        found, following = self.tokens.page("workgroups", listed, request, 50)
        return {"WorkGroups": found, **following}

    def list_engine_versions(self, request: Request) -> Response:
        """Those that a workgroup may select."""
        versions = [ENGINE, {"SelectedEngineVersion": VERSION, "EffectiveEngineVersion": VERSION}]
        found, following = self.tokens.page("engine-versions", versions, request, 10)
        return {"EngineVersions": found, **following}

    def update_work_group(self, request: Request) -> Response:
        found = self.known_workgroup(request["WorkGroup"])
        updates = _checked(dict(request.get("ConfigurationUpdates") or {}))
        for key in ("State", "Description"):
            if request.get(key) is not None:
                found[key] = request[key]
        configuration = found["Configuration"]
        result = updates.pop("ResultConfigurationUpdates", None)
        if result is not None:
            _update(configuration.setdefault("ResultConfiguration", {}), result)
        check_encryption(configuration.get("ResultConfiguration") or {})
        _update(configuration, updates)
        self.store.put_workgroup(found)
        return {}

    def delete_work_group(self, request: Request) -> Response:
        name = request["WorkGroup"]
        if name == PRIMARY:
            raise InvalidRequest("The primary workgroup cannot be deleted")
        self.known_workgroup(name)
        if not request.get("RecursiveDeleteOption") and self._in_use(name):
            raise InvalidRequest(f"WorkGroup {name} is not empty")
        self.store.delete_workgroup(name, self._arn(name))
        return {}

    def _in_use(self, name: str) -> bool:
        executions = self.store.execution_ids(name, 1, 2**62)
        return bool(executions or self.store.all_prepared(name) or self.store.named_query_ids(name))

    def _arn(self, name: str) -> str:
        return self.platform.arn("athena", f"workgroup/{name}")


def _checked(configuration: dict[str, Any]) -> dict[str, Any]:
    """What can be kept of a configuration or its updates. Raises InvalidRequest for the rest."""
    for member in UNSUPPORTED:
        value = configuration.get(member)
        disabled = isinstance(value, dict) and value.get("Enabled") is False
        if value and not disabled:
            raise InvalidRequest(f"{member} of a workgroup is not supported by local_aws")
    kept = {k: v for k, v in configuration.items() if k not in UNSUPPORTED}
    if "EngineVersion" in kept:
        kept["EngineVersion"] = _engine(kept["EngineVersion"])
    check_encryption(kept.get("ResultConfiguration") or {})
    return kept


def _engine(wanted: dict[str, Any]) -> dict[str, str]:
    selected = wanted.get("SelectedEngineVersion") or AUTOMATIC
    if selected not in (AUTOMATIC, VERSION):
        raise InvalidRequest(f"The engine version '{selected}' is not supported by local_aws")
    return {"SelectedEngineVersion": selected, "EffectiveEngineVersion": VERSION}


def _update(current: dict[str, Any], updates: dict[str, Any]) -> None:
    """Each member is set, or removed by the flag of its name."""
    for key, value in updates.items():
        if not key.startswith("Remove"):
            current[key] = value
        elif value:
            current.pop(key.removeprefix("Remove"), None)


def _moment(group: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromtimestamp(group["CreationTime"], dt.UTC)
