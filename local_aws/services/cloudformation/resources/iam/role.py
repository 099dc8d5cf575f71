"""AWS::IAM::Role."""

from typing import Any

from local_aws.services.cloudformation.resources.handler import Made, Properties, Work
from local_aws.services.cloudformation.resources.iam.principal import Principal
from local_aws.services.cloudformation.resources.named import changed

SESSION_SECONDS = 3600


class Role(Principal):
    kind = "role"
    named_by = "RoleName"
    longest = 64
    made_with = frozenset(
        {
            "AssumeRolePolicyDocument",
            "Description",
            "MaxSessionDuration",
            "Path",
            "PermissionsBoundary",
        }
    )
    takes = frozenset(
        {
            "RoleName",
            "AssumeRolePolicyDocument",
            "Description",
            "ManagedPolicyArns",
            "MaxSessionDuration",
            "Path",
            "PermissionsBoundary",
            "Policies",
            "Tags",
        }
    )

    def update(self, work: Work) -> Made:
        given = work.properties
        if changed(work, "AssumeRolePolicyDocument"):
            trust = given["AssumeRolePolicyDocument"]
            self.ask(work, "update_assume_{}_policy", work.physical_id, PolicyDocument=trust)
        if changed(work, "Description", "MaxSessionDuration"):
            self.ask(
                work,
                "update_{}",
                work.physical_id,
                Description=given.get("Description", ""),
                MaxSessionDuration=given.get("MaxSessionDuration", SESSION_SECONDS),
            )
        return super().update(work)

    def read(self, work: Work) -> Properties | None:
        kept, found = super().read(work), self.described(work, work.physical_id)
        if kept is None or found is None:
            return None
        told = {"Description": found.get("Description")}
        return {
            **kept,
            **{key: value for key, value in told.items() if value},
            "AssumeRolePolicyDocument": found["AssumeRolePolicyDocument"],
            "MaxSessionDuration": found.get("MaxSessionDuration") or SESSION_SECONDS,
        }

    def made(self, found: dict[str, Any]) -> Made:
        return Made(found["RoleName"], {"Arn": found["Arn"], "RoleId": found["RoleId"]})
