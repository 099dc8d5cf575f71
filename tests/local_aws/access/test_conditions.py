"""The operators: what holds, what a missing key does, what is refused."""

import pytest

from local_aws.access.conditions import COMPARE, NEGATED, parse
from local_aws.access.patterns import Values


def holds(operator: str, wanted: list[str], found: Values | None) -> bool:
    return parse(operator, "aws:Key", tuple(wanted)).holds({"aws:key": found}.get)


TABLE: list[tuple[str, list[str], str, bool]] = [
    ("StringEquals", ["a", "b"], "b", True),
    ("StringEquals", ["A"], "a", False),
    ("StringEquals", ["a*"], "ab", False),
    ("StringNotEquals", ["a", "b"], "b", False),
    ("StringNotEquals", ["a", "b"], "c", True),
    ("StringEqualsIgnoreCase", ["AES256"], "aes256", True),
    ("StringNotEqualsIgnoreCase", ["AES256"], "aes256", False),
    ("StringLike", ["raw/*", "x"], "raw/a/b", True),
    ("StringNotLike", ["raw/*", "x"], "raw/a/b", False),
    ("NumericEquals", ["10"], "10.0", True),
    ("NumericNotEquals", ["10"], "11", True),
    ("NumericLessThan", ["10"], "9", True),
    ("NumericLessThanEquals", ["10"], "10", True),
    ("NumericGreaterThan", ["10"], "10", False),
    ("NumericGreaterThanEquals", ["10"], "x", False),
    ("DateGreaterThan", ["2026-01-01T00:00:00Z"], "2026-06-01T00:00:00+00:00", True),
    ("DateLessThan", ["1767225600"], "2025-12-31T23:59:59Z", True),
    ("DateEquals", ["2026-01-01"], "2026-01-01T00:00:00Z", True),
    ("DateNotEquals", ["2026-01-01"], "2026-01-01T00:00:00Z", False),
    ("DateLessThanEquals", ["2026-01-01"], "2026-01-02", False),
    ("DateGreaterThanEquals", ["2026-01-01"], "2026-01-02", True),
    ("Bool", ["false"], "false", True),
    ("Bool", ["True"], "true", True),
    ("Bool", ["true"], "false", False),
    ("BinaryEquals", ["QQ=="], "QQ==", True),
    ("IpAddress", ["10.0.0.0/8", "192.168.1.1"], "192.168.1.1", True),
    ("IpAddress", ["10.0.0.0/8"], "11.0.0.1", False),
    ("IpAddress", ["10.0.0.0/8"], "::1", False),
    ("IpAddress", ["2001:db8::/32"], "2001:db8::5", True),
    ("NotIpAddress", ["10.0.0.0/8"], "10.1.2.3", False),
    ("NotIpAddress", ["10.0.0.0/8"], "nonsense", True),
    ("ArnEquals", ["arn:aws:iam::*:role/lake-*"], "arn:aws:iam::1:role/lake-job", True),
    ("ArnLike", ["arn:aws:*:role/x"], "arn:aws:iam::1:role/x", False),
    ("ArnNotEquals", ["arn:aws:iam::1:role/x"], "arn:aws:iam::1:role/x", False),
    ("ArnNotLike", ["arn:aws:iam::1:role/*"], "arn:aws:iam::1:user/x", True),
]


@pytest.mark.parametrize(("operator", "wanted", "found", "expected"), TABLE)
def test_operator(operator: str, wanted: list[str], found: str, expected: bool) -> None:
    assert holds(operator, wanted, (found,)) is expected


def test_the_table_has_every_operator() -> None:
    assert {row[0] for row in TABLE} == {*COMPARE, *NEGATED}


@pytest.mark.parametrize("operator", [*COMPARE, *NEGATED])
def test_a_key_that_is_not_there(operator: str) -> None:
    values = {"N": ["1"], "D": ["2026-01-01"], "B": ["true"], "I": ["10.0.0.0/8"]}
    wanted = values.get(operator.removeprefix("Not")[0], ["x"])
    assert holds(operator, wanted, None) is (operator in NEGATED)
    assert holds(f"{operator}IfExists", wanted, None)
    assert holds(f"ForAllValues:{operator}", wanted, None)
    assert not holds(f"ForAnyValue:{operator}", wanted, None)


@pytest.mark.parametrize(
    ("wanted", "found", "expected"),
    [
        ("true", None, True),
        ("true", ("x",), False),
        ("false", ("x",), True),
        ("false", None, False),
    ],
)
def test_null(wanted: str, found: Values | None, expected: bool) -> None:
    assert holds("Null", [wanted], found) is expected


@pytest.mark.parametrize(
    ("operator", "found", "expected"),
    [
        ("ForAllValues:StringEquals", ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a", "c"), False),
        ("ForAnyValue:StringEquals", ("c", "b"), True),
        ("ForAnyValue:StringEquals", ("c",), False),
        ("ForAllValues:StringNotEquals", ("c", "a"), False),
        ("ForAnyValue:StringNotEquals", ("c", "a"), True),
    ],
)
def test_sets(operator: str, found: Values, expected: bool) -> None:
    assert holds(operator, ["a", "b"], found) is expected


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("StringEqual", "a"),
        ("StringEqualsifexists", "a"),
        ("ForEvery:StringEquals", "a"),
        ("NullIfExists", "true"),
        ("", "a"),
        ("NumericEquals", "ten"),
        ("NumericEquals", "nan"),
        ("DateLessThan", "tomorrow"),
        ("IpAddress", "10.0.0.0/33"),
        ("Bool", "yes"),
        ("Null", "maybe"),
    ],
)
def test_refused_when_put(operator: str, value: str) -> None:
    with pytest.raises(ValueError):
        parse(operator, "aws:Key", (value,))
