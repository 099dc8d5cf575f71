"""The order of decisions, and whom a statement names."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.access.document import BUCKET, IDENTITY, Policy, parse
from local_aws.access.evaluate import Decision, Query, decide
from local_aws.access.principal import ANONYMOUS, SESSION, USER, Principal, root_of

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
USER_ARN = f"arn:aws:iam::{ACCOUNT}:user/ana"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/job"
SESSION_ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/job/run"
ana = Principal(USER, ACCOUNT, USER_ARN, "AIDA1", USER_ARN, "ana")
job = Principal(SESSION, ACCOUNT, SESSION_ARN, "AROA1:run", ROLE_ARN, "job")
THING = "arn:aws:s3:::lake/x"


def identity(effect: str = "Allow", **fields: Any) -> Policy:
    return policy(IDENTITY, effect, **fields)


def bucket(effect: str = "Allow", **fields: Any) -> Policy:
    return policy(BUCKET, effect, **({"Principal": "*"} | fields))


def policy(kind: str, effect: str, **fields: Any) -> Policy:
    default = {"Action": "s3:*", "Resource": "*", "Effect": effect}
    for name in ("Action", "Resource", "Principal"):
        if f"Not{name}" in fields:
            default.pop(name, None)
            fields.pop(name, None)
    return parse(json.dumps({"Version": "2012-10-17", "Statement": default | fields}), kind)


def ask(
    who: Principal, resource_policy: Policy | None = None, action: str = "s3:GetObject"
) -> Decision:
    values = {"aws:username": (who.name,)} if who.name else {}
    return decide(Query(who, action, THING, values.get), resource_policy)


def test_nothing_allows_a_user() -> None:
    found = ask(ana)
    assert not found.allowed
    assert found.reason == "because no identity-based policy allows the s3:GetObject action"


def test_an_identity_policy_allows() -> None:
    assert ask(replace(ana, identity=(identity(),))).allowed


@pytest.mark.parametrize(
    "fields",
    [
        {"Action": "S3:getobject"},
        {"Action": ["s3:Put*", "s3:G?tObject"]},
        {"NotAction": "s3:Put*"},
        {"Resource": "arn:aws:s3:::lake/*"},
        {"NotResource": "arn:aws:s3:::other/*"},
        {"Resource": "arn:aws:s3:::*x"},
    ],
)
def test_what_a_statement_covers(fields: dict[str, Any]) -> None:
    assert ask(replace(ana, identity=(identity(**fields),))).allowed


@pytest.mark.parametrize(
    "fields",
    [
        {"Action": "s3:GetObjectVersion"},
        {"NotAction": "s3:Get*"},
        {"Resource": "arn:aws:s3:::lake"},
        {"Resource": "arn:aws:s3:::LAKE/*"},
        {"NotResource": "arn:aws:s3:::lake/*"},
        {"Resource": "arn:aws:s3:::lake/${aws:username}"},
        {"Condition": {"StringEquals": {"aws:username": "eve"}}},
    ],
)
def test_what_it_does_not(fields: dict[str, Any]) -> None:
    assert not ask(replace(ana, identity=(identity(**fields),))).allowed


def test_a_deny_anywhere_decides() -> None:
    allowed = replace(ana, identity=(identity(),))
    assert ask(allowed, bucket()).allowed
    for who, resource, place in (
        (allowed, bucket("Deny"), "a resource-based policy"),
        (
            replace(ana, identity=(identity(), identity("Deny"))),
            bucket(),
            "an identity-based policy",
        ),
        (replace(allowed, boundary=identity("Deny")), bucket(), "a permissions boundary"),
        (replace(allowed, session=(identity("Deny"),)), bucket(), "a session policy"),
    ):
        found = ask(who, resource)
        assert found == Decision(False, f"with an explicit deny in {place}", explicit=True)


def test_boundary_and_session_limit_what_is_allowed() -> None:
    allowed = replace(ana, identity=(identity(),))
    other = identity(Action="s3:PutObject")
    assert ask(replace(allowed, boundary=identity())).allowed
    found = ask(replace(allowed, boundary=other))
    assert found.reason == "because no permissions boundary allows the s3:GetObject action"
    found = ask(replace(allowed, session=(other,)))
    assert found.reason == "because no session policy allows the s3:GetObject action"
    assert not ask(replace(ana, boundary=identity())).allowed  # a boundary grants nothing


def test_a_policy_that_names_the_user_outdoes_the_boundary() -> None:
    limited = replace(ana, boundary=identity(Action="s3:PutObject"))
    assert ask(limited, bucket(Principal={"AWS": USER_ARN})).allowed
    assert not ask(limited, bucket(Principal="*")).allowed
    in_session = replace(job, session=(identity(Action="s3:PutObject"),))
    assert ask(in_session, bucket(Principal={"AWS": SESSION_ARN})).allowed
    assert not ask(in_session, bucket(Principal={"AWS": ROLE_ARN})).allowed


@pytest.mark.parametrize(
    ("who", "principal", "allowed"),
    [
        (ana, {"AWS": USER_ARN}, True),
        (ana, {"AWS": "AIDA1"}, False),  # too short to be an id: see the next row
        (ana, "*", True),
        (ana, {"AWS": "*"}, True),
        (ana, {"AWS": ROOT}, False),  # hands the decision to the account
        (ana, {"AWS": ACCOUNT}, False),
        (ana, {"AWS": USER_ARN + "2"}, False),
        (ana, {"Service": "glue.amazonaws.com"}, False),
        (job, {"AWS": ROLE_ARN}, True),
        (job, {"AWS": SESSION_ARN}, True),
        (job, {"AWS": SESSION_ARN + "2"}, False),
        (ANONYMOUS, "*", True),
        (ANONYMOUS, {"AWS": USER_ARN}, False),
        (ANONYMOUS, {"AWS": ROOT}, False),
    ],
)
def test_principals(who: Principal, principal: Any, allowed: bool) -> None:
    if principal == {"AWS": "AIDA1"}:
        with pytest.raises(ValueError, match="Invalid principal"):
            bucket(Principal=principal)
        return
    assert ask(who, bucket(Principal=principal)).allowed is allowed


def test_an_account_that_is_denied_is_everybody_of_it() -> None:
    allowed = replace(ana, identity=(identity(),))
    assert not ask(allowed, bucket("Deny", Principal={"AWS": ROOT})).allowed
    assert not ask(root_of(ACCOUNT), bucket("Deny", Principal={"AWS": ACCOUNT})).allowed
    assert ask(allowed, bucket("Deny", Principal={"AWS": "999999999999"})).allowed


def test_not_principal_denies_all_but_those() -> None:
    deny = bucket("Deny", NotPrincipal={"AWS": [USER_ARN, ROOT]})
    allowed = (identity(),)
    assert ask(replace(ana, identity=allowed), deny).allowed
    assert ask(root_of(ACCOUNT), deny).allowed
    assert not ask(replace(job, identity=allowed), deny).allowed
    assert not ask(ANONYMOUS, deny).allowed


def test_root_needs_no_allow_and_obeys_a_deny() -> None:
    assert ask(root_of(ACCOUNT)).allowed
    assert not ask(root_of(ACCOUNT), bucket("Deny")).allowed


def test_variables_are_the_callers() -> None:
    home = identity(Resource="arn:aws:s3:::lake/${aws:username}")
    query = Query(
        replace(ana, identity=(home,)),
        "s3:GetObject",
        "arn:aws:s3:::lake/ana",
        {"aws:username": ("ana",)}.get,
    )
    assert decide(query).allowed
    assert not decide(replace(query, resource="arn:aws:s3:::lake/eve")).allowed


def test_the_largest_policy_is_decided_at_once() -> None:
    """20 KB of the worst wildcards against the longest key: no power of the length."""
    worst = [f"arn:aws:s3:::lake/{'*a' * 1500}b{n}" for n in range(5)]
    found = bucket(Resource=worst, Action=["s3:" + "*G" * 300])
    key = "arn:aws:s3:::lake/" + "a" * 1024
    assert not decide(Query(ana, "s3:GetObject", key, {}.get), found).allowed


NAMES = st.sampled_from(["s3:GetObject", "s3:Put*", "s3:*", "*"])
PLACES = st.sampled_from(["*", THING, "arn:aws:s3:::lake/*", "arn:aws:s3:::other/*"])
WHO = st.sampled_from(["*", {"AWS": USER_ARN}, {"AWS": ROLE_ARN}, {"AWS": ROOT}])
PEOPLE = st.sampled_from([ana, job, ANONYMOUS, root_of(ACCOUNT)])


@given(PEOPLE, st.lists(st.tuples(st.booleans(), NAMES, PLACES, WHO), max_size=4), st.data())
def test_a_deny_never_gives_and_an_allow_never_takes(
    who: Principal, rows: list[tuple[bool, str, str, Any]], data: st.DataObject
) -> None:
    def asked(found: list[tuple[bool, str, str, Any]]) -> bool:
        statements = [
            {
                "Effect": "Allow" if allow else "Deny",
                "Action": action,
                "Resource": place,
                "Principal": principal,
            }
            for allow, action, place, principal in found
        ]
        if not statements:
            return ask(who).allowed
        return ask(who, parse(json.dumps({"Statement": statements}), BUCKET)).allowed

    before = asked(rows)
    _, action, place, principal = data.draw(st.tuples(st.none(), NAMES, PLACES, WHO))
    assert asked([*rows, (False, action, place, principal)]) <= before
    assert asked([*rows, (True, action, place, principal)]) >= before
