"""AWS::SecretsManager::*."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.handler import ResourceFailed
from tests.conftest import LocalServer

New = Callable[..., Any]


def secret_name() -> str:
    return f"secret-{uuid.uuid4().hex}"


def value(aws: LocalServer, secret: str) -> str:
    return str(aws.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])


def test_secret_is_made_whole_and_read_as_written(resource: New, aws: LocalServer) -> None:
    secret = resource("AWS::SecretsManager::Secret")
    given = {
        "Name": secret_name(),
        "Description": "Of the lake",
        "KmsKeyId": "alias/some-key",
        "Tags": [{"Key": "team", "Value": "lake"}],
    }
    made = secret.create({**given, "SecretString": "s3cret"})
    prefix = f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{given['Name']}-"
    assert made.physical_id.startswith(prefix)
    assert made.attributes == {"Id": made.physical_id}
    assert secret.read() == given
    assert secret.identify() == made
    assert value(aws, made.physical_id) == "s3cret"


def test_secret_has_one_version_however_often_it_is_tried(resource: New, aws: LocalServer) -> None:
    secret = resource("AWS::SecretsManager::Secret")
    drawn = {"GenerateSecretString": {"PasswordLength": 20}}
    arn = secret.create(drawn).physical_id
    first = value(aws, arn)
    assert secret.create(drawn, retried=True).physical_id == arn
    assert value(aws, arn) == first
    found = aws.client("secretsmanager").describe_secret(SecretId=arn)
    assert len(found["VersionIdsToStages"]) == 1


def test_secret_changes_in_place(resource: New, aws: LocalServer) -> None:
    secret = resource("AWS::SecretsManager::Secret")
    arn = secret.create({"SecretString": "one", "Description": "d"}).physical_id
    secret.update({"SecretString": "one", "Description": "e"})
    versions = aws.client("secretsmanager").describe_secret(SecretId=arn)["VersionIdsToStages"]
    assert len(versions) == 1
    secret.update({"SecretString": "two", "Description": "e"}, token=uuid.uuid4().hex)
    assert value(aws, arn) == "two"
    with pytest.raises(ResourceFailed, match="Description"):
        secret.update({"SecretString": "two"})


def test_secret_loses_key_and_tags(resource: New) -> None:
    secret = resource("AWS::SecretsManager::Secret")
    tags = [{"Key": "team", "Value": "lake"}]
    secret.create({"KmsKeyId": "alias/some-key", "Tags": tags})
    secret.update({})
    found = secret.read()
    assert "Tags" not in found
    assert found.get("KmsKeyId", "alias/aws/secretsmanager") == "alias/aws/secretsmanager"


def test_drawn_value_in_a_template(resource: New, aws: LocalServer) -> None:
    secret = resource("AWS::SecretsManager::Secret")
    drawn = {
        "SecretStringTemplate": json.dumps({"username": "lake"}),
        "GenerateStringKey": "password",
        "PasswordLength": "24",
        "ExcludePunctuation": "true",
        "ExcludeCharacters": "abcXYZ",
        "ExcludeNumbers": True,
        "IncludeSpace": False,
        "RequireEachIncludedType": True,
    }
    arn = secret.create({"GenerateSecretString": drawn}).physical_id
    found = json.loads(value(aws, arn))
    assert found["username"] == "lake"
    assert len(found["password"]) == 24
    assert found["password"].isalpha()
    assert not set(found["password"]) & set("abcXYZ")


def test_drawn_values_differ_and_have_their_length(resource: New, aws: LocalServer) -> None:
    found = set()
    for options in ({}, {"PasswordLength": 32}, {"ExcludeLowercase": True}):
        secret = resource("AWS::SecretsManager::Secret")
        found.add(value(aws, secret.create({"GenerateSecretString": options}).physical_id))
    assert len(found) == 3
    assert {len(one) for one in found} == {32}


@pytest.mark.parametrize(
    "given",
    [
        {"SecretString": "a", "GenerateSecretString": {}},
        {"GenerateSecretString": {"SecretStringTemplate": "{}"}},
        {"GenerateSecretString": {"SecretStringTemplate": "{", "GenerateStringKey": "p"}},
        {"GenerateSecretString": {"PasswordLength": 4097}},
        {
            "GenerateSecretString": {
                "ExcludeLowercase": True,
                "ExcludeNumbers": True,
                "ExcludePunctuation": True,
                "ExcludeUppercase": True,
            }
        },
        {"SecretString": "x" * 65537},
        {"Name": "x" * 513},
    ],
)
def test_secret_that_is_refused(resource: New, given: dict[str, Any]) -> None:
    with pytest.raises((ClientError, ResourceFailed)):
        resource("AWS::SecretsManager::Secret").create(given)


def test_secret_is_deleted_at_once(resource: New) -> None:
    secret, name = resource("AWS::SecretsManager::Secret"), secret_name()
    first = secret.create({"Name": name}).physical_id
    secret.delete()
    secret.delete()
    assert secret.read() is None
    assert secret.identify() is None
    assert secret.create({"Name": name}).physical_id != first


def reads(secret: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": secret,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_resource_policy(resource: New) -> None:
    secret = resource("AWS::SecretsManager::Secret").create({}).physical_id
    policy = resource("AWS::SecretsManager::ResourcePolicy")
    given = {"SecretId": secret, "ResourcePolicy": reads(secret)}
    made = policy.create(given)
    assert made.physical_id == secret
    assert policy.read() == given
    assert policy.identify() == made
    policy.update({**given, "ResourcePolicy": json.dumps({**reads(secret), "Id": "new"})})
    assert policy.read()["ResourcePolicy"]["Id"] == "new"
    policy.delete()
    policy.delete()
    assert policy.read() is None
    with pytest.raises(ResourceFailed, match="valid JSON"):
        policy.create({**given, "ResourcePolicy": "{"})
