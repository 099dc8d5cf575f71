"""Workgroups: ``Ref`` gives the name.

A property that a template no longer has goes back to Athena's default. As on AWS, an update reads
WorkGroupConfiguration and, only where there is none, the older WorkGroupConfigurationUpdates.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-athena-workgroup.html
"""

from typing import Any

from botocore.exceptions import ClientError

from local_aws.services.athena.calls.workgroup_api import UNSUPPORTED
from local_aws.services.cloudformation.resources.calls import call, writable
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work
from local_aws.services.cloudformation.resources.tags import (
    as_list,
    dropped_tags,
    wanted_tags,
)

DEFAULTS: dict[str, Any] = {
    "EnforceWorkGroupConfiguration": True,
    "PublishCloudWatchMetricsEnabled": False,
    "RequesterPaysEnabled": False,
    "EngineVersion": {"SelectedEngineVersion": "AUTO"},
}
"""Of a configuration; the other members are absent by default."""
RESULTS = (
    "OutputLocation",
    "EncryptionConfiguration",
    "ExpectedBucketOwner",
    "AclConfiguration",
)
ENGINE = "EngineVersion.EffectiveEngineVersion"
CONFIGURATIONS = ("WorkGroupConfiguration", "WorkGroupConfigurationUpdates")


class WorkGroups(Handler):
    """AWS::Athena::WorkGroup."""

    takes = frozenset(
        {"Description", "Name", "RecursiveDeleteOption", "State", "Tags", *CONFIGURATIONS}
    )
    refuses = frozenset(f"{whole}.{part}" for whole in CONFIGURATIONS for part in UNSUPPORTED)

    def create(self, work: Work) -> Made:
        given = work.properties
        request = {"Name": given["Name"], "Tags": as_list(wanted_tags(work))}
        request |= {k: given[k] for k in ("Description",) if k in given}
        request["Configuration"] = dict(given.get("WorkGroupConfiguration", {}))
        call(work, "athena", "CreateWorkGroup", request)
        if given.get("State", "ENABLED") != "ENABLED":
            request = {"WorkGroup": given["Name"], "State": given["State"]}
            call(work, "athena", "UpdateWorkGroup", request)
        return self._made(work, given["Name"])

    def update(self, work: Work) -> Made:
        self._retag(work)
        given = work.properties
        request = {
            "WorkGroup": work.physical_id,
            "Description": given.get("Description", ""),
            "State": given.get("State", "ENABLED"),
            "ConfigurationUpdates": _updates(given),
        }
        call(work, "athena", "UpdateWorkGroup", request)
        return self._made(work, work.physical_id)

    def delete(self, work: Work) -> None:
        if _workgroup(work, work.physical_id) is None:
            return
        recursive = work.before.get("RecursiveDeleteOption", False)
        request = {"WorkGroup": work.physical_id, "RecursiveDeleteOption": recursive}
        call(work, "athena", "DeleteWorkGroup", request)

    def read(self, work: Work) -> Properties | None:
        shown = _workgroup(work, work.physical_id)
        if shown is None:
            return None
        configuration = writable(
            "athena", "CreateWorkGroup", "Configuration", shown["Configuration"]
        )
        configuration.pop("EnableMinimumEncryptionConfiguration", None)
        configuration["EngineVersion"].pop("EffectiveEngineVersion", None)
        members = {k: shown[k] for k in ("Name", "State", "Description") if k in shown}
        tags = self._tags(work)
        return (
            members | {"WorkGroupConfiguration": configuration} | ({"Tags": tags} if tags else {})
        )

    def identify(self, work: Work) -> Made | None:
        name = work.properties["Name"]
        return self._made(work, name) if _workgroup(work, name) else None

    def _made(self, work: Work, name: str) -> Made:
        shown = _workgroup(work, name) or {}
        engine = shown["Configuration"]["EngineVersion"]["EffectiveEngineVersion"]
        moment = str(int(shown["CreationTime"].timestamp()))
        engines = {f"{whole}.{ENGINE}": engine for whole in CONFIGURATIONS}
        return Made(name, {"CreationTime": moment} | engines)

    def _retag(self, work: Work) -> None:
        arn = {"ResourceARN": _arn(work, work.physical_id)}
        if dropped := dropped_tags(work):
            call(work, "athena", "UntagResource", arn | {"TagKeys": dropped})
        if wanted := wanted_tags(work):
            call(work, "athena", "TagResource", arn | {"Tags": as_list(wanted)})

    def _tags(self, work: Work) -> list[dict[str, str]]:
        pages = work.client("athena").get_paginator("list_tags_for_resource")
        found = pages.paginate(ResourceARN=_arn(work, work.physical_id)).build_full_result()
        return list(found["Tags"])


def _workgroup(work: Work, name: str) -> dict[str, Any] | None:
    """None where there is none: Athena tells that by the message alone."""
    try:
        shown: dict[str, Any] = call(work, "athena", "GetWorkGroup", {"WorkGroup": name})
    except ClientError as error:
        if "is not found" in error.response["Error"]["Message"]:
            return None
        raise
    return dict(shown["WorkGroup"])


def _arn(work: Work, name: str) -> str:
    return f"arn:aws:athena:{work.region}:{work.account_id}:workgroup/{name}"


def _updates(given: Properties) -> dict[str, Any]:
    """UpdateWorkGroup's ConfigurationUpdates for what the template now says."""
    if "WorkGroupConfiguration" not in given and "WorkGroupConfigurationUpdates" in given:
        return dict(given["WorkGroupConfigurationUpdates"])
    configuration = dict(given.get("WorkGroupConfiguration", {}))
    results = configuration.pop("ResultConfiguration", {})
    updates = DEFAULTS | configuration
    if "BytesScannedCutoffPerQuery" not in configuration:
        updates["RemoveBytesScannedCutoffPerQuery"] = True
    removed = {f"Remove{name}": True for name in RESULTS if name not in results}
    return updates | {"ResultConfigurationUpdates": dict(results) | removed}
