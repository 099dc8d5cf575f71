"""Comparisons. Timestamps with a zone compare by their instant, whatever their zones.

NaN is equal to itself and above every number on DuckDB; on Trino it compares with nothing. Arrays,
rows and maps are compared part by part (`equality.py`).
"""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.rewrites.equality import equal_sql, form_sql, order_sql
from local_aws.services.athena.trino.notes import coerced_type, type_of
from local_aws.services.athena.trino.types import FLOATING, INTEGERS, Type
from local_aws.services.athena.trino.wording import COMPARISONS

_OPERATORS = {
    **COMPARISONS,
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
}
NODES = (*_OPERATORS, exp.Between)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, exp.Between):
        return _between(node, emit)
    a = comparable(node.left, emit)
    if isinstance(node.right, exp.All | exp.Any):
        word = "ALL" if isinstance(node.right, exp.All) else "ANY"
        inner = node.right.this
        inner = inner.this if isinstance(inner, exp.Subquery | exp.Paren) else inner
        return f"({a} {_OPERATORS[type(node)]} {word} ({emit.query(inner)}))"
    b = comparable(node.right, emit)
    kind = coerced_type(node.left)
    if kind.of:
        return _compared_by_parts(node, a, b, kind)
    compared = f"({a} {_OPERATORS[type(node)]} {b})"
    return _with_nan(node, compared, _nan_test(node.left, a), _nan_test(node.right, b))


def _compared_by_parts(node: exp.Expression, a: str, b: str, kind: Type) -> str:
    operator = _OPERATORS[type(node)]
    if isinstance(node, exp.EQ):
        return equal_sql(a, b, kind)
    if isinstance(node, exp.NEQ):
        return f"(NOT {equal_sql(a, b, kind)})"
    if isinstance(node, exp.NullSafeEQ | exp.NullSafeNEQ):
        return f"({form_sql(a, kind)} {operator} {form_sql(b, kind)})"
    return order_sql(a, operator, b, kind)


def _with_nan(node: exp.Expression, compared: str, left: str | None, right: str | None) -> str:
    """What Trino answers where a side is NaN, by the tests of the sides that can be."""
    if isinstance(node, exp.EQ | exp.NEQ):
        if not left or not right:
            return compared
        if isinstance(node, exp.EQ):
            return f"({compared} AND NOT {left})"
        return f"({compared} OR ({left} AND {right}))"
    greater = {exp.GT: left, exp.GTE: left, exp.LT: right, exp.LTE: right}.get(type(node))
    return f"({compared} AND NOT {greater})" if greater else compared


def _nan_test(node: exp.Expression, sql: str) -> str | None:
    return f"isnan({sql})" if type_of(node).name in FLOATING and not _is_number(node) else None


def _is_number(node: exp.Expression) -> bool:
    """Whether it cannot be NaN: numbers written out, decimals and integers, sums of such."""
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Select):
        [item] = node.this.meta["items"]
        return _is_number(item)
    if isinstance(node, exp.Paren | exp.Neg | exp.Cast | exp.Alias):
        return _is_number(node.this)
    if isinstance(node, exp.Add | exp.Sub | exp.Mul):
        return _is_number(node.left) and _is_number(node.right)
    kind = type_of(node)
    if isinstance(node, exp.Literal):
        return not node.is_string
    return kind.name in INTEGERS or kind.name == "decimal"


def _between(node: exp.Between, emit: Emit) -> str:
    value = comparable(node.this, emit)
    low, high = (comparable(node.args[k], emit) for k in ("low", "high"))
    kind = coerced_type(node.this)
    if kind.of:
        return f"({order_sql(value, '>=', low, kind)} AND {order_sql(value, '<=', high, kind)})"
    between = f"({value} BETWEEN {low} AND {high})"
    tests = (_nan_test(node.this, value), _nan_test(node.args["high"], high))
    numbers = "".join(f" AND NOT {test}" for test in tests if test)
    return f"({between}{numbers})" if numbers else between


def comparable(node: exp.Expression, emit: Emit) -> str:
    """The value in a form that the engine compares as Trino does."""
    return comparable_sql(emit.gen(node), coerced_type(node))


def form(node: exp.Expression, emit: Emit) -> str:
    """The value in a form that the engine groups by as Trino does."""
    return form_sql(emit.gen(node), coerced_type(node))


def comparable_sql(sql: str, kind: Type) -> str:
    if kind.name == "char":
        return f"rtrim({sql}, ' ')"
    return f"({sql}).u" if kind.name == "timestamp with time zone" else sql
