"""Workgroups: ``Ref`` gives the name.

A property that a template no longer has goes back to Athena's default. As on AWS, an update reads
WorkGroupConfiguration and, only where there is none, the older WorkGroupConfigurationUpdates.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-athena-workgroup.html
"""

from typing import Any

from local_aws.services.athena.calls.workgroup_api import UNSUPPORTED
from local_aws.services.cloudformation.resources import tags
from local_aws.services.cloudformation.resources.athena.answers import find, make
from local_aws.services.cloudformation.resources.calls import call, pages
from local_aws.services.cloudformation.resources.described import writable
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work
from local_aws.services.cloudformation.resources.undone import undone

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
        request = {"Name": given["Name"], "Tags": tags.entries(tags.wanted(work))}
        request |= {k: given[k] for k in ("Description",) if k in given}
        request["Configuration"] = dict(given.get("WorkGroupConfiguration", {}))
        make(work, "create_work_group", **request)
        with undone(lambda: _drop(work, given["Name"])):
            if given.get("State", "ENABLED") != "ENABLED":
                state = {"WorkGroup": given["Name"], "State": given["State"]}
                call(work.client("athena"), "update_work_group", **state)
            return _made(work, given["Name"])

    def update(self, work: Work) -> Made:
        _retag(work)
        given = work.properties
        request = {
            "WorkGroup": work.physical_id,
            "Description": given.get("Description", ""),
            "State": given.get("State", "ENABLED"),
            "ConfigurationUpdates": _updates(given),
        }
        call(work.client("athena"), "update_work_group", **request)
        return _made(work, work.physical_id)

    def delete(self, work: Work) -> None:
        _drop(work, work.physical_id, work.before.get("RecursiveDeleteOption", False))

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
        own = tags.own(work, _tags(work))
        return members | {"WorkGroupConfiguration": configuration} | ({"Tags": own} if own else {})

    def identify(self, work: Work) -> Made | None:
        name = work.properties["Name"]
        return _made(work, name) if _workgroup(work, name) else None


def _workgroup(work: Work, name: str) -> dict[str, Any] | None:
    answer = find(work, "get_work_group", WorkGroup=name)
    return answer["WorkGroup"] if answer else None


def _drop(work: Work, name: str, recursive: bool = False) -> None:
    find(work, "delete_work_group", WorkGroup=name, RecursiveDeleteOption=recursive)


def _made(work: Work, name: str) -> Made:
    shown = _workgroup(work, name) or {}
    engine = shown["Configuration"]["EngineVersion"]["EffectiveEngineVersion"]
    moment = str(int(shown["CreationTime"].timestamp()))
    engines = {f"{whole}.{ENGINE}": engine for whole in CONFIGURATIONS}
    return Made(name, {"CreationTime": moment} | engines)


def _retag(work: Work) -> None:
    arn = {"ResourceARN": _arn(work)}
    tags.bring(work.client("athena"), arn, _tags(work), tags.wanted(work))


def _tags(work: Work) -> dict[str, str]:
    arn = _arn(work)
    found = pages(work.client("athena"), "list_tags_for_resource", "Tags", ResourceARN=arn)
    return tags.by_key(found)


def _arn(work: Work) -> str:
    return f"arn:aws:athena:{work.region}:{work.account_id}:workgroup/{work.physical_id}"


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
