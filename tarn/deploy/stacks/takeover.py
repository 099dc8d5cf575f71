"""What is there before its stack is: left by a destroy, a failed deploy, a lake without stacks.

It is taken into the new stack by an import, as it is found; the update after that makes it as the
template says. An import holds nothing else, and names each thing by its own identifier.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.deploy.stacks import watch
from tarn.deploy.stacks.template import Template
from tarn.errors import code_of


@dataclass(frozen=True)
class Found:
    """A resource of a template that is there. identifier: by which CloudFormation knows it;
    bare: the properties of it that are sure to be as they are."""

    kind: str
    identifier: Mapping[str, str]
    bare: Mapping[str, Any]

    @property
    def physical_id(self) -> str:
        return "|".join(self.identifier.values())


def found(template: Template, aws: Aws) -> dict[str, Found]:
    """By logical id what is there already, and is no stack's."""
    there: dict[str, Found] = {}
    for logical_id, resource in template.resources.items():
        one = _find(resource["Type"], resource.get("Properties", {}), aws)
        if one is not None and not watch.owner(one.physical_id, aws):
            there[logical_id] = one
    keys = [str(f.bare["TargetKeyId"]) for f in there.values() if f.kind == ALIAS]
    return there | _keys(template, keys)


def _find(kind: str, properties: Mapping[str, Any], aws: Aws) -> Found | None:
    """What has the name that a template gives as plain text."""
    if kind not in LOOKS:
        return None
    path, look = LOOKS[kind]
    name: Any = properties
    for member in path:
        name = name.get(member, {})
    return look(name, aws) if isinstance(name, str) else None


def _keys(template: Template, keys: list[str]) -> dict[str, Found]:
    """The key that an alias leads to, where the template has one key, which the alias is of."""
    names = [n for n, resource in template.resources.items() if resource["Type"] == KEY]
    pairs = zip(names, keys, strict=False) if len(names) == len(keys) == 1 else ()
    return {name: Found(KEY, {"KeyId": key}, {}) for name, key in pairs}


def document(template: Template, there: Mapping[str, Found]) -> dict[str, Any]:
    """The template of the import: what is there and nothing else, each to be kept."""
    return {
        "Description": template.document.get("Description", ""),
        "Resources": {
            name: {"Type": one.kind, "DeletionPolicy": "Retain", "Properties": dict(one.bare)}
            for name, one in there.items()
        },
    }


def _bucket(name: str, aws: Aws) -> Found | None:
    which = {"BucketName": name}
    look = _there(aws.s3.head_bucket, Bucket=name)
    return Found("AWS::S3::Bucket", which, which) if look is not None else None


def _database(name: str, aws: Aws) -> Found | None:
    if _there(aws.glue.get_database, Name=name) is None:
        return None
    bare = {"CatalogId": aws.account_id, "DatabaseInput": {"Name": name}}
    return Found("AWS::Glue::Database", {"DatabaseName": name}, bare)


def _workgroup(name: str, aws: Aws) -> Found | None:
    which = {"Name": name}
    try:
        aws.athena.get_work_group(WorkGroup=name)
    except ClientError as error:
        # Athena has no error of its own for it: "WorkGroup x is not found."
        if code_of(error) == "InvalidRequestException" and "not found" in str(error):
            return None
        raise
    return Found("AWS::Athena::WorkGroup", which, which)


def _topic(name: str, aws: Aws) -> Found | None:
    arn = f"arn:aws:sns:{aws.settings.region}:{aws.account_id}:{name}"
    if _there(aws.client("sns").get_topic_attributes, TopicArn=arn) is None:
        return None
    return Found("AWS::SNS::Topic", {"TopicArn": arn}, {"TopicName": name})


def _data_source(name: str, aws: Aws) -> Found | None:
    which = {"AwsAccountId": aws.account_id, "DataSourceId": name}
    look = _there(aws.quicksight.describe_data_source, **which)
    if look is None:
        return None
    bare = which | {"Name": look["DataSource"]["Name"], "Type": look["DataSource"]["Type"]}
    return Found("AWS::QuickSight::DataSource", which, bare)


def _log_group(name: str, aws: Aws) -> Found | None:
    which = {"LogGroupName": name}
    pages = aws.client("logs").get_paginator("describe_log_groups")
    for page in pages.paginate(logGroupNamePrefix=name):
        if any(group["logGroupName"] == name for group in page["logGroups"]):
            return Found("AWS::Logs::LogGroup", which, which)
    return None


def _alias(name: str, aws: Aws) -> Found | None:
    look = _there(aws.client("kms").describe_key, KeyId=name)
    if look is None:
        return None
    bare = {"AliasName": name, "TargetKeyId": look["KeyMetadata"]["KeyId"]}
    return Found(ALIAS, {"AliasName": name}, bare)


KEY, ALIAS = "AWS::KMS::Key", "AWS::KMS::Alias"
LOOKS: dict[str, tuple[tuple[str, ...], Callable[[str, Aws], Found | None]]] = {
    "AWS::S3::Bucket": (("BucketName",), _bucket),
    "AWS::Glue::Database": (("DatabaseInput", "Name"), _database),
    "AWS::Athena::WorkGroup": (("Name",), _workgroup),
    "AWS::SNS::Topic": (("TopicName",), _topic),
    "AWS::QuickSight::DataSource": (("DataSourceId",), _data_source),
    "AWS::Logs::LogGroup": (("LogGroupName",), _log_group),
    ALIAS: (("AliasName",), _alias),
}


def _there(look: Callable[..., Any], **which: str) -> Any | None:
    try:
        return look(**which)
    except ClientError as error:
        if is_missing(error) or code_of(error) == "NotFoundException":
            return None
        raise
