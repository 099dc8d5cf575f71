"""Whether a bucket's policy is public, as S3's block of public access means the word.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
A policy is taken for public until each of its Allow statements is bound to fixed values: named
principals, or a condition on where a request comes from, without wildcards or variables.
"""

import ipaddress

from local_aws.access.conditions import Test
from local_aws.access.document import Policy, Statement

FIXING_KEYS = frozenset(
    (
        "aws:sourcearn",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourceowner",
        "aws:sourceaccount",
        "aws:userid",
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalorgid",
        "s3:dataaccesspointarn",
        "s3:dataaccesspointaccount",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    )
)
FIXING_OPERATORS = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike")
WIDEST = {4: 8, 6: 32}
"""The shortest prefixes of address ranges that still bind: a shorter one is most of the world."""


def is_public(policy: Policy) -> bool:
    return any(one.allow and _open(one) for one in policy.statements)


def _open(statement: Statement) -> bool:
    everyone = statement.not_principals or ("AWS", "*") in (statement.principals or ())
    return everyone and not any(_fixes(test) for test in statement.tests)


def _fixes(test: Test) -> bool:
    if test.if_exists or test.quantifier == "ForAllValues" or not test.values:
        return False
    if test.key == "aws:sourceip":
        return test.operator == "IpAddress" and all(map(_narrow, test.values))
    fixed = not any(char in value for value in test.values for char in "*?$")
    return test.key in FIXING_KEYS and test.operator in FIXING_OPERATORS and fixed


def _narrow(value: str) -> bool:
    if "$" in value:
        return False
    network = ipaddress.ip_network(value, strict=False)
    return network.prefixlen >= WIDEST[network.version]
