"""Literals of intervals, and the digits of the current moment.

https://trino.io/docs/current/language/types.html#interval-day-to-second
"""

from __future__ import annotations

import re
from fractions import Fraction

from sqlglot import exp

from local_aws.services.athena.errors import SyntaxRefused, not_supported
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.dialect import position
from local_aws.services.athena.trino.notes import failed

# The fields in their order, and how many of the engine's units (months, milliseconds) one has.
_MONTHS = {"YEAR": 12, "MONTH": 1}
_MILLISECONDS = {"DAY": 86_400_000, "HOUR": 3_600_000, "MINUTE": 60_000, "SECOND": 1000}
_SEPARATORS = {"MONTH": "-", "HOUR": " ", "MINUTE": ":", "SECOND": ":"}


def interval_literal(node: exp.Interval) -> t.Type:
    """Types an interval and notes its size, in months or milliseconds."""
    first, last = _fields(node)
    units = _MONTHS if first in _MONTHS else _MILLISECONDS
    names = list(units)
    if last not in units or names.index(last) < names.index(first):
        raise SyntaxRefused(f"Invalid interval: {first} TO {last}", position(node) or (1, 1))
    wanted = names[names.index(first) : names.index(last) + 1]
    sign, text = _signed_text(node)
    found = re.fullmatch(_pattern(wanted), text)
    if found is None:
        raise failed("INVALID_LITERAL", f"'{text}' is not a valid INTERVAL literal", node)
    size = sum(Fraction(found[name]) * units[name] for name in wanted)
    node.meta["size"] = int(size) * (-1 if found["sign"] == "-" else 1) * sign
    return t.YEAR_MONTH if units is _MONTHS else t.DAY_SECOND


def _fields(node: exp.Interval) -> tuple[str, str]:
    unit = node.args.get("unit")
    if isinstance(unit, exp.IntervalSpan):
        return unit.this.name.upper(), unit.expression.name.upper()
    name = unit.name.upper() if unit is not None else ""
    if node.this is None or name not in _MONTHS | _MILLISECONDS:
        raise SyntaxRefused(
            f"mismatched input '{name or 'INTERVAL'}'. Expecting: 'DAY', 'HOUR', 'MINUTE',"
            " 'MONTH', 'SECOND', 'YEAR'",
            position(node) or (1, 1),
        )
    return name, name


def _signed_text(node: exp.Interval) -> tuple[int, str]:
    value, sign = node.this, 1
    if isinstance(value, exp.Neg):
        value, sign = value.this, -1
    if not isinstance(value, exp.Literal):
        raise SyntaxRefused("mismatched input 'INTERVAL'", position(node) or (1, 1))
    return sign, value.this.strip()


def _pattern(fields: list[str]) -> str:
    """A number for each field; seconds may have a fraction."""
    number = dict.fromkeys(fields, r"\d+") | {"SECOND": r"\d+(?:\.\d+)?"}
    parts = [f"(?P<{name}>{number[name]})" for name in fields]
    separators = ["", *(_SEPARATORS[name] for name in fields[1:])]
    return r"(?P<sign>[+-]?)" + "".join(s + p for s, p in zip(separators, parts, strict=True))


def moment_digits(node: exp.Expression) -> tuple[int]:
    """current_timestamp(6): three digits of a second unless it says otherwise."""
    digits = node.args.get("this")
    size = int(digits.name) if digits is not None else 3
    if size > 6:
        raise not_supported("a moment of more than six digits of a second", position(node))
    return (size,)
