"""Literals. Athena reads 1.5 as a double where DuckDB reads a decimal."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.duck.quoting import quote
from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino.notes import type_of
from local_aws.services.athena.trino.types import DOUBLE, INTEGERS, duck_type

NODES = (
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.HexString,
    exp.Paren,
    exp.Neg,
)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, exp.Literal):
        return _literal(node)
    if isinstance(node, exp.Boolean):
        return "true" if node.this else "false"
    if isinstance(node, exp.Null):
        return "NULL"
    if isinstance(node, exp.HexString):
        return f"unhex('{''.join(node.this.split())}')"
    if isinstance(node, exp.Paren):
        return f"({emit.gen(node.this)})"
    return _negated(node, emit)


def _negated(node: exp.Neg, emit: Emit) -> str:
    kind = type_of(node)
    if isinstance(node.this, exp.Literal) and kind.name in INTEGERS:
        # The engine reads 2147483648 as a bigint before it sees the sign.
        return f"CAST(-{node.this.this} AS {duck_type(kind)})"
    return f"(-{emit.gen(node.this)})"


def _literal(node: exp.Literal) -> str:
    if node.is_string:
        return quote(node.this)
    if type_of(node) == DOUBLE:
        text = node.this.lower()
        return text if "e" in text else f"{text}e0"
    return str(node.this)
