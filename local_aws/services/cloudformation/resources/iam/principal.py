"""What roles, users and groups have in common: policies, a boundary and tags.

IAM has the same operations for each, under names that differ in one word.
"""

from typing import Any, ClassVar

from local_aws.services.cloudformation.resources import tags
from local_aws.services.cloudformation.resources.calls import Answer, call, find, pages
from local_aws.services.cloudformation.resources.handler import Made, Properties, Work
from local_aws.services.cloudformation.resources.named import Named, changed

ABSENT = ("NoSuchEntity",)


class Principal(Named):
    """`kind`: IAM's word, such as ``role``."""

    kind: ClassVar[str]
    has_tags: ClassVar[bool] = True

    def make(self, work: Work) -> None:
        given = {key: work.properties.get(key) for key in self.made_with}
        self.ask(work, "create_{}", self.name(work), **given)

    def update(self, work: Work) -> Made:
        self._bring_inline(work)
        self._bring_managed(work)
        if self.has_tags:
            self._bring_boundary(work)
            self._bring_tags(work)
        return self.made(self.described(work, work.physical_id) or {})

    def delete(self, work: Work) -> None:
        """Policies that the template did not give stay, and keep IAM from deleting it."""
        name = work.physical_id
        for arn in work.before.get("ManagedPolicyArns") or []:
            self.seek(work, "detach_{}_policy", name, PolicyArn=arn)
        for policy in _inline(work.before):
            self.seek(work, "delete_{}_policy", name, PolicyName=policy)
        self.seek(work, "delete_{}", name)

    def read(self, work: Work) -> Properties | None:
        found = self.described(work, work.physical_id)
        if found is None:
            return None
        kept: dict[str, Any] = {self.named_by: work.physical_id, "Path": found["Path"]}
        boundary = found.get("PermissionsBoundary")
        lists = {
            "PermissionsBoundary": boundary and boundary["PermissionsBoundaryArn"],
            "Policies": self._read_inline(work),
            "ManagedPolicyArns": self._attached(work),
            "Tags": tags.own(work, tags.by_key(found.get("Tags", []))),
        }
        return kept | {key: value for key, value in lists.items() if value}

    def identify(self, work: Work) -> Made | None:
        found = self.described(work, self.name(work))
        return self.made(found) if found else None

    def described(self, work: Work, name: str) -> dict[str, Any] | None:
        """IAM's own description of it."""
        answer = self.seek(work, "get_{}", name)
        return answer[self.kind.title()] if answer else None

    def made(self, found: dict[str, Any]) -> Made:
        """What templates refer to, from IAM's description."""
        return Made(found[self.named_by], {"Arn": found["Arn"]})

    def ask(self, work: Work, operation: str, name: str, **arguments: Any) -> Answer:
        """Call an operation about the principal of that name."""
        operation = operation.format(self.kind)
        return call(work.client("iam"), operation, **{self.named_by: name}, **arguments)

    def seek(
        self, work: Work, operation: str, name: str, **arguments: Any
    ) -> dict[str, Any] | None:
        """As `ask`; None where there is no such thing."""
        operation = operation.format(self.kind)
        return find(work.client("iam"), operation, ABSENT, **{self.named_by: name}, **arguments)

    def _bring_inline(self, work: Work) -> None:
        wanted, before = _inline(work.properties), _inline(work.before)
        for policy, document in wanted.items():
            if before.get(policy) != document:
                self.ask(
                    work,
                    "put_{}_policy",
                    work.physical_id,
                    PolicyName=policy,
                    PolicyDocument=document,
                )
        for policy in before:
            if policy not in wanted:
                self.seek(work, "delete_{}_policy", work.physical_id, PolicyName=policy)

    def _bring_managed(self, work: Work) -> None:
        wanted = work.properties.get("ManagedPolicyArns") or []
        now = self._attached(work)
        for arn in wanted:
            if arn not in now:
                self.ask(work, "attach_{}_policy", work.physical_id, PolicyArn=arn)
        for arn in work.before.get("ManagedPolicyArns") or []:
            if arn not in wanted:
                self.seek(work, "detach_{}_policy", work.physical_id, PolicyArn=arn)

    def _bring_boundary(self, work: Work) -> None:
        if not changed(work, "PermissionsBoundary"):
            return
        boundary = work.properties.get("PermissionsBoundary")
        if boundary:
            self.ask(
                work,
                "put_{}_permissions_boundary",
                work.physical_id,
                PermissionsBoundary=boundary,
            )
        else:
            self.seek(work, "delete_{}_permissions_boundary", work.physical_id)

    def _bring_tags(self, work: Work) -> None:
        found = self.described(work, work.physical_id) or {}
        put, gone = tags.changes(tags.by_key(found.get("Tags", [])), tags.wanted(work))
        if put:
            self.ask(work, "tag_{}", work.physical_id, Tags=tags.entries(put))
        if gone:
            self.ask(work, "untag_{}", work.physical_id, TagKeys=gone)

    def _attached(self, work: Work) -> list[str]:
        operation = f"list_attached_{self.kind}_policies"
        name = {self.named_by: work.physical_id}
        found = pages(work.client("iam"), operation, "AttachedPolicies", **name)
        return [one["PolicyArn"] for one in found]

    def _read_inline(self, work: Work) -> list[dict[str, Any]]:
        """Of the policies that are there, those that the template names."""
        expected = _inline(work.properties or work.before)
        found = {
            policy: self.seek(work, "get_{}_policy", work.physical_id, PolicyName=policy)
            for policy in expected
        }
        return [
            {"PolicyName": policy, "PolicyDocument": answer["PolicyDocument"]}
            for policy, answer in found.items()
            if answer is not None
        ]


def _inline(properties: Properties) -> dict[str, Any]:
    return {one["PolicyName"]: one["PolicyDocument"] for one in properties.get("Policies") or []}
