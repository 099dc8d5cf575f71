"""Intervals, and moments with them.

A date plus an interval stays a date on Trino and becomes a timestamp on DuckDB; an interval times
a number is cut to whole milliseconds or months.
"""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.notes import coerced_type, type_of

NODES = (exp.Interval, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, exp.Interval):
        return _literal(node.meta["size"], type_of(node))
    if isinstance(node, exp.Neg):
        return f"(-{emit.gen(node.this)})" if t.is_interval(type_of(node)) else None
    left, right = coerced_type(node.left), coerced_type(node.right)
    if not any(t.is_interval(k) or k.name in _MOMENTS for k in (left, right)):
        return None
    a, b = emit.gen(node.left), emit.gen(node.right)
    if isinstance(node, exp.Mul | exp.Div):
        return _scaled(node, a, b, left, right)
    return _sum(node, a, b, left, right)


_MOMENTS = ("date", "time", "timestamp", "timestamp with time zone")


def _literal(size: int, kind: t.Type) -> str:
    return f"to_months({size})" if kind == t.YEAR_MONTH else f"to_microseconds({size * 1000})"


def _scaled(node: exp.Expression, a: str, b: str, left: t.Type, right: t.Type) -> str:
    if not t.is_interval(left):
        a, b, left, right = b, a, right, left
    size = f"trino_months({a})" if left == t.YEAR_MONTH else f"(epoch_us({a}) // 1000)"
    if isinstance(node, exp.Div):
        size = f"trino_divided({size}, {b})"
    elif right.name in t.FLOATING:
        size = f"trino_multiplied({size}, {b})"
    else:
        size = f"({size} * {b})"
    if left == t.YEAR_MONTH:
        return f"to_months(CAST({size} AS INTEGER))"
    return f"to_microseconds({size} * 1000)"


def _sum(node: exp.Expression, a: str, b: str, left: t.Type, right: t.Type) -> str:
    operator = "+" if isinstance(node, exp.Add) else "-"
    if t.is_interval(left) and not t.is_interval(right):
        a, b, left, right = b, a, right, left
    if type_of(node) == t.DAY_SECOND and not t.is_interval(left):
        return _difference(a, b, left)
    if left == t.DATE:
        b = f"trino_days({b})" if right == t.DAY_SECOND else b
        return f"CAST({a} {operator} {b} AS DATE)"
    if left.name == "timestamp with time zone":
        if right == t.DAY_SECOND:
            return f"struct_pack(u := ({a}).u {operator} {b}, z := ({a}).z)"
        return f"trino_zoned(trino_local({a}) {operator} {b}, ({a}).z)"
    return f"({a} {operator} {b})"


def _difference(a: str, b: str, kind: t.Type) -> str:
    """Of two moments, to the millisecond."""
    if kind == t.DATE:
        return f"to_days(CAST({a} - {b} AS INTEGER))"
    if kind.name == "timestamp with time zone":
        a, b = f"({a}).u", f"({b}).u"
    return f"to_microseconds((epoch_us({a}) - epoch_us({b})) // 1000 * 1000)"
