"""What policies may ask of one action: a key's aliases, a role's boundary, through whom it came."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer
from tests.local_aws.conftest import allow
from tests.local_aws.services.cloudformation.stacks.support import create, database, template

ACCOUNT = "123456789012"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        ],
    }
)


@pytest.fixture
def name() -> str:
    return f"f{uuid.uuid4().hex[:10]}"


def only(action: str, operator: str, **condition: str) -> dict[str, Any]:
    keys = {name.replace("__", ":"): value for name, value in condition.items()}
    return allow(action) | {"Condition": {operator: keys}}


def is_refused(call: Callable[..., Any], **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        if "is not authorized to perform" not in str(error):
            raise
        return True
    return False


def test_a_key_by_its_aliases(server: LocalServer, name: str, user: Callable[..., Any]) -> None:
    kms = server.client("kms")
    mine, other = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    kms.create_alias(AliasName=f"alias/{name}-lake", TargetKeyId=mine)
    held = f"alias/{name}-*"
    aliases = only("kms:DescribeKey", "ForAnyValue:StringLike", kms__ResourceAliases=held)
    look = user(aliases).client("kms").describe_key
    assert not is_refused(look, KeyId=mine)
    assert is_refused(look, KeyId=other)
    assert is_refused(look, KeyId=f"alias/{name}-nothing")


def test_a_key_by_the_alias_that_was_asked_for(
    server: LocalServer, name: str, user: Callable[..., Any]
) -> None:
    kms = server.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=f"alias/{name}-lake", TargetKeyId=key)
    asked = only("kms:DescribeKey", "StringLike", kms__RequestAlias=f"alias/{name}-*")
    look = user(asked).client("kms").describe_key
    assert not is_refused(look, KeyId=f"alias/{name}-lake")
    arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/{name}-lake"
    assert not is_refused(look, KeyId=arn)
    assert is_refused(look, KeyId=key)
    with pytest.raises(ClientError, match="NotFoundException"):
        look(KeyId=f"alias/{name}-nothing")


def test_an_object_by_the_aliases_of_its_key(
    server: LocalServer, name: str, user: Callable[..., Any]
) -> None:
    kms, s3 = server.client("kms"), server.client("s3")
    s3.create_bucket(Bucket=name)
    for key in ("mine", "other"):
        found = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=f"alias/{name}-{key}", TargetKeyId=found)
        sse = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": found}
        s3.put_object(Bucket=name, Key=key, Body=b"1", **sse)
    held = f"alias/{name}-mine"
    aliases = only("kms:Decrypt", "ForAnyValue:StringEquals", kms__ResourceAliases=held)
    read = user(allow("s3:GetObject"), aliases).client("s3").get_object
    assert not is_refused(read, Bucket=name, Key="mine")
    assert is_refused(read, Bucket=name, Key="other")


def test_a_role_by_its_boundary(server: LocalServer, name: str, user: Callable[..., Any]) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow("s3:*")]})
    made = server.client("iam").create_policy(PolicyName=name, PolicyDocument=document)
    boundary = made["Policy"]["Arn"]
    bounded = ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy")
    rights = [only(a, "StringEquals", iam__PermissionsBoundary=boundary) for a in bounded]
    iam = user(*rights).client("iam")
    role = {"AssumeRolePolicyDocument": TRUST}
    assert is_refused(iam.create_role, RoleName=f"{name}-free", **role)
    another = f"arn:aws:iam::{ACCOUNT}:policy/another"
    assert is_refused(iam.create_role, RoleName=f"{name}-a", PermissionsBoundary=another, **role)
    assert not is_refused(
        iam.create_role, RoleName=f"{name}-b", PermissionsBoundary=boundary, **role
    )
    server.client("iam").create_role(RoleName=f"{name}-free", **role)
    policy = {"PolicyName": "a", "PolicyDocument": document}
    assert is_refused(iam.put_role_policy, RoleName=f"{name}-free", **policy)
    assert not is_refused(iam.put_role_policy, RoleName=f"{name}-b", **policy)
    assert is_refused(iam.attach_role_policy, RoleName=f"{name}-free", PolicyArn=boundary)


def test_a_call_that_cloudformation_makes_with_its_callers_rights(
    server: LocalServer, name: str, user: Callable[..., Any]
) -> None:
    via = {"aws__CalledVia": "cloudformation.amazonaws.com"}
    someone = user(allow("cloudformation:*"), only("glue:*", "ForAnyValue:StringEquals", **via))
    wanted = {"DatabaseInput": {"Name": f"{name}-direct"}}
    assert is_refused(someone.client("glue").create_database, **wanted)
    body = template(Data=database(name))
    assert create(someone.client("cloudformation"), name, body) == "CREATE_COMPLETE"
    assert server.client("glue").get_database(Name=name)


def test_a_users_own_key_may_make_roles_in_a_stack(name: str, user: Callable[..., Any]) -> None:
    someone = user(allow("cloudformation:*"), allow("iam:*")).client("cloudformation")
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": json.loads(TRUST)},
    }
    assert (
        create(someone, name, template(Role=role), Capabilities=["CAPABILITY_IAM"])
        == "CREATE_COMPLETE"
    )
