"""The operators of a statement's Condition.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
A key that the request does not have: a positive operator does not hold, a negated one does.
"""

import datetime as dt
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from local_aws.access import patterns
from local_aws.access.patterns import Lookup, Values

Compare = Callable[[str, str], bool]
"""A policy's value, expanded, against one value of the request."""

OPERATOR = re.compile(r"(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?")


@dataclass(frozen=True)
class Test:
    """One operator, one key and the values of which one has to fit."""

    operator: str
    key: str
    values: Values
    quantifier: str = ""
    if_exists: bool = False

    def holds(self, lookup: Lookup, *, variables: bool = True) -> bool:
        found = lookup(self.key)
        if self.operator == "Null":
            return str(not found).lower() in (value.lower() for value in self.values)
        if not found:
            if self.if_exists or self.quantifier == "ForAllValues":
                return True
            return self.quantifier != "ForAnyValue" and self.operator in NEGATED
        wanted = [patterns.expand(value, lookup, variables=variables) for value in self.values]
        known = [pattern for pattern in wanted if pattern is not None]
        fits = [self._fits(known, value) for value in found]
        if self.quantifier == "ForAnyValue":
            return any(fits)
        if self.quantifier == "ForAllValues" or self.operator in NEGATED:
            return all(fits)
        return any(fits)

    def _fits(self, wanted: list[str], value: str) -> bool:
        positive = NEGATED.get(self.operator, self.operator)
        found = any(COMPARE[positive](pattern, value) for pattern in wanted)
        return found != (self.operator in NEGATED)


def parse(name: str, key: str, values: Values) -> Test:
    """The test that a policy writes so; raises ValueError where there is no such operator.

    KeyError's cousin for values is ValueError too: a number, date or address that is none.
    """
    found = OPERATOR.fullmatch(name)
    operator = found[2] if found else ""
    known = operator in COMPARE or operator in NEGATED or operator == "Null"
    if found is None or not known or (operator == "Null" and (found[1] or found[3])):
        raise ValueError(f"Invalid Condition type : {name}")
    check = CHECKS.get(NEGATED.get(operator, operator))
    for value in values:
        if check and "${" not in value:
            check(value)
    return Test(operator, key.lower(), values, found[1] or "", bool(found[3]))


def _equal(pattern: str, value: str) -> bool:
    return patterns.plain(pattern) == value


def _equal_ignoring_case(pattern: str, value: str) -> bool:
    return patterns.plain(pattern).lower() == value.lower()


def _arn(pattern: str, value: str) -> bool:
    """Part by part, so that a wildcard does not reach over a colon."""
    wanted, found = pattern.split(":", 5), value.split(":", 5)
    return len(wanted) == len(found) and all(map(patterns.matches, wanted, found))


def _address(pattern: str, value: str) -> bool:
    try:
        return ipaddress.ip_address(value) in _network(patterns.plain(pattern))
    except ValueError:
        return False


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text, strict=False)


def _ordered(read: Callable[[str], float], holds: Callable[[float, float], bool]) -> Compare:
    def compare(pattern: str, value: str) -> bool:
        try:
            return holds(read(value), read(patterns.plain(pattern)))
        except (ValueError, OverflowError):
            return False

    return compare


def _number(text: str) -> float:
    if not re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,30})?", text.strip()):
        raise ValueError(f"'{text}' is not a number")
    return float(text)


def _moment(text: str) -> float:
    """Seconds since 1970, of such a number or of an ISO 8601 date; without a zone it is UTC."""
    if re.fullmatch(r"\d{1,12}", text):
        return float(text)
    moment = dt.datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


def _boolean(text: str) -> None:
    if text.lower() not in ("true", "false"):
        raise ValueError(f"'{text}' is neither true nor false")


ORDERS: dict[str, Callable[[float, float], bool]] = {
    "Equals": lambda a, b: a == b,
    "LessThan": lambda a, b: a < b,
    "LessThanEquals": lambda a, b: a <= b,
    "GreaterThan": lambda a, b: a > b,
    "GreaterThanEquals": lambda a, b: a >= b,
}
COMPARE: dict[str, Compare] = {
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": _equal_ignoring_case,
    "StringLike": patterns.matches,
    "Bool": _equal_ignoring_case,
    "BinaryEquals": _equal,
    "IpAddress": _address,
    "ArnEquals": _arn,
    "ArnLike": _arn,
    **{f"Numeric{name}": _ordered(_number, order) for name, order in ORDERS.items()},
    **{f"Date{name}": _ordered(_moment, order) for name, order in ORDERS.items()},
}
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
"""Negated operators by what they negate."""

CHECKS: dict[str, Callable[[str], object]] = {
    "IpAddress": _network,
    "Bool": _boolean,
    "Null": _boolean,
    **{f"Numeric{name}": _number for name in ORDERS},
    **{f"Date{name}": _moment for name in ORDERS},
}
"""What a value must be when the policy is put."""
