"""What S3 calls a public policy."""

import json
from typing import Any

import pytest

from local_aws.access.document import BUCKET, parse
from local_aws.access.public import is_public


def public(principal: Any = "*", effect: str = "Allow", **condition: Any) -> bool:
    statement = {
        "Effect": effect,
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::b/*",
        "Condition": {k.replace("__", ":"): v for k, v in condition.items()},
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return is_public(parse(text, BUCKET))


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringLike": {"aws:SourceVpce": "vpce-*"}},
        {"StringEquals": {"aws:SourceVpce": "${aws:username}"}},
        {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
        {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}},
        {"ForAllValues__StringEquals": {"aws:SourceVpce": "vpce-1"}},
        {"StringEquals": {"aws:Referer": "https://example.com"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/1"]}},
        {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    ],
)
def test_public(condition: dict[str, Any]) -> None:
    assert public(**condition)
    assert public({"AWS": "*"}, **condition)
    assert not public(effect="Deny", **condition)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        {"StringLike": {"aws:SourceVpc": ["vpc-1", "vpc-2"]}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/x"}},
        {"StringEquals": {"aws:PrincipalAccount": "123456789012"}},
    ],
)
def test_bound_to_fixed_values(condition: dict[str, Any]) -> None:
    assert not public(**condition)


def test_named_principals_are_not_the_public() -> None:
    assert not public({"AWS": "arn:aws:iam::123456789012:root"})
    assert not public({"Service": "logging.s3.amazonaws.com"})
    assert public({"AWS": ["123456789012", "*"]})
