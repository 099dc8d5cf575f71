"""The decision on one action, in AWS's order for one account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
1. A Deny anywhere decides. 2. A resource's policy that allows the user or the session by its
name decides. 3. Else the identity's policies or the resource's must allow, and the permissions
boundary and the session's policies must allow too. Root needs no Allow.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from local_aws.access import patterns
from local_aws.access.document import Policy, Statement
from local_aws.access.patterns import Lookup
from local_aws.access.principal import Principal


class Named(IntEnum):
    """How a statement names the principal, from not at all to by its own name.

    An account's name hands the decision to the account: the user needs a policy of its own.
    A role's name and `*` allow, within the boundary and the session's policies.
    """

    NOT = 0
    ACCOUNT = 1
    ROLE = 2
    SELF = 3


@dataclass(frozen=True)
class Query:
    """`lookup` answers for the request's condition keys, by lower-case name."""

    principal: Principal
    action: str
    resource: str
    lookup: Lookup


@dataclass(frozen=True)
class Decision:
    """`reason` ends AWS's message to somebody who is refused."""

    allowed: bool
    reason: str = ""
    explicit: bool = False


def decide(query: Query, resource_policy: Policy | None = None) -> Decision:
    """Whether the principal may."""
    who = query.principal
    layers = [
        ("a resource-based policy", (resource_policy,) if resource_policy else ()),
        ("an identity-based policy", who.identity),
        ("a permissions boundary", (who.boundary,) if who.boundary else ()),
        ("a session policy", who.session or ()),
    ]
    for name, policies in layers:
        if any(denies(policy, query) for policy in policies):
            return Decision(False, f"with an explicit deny in {name}", explicit=True)
    if who.is_root:
        return Decision(True)
    return _allowed(query, resource_policy)


def decide_key(query: Query, key_policy: Policy | None) -> Decision:
    """Whether the principal may, of a KMS key.

    The key's policy is the root of its access: what identities' policies allow counts only where
    it names the account. https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    """
    decision = decide(query, key_policy)
    if key_policy is None or query.principal.is_root or not decision.allowed:
        return decision
    if granted(key_policy, query) is Named.NOT:
        return Decision(False, _missing("resource-based policy", query))
    return decision


def may_assume(trust: Policy, query: Query) -> bool:
    """Whether a role's trust alone lets the principal assume it, as a service needs no more."""
    return granted(trust, query) is not Named.NOT and not denies(trust, query)


def _allowed(query: Query, resource_policy: Policy | None) -> Decision:
    who = query.principal
    named = granted(resource_policy, query) if resource_policy else Named.NOT
    if named is Named.SELF:
        return Decision(True)
    if who.is_anonymous:
        allowed = named is Named.ROLE
        return Decision(allowed, "" if allowed else _missing("resource-based policy", query))
    if named is not Named.ROLE and not any(allows(policy, query) for policy in who.identity):
        return Decision(False, _missing("identity-based policy", query))
    if who.boundary and not allows(who.boundary, query):
        return Decision(False, _missing("permissions boundary", query))
    if who.session is not None and not any(allows(policy, query) for policy in who.session):
        return Decision(False, _missing("session policy", query))
    return Decision(True)


def _missing(kind: str, query: Query) -> str:
    return f"because no {kind} allows the {query.action} action"


def allows(policy: Policy, query: Query) -> bool:
    """Whether a policy that has no principals allows the action."""
    return any(one.allow and _applies(one, policy, query) for one in policy.statements)


def denies(policy: Policy, query: Query) -> bool:
    return any(
        not one.allow and naming(one, query.principal) and _applies(one, policy, query)
        for one in policy.statements
    )


def granted(policy: Policy, query: Query) -> Named:
    """The closest name by which a resource's policy allows the principal the action."""
    found = [
        naming(one, query.principal)
        for one in policy.statements
        if one.allow and _applies(one, policy, query)
    ]
    return max(found, default=Named.NOT)


def naming(statement: Statement, principal: Principal) -> Named:
    if statement.principals is None:
        return Named.SELF
    names = [_named(kind, name, principal) for kind, name in statement.principals]
    closest = max(names)
    if not statement.not_principals:
        return closest
    # An account that is listed is spared as root only, or nobody of it could be denied.
    spared = closest >= Named.ROLE or (closest is Named.ACCOUNT and principal.is_root)
    return Named.NOT if spared else Named.ROLE


def _named(kind: str, name: str, principal: Principal) -> Named:
    if kind == "Service":
        return Named.SELF if principal.is_service and name == principal.entity else Named.NOT
    if kind != "AWS":
        return Named.NOT
    if name == "*":
        return Named.ROLE
    if principal.is_anonymous or principal.is_service:
        return Named.NOT
    if name == principal.arn or name == principal.user_id:
        return Named.SELF
    if name == principal.entity or name == principal.user_id.partition(":")[0]:
        return Named.ROLE
    account = (principal.account_id, f"arn:aws:iam::{principal.account_id}:root")
    return Named.ACCOUNT if name in account else Named.NOT


def _applies(statement: Statement, policy: Policy, query: Query) -> bool:
    return (
        _covers_action(statement, query.action)
        and _covers_resource(statement, policy, query)
        and all(t.holds(query.lookup, variables=policy.variables) for t in statement.tests)
    )


def _covers_action(statement: Statement, action: str) -> bool:
    lowered = action.lower()
    found = any(patterns.matches(_action_pattern(name), lowered) for name in statement.actions)
    return found != statement.not_actions


@lru_cache(1024)
def _action_pattern(name: str) -> str:
    return name.lower().translate(patterns.WILDCARDS)


def _covers_resource(statement: Statement, policy: Policy, query: Query) -> bool:
    if statement.resources is None:
        return True
    expanded = (
        patterns.expand(name, query.lookup, variables=policy.variables)
        for name in statement.resources
    )
    found = any(p is not None and patterns.matches(p, query.resource) for p in expanded)
    return found != statement.not_resources
