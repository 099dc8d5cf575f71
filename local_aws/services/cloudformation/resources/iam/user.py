"""AWS::IAM::User. Passwords for a console are not taken: none here asks for them."""

from local_aws.services.cloudformation.resources.calls import call, find, pages
from local_aws.services.cloudformation.resources.handler import Made, Properties, Work
from local_aws.services.cloudformation.resources.iam.principal import ABSENT, Principal
from local_aws.services.cloudformation.resources.named import changed


class User(Principal):
    kind = "user"
    named_by = "UserName"
    longest = 64
    made_with = frozenset({"Path"})
    takes = frozenset(
        {
            "UserName",
            "Path",
            "Groups",
            "ManagedPolicyArns",
            "PermissionsBoundary",
            "Policies",
            "Tags",
        }
    )

    def update(self, work: Work) -> Made:
        if changed(work, "Path"):
            path = work.properties.get("Path", "/")
            self.ask(work, "update_{}", work.physical_id, NewPath=path)
        iam, user = work.client("iam"), work.physical_id
        wanted = work.properties.get("Groups") or []
        for group in wanted:
            call(iam, "add_user_to_group", UserName=user, GroupName=group)
        for group in work.before.get("Groups") or []:
            if group not in wanted:
                self._leave(work, group)
        return super().update(work)

    def delete(self, work: Work) -> None:
        for group in work.before.get("Groups") or []:
            self._leave(work, group)
        super().delete(work)

    def read(self, work: Work) -> Properties | None:
        kept = super().read(work)
        if kept is None:
            return None
        found = pages(
            work.client("iam"), "list_groups_for_user", "Groups", UserName=work.physical_id
        )
        groups = {"Groups": [group["GroupName"] for group in found]} if found else {}
        return {**kept, **groups}

    @staticmethod
    def _leave(work: Work, group: str) -> None:
        iam, user = work.client("iam"), work.physical_id
        find(iam, "remove_user_from_group", ABSENT, UserName=user, GroupName=group)
