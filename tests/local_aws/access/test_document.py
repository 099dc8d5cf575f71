"""Documents that are policies, and the words for those that are not."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.access.document import BUCKET, IDENTITY, TRUST, PolicyError, parse

GOOD: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::b/*",
}


def written(statement: Any, **document: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statement} | document)


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


def test_a_policy() -> None:
    user = "arn:aws:iam::123456789012:user/a/b"
    statement = GOOD | {
        "Principal": {"AWS": [user, "123456789012"], "Service": "glue.amazonaws.com"},
        "Condition": {"Bool": {"aws:SecureTransport": True}, "NumericLessThan": {"s3:max-keys": 5}},
    }
    [found] = parse(written([statement]), BUCKET).statements
    assert found.allow
    assert found.principals == (
        ("AWS", user),
        ("AWS", "123456789012"),
        ("Service", "glue.amazonaws.com"),
    )
    assert [(test.key, test.values) for test in found.tests] == [
        ("aws:securetransport", ("true",)),
        ("s3:max-keys", ("5",)),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "valid JSON"),
        ("[]", "valid JSON"),
        ('"x"', "valid JSON"),
        ("{", "valid JSON"),
        ("[" * 100_000, "maximum allowed document size"),
        ("[" * 10_000, "valid JSON"),
        ('{"Statement": ' * 900 + "1" + "}" * 900, "valid JSON|Unknown field"),
        ('{"Statement": [], "Statement": []}', "Duplicate field Statement"),
        ('{"Statement": "\\ud800"}', "valid JSON"),
        ("{}", "Missing required field Statement"),
        (written([]), "Missing required field Statement"),
        (written([GOOD], Version="2020-01-01"), "valid version"),
        (written([GOOD], Extra=1), "Unknown field Extra"),
        (written([GOOD | {"Actions": "x"}]), "Unknown field Actions"),
        (written(["x"]), "Statement is of invalid type"),
        (written([without("Effect")]), "Missing required field Effect"),
        (written([without("Action")]), "Missing required field Action"),
        (written([without("Resource")]), "Missing required field Resource"),
        (written([without("Principal")]), "Missing required field Principal"),
        (written([GOOD | {"Effect": "allow"}]), "Invalid effect: allow"),
        (written([GOOD | {"NotAction": "s3:*"}]), "both Action and NotAction"),
        (written([GOOD | {"Action": []}]), "invalid action"),
        (written([GOOD | {"Action": "GetObject"}]), "invalid action"),
        (written([GOOD | {"Action": [1]}]), "invalid action"),
        (written([GOOD | {"Resource": "b/*"}]), "invalid resource"),
        (written([GOOD | {"Principal": "x"}]), "Invalid principal"),
        (written([GOOD | {"Principal": {"AWS": "arn:aws:iam::1:user/x"}}]), "Invalid principal"),
        (
            written([GOOD | {"Principal": {"AWS": "arn:aws:iam::123456789012:user/*"}}]),
            "Invalid principal",
        ),
        (written([GOOD | {"Principal": {"Everybody": "*"}}]), "Invalid principal"),
        (written([GOOD | {"Condition": {"StringIs": {"a": "b"}}}]), "Invalid Condition type"),
        (written([GOOD | {"Condition": []}]), "Condition is of invalid type"),
        (written([GOOD | {"Condition": {"Bool": {"a": {}}}}]), "invalid value"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        parse(text, BUCKET)


def test_size() -> None:
    parse(written([GOOD | {"Sid": "x" * 19_000}]), BUCKET)
    with pytest.raises(PolicyError, match="maximum allowed document size"):
        parse(written([GOOD | {"Sid": "x" * 21_000}]), BUCKET)


def test_each_kind_has_its_fields() -> None:
    with pytest.raises(PolicyError, match="should not specify a principal"):
        parse(written([GOOD]), IDENTITY)
    with pytest.raises(PolicyError, match="prohibited field Resource"):
        parse(written([GOOD]), TRUST)
    parse(written([without("Principal")]), IDENTITY)
    parse(written([without("Resource")]), TRUST)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*GOOD, "Condition", "NotAction", "AWS"]), inner)
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from([BUCKET, IDENTITY, TRUST]))
def test_anything_else_is_refused_and_never_breaks(statement: Any, kind: str) -> None:
    with contextlib.suppress(PolicyError):
        assert parse(written(statement), kind).variables
