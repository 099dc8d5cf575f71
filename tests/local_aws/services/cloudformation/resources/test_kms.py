"""AWS::KMS::*."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.handler import ResourceFailed
from tests.conftest import LocalServer

New = Callable[..., Any]
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Administer",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}
FULL = {
    "Description": "Of the lake",
    "EnableKeyRotation": True,
    "Enabled": False,
    "KeyPolicy": POLICY,
    "KeySpec": "SYMMETRIC_DEFAULT",
    "KeyUsage": "ENCRYPT_DECRYPT",
    "MultiRegion": False,
    "Tags": [{"Key": "team", "Value": "lake"}],
}


def test_key_is_made_whole_and_read_as_written(resource: New) -> None:
    key = resource("AWS::KMS::Key")
    made = key.create({**FULL, "RotationPeriodInDays": 365, "PendingWindowInDays": 7})
    assert made.attributes == {
        "Arn": f"arn:aws:kms:us-east-1:123456789012:key/{made.physical_id}",
        "KeyId": made.physical_id,
    }
    assert key.read() == FULL


def test_key_loses_what_its_template_loses(resource: New) -> None:
    key, plain = resource("AWS::KMS::Key"), resource("AWS::KMS::Key")
    key.create(FULL)
    key.update({})
    plain.create({})
    assert key.read() == plain.read()


def test_key_changes_in_place(resource: New) -> None:
    key = resource("AWS::KMS::Key")
    key.create(FULL)
    changed = {
        **FULL,
        "Description": "Of another",
        "EnableKeyRotation": "false",
        "Enabled": "true",
        "KeyPolicy": json.dumps({**POLICY, "Id": "new"}),
        "Tags": [{"Key": "team", "Value": "other"}],
    }
    key.update(changed)
    assert key.read() == {
        **changed,
        "EnableKeyRotation": False,
        "Enabled": True,
        "KeyPolicy": {**POLICY, "Id": "new"},
    }


def test_key_waits_for_its_deletion(resource: New, aws: LocalServer) -> None:
    key = resource("AWS::KMS::Key")
    made = key.create({"PendingWindowInDays": "7"})
    key.delete()
    key.delete()
    found = aws.client("kms").describe_key(KeyId=made.physical_id)["KeyMetadata"]
    assert found["KeyState"] == "PendingDeletion"
    assert 6 <= (found["DeletionDate"] - found["CreationDate"]).days <= 7
    assert key.read() is None


def test_key_of_an_earlier_try_is_brought_on(resource: New, aws: LocalServer) -> None:
    key = resource("AWS::KMS::Key")
    mark = {"TagKey": "aws:cloudformation:token", "TagValue": key.work.token}
    cut_off = {"Tags": [mark], "Policy": json.dumps(POLICY)}
    half = aws.client("kms").create_key(**cut_off)["KeyMetadata"]["KeyId"]
    assert key.create(FULL, retried=True).physical_id == half
    assert key.read() == FULL


def test_key_that_was_made_but_not_recorded_is_found_again(resource: New) -> None:
    key, same = resource("AWS::KMS::Key"), resource("AWS::KMS::Key")
    made = key.create(FULL)
    assert same.create(FULL, retried=True).physical_id != made.physical_id
    assert key.create(FULL, retried=True) == made
    assert key.identify() == made


@pytest.mark.parametrize(
    "given",
    [
        {"KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "SIGN_VERIFY"},
        {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"},
        {"KeySpec": "HMAC_256"},
        {"KeySpec": "nope"},
        {"RotationPeriodInDays": 90},
        {"KeySpec": "RSA_2048", "EnableKeyRotation": True},
        {"KeyPolicy": "{nope"},
        {"KeyPolicy": "[]"},
    ],
)
def test_key_that_is_refused(resource: New, given: dict[str, Any]) -> None:
    key = resource("AWS::KMS::Key")
    with pytest.raises((ClientError, ResourceFailed)):
        key.create(given)
    assert key.identify() is None


def test_key_that_signs(resource: New, aws: LocalServer) -> None:
    key = resource("AWS::KMS::Key").create({"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"})
    asked = {
        "KeyId": key.physical_id,
        "Message": b"text",
        "SigningAlgorithm": "ECDSA_SHA_256",
    }
    signature = aws.client("kms").sign(**asked)["Signature"]
    assert aws.client("kms").verify(**asked, Signature=signature)["SignatureValid"]


def test_alias(resource: New, aws: LocalServer) -> None:
    one, two = (resource("AWS::KMS::Key").create({}) for _ in range(2))
    alias = resource("AWS::KMS::Alias")
    given = {"AliasName": f"alias/{uuid.uuid4().hex}", "TargetKeyId": one.physical_id}
    made = alias.create(given)
    assert made.physical_id == given["AliasName"]
    assert alias.read() == given
    assert alias.identify() == made
    assert alias.create(given, retried=True) == made
    by_arn = {**given, "TargetKeyId": two.attributes["Arn"]}
    alias.update(by_arn)
    assert alias.read() == by_arn
    alias.delete()
    alias.delete()
    assert alias.read() is None
    with pytest.raises(ClientError):
        resource("AWS::KMS::Alias").create({**given, "TargetKeyId": "nope"})


@pytest.mark.parametrize("name", ["noprefix", "alias/aws/mine", "alias/a b", "alias/" + "x" * 260])
def test_alias_that_kms_does_not_take(resource: New, name: str) -> None:
    key = resource("AWS::KMS::Key").create({}).physical_id
    with pytest.raises((ClientError, ResourceFailed)):
        resource("AWS::KMS::Alias").create({"AliasName": name, "TargetKeyId": key})


DENIED = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "kms:*",
    "Resource": "*",
    "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}},
}


@pytest.mark.parametrize(
    "statements",
    [POLICY["Statement"][0], [*POLICY["Statement"], DENIED]],  # type: ignore[index]
    ids=["a single statement", "a denial of others"],
)
def test_key_whose_policy_denies_others(resource: New, statements: Any) -> None:
    key = resource("AWS::KMS::Key")
    policy = {"Version": "2012-10-17", "Statement": statements}
    key.create({"KeyPolicy": policy})
    assert key.read()["KeyPolicy"] == policy
    key.delete()
    assert key.read() is None


def test_key_of_several_regions(resource: New) -> None:
    key = resource("AWS::KMS::Key")
    with pytest.raises(ResourceFailed, match="MultiRegion"):
        key.create({"MultiRegion": "true"})
    assert key.identify() is None
