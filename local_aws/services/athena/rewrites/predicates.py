"""AND, OR, NOT, IS NULL, IN and EXISTS."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.rewrites.comparisons import comparable
from local_aws.services.athena.rewrites.equality import equal_sql
from local_aws.services.athena.trino.notes import coerced_type, type_of

NODES = (exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Exists)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, exp.And | exp.Or):
        word = "AND" if isinstance(node, exp.And) else "OR"
        return f"({emit.gen(node.left)} {word} {emit.gen(node.right)})"
    if isinstance(node, exp.Not):
        return f"(NOT {emit.gen(node.this)})"
    if isinstance(node, exp.Is):
        return f"({emit.gen(node.this)} IS NULL)"
    if isinstance(node, exp.Exists):
        return f"EXISTS ({emit.query(_inner(node.this))})"
    query = node.args.get("query")
    if query is not None and len(_inner(query).meta["outputs"]) > 1:
        return _row_in(node.this, query, emit)
    value = comparable(node.this, emit)
    if query is not None:
        return f"({value} IN ({emit.query(_inner(query))}))"
    items = [comparable(item, emit) for item in node.expressions]
    kind = coerced_type(node.this)
    if kind.of:
        return f"({' OR '.join(equal_sql(value, item, kind) for item in items)})"
    return f"({value} IN ({', '.join(items)}))"


def _row_in(row: exp.Expression, query: exp.Expression, emit: Emit) -> str:
    """(a, b) IN (SELECT ...): the engine wants its own tuple, not a struct."""
    kinds = coerced_type(row).of
    if isinstance(row, exp.Tuple):
        parts = [
            emit.cast(emit.gen(part), type_of(part), kind)
            for part, kind in zip(row.expressions, kinds, strict=True)
        ]
    else:
        value = emit.gen(row)
        parts = [f"struct_extract_at({value}, {i})" for i in range(1, len(kinds) + 1)]
    return f"(({', '.join(parts)}) IN ({emit.query(_inner(query))}))"


def _inner(node: exp.Expression) -> exp.Expression:
    return node.this if isinstance(node, exp.Subquery | exp.Paren) else node
