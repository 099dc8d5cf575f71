"""AWS::IAM::* beside roles."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.handler import ResourceFailed
from tests.conftest import LocalServer

New = Callable[..., Any]
ACCOUNT = "arn:aws:iam::123456789012:"


def name(kind: str = "thing") -> str:
    return f"{kind}-{uuid.uuid4().hex}"


def allows(action: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "glue.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture
def role(resource: New) -> str:
    made = resource("AWS::IAM::Role").create({"AssumeRolePolicyDocument": TRUST})
    return str(made.physical_id)


@pytest.fixture
def user(resource: New) -> str:
    return str(resource("AWS::IAM::User").create({}).physical_id)


@pytest.fixture
def group(resource: New) -> str:
    return str(resource("AWS::IAM::Group").create({}).physical_id)


@pytest.fixture
def managed(resource: New) -> str:
    made = resource("AWS::IAM::ManagedPolicy").create({"PolicyDocument": allows("s3:Get*")})
    return str(made.physical_id)


def test_managed_policy(resource: New, role: str, user: str, group: str) -> None:
    policy = resource("AWS::IAM::ManagedPolicy")
    given = {
        "ManagedPolicyName": name(),
        "Path": "/lake/",
        "Description": "Reads",
        "PolicyDocument": allows("s3:Get*"),
        "Roles": [role],
        "Users": [user],
        "Groups": [group],
    }
    made = policy.create(given)
    arn = f"{ACCOUNT}policy/lake/{given['ManagedPolicyName']}"
    assert made.physical_id == arn
    assert made.attributes["PolicyArn"] == arn
    assert made.attributes["DefaultVersionId"] == "v1"
    assert made.attributes["AttachmentCount"] == 3
    assert policy.read() == given
    assert policy.identify() == made
    kept = ("ManagedPolicyName", "Path", "Description", "PolicyDocument")
    bare = {key: given[key] for key in kept}
    assert policy.update(bare).attributes["DefaultVersionId"] == "v1"
    assert policy.read() == bare
    policy.delete()
    policy.delete()
    assert policy.read() is None
    assert policy.identify() is None


def test_managed_policy_keeps_five_versions(resource: New, aws: LocalServer) -> None:
    policy = resource("AWS::IAM::ManagedPolicy")
    arn = policy.create({"PolicyDocument": allows("s3:Get0")}).physical_id
    for number in range(1, 8):
        made = policy.update({"PolicyDocument": allows(f"s3:Get{number}")})
    assert made.attributes["DefaultVersionId"] == "v8"
    versions = aws.client("iam").list_policy_versions(PolicyArn=arn)["Versions"]
    assert sorted(one["VersionId"] for one in versions) == ["v4", "v5", "v6", "v7", "v8"]
    assert policy.read()["PolicyDocument"] == allows("s3:Get7")
    aws.client("iam").set_default_policy_version(PolicyArn=arn, VersionId="v4")
    policy.update({"PolicyDocument": allows("s3:GetLast")})
    versions = aws.client("iam").list_policy_versions(PolicyArn=arn)["Versions"]
    assert sorted(one["VersionId"] for one in versions) == ["v4", "v6", "v7", "v8", "v9"]
    policy.delete()
    assert policy.read() is None


def test_managed_policy_that_another_uses_stays(resource: New, role: str, aws: LocalServer) -> None:
    policy = resource("AWS::IAM::ManagedPolicy")
    arn = policy.create({"PolicyDocument": allows("s3:*")}).physical_id
    aws.client("iam").attach_role_policy(RoleName=role, PolicyArn=arn)
    with pytest.raises(ClientError, match="DeleteConflict"):
        policy.delete()
    aws.client("iam").detach_role_policy(RoleName=role, PolicyArn=arn)
    policy.delete()


def test_managed_policy_of_an_earlier_try_is_brought_on(
    resource: New, role: str, aws: LocalServer
) -> None:
    policy, given = resource("AWS::IAM::ManagedPolicy"), name()
    document = json.dumps(allows("s3:*"))
    aws.client("iam").create_policy(PolicyName=given, PolicyDocument=document)
    wanted = {"ManagedPolicyName": given, "PolicyDocument": allows("s3:*"), "Roles": [role]}
    policy.create(wanted, retried=True)
    assert policy.read() == {**wanted, "Path": "/"}


def test_managed_policy_that_was_changed_is_deleted(
    resource: New, role: str, aws: LocalServer
) -> None:
    """IAM attaches once, however often it is asked."""
    policy = resource("AWS::IAM::ManagedPolicy")
    made = policy.create({"PolicyDocument": allows("s3:Get*"), "Roles": [role]})
    changed = {"PolicyDocument": allows("s3:Put*"), "Roles": [role]}
    policy.update(changed)
    iam = aws.client("iam")
    iam.attach_role_policy(RoleName=role, PolicyArn=made.physical_id)
    assert iam.get_policy(PolicyArn=made.physical_id)["Policy"]["AttachmentCount"] == 1
    policy.delete()
    assert policy.read() is None


def test_policy_of_several_principals(
    resource: New, role: str, user: str, group: str, aws: LocalServer
) -> None:
    policy = resource("AWS::IAM::Policy")
    given = {
        "PolicyName": "lake",
        "PolicyDocument": allows("s3:*"),
        "Roles": [role],
        "Users": [user],
        "Groups": [group],
    }
    made = policy.create(given)
    assert made.physical_id == policy.work.name
    assert policy.read() == given
    assert policy.identify() == made
    smaller = {"PolicyName": "pond", "PolicyDocument": allows("s3:Get*"), "Roles": [role]}
    policy.update(smaller)
    assert policy.read() == smaller
    iam = aws.client("iam")
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["pond"]
    assert iam.list_user_policies(UserName=user)["PolicyNames"] == []
    assert iam.list_group_policies(GroupName=group)["PolicyNames"] == []
    policy.delete()
    policy.delete()
    assert policy.read() is None


def test_policy_that_is_refused(resource: New, role: str) -> None:
    policy = resource("AWS::IAM::Policy")
    document = allows("s3:*")
    with pytest.raises(ResourceFailed, match="At least one of Roles, Users, Groups"):
        policy.create({"PolicyName": "lake", "PolicyDocument": document})
    for broken in ("{", "[]", {"Version": "2012-10-17", "Statement": [{"Effect": "Perhaps"}]}):
        with pytest.raises((ClientError, ResourceFailed)):
            policy.create({"PolicyName": "lake", "PolicyDocument": broken, "Roles": [role]})
    with pytest.raises(ClientError, match="failed to satisfy"):
        policy.create({"PolicyName": "a b", "PolicyDocument": document, "Roles": [role]})
    with pytest.raises(ClientError, match="NoSuchEntity"):
        policy.create({"PolicyName": "lake", "PolicyDocument": document, "Roles": ["missing"]})


@pytest.mark.parametrize("kind", ["Role", "User", "Group"])
def test_policy_of_one_principal(request: pytest.FixtureRequest, resource: New, kind: str) -> None:
    holder = request.getfixturevalue(kind.lower())
    policy = resource(f"AWS::IAM::{kind}Policy")
    given = {"PolicyName": "lake", f"{kind}Name": holder, "PolicyDocument": allows("s3:*")}
    made = policy.create(given)
    assert made.physical_id == f"lake|{holder}"
    assert policy.read() == given
    assert policy.identify() == made
    policy.update({**given, "PolicyDocument": allows("s3:Get*")})
    assert policy.read()["PolicyDocument"] == allows("s3:Get*")
    policy.delete()
    policy.delete()
    assert policy.read() is None


def test_user(resource: New, group: str, managed: str, aws: LocalServer) -> None:
    user = resource("AWS::IAM::User")
    given = {
        "UserName": name("user"),
        "Path": "/lake/",
        "Groups": [group],
        "ManagedPolicyArns": [managed],
        "PermissionsBoundary": managed,
        "Policies": [{"PolicyName": "own", "PolicyDocument": allows("s3:*")}],
        "Tags": [{"Key": "team", "Value": "lake"}],
    }
    made = user.create(given)
    assert made.physical_id == given["UserName"]
    assert made.attributes == {"Arn": f"{ACCOUNT}user/lake/{given['UserName']}"}
    assert user.read() == given
    assert user.identify() == made
    user.update({"UserName": given["UserName"], "Path": "/pond/"})
    assert user.read() == {"UserName": given["UserName"], "Path": "/pond/"}
    user.delete()
    user.delete()
    assert user.read() is None


def test_group(resource: New, managed: str) -> None:
    group = resource("AWS::IAM::Group")
    given = {
        "GroupName": name("group"),
        "Path": "/lake/",
        "ManagedPolicyArns": [managed],
        "Policies": [{"PolicyName": "own", "PolicyDocument": allows("s3:*")}],
    }
    made = group.create(given)
    assert made.attributes == {"Arn": f"{ACCOUNT}group/lake/{given['GroupName']}"}
    assert group.read() == given
    assert group.identify() == made
    bare = {key: given[key] for key in ("GroupName", "Path")}
    group.update(bare)
    assert group.read() == bare
    with pytest.raises(ResourceFailed, match="Path"):
        group.update({**bare, "Path": "/pond/"})
    group.delete()
    group.delete()
    assert group.read() is None


def test_users_in_a_group(resource: New, user: str, group: str, aws: LocalServer) -> None:
    addition = resource("AWS::IAM::UserToGroupAddition")
    other = resource("AWS::IAM::Group").create({}).physical_id
    given = {"GroupName": group, "Users": [user]}
    made = addition.create(given)
    assert made.physical_id == addition.work.name
    assert addition.read() == given
    addition.update({"GroupName": other, "Users": [user]})
    found = aws.client("iam").list_groups_for_user(UserName=user)["Groups"]
    assert [one["GroupName"] for one in found] == [other]
    addition.delete()
    addition.delete()
    assert addition.read() is None


def test_access_key(resource: New, user: str, aws: LocalServer) -> None:
    key = resource("AWS::IAM::AccessKey")
    made = key.create({"UserName": user, "Status": "Inactive"})
    assert made.physical_id.startswith("AKIA")
    assert made.attributes["Id"] == made.physical_id
    assert len(made.attributes["SecretAccessKey"]) == 40
    assert key.read() == {"UserName": user, "Status": "Inactive"}
    assert key.identify() is None
    key.update({"UserName": user})
    assert key.read() == {"UserName": user, "Status": "Active"}
    key.delete()
    key.delete()
    assert key.read() is None
    assert aws.client("iam").list_access_keys(UserName=user)["AccessKeyMetadata"] == []


def test_instance_profile(resource: New, role: str) -> None:
    other = resource("AWS::IAM::Role").create({"AssumeRolePolicyDocument": TRUST}).physical_id
    profile = resource("AWS::IAM::InstanceProfile")
    given = {"InstanceProfileName": name(), "Path": "/lake/", "Roles": [role]}
    made = profile.create(given)
    arn = f"{ACCOUNT}instance-profile/lake/{given['InstanceProfileName']}"
    assert (made.physical_id, made.attributes) == (given["InstanceProfileName"], {"Arn": arn})
    assert profile.read() == given
    assert profile.identify() == made
    profile.update({**given, "Roles": [other]})
    assert profile.read() == {**given, "Roles": [other]}
    profile.delete()
    profile.delete()
    assert profile.read() is None


def test_oidc_provider(resource: New) -> None:
    provider, place = resource("AWS::IAM::OIDCProvider"), f"{name('token')}.example.com/id"
    given = {
        "Url": f"https://{place}",
        "ClientIdList": ["sts.amazonaws.com"],
        "ThumbprintList": ["a" * 40],
        "Tags": [{"Key": "team", "Value": "lake"}],
    }
    made = provider.create(given)
    arn = f"{ACCOUNT}oidc-provider/{place}"
    assert (made.physical_id, made.attributes) == (arn, {"Arn": arn})
    assert provider.read() == given
    assert provider.identify() == made
    changed = {**given, "ClientIdList": ["one", "two"], "ThumbprintList": ["b" * 40]}
    provider.update(changed)
    assert provider.read() == changed
    provider.delete()
    provider.delete()
    assert provider.read() is None


@pytest.mark.parametrize("named", ["a b", "a/b", "ü", "x" * 129, "<x>"])
@pytest.mark.parametrize(
    ("type_name", "by", "more"),
    [
        ("User", "UserName", {}),
        ("Group", "GroupName", {}),
        ("ManagedPolicy", "ManagedPolicyName", {"PolicyDocument": allows("s3:*")}),
        ("InstanceProfile", "InstanceProfileName", {"Roles": []}),
    ],
)
def test_name_that_iam_does_not_take(
    resource: New, type_name: str, by: str, more: dict[str, Any], named: str
) -> None:
    with pytest.raises((ClientError, ResourceFailed)):
        resource(f"AWS::IAM::{type_name}").create({by: named, **more})
