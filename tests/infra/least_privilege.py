"""What roles were used for, against what they give: by local_aws's evaluator and AWS's own tables.

A grant is one action on one pattern of resources (and one value of a condition that has several).
It is used by a call that it allows and no other statement of the role does.
"""

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from policy_sentry.querying.actions import get_action_data, get_actions_for_service

from local_aws.access import document, evaluate
from local_aws.access.document import Policy
from local_aws.access.evaluate import Query
from local_aws.access.patterns import Values
from local_aws.access.principal import SESSION, Principal
from local_aws.access.record import Line
from tests.infra.resolved import ACCOUNT, lists, policies_of

ROLES = ("airflow", "crawler", "databrew", "glue", "quicksight")
FREE = ("sts:GetCallerIdentity",)
"""Needs no policy."""


@dataclass(frozen=True)
class Call:
    """An action on a resource, with the values that conditions look at."""

    action: str
    resource: str
    conditions: tuple[tuple[str, Values], ...]

    @classmethod
    def of(cls, line: Line) -> "Call":
        told = {k: v for k, v in line.conditions.items() if k in LOOKED_AT}
        return cls(line.action, line.resource, tuple(sorted(told.items())))

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"


@dataclass(frozen=True)
class Grant:
    """`value` is of the condition with several, or empty."""

    role: str
    sid: str
    action: str
    resource: str
    value: str
    policy: Policy

    @property
    def key(self) -> str:
        return f"{self.role} {self.sid} {self.action}"

    def __str__(self) -> str:
        value = f" ({self.value})" if self.value else ""
        return f"{self.role} {self.sid}: {self.action} on {self.resource}{value}"


@cache
def statements(role: str) -> tuple[dict[str, Any], ...]:
    policies = policies_of(f"tarn-dev-{role}")
    return tuple(one for policy in policies for one in policy["Statement"])


def _condition_keys() -> frozenset[str]:
    conditions = [one.get("Condition", {}) for role in ROLES for one in statements(role)]
    tests = [test for condition in conditions for test in condition.values()]
    return frozenset(key.lower() for test in tests for key in test)


LOOKED_AT = _condition_keys()


@cache
def grants(role: str) -> tuple[Grant, ...]:
    """All of a role, but what AWS's table says is none: an action on another kind of resource."""
    return tuple(
        Grant(role, one["Sid"], action, resource, value, _policy(one, action, resource, condition))
        for one in statements(role)
        for action, resource in itertools.product(lists(one["Action"]), lists(one["Resource"]))
        if _takes(action, resource)
        for value, condition in _conditions(one)
    )


def _policy(one: dict[str, Any], action: str, resource: str, condition: dict[str, Any]) -> Policy:
    statement = {**one, "Action": action, "Resource": resource}
    statement |= {"Condition": condition} if condition else {}
    body = {"Version": "2012-10-17", "Statement": [statement]}
    return document.parse(json.dumps(body), document.IDENTITY)


def _conditions(statement: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The condition, once for each of the values of the key that has several."""
    condition = statement.get("Condition", {})
    for test, keys in condition.items():
        for key, values in keys.items():
            if isinstance(values, list):
                for value in values:
                    yield value, {**condition, test: {**keys, key: value}}
                return
    yield "", condition


def _takes(action: str, resource: str) -> bool:
    return resource == "*" or _kind(resource) in _kinds(action)


@cache
def _kinds(action: str) -> frozenset[str]:
    service, _, name = action.partition(":")
    found = get_action_data(service, name)
    rows = found[service] if found else []
    return frozenset(_kind(row["resource_arn_format"]) for row in rows)


def _kind(arn: str) -> str:
    """``table`` of Glue, ``object`` of S3: what is the first word of a resource, or its service."""
    if arn == "*":
        return arn
    service, rest = arn.split(":", 5)[2], arn.split(":", 5)[5]
    if service == "s3":
        return "object" if "/" in rest else "bucket"
    word = re.match(r"[a-z-]+(?=[/:]|$)", rest)
    return f"{service}:{word[0] if word and 'tarn' not in word[0] else ''}"


# -- decisions


@cache
def principal(role: str) -> Principal:
    whole = {"Version": "2012-10-17", "Statement": list(statements(role))}
    policy = document.parse(json.dumps(whole), document.IDENTITY)
    arn = f"arn:aws:iam::{ACCOUNT}:role/tarn-dev-{role}"
    return Principal(SESSION, ACCOUNT, f"{arn}/replay", "AROA:replay", arn, identity=(policy,))


def query(role: str, call: Call) -> Query:
    told: Mapping[str, Values] = dict(call.conditions)
    return Query(principal(role), call.action, call.resource, told.get)


def is_allowed(role: str, call: Call) -> bool:
    return evaluate.decide(query(role, call)).allowed


def calls_of(role: str, lines: Iterable[Line], key: str) -> list[Call]:
    """The different calls of a role; the lake's key has the name that the template's test gives."""
    name = f"tarn-dev-{role}"
    own = {Call.of(line) for line in lines if line.role == name and line.action not in FREE}
    named = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/id-of-Key"
    return sorted(
        (replace(call, resource=named) if call.resource == key else call for call in own), key=str
    )


def giving(role: str, call: Call) -> list[Grant]:
    """The grants that allow a call."""
    asked = query(role, call)
    return [one for one in grants(role) if evaluate.allows(one.policy, asked)]


def unused(role: str, calls: Iterable[Call]) -> list[Grant]:
    """The grants without which every call would be allowed."""
    needed: set[Grant] = set()
    for call in calls:
        found = giving(role, call)
        if len({one.sid for one in found}) == 1:
            needed.update(found)
    return [one for one in grants(role) if one not in needed]


# -- neighbours: what is beside the calls of a role, and none of them


def place(arn: str) -> str:
    """What a policy would name: a bucket, a folder of the ops zone, a database's tables, a kind."""
    if arn == "*":
        return arn
    service, rest = arn.split(":", 5)[2], arn.split(":", 5)[5]
    parts = rest.split("/")
    if service == "s3":
        deep = 2 if parts[0].endswith("-ops") and len(parts) > 2 else 1
        return f"{_kind(arn)} {'/'.join(parts[:deep])}"
    if service == "glue" and parts[0] in ("table", "database"):
        return "/".join(parts[:2])
    if service == "logs":
        return rest.split(":")[1]
    if service == "iam":
        return rest
    return _kind(arn)


def elsewhere(role: str, calls: Iterable[Call], everybody: Iterable[Call]) -> set[Call]:
    """The role's actions where others acted and it did not; and in another lake or account."""
    by_action: dict[str, list[Call]] = {}
    for call in calls:
        by_action.setdefault(call.action, []).append(call)
    places = {(place(call.resource), call.resource) for call in everybody}
    found = set()
    for action, own in by_action.items():
        known = {place(call.resource) for call in own}
        found |= {
            replace(own[0], resource=arn)
            for where, arn in places
            if where not in known and _takes(action, arn)
        }
        for call in own:
            found |= {replace(call, resource=arn) for arn in _foreign(call.resource)}
    return found


def _foreign(arn: str) -> Iterator[str]:
    """The same of another lake and of another account. Groups of logs are an account's own."""
    own = [("tarn-dev", "tarn-prod")] if ":logs:" not in arn else []
    for old, new in (*own, (ACCOUNT, "999999999999")):
        if old in arn:
            yield arn.replace(old, new)


def others(calls: Iterable[Call]) -> set[Call]:
    """Every other action that AWS has for the resources of the calls."""
    calls = list(calls)
    done: dict[str, set[str]] = {}
    for call in calls:
        done.setdefault(place(call.resource), set()).add(call.action)
    found = set()
    for call in {place(one.resource): one for one in calls}.values():
        service = call.action.partition(":")[0]
        for action in get_actions_for_service(service):
            if action not in done[place(call.resource)] and _takes(action, call.resource):
                found.add(replace(call, action=action))
    return found
