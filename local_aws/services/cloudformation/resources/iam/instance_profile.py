"""AWS::IAM::InstanceProfile."""

from typing import Any

from local_aws.services.cloudformation.resources.calls import call, find
from local_aws.services.cloudformation.resources.handler import Made, Properties, Work
from local_aws.services.cloudformation.resources.iam.principal import ABSENT
from local_aws.services.cloudformation.resources.named import Named


class InstanceProfile(Named):
    named_by = "InstanceProfileName"
    longest = 128
    takes = frozenset({"InstanceProfileName", "Path", "Roles"})

    def make(self, work: Work) -> None:
        path = work.properties.get("Path")
        call(
            work.client("iam"),
            "create_instance_profile",
            InstanceProfileName=self.name(work),
            Path=path,
        )

    def update(self, work: Work) -> Made:
        """A profile has one role: the former makes room first."""
        iam, name = work.client("iam"), {"InstanceProfileName": work.physical_id}
        found = self._described(work, work.physical_id) or {}
        now, wanted = _roles(found), work.properties["Roles"]
        for role in now:
            if role not in wanted:
                call(iam, "remove_role_from_instance_profile", **name, RoleName=role)
        for role in wanted:
            if role not in now:
                call(iam, "add_role_to_instance_profile", **name, RoleName=role)
        return Made(work.physical_id, {"Arn": found["Arn"]})

    def delete(self, work: Work) -> None:
        iam, name = work.client("iam"), {"InstanceProfileName": work.physical_id}
        for role in work.before.get("Roles") or []:
            find(iam, "remove_role_from_instance_profile", ABSENT, **name, RoleName=role)
        find(iam, "delete_instance_profile", ABSENT, **name)

    def read(self, work: Work) -> Properties | None:
        found = self._described(work, work.physical_id)
        if found is None:
            return None
        name = found["InstanceProfileName"]
        return {"InstanceProfileName": name, "Path": found["Path"], "Roles": _roles(found)}

    def identify(self, work: Work) -> Made | None:
        found = self._described(work, self.name(work))
        return Made(found["InstanceProfileName"], {"Arn": found["Arn"]}) if found else None

    @staticmethod
    def _described(work: Work, name: str) -> dict[str, Any] | None:
        iam = work.client("iam")
        answer = find(iam, "get_instance_profile", ABSENT, InstanceProfileName=name)
        return answer["InstanceProfile"] if answer else None


def _roles(found: dict[str, Any]) -> list[str]:
    return [role["RoleName"] for role in found.get("Roles", [])]
