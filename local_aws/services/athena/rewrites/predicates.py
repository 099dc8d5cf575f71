"""AND, OR, NOT, IS NULL, IN and EXISTS."""

# ruff: noqa: S608 - writing SQL is what a rewrite does
from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.rewrites.comparisons import comparable, form
from local_aws.services.athena.rewrites.equality import equal_sql, form_sql, has_forms
from local_aws.services.athena.trino.notes import coerced_type, type_of
from local_aws.services.athena.trino.types import Type

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
    kind = coerced_type(node.this)
    if query is not None:
        return f"({form(node.this, emit)} IN ({_forms(query, [kind], emit)}))"
    value = comparable(node.this, emit)
    items = [comparable(item, emit) for item in node.expressions]
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
    forms = [form_sql(part, kind) for part, kind in zip(parts, kinds, strict=True)]
    return f"(({', '.join(forms)}) IN ({_forms(query, kinds, emit)}))"


def _forms(query: exp.Expression, kinds: Sequence[Type], emit: Emit) -> str:
    """The query's rows in the forms that the engine finds as Trino does."""
    sql = emit.query(_inner(query))
    if not any(map(has_forms, kinds)):
        return sql
    names = [f"f{i}" for i in range(len(kinds))]
    forms = ", ".join(form_sql(name, kind) for name, kind in zip(names, kinds, strict=True))
    return f"SELECT {forms} FROM ({sql}) AS forms({', '.join(names)})"


def _inner(node: exp.Expression) -> exp.Expression:
    return node.this if isinstance(node, exp.Subquery | exp.Paren) else node
