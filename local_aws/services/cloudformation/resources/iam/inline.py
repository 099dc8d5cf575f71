"""Inline policies: AWS::IAM::Policy of several principals, AWS::IAM::RolePolicy of one role."""

from collections.abc import Set
from typing import Any

from local_aws.services.cloudformation.resources.attached import Attached, Target
from local_aws.services.cloudformation.resources.calls import call, find
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work
from local_aws.services.cloudformation.resources.iam.principal import ABSENT
from local_aws.services.cloudformation.resources.named import changed
from local_aws.services.cloudformation.resources.policies import parsed


def _call(work: Work, verb: str, kind: str, holder: str, policy: str, document: Any = None) -> Any:
    """Put, get or delete a policy of a role, user or group; None where it is not there."""
    asked: dict[str, Any] = {f"{kind.title()}Name": holder, "PolicyName": policy}
    iam, operation = work.client("iam"), f"{verb}_{kind}_policy"
    if verb == "put":
        return call(iam, operation, **asked, PolicyDocument=parsed(document))
    return find(iam, operation, ABSENT, **asked)


class Policy(Attached):
    takes = frozenset({"PolicyName", "PolicyDocument", "Roles", "Users", "Groups"})
    lists = ("Roles", "Users", "Groups")

    def attach(self, work: Work, target: Target) -> None:
        given = work.properties
        _call(work, "put", *_holder(target), given["PolicyName"], given["PolicyDocument"])

    def dropped(self, work: Work, wanted: Set[Target]) -> list[Target]:
        """All that had it under its former name, too."""
        return super().dropped(work, set() if changed(work, "PolicyName") else wanted)

    def detach(self, work: Work, target: Target) -> None:
        _call(work, "delete", *_holder(target), work.before["PolicyName"])

    def attached(self, work: Work, target: Target) -> Any:
        name = (work.properties or work.before)["PolicyName"]
        answer = _call(work, "get", *_holder(target), name)
        return answer["PolicyDocument"] if answer else None

    def read(self, work: Work) -> Properties | None:
        found = super().read(work)
        name = (work.properties or work.before).get("PolicyName")
        return None if found is None else {**found, "PolicyName": name}


def _holder(target: Target) -> tuple[str, str]:
    """``("Roles", "glue")`` as the operations have it: ``("role", "glue")``."""
    return target[0].lower().removesuffix("s"), target[1]


class Inline(Handler):
    """A policy of one principal; its physical id is its identifier, ``policy|holder``."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.holder = f"{kind.title()}Name"
        self.takes = frozenset({"PolicyName", "PolicyDocument", self.holder})  # type: ignore[misc]

    def create(self, work: Work) -> Made:
        return self.update(work)

    def update(self, work: Work) -> Made:
        given = work.properties
        holder, name = str(given[self.holder]), str(given["PolicyName"])
        _call(work, "put", self.kind, holder, name, given.get("PolicyDocument"))
        return Made(f"{name}|{holder}")

    def delete(self, work: Work) -> None:
        name, _, holder = work.physical_id.partition("|")
        _call(work, "delete", self.kind, holder, name)

    def read(self, work: Work) -> Properties | None:
        name, _, holder = work.physical_id.partition("|")
        answer = _call(work, "get", self.kind, holder, name)
        if answer is None:
            return None
        return {
            "PolicyName": name,
            self.holder: holder,
            "PolicyDocument": answer["PolicyDocument"],
        }

    def identify(self, work: Work) -> Made | None:
        given = work.properties
        known = work.physical_id or f"{given['PolicyName']}|{given[self.holder]}"
        name, _, holder = known.partition("|")
        return Made(known) if _call(work, "get", self.kind, holder, name) else None
