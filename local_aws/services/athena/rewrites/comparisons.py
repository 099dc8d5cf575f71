"""Comparisons. Timestamps with a zone compare by their instant, whatever their zones."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino.notes import coerced_type
from local_aws.services.athena.trino.types import Type

NODES = (
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.Between,
)

_OPERATORS = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
}


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, exp.Between):
        return _between(node, emit)
    a = comparable(node.left, emit)
    if isinstance(node.right, exp.All | exp.Any):
        word = "ALL" if isinstance(node.right, exp.All) else "ANY"
        inner = node.right.this
        inner = inner.this if isinstance(inner, exp.Subquery | exp.Paren) else inner
        return f"({a} {_OPERATORS[type(node)]} {word} ({emit.query(inner)}))"
    return f"({a} {_OPERATORS[type(node)]} {comparable(node.right, emit)})"


def _between(node: exp.Between, emit: Emit) -> str:
    value = comparable(node.this, emit)
    low, high = (comparable(node.args[k], emit) for k in ("low", "high"))
    return f"({value} BETWEEN {low} AND {high})"


def comparable(node: exp.Expression, emit: Emit) -> str:
    """The value in a form that the engine compares as Trino does."""
    return comparable_sql(emit.gen(node), coerced_type(node))


def comparable_sql(sql: str, kind: Type) -> str:
    return f"({sql}).u" if kind.name == "timestamp with time zone" else sql
