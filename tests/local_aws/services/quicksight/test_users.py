"""Users, groups and the namespace."""

from typing import Any

import pytest

from local_aws.services.quicksight.errors import (
    InvalidParameter,
    ResourceExists,
    ResourceNotFound,
    Unsupported,
)
from local_aws.services.quicksight.readers import ACCOUNT, reader_of
from tests.local_aws.services.quicksight.fakes import ACCOUNT as NUMBER
from tests.local_aws.services.quicksight.fakes import QuickSight

HERE = {"Namespace": "default"}


def register(quicksight: QuickSight, **more: Any) -> dict[str, Any]:
    asked = {"IdentityType": "IAM", "Email": "a@example.com", "UserRole": "READER"} | more
    return dict(quicksight.register_user(**HERE, **asked)["User"])


def iam(name: str, account: str = NUMBER) -> str:
    return f"arn:aws:iam::{account}:{name}"


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ({"IamArn": iam("user/ann")}, "ann"),
        ({"IamArn": iam("user/staff/ann")}, "ann"),
        ({"IamArn": iam("role/Analyst"), "SessionName": "ann@example.com"},
         "Analyst/ann@example.com"),
        ({"IdentityType": "QUICKSIGHT", "UserName": "Ann Ång"}, "Ann Ång"),
    ],
)  # fmt: skip
def test_what_a_user_is_called(quicksight: QuickSight, identity: Any, name: str) -> None:
    made = register(quicksight, **identity)
    assert (made["UserName"], made["Arn"]) == (name, quicksight.arn("user", f"default/{name}"))
    assert quicksight.describe_user(**HERE, UserName=name)["User"] == made
    assert quicksight.list_users(**HERE)["UserList"] == [made]
    with pytest.raises(ResourceExists):
        register(quicksight, **identity)
    changed = quicksight.update_user(**HERE, UserName=name, Email="b@example.com", Role="ADMIN")
    assert (changed["User"]["Email"], changed["User"]["Role"]) == ("b@example.com", "ADMIN")
    quicksight.delete_user_by_principal_id(**HERE, PrincipalId=made["PrincipalId"])
    for call in (quicksight.describe_user, quicksight.delete_user):
        with pytest.raises(ResourceNotFound):
            call(**HERE, UserName=name)


@pytest.mark.parametrize(
    ("identity", "error", "message"),
    [
        ({"IamArn": iam("user/ann", "999999999999")}, InvalidParameter, "of here"),
        ({"IamArn": "ann"}, InvalidParameter, "of here"),
        ({}, InvalidParameter, "of here"),
        ({"IamArn": iam("role/Analyst")}, InvalidParameter, "SessionName"),
        ({"IdentityType": "QUICKSIGHT"}, InvalidParameter, "UserName"),
        ({"IdentityType": "IAM_IDENTITY_CENTER"}, Unsupported, "IAM_IDENTITY_CENTER"),
        ({"IamArn": iam("user/a"), "CustomPermissionsName": "x"}, Unsupported, "Custom"),
    ],
)
def test_users_that_cannot_be(
    quicksight: QuickSight, identity: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        register(quicksight, **identity)


def test_groups(quicksight: QuickSight) -> None:
    register(quicksight, IamArn=iam("user/ann"))
    for name in ("sellers", "buyers", "sell-side"):
        quicksight.create_group(**HERE, GroupName=name, Description=f"The {name}")
    with pytest.raises(ResourceExists):
        quicksight.create_group(**HERE, GroupName="sellers")
    for _ in range(2):  # again is no error
        member = quicksight.create_group_membership(**HERE, GroupName="sellers", MemberName="ann")[
            "GroupMember"
        ]
    assert member["MemberName"] == "ann"
    listed = quicksight.list_group_memberships(**HERE, GroupName="sellers")["GroupMemberList"]
    assert listed == [member]
    groups = quicksight.list_user_groups(**HERE, UserName="ann")["GroupList"]
    assert [(g["GroupName"], g["Description"]) for g in groups] == [("sellers", "The sellers")]
    wanted = [{"Operator": "StartsWith", "Name": "GROUP_NAME", "Value": "sell"}]
    found = quicksight.search_groups(**HERE, Filters=wanted)["GroupList"]
    assert [g["GroupName"] for g in found] == ["sell-side", "sellers"]
    changed = quicksight.update_group(**HERE, GroupName="buyers", Description="Other")["Group"]
    assert quicksight.describe_group(**HERE, GroupName="buyers")["Group"] == changed
    quicksight.delete_group_membership(**HERE, GroupName="sellers", MemberName="ann")
    with pytest.raises(ResourceNotFound):
        quicksight.describe_group_membership(**HERE, GroupName="sellers", MemberName="ann")
    quicksight.delete_group(**HERE, GroupName="sellers")
    assert [g["GroupName"] for g in quicksight.list_groups(**HERE)["GroupList"]] == [
        "buyers", "sell-side"
    ]  # fmt: skip


def test_a_membership_of_what_is_not_there(quicksight: QuickSight) -> None:
    quicksight.create_group(**HERE, GroupName="sellers")
    for group, member in (("sellers", "nobody"), ("nothing", "nobody")):
        with pytest.raises(ResourceNotFound):
            quicksight.create_group_membership(**HERE, GroupName=group, MemberName=member)
    with pytest.raises(ResourceNotFound):
        quicksight.delete_group_membership(**HERE, GroupName="sellers", MemberName="nobody")


def test_there_is_one_namespace(quicksight: QuickSight) -> None:
    (found,) = quicksight.list_namespaces()["Namespaces"]
    assert quicksight.describe_namespace(**HERE)["Namespace"] == found
    with pytest.raises(ResourceNotFound, match="NAMESPACE other"):
        quicksight.list_users(Namespace="other")


def test_whom_a_reader_is(quicksight: QuickSight) -> None:
    store, made = quicksight.api.store, register(quicksight, IamArn=iam("user/ann"))
    quicksight.create_group(**HERE, GroupName="sellers")
    quicksight.create_group_membership(**HERE, GroupName="sellers", MemberName="ann")
    found = reader_of(store, "ann")
    assert found == reader_of(store, made["Arn"])
    assert found.groups == {"sellers": quicksight.arn("group", "default/sellers")}
    assert reader_of(store) is ACCOUNT
    for unknown in ("bob", "", "root", quicksight.arn("user", "other/ann")):
        with pytest.raises(ResourceNotFound):
            reader_of(store, unknown)
