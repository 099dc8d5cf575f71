"""KMS's types. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_KMS.html"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local_aws.services.cloudformation.resources import tags
from local_aws.services.cloudformation.resources.calls import call, find, number, pages, truth
from local_aws.services.cloudformation.resources.handler import (
    Handler,
    Made,
    Properties,
    ResourceFailed,
    Work,
)
from local_aws.services.cloudformation.resources.named import Named, changed
from local_aws.services.cloudformation.resources.policies import parsed

ABSENT = ("NotFoundException",)
NOT_OURS = (*ABSENT, "AccessDeniedException")
DELETED = (*ABSENT, "KMSInvalidStateException")
POLICY = "default"
ROTATION_DAYS = 365
WAITING_DAYS = 30
MARK = "aws:cloudformation:token"
"""The tag whose value is the token of the step that made a key; CloudFormation's own are so."""

# https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html#KMS-CreateKey-request-KeyUsage
USAGES = {
    "SYMMETRIC": ("ENCRYPT_DECRYPT",),
    "RSA": ("ENCRYPT_DECRYPT", "SIGN_VERIFY"),
    "ECC": ("SIGN_VERIFY",),
    "HMAC": ("GENERATE_VERIFY_MAC",),
}
"""What a key of a kind is for; agreeing on keys is not done here."""


class Key(Handler):
    """A key has no name, so a tag tells which step made it.

    By it a step that was cut off finds its key, also where all was done but not yet recorded.
    """

    takes = frozenset(
        {
            "Description",
            "EnableKeyRotation",
            "Enabled",
            "KeyPolicy",
            "KeySpec",
            "KeyUsage",
            "MultiRegion",
            "PendingWindowInDays",
            "RotationPeriodInDays",
            "Tags",
        }
    )
    replaced_by = frozenset({"KeySpec", "KeyUsage"})

    def create(self, work: Work) -> Made:
        found = self.identify(replace(work, physical_id="")) if work.retried else None
        if found is not None:
            return self.update(replace(work, before={}, physical_id=found.physical_id))
        made_with = ("Description", "KeyPolicy")
        given = {name: v for name, v in work.properties.items() if name in made_with}
        return self.update(replace(work, before=given, physical_id=self._make(work)))

    @staticmethod
    def _make(work: Work) -> str:
        given = work.properties
        spec = given.get("KeySpec", "SYMMETRIC_DEFAULT")
        usage = given.get("KeyUsage", "ENCRYPT_DECRYPT")
        if usage not in USAGES.get(spec.partition("_")[0], ()):
            raise ResourceFailed(f"KeyUsage {usage} is not supported for KeySpec {spec}")
        _check_regions(given)
        _check_rotation(given)
        policy = parsed(given["KeyPolicy"]) if "KeyPolicy" in given else None
        answer = call(
            work.client("kms"),
            "create_key",
            Description=given.get("Description"),
            KeySpec=spec,
            KeyUsage=usage,
            Policy=policy,
            Tags=_entries(tags.wanted(work) | {MARK: work.token}),
        )
        return str(answer["KeyMetadata"]["KeyId"])

    def update(self, work: Work) -> Made:
        kms, key, given = work.client("kms"), work.physical_id, work.properties
        _check_regions(given)
        _check_rotation(given)
        if changed(work, "KeyPolicy"):
            policy = parsed(given.get("KeyPolicy", _default_policy(work.account_id)))
            call(kms, "put_key_policy", KeyId=key, PolicyName=POLICY, Policy=policy)
        if changed(work, "EnableKeyRotation"):
            verb = "enable" if truth(given.get("EnableKeyRotation", False)) is True else "disable"
            call(kms, f"{verb}_key_rotation", KeyId=key)
        tags.bring(kms, {"KeyId": key}, _tags(kms, key), tags.wanted(work), _entries)
        if changed(work, "Enabled"):
            verb = "enable" if truth(given.get("Enabled", True)) is True else "disable"
            call(kms, f"{verb}_key", KeyId=key)
        if changed(work, "Description"):
            call(kms, "update_key_description", KeyId=key, Description=given.get("Description", ""))
        return _made(_described(kms, key) or {})

    def delete(self, work: Work) -> None:
        """The key waits for so many days, in which it can be had back."""
        days = work.before.get("PendingWindowInDays", WAITING_DAYS)
        found = _described(work.client("kms"), work.physical_id)
        if found is not None:
            find(
                work.client("kms"),
                "schedule_key_deletion",
                DELETED,
                KeyId=work.physical_id,
                PendingWindowInDays=days,
            )

    def read(self, work: Work) -> Properties | None:
        kms, key = work.client("kms"), work.physical_id
        found = _described(kms, key)
        if found is None:
            return None
        policy = call(kms, "get_key_policy", KeyId=key, PolicyName=POLICY)["Policy"]
        own = tags.own(work, _tags(kms, key))
        kept = {"Description": found.get("Description"), "Tags": own}
        return {
            "EnableKeyRotation": self._rotates(kms, found),
            "Enabled": found["Enabled"],
            "KeyPolicy": json.loads(policy),
            "KeySpec": found["KeySpec"],
            "KeyUsage": found.get("KeyUsage", "ENCRYPT_DECRYPT"),
            "MultiRegion": False,
            **{name: value for name, value in kept.items() if value},
        }

    @staticmethod
    def _rotates(kms: Any, found: dict[str, Any]) -> bool:
        if found["KeySpec"] != "SYMMETRIC_DEFAULT":
            return False
        answer = call(kms, "get_key_rotation_status", KeyId=found["KeyId"])
        return bool(answer["KeyRotationEnabled"])

    def identify(self, work: Work) -> Made | None:
        kms = work.client("kms")
        if key := work.physical_id or work.properties.get("KeyId"):  # the latter: by an import
            found = _described(kms, key)
            return _made(found) if found else None
        for one in pages(kms, "list_keys", "Keys"):
            found = find(kms, "list_resource_tags", NOT_OURS, KeyId=one["KeyId"])
            if found and {"TagKey": MARK, "TagValue": work.token} in found["Tags"]:
                left = _described(kms, one["KeyId"])
                return _made(left) if left else None
        return None


def _made(found: dict[str, Any]) -> Made:
    return Made(found["KeyId"], {"Arn": found["Arn"], "KeyId": found["KeyId"]})


def _described(kms: Any, key: str) -> dict[str, Any] | None:
    """None for a key that waits for its deletion, too."""
    answer = find(kms, "describe_key", ABSENT, KeyId=key)
    found: dict[str, Any] = answer["KeyMetadata"] if answer else {}
    return found if found and found["KeyState"] != "PendingDeletion" else None


def _check_regions(given: Properties) -> None:
    if truth(given.get("MultiRegion", False)) is not False:
        word = "The property MultiRegion of AWS::KMS::Key is not supported by local_aws"
        raise ResourceFailed(word)


def _check_rotation(given: Properties) -> None:
    """Another period than a year would be taken and forgotten."""
    days = number(given.get("RotationPeriodInDays", ROTATION_DAYS))
    if days != ROTATION_DAYS:
        raise ResourceFailed(
            f"RotationPeriodInDays is {ROTATION_DAYS} here, {days} is not supported"
        )
    symmetric = given.get("KeySpec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
    if not symmetric and truth(given.get("EnableKeyRotation", False)) is True:
        raise ResourceFailed("You cannot set the EnableKeyRotation property to true on this key")


def _entries(found: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in found.items()]


def _tags(kms: Any, key: str) -> dict[str, str]:
    found = call(kms, "list_resource_tags", KeyId=key)["Tags"]
    return {tag["TagKey"]: tag["TagValue"] for tag in found if tag["TagKey"] != MARK}


def _default_policy(account: str) -> dict[str, Any]:
    """What KMS gives a key without one: its account decides by IAM's policies.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]}


class Alias(Named):
    named_by = "AliasName"
    longest = 256
    takes = frozenset({"AliasName", "TargetKeyId"})

    def make(self, work: Work) -> None:
        name, target = self.name(work), work.properties["TargetKeyId"]
        call(work.client("kms"), "create_alias", AliasName=name, TargetKeyId=target)

    def update(self, work: Work) -> Made:
        target = work.properties["TargetKeyId"]
        if target != work.before.get("TargetKeyId"):
            call(
                work.client("kms"),
                "update_alias",
                AliasName=work.physical_id,
                TargetKeyId=target,
            )
        return Made(work.physical_id)

    def delete(self, work: Work) -> None:
        find(work.client("kms"), "delete_alias", ABSENT, AliasName=work.physical_id)

    def read(self, work: Work) -> Properties | None:
        key = self._key(work, work.physical_id)
        if key is None:
            return None
        expected = (work.properties or work.before).get("TargetKeyId")
        target = expected if expected in (key["KeyId"], key["Arn"]) else key["KeyId"]
        return {"AliasName": work.physical_id, "TargetKeyId": target}

    def identify(self, work: Work) -> Made | None:
        name = self.name(work)
        return Made(name) if self._key(work, name) is not None else None

    @staticmethod
    def _key(work: Work, alias: str) -> dict[str, Any] | None:
        answer = find(work.client("kms"), "describe_key", ABSENT, KeyId=alias)
        return answer["KeyMetadata"] if answer else None


HANDLERS: dict[str, Handler] = {
    "AWS::KMS::Key": Key(),
    "AWS::KMS::Alias": Alias(),
}
