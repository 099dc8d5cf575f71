"""Intervals, and dates and timestamps with them.

A date plus an interval stays a date on Trino and becomes a timestamp on DuckDB.
"""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.errors import SyntaxRefused
from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.notes import coerced_type, type_of

NODES = (exp.Interval, exp.Add, exp.Sub, exp.Mul, exp.Div)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, exp.Interval):
        return _literal(node)
    left, right = coerced_type(node.left), coerced_type(node.right)
    if not any(t.is_interval(k) or k == t.DATE or t.is_timestamp(k) for k in (left, right)):
        return None
    a, b = emit.gen(node.left), emit.gen(node.right)
    if isinstance(node, exp.Mul):
        return f"({a} * {b})"
    if isinstance(node, exp.Div):
        return f"to_microseconds(CAST(epoch_us({a}) / {b} AS BIGINT))"
    return _sum(node, a, b, left, right)


def _sum(node: exp.Expression, a: str, b: str, left: t.Type, right: t.Type) -> str:
    operator = "+" if isinstance(node, exp.Add) else "-"
    if t.is_interval(left) and not t.is_interval(right):
        a, b, left, right = b, a, right, left
    if type_of(node) == t.DAY_SECOND and not t.is_interval(left):
        return _difference(a, b, left)
    if left == t.DATE:
        if right == t.DAY_SECOND and not _is_days(node.right) and not _is_days(node.left):
            b = f"trino_days({b})"
        return f"CAST({a} {operator} {b} AS DATE)"
    if left.name == "timestamp with time zone":
        if right == t.DAY_SECOND:
            return f"struct_pack(u := ({a}).u {operator} {b}, z := ({a}).z)"
        return f"trino_zoned(trino_local({a}) {operator} {b}, ({a}).z)"
    return f"({a} {operator} {b})"


def _is_days(node: exp.Expression) -> bool:
    return isinstance(node, exp.Interval) and node.unit.name.upper().rstrip("S") in ("DAY", "WEEK")


def _difference(a: str, b: str, kind: t.Type) -> str:
    if kind == t.DATE:
        return f"to_days(CAST({a} - {b} AS INTEGER))"
    if kind.name == "timestamp with time zone":
        a, b = f"({a}).u", f"({b}).u"
    return f"to_microseconds(epoch_us({a}) - epoch_us({b}))"


_UNITS = {"SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"}


def _literal(node: exp.Interval) -> str:
    unit = node.unit.name.upper().rstrip("S")
    text = node.this.name.strip()
    if unit not in _UNITS:
        raise SyntaxRefused(f"mismatched input '{unit}'")
    try:
        value = float(text)
    except ValueError:
        raise SyntaxRefused(f"Invalid interval literal '{text}'") from None
    if unit == "SECOND":
        return f"to_microseconds({round(value * 1_000_000)})"
    return f"to_{unit.lower()}s({int(value)})"
