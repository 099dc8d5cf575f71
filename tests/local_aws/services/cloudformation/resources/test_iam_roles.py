"""AWS::IAM::Role."""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.handler import ResourceFailed
from tests.conftest import LocalServer

New = Callable[..., Any]


def allows(action: str | list[str]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def trust(service: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.fixture
def managed(aws: LocalServer) -> str:
    """The ARN of a managed policy."""
    document, name = json.dumps(allows("s3:ListBucket")), f"managed-{uuid.uuid4().hex}"
    answer = aws.client("iam").create_policy(PolicyName=name, PolicyDocument=document)
    return str(answer["Policy"]["Arn"])


def full(managed: str) -> dict[str, Any]:
    return {
        "RoleName": f"role-{uuid.uuid4().hex}",
        "AssumeRolePolicyDocument": trust("glue"),
        "Description": "Reads the lake",
        "ManagedPolicyArns": [managed],
        "MaxSessionDuration": 7200,
        "Path": "/lake/",
        "PermissionsBoundary": managed,
        "Policies": [{"PolicyName": "read", "PolicyDocument": allows("s3:GetObject")}],
        "Tags": [{"Key": "team", "Value": "lake"}],
    }


def test_role_is_made_whole_and_read_as_written(resource: New, managed: str) -> None:
    role, given = resource("AWS::IAM::Role"), full(managed)
    made = role.create(given)
    assert made.physical_id == given["RoleName"]
    assert made.attributes["Arn"] == f"arn:aws:iam::123456789012:role/lake/{given['RoleName']}"
    assert made.attributes["RoleId"].startswith("AROA")
    assert role.read() == given
    assert role.identify() == made


def test_role_loses_what_its_template_loses(resource: New, managed: str) -> None:
    role, given = resource("AWS::IAM::Role"), full(managed)
    role.create(given)
    kept = {key: given[key] for key in ("RoleName", "Path")}
    role.update({**kept, "AssumeRolePolicyDocument": trust("databrew")})
    assert role.read() == {
        **kept,
        "AssumeRolePolicyDocument": trust("databrew"),
        "MaxSessionDuration": 3600,
    }


def test_role_changes_its_policies(resource: New, managed: str, aws: LocalServer) -> None:
    role, given = resource("AWS::IAM::Role"), full(managed)
    role.create(given)
    policies = [
        {"PolicyName": "read", "PolicyDocument": allows("s3:*")},
        {"PolicyName": "write", "PolicyDocument": allows("s3:PutObject")},
    ]
    role.update({**given, "Policies": policies})
    assert role.read()["Policies"] == policies
    role.update({**given, "Policies": policies[1:]})
    found = aws.client("iam").list_role_policies(RoleName=given["RoleName"])
    assert found["PolicyNames"] == ["write"]


def test_role_is_deleted_with_its_own_policies_only(
    resource: New, managed: str, aws: LocalServer
) -> None:
    role, given = resource("AWS::IAM::Role"), full(managed)
    role.create(given)
    iam, name = aws.client("iam"), given["RoleName"]
    document = json.dumps(allows("s3:ListBucket"))
    iam.put_role_policy(RoleName=name, PolicyName="by-hand", PolicyDocument=document)
    with pytest.raises(ClientError, match="must delete policies first"):
        role.delete()
    iam.delete_role_policy(RoleName=name, PolicyName="by-hand")
    role.delete()
    role.delete()
    assert role.read() is None


def test_role_of_an_earlier_try_is_brought_on(
    resource: New, managed: str, aws: LocalServer
) -> None:
    role, given = resource("AWS::IAM::Role"), full(managed)
    role.handler.make(replace(role.work, properties=given))
    role.create(given, retried=True)
    assert role.read() == given


def test_role_has_its_boundary_from_the_first_request(
    resource: New, managed: str, aws: LocalServer
) -> None:
    """Who deploys may be let make roles with a boundary alone, and change none afterwards."""
    iam, user = aws.client("iam"), f"deployer-{uuid.uuid4().hex}"
    actions = ["CreateRole", "DeleteRole", "GetRole", "ListAttachedRolePolicies", "TagRole"]
    policy = json.dumps(allows([f"iam:{action}" for action in actions]))
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="deploy", PolicyDocument=policy)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    keys = (key["AccessKeyId"], key["SecretAccessKey"])

    def client(service: str) -> Any:
        return aws.client(service, aws_access_key_id=keys[0], aws_secret_access_key=keys[1])

    given = {key: value for key, value in full(managed).items() if "olicies" not in key}
    given.pop("ManagedPolicyArns")
    role = resource("AWS::IAM::Role")
    role.work = replace(role.work, client=client)
    role.create(given)
    assert role.read() == given
    changed = {key: value for key, value in given.items() if key != "PermissionsBoundary"}
    with pytest.raises(ClientError, match="perform: iam:DeleteRolePermissionsBoundary"):
        role.update(changed)
    role.delete()


def test_role_with_policies_that_aws_manages(resource: New, aws: LocalServer) -> None:
    role = resource("AWS::IAM::Role")
    arns = [
        "arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole",
        "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
    ]
    given = {"AssumeRolePolicyDocument": trust("glue"), "ManagedPolicyArns": arns}
    role.create(given | {"PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"})
    found = role.read()
    assert sorted(found["ManagedPolicyArns"]) == sorted(arns)
    assert found["PermissionsBoundary"] == "arn:aws:iam::aws:policy/PowerUserAccess"
    iam = aws.client("iam")
    policy = iam.get_policy(PolicyArn=arns[1])["Policy"]
    version = policy["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arns[1], VersionId=version)["PolicyVersion"]
    assert "s3:Get*" in document["Document"]["Statement"][0]["Action"]
    for missing in ("AWSGlueServiceRole", "../AmazonS3ReadOnlyAccess", "Nope", ""):
        with pytest.raises(ClientError, match="NoSuchEntity"):
            role.update({**given, "ManagedPolicyArns": [f"arn:aws:iam::aws:policy/{missing}"]})
    role.update({"AssumeRolePolicyDocument": trust("glue")})
    role.delete()


@pytest.mark.parametrize("name", ["with space", "a/b", "x" * 65, "ü"])
def test_role_name_that_iam_does_not_take(resource: New, name: str) -> None:
    role = resource("AWS::IAM::Role")
    with pytest.raises((ClientError, ResourceFailed)):
        role.create({"RoleName": name, "AssumeRolePolicyDocument": trust("glue")})


@pytest.mark.parametrize("document", ["", "{", "[]", {"Statement": 1}])
def test_role_whose_trust_is_no_policy(resource: New, document: Any) -> None:
    role = resource("AWS::IAM::Role")
    with pytest.raises((ClientError, ResourceFailed)):
        role.create({"AssumeRolePolicyDocument": document})
    assert role.identify() is None
