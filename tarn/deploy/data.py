"""What outlives the stacks of a lake: buckets, databases, keys, log groups; and how each goes.

Which these are is what the templates say (`DeletionPolicy: Retain`), so that they are found when
the stacks are gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from botocore.exceptions import ClientError

from tarn.aws import Aws, forget, is_missing
from tarn.deploy.compare import Change
from tarn.deploy.environment import Environment
from tarn.deploy.stacks import watch
from tarn.deploy.stacks.template import Template, template_of
from tarn.errors import Terminal, aws_errors, code_of

RETAINED = ("Retain", "RetainExceptOnCreate")
BATCH = 1000  # what DeleteObjects takes
WAITS = 30  # days until KMS deletes a key, in which it can be had back


class Kept(Protocol):
    """One thing that a deleted stack leaves; as text: what it is, and its name."""

    @property
    def name(self) -> str: ...

    def is_there(self, aws: Aws) -> bool: ...

    def delete(self, aws: Aws) -> None: ...


def kept(environment: Environment, aws: Aws) -> list[Kept]:
    """What the stacks leave, as far as it is there; what holds nothing else first."""
    found: list[Kept] = []
    with aws_errors("what outlives the stacks"):
        for stack in reversed(environment.stacks):
            found += _of(template_of(stack, aws, {}), aws)
        own = ("", *(stack.name for stack in environment.stacks))
        # Two lakes of an account may have given a database one name: it is whose stack has it.
        return [o for o in found if o.is_there(aws) and watch.owner(o.name, aws) in own]


def deletions(things: list[Kept], aws: Aws) -> Iterator[Change]:
    for one in things:
        yield Change(str(one), "delete", partial(one.delete, aws))


def _of(template: Template, aws: Aws) -> list[Kept]:
    properties: dict[str, list[Mapping[str, Any]]] = {}
    for resource in template.resources.values():
        if resource.get("DeletionPolicy") in RETAINED or resource["Type"] == "AWS::KMS::Alias":
            properties.setdefault(resource["Type"], []).append(resource["Properties"])
    aliases = [str(p["AliasName"]) for p in properties.get("AWS::KMS::Alias", [])]
    keys = [key for key in (_key_behind(alias, aws) for alias in aliases) if key]
    return [
        *(Bucket(p["BucketName"]) for p in properties.get("AWS::S3::Bucket", [])),
        *(Database(p["DatabaseInput"]["Name"]) for p in properties.get("AWS::Glue::Database", [])),
        *(Logs(p["LogGroupName"], tuple(keys)) for p in properties.get("AWS::Logs::LogGroup", [])),
        *(Key(key) for key in keys),
        # After its key: while there is the alias, a destroy that was cut off finds the key by it.
        *(Alias(alias) for alias in aliases),
    ]


@dataclass(frozen=True)
class Bucket:
    name: str

    def __str__(self) -> str:
        return f"bucket {self.name}"

    def is_there(self, aws: Aws) -> bool:
        return _found(aws.s3.head_bucket, Bucket=self.name)

    def delete(self, aws: Aws) -> None:
        """Every version and delete marker, then the bucket."""
        for page in aws.s3.get_paginator("list_object_versions").paginate(Bucket=self.name):
            versions: list[Any] = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            which = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in versions]
            for start in range(0, len(which), BATCH):
                self._delete(which[start : start + BATCH], aws)
        forget(aws.s3.delete_bucket, Bucket=self.name)

    def _delete(self, batch: list[dict[str, str]], aws: Aws) -> None:
        what: Any = {"Objects": batch, "Quiet": True}
        for error in aws.s3.delete_objects(Bucket=self.name, Delete=what).get("Errors", []):
            raise Terminal(f"{self}: {error.get('Key')} stays: {error.get('Message')}")


@dataclass(frozen=True)
class Database:
    """A database of the catalog; its tables and views go with it."""

    name: str

    def __str__(self) -> str:
        return f"database {self.name}, its tables and views"

    def is_there(self, aws: Aws) -> bool:
        return _found(aws.glue.get_database, Name=self.name)

    def delete(self, aws: Aws) -> None:
        forget(aws.glue.delete_database, Name=self.name)


@dataclass(frozen=True)
class Logs:
    """A log group that one of the lake's keys encrypts: another lake of the account may own it."""

    name: str
    keys: tuple[str, ...]

    def __str__(self) -> str:
        return f"log group {self.name}"

    def is_there(self, aws: Aws) -> bool:
        pages = aws.client("logs").get_paginator("describe_log_groups")
        for page in pages.paginate(logGroupNamePrefix=self.name):
            for group in page["logGroups"]:
                if group["logGroupName"] == self.name:
                    return group.get("kmsKeyId", "").rpartition("/")[2] in self.keys
        return False

    def delete(self, aws: Aws) -> None:
        forget(aws.client("logs").delete_log_group, logGroupName=self.name)


@dataclass(frozen=True)
class Key:
    name: str

    def __str__(self) -> str:
        return f"key {self.name} (in {WAITS} days)"

    def is_there(self, aws: Aws) -> bool:
        key = aws.client("kms").describe_key(KeyId=self.name)["KeyMetadata"]
        return bool(key["KeyState"] != "PendingDeletion")

    def delete(self, aws: Aws) -> None:
        aws.client("kms").schedule_key_deletion(KeyId=self.name, PendingWindowInDays=WAITS)


@dataclass(frozen=True)
class Alias:
    name: str

    def __str__(self) -> str:
        return self.name

    def is_there(self, aws: Aws) -> bool:
        return bool(_key_behind(self.name, aws))

    def delete(self, aws: Aws) -> None:
        aws.client("kms").delete_alias(AliasName=self.name)


def _key_behind(alias: str, aws: Aws) -> str:
    """The key that an alias is of, "" where there is none."""
    try:
        return str(aws.client("kms").describe_key(KeyId=alias)["KeyMetadata"]["KeyId"])
    except ClientError as error:
        if code_of(error) == "NotFoundException":
            return ""
        raise


def _found(look: Callable[..., Any], **which: str) -> bool:
    try:
        look(**which)
    except ClientError as error:
        if is_missing(error):
            return False
        raise
    return True
