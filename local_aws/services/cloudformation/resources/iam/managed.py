"""AWS::IAM::ManagedPolicy: versions of a document, and to whom it is attached."""

from typing import Any

from local_aws.services.cloudformation.resources.calls import call, find, pages
from local_aws.services.cloudformation.resources.handler import Made, Properties, Work
from local_aws.services.cloudformation.resources.iam.principal import ABSENT
from local_aws.services.cloudformation.resources.named import Named, changed
from local_aws.services.cloudformation.resources.policies import parsed

MAX_VERSIONS = 5
KINDS = {"Roles": "role", "Users": "user", "Groups": "group"}
COUNTS = ("AttachmentCount", "PermissionsBoundaryUsageCount")
TOLD = ("DefaultVersionId", "IsAttachable", "PolicyId", *COUNTS)


class ManagedPolicy(Named):
    named_by = "ManagedPolicyName"
    longest = 128
    made_with = frozenset({"Description", "Path", "PolicyDocument"})
    takes = frozenset({"ManagedPolicyName", "Description", "Path", "PolicyDocument", *KINDS})

    def make(self, work: Work) -> None:
        given = work.properties
        call(
            work.client("iam"),
            "create_policy",
            PolicyName=self.name(work),
            Path=given.get("Path"),
            Description=given.get("Description"),
            PolicyDocument=parsed(given["PolicyDocument"]),
        )

    def update(self, work: Work) -> Made:
        if changed(work, "PolicyDocument") and not self._is_current(work):
            self._add_version(work)
        iam, arn = work.client("iam"), work.physical_id
        for listed, kind in KINDS.items():
            wanted, before = (given.get(listed) or [] for given in (work.properties, work.before))
            for holder in wanted:
                if holder not in before:
                    name = {f"{kind.title()}Name": holder}
                    call(iam, f"attach_{kind}_policy", PolicyArn=arn, **name)
            for holder in before:
                if holder not in wanted:
                    self._detach(work, kind, holder)
        return _made(self._described(work, arn) or {})

    def _is_current(self, work: Work) -> bool:
        """Whether a try that was cut off made the version."""
        document = self._document(work, self._described(work, work.physical_id) or {})
        return bool(document == parsed(work.properties["PolicyDocument"]))

    def _add_version(self, work: Work) -> None:
        """Of a full set the oldest goes, which is never the one in use."""
        iam, arn = work.client("iam"), work.physical_id
        versions = pages(iam, "list_policy_versions", "Versions", PolicyArn=arn)
        if len(versions) >= MAX_VERSIONS:
            former = [one for one in versions if not one["IsDefaultVersion"]]
            oldest = min(former, key=lambda one: (one["CreateDate"], int(one["VersionId"][1:])))
            call(iam, "delete_policy_version", PolicyArn=arn, VersionId=oldest["VersionId"])
        call(
            iam,
            "create_policy_version",
            PolicyArn=arn,
            PolicyDocument=parsed(work.properties["PolicyDocument"]),
            SetAsDefault=True,
        )

    def delete(self, work: Work) -> None:
        """Principals that the template does not list keep IAM from deleting it."""
        iam, arn = work.client("iam"), work.physical_id
        if self._described(work, arn) is None:
            return
        for listed, kind in KINDS.items():
            for holder in work.before.get(listed) or []:
                self._detach(work, kind, holder)
        for one in pages(iam, "list_policy_versions", "Versions", PolicyArn=arn):
            if not one["IsDefaultVersion"]:
                version = one["VersionId"]
                find(iam, "delete_policy_version", ABSENT, PolicyArn=arn, VersionId=version)
        find(iam, "delete_policy", ABSENT, PolicyArn=arn)

    def read(self, work: Work) -> Properties | None:
        iam, arn = work.client("iam"), work.physical_id
        found = self._described(work, arn)
        if found is None:
            return None
        kept: dict[str, Any] = {
            "ManagedPolicyName": found["PolicyName"],
            "Path": found["Path"],
            "PolicyDocument": self._document(work, found),
        }
        if found.get("Description"):
            kept["Description"] = found["Description"]
        for listed, kind in KINDS.items():
            member = f"Policy{listed}"
            holders = pages(iam, "list_entities_for_policy", member, PolicyArn=arn)
            if holders:
                kept[listed] = [one[f"{kind.title()}Name"] for one in holders]
        return kept

    def identify(self, work: Work) -> Made | None:
        path = work.properties.get("Path") or "/"
        arn = work.physical_id or (f"arn:aws:iam::{work.account_id}:policy{path}{self.name(work)}")
        found = self._described(work, arn)
        return _made(found) if found else None

    @staticmethod
    def _described(work: Work, arn: str) -> dict[str, Any] | None:
        answer = find(work.client("iam"), "get_policy", ABSENT, PolicyArn=arn)
        return answer["Policy"] if answer else None

    @staticmethod
    def _document(work: Work, found: dict[str, Any]) -> Any:
        version = {"PolicyArn": found["Arn"], "VersionId": found["DefaultVersionId"]}
        return call(work.client("iam"), "get_policy_version", **version)["PolicyVersion"][
            "Document"
        ]

    @staticmethod
    def _detach(work: Work, kind: str, holder: str) -> None:
        name = {f"{kind.title()}Name": holder}
        iam = work.client("iam")
        find(iam, f"detach_{kind}_policy", ABSENT, PolicyArn=work.physical_id, **name)


def _made(found: dict[str, Any]) -> Made:
    dates = {name: found[name].isoformat() for name in ("CreateDate", "UpdateDate")}
    told = {name: found[name] for name in TOLD if name in found}
    return Made(found["Arn"], {"PolicyArn": found["Arn"], **dates, **told})
