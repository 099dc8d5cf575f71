"""AWS::IAM::Group, and AWS::IAM::UserToGroupAddition."""

from collections.abc import Set
from typing import Any

from local_aws.services.cloudformation.resources.attached import Attached, Target
from local_aws.services.cloudformation.resources.calls import call, find, pages
from local_aws.services.cloudformation.resources.handler import Made, ResourceFailed, Work
from local_aws.services.cloudformation.resources.iam.principal import ABSENT, Principal
from local_aws.services.cloudformation.resources.named import changed


class Group(Principal):
    kind = "group"
    named_by = "GroupName"
    longest = 128
    made_with = frozenset({"Path"})
    has_tags = False
    takes = frozenset({"GroupName", "Path", "ManagedPolicyArns", "Policies"})

    def update(self, work: Work) -> Made:
        if changed(work, "Path") and not work.retried:
            raise ResourceFailed("Changing the Path of a group is not supported here")
        return super().update(work)


class UserToGroupAddition(Attached):
    """Users that are in a group; another group is joined before the former is left."""

    takes = frozenset({"GroupName", "Users"})
    lists = ("Users",)

    def attach(self, work: Work, target: Target) -> None:
        group = work.properties["GroupName"]
        call(work.client("iam"), "add_user_to_group", GroupName=group, UserName=target[1])

    def dropped(self, work: Work, wanted: Set[Target]) -> list[Target]:
        left = changed(work, "GroupName")
        return super().dropped(work, set() if left else wanted)

    def detach(self, work: Work, target: Target) -> None:
        iam, group = work.client("iam"), work.before["GroupName"]
        find(iam, "remove_user_from_group", ABSENT, GroupName=group, UserName=target[1])

    def attached(self, work: Work, target: Target) -> Any:
        iam, group = work.client("iam"), (work.properties or work.before)["GroupName"]
        if find(iam, "get_user", ABSENT, UserName=target[1]) is None:
            return None
        found = pages(iam, "list_groups_for_user", "Groups", UserName=target[1])
        return group if any(one["GroupName"] == group for one in found) else None

    def document(self, attached: Any) -> dict[str, Any]:
        return {"GroupName": attached}
