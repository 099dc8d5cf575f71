"""CASE, IF, COALESCE, NULLIF, TRY and typeof."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.duck.quoting import quote
from local_aws.services.athena.errors import not_supported
from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.rewrites.comparisons import comparable, comparable_sql
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.dialect import position
from local_aws.services.athena.trino.notes import type_of

NODES = (exp.Case, exp.If, exp.Anonymous)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, exp.Case):
        return _case(node, emit)
    if isinstance(node, exp.If):
        other = node.args.get("false")
        otherwise = f" ELSE {emit.gen(other)}" if other is not None else ""
        return f"CASE WHEN {emit.gen(node.this)} THEN {emit.gen(node.args['true'])}{otherwise} END"
    return _call(node, emit)


def _case(node: exp.Case, emit: Emit) -> str:
    subject = f" {comparable(node.this, emit)}" if node.this is not None else ""
    parts = [f"CASE{subject}"]
    for branch in node.args["ifs"]:
        test = comparable(branch.this, emit) if subject else emit.gen(branch.this)
        parts.append(f"WHEN {test} THEN {emit.gen(branch.args['true'])}")
    default = node.args.get("default")
    if default is not None:
        parts.append(f"ELSE {emit.gen(default)}")
    return " ".join([*parts, "END"])


def _call(node: exp.Anonymous, emit: Emit) -> str | None:
    name = node.name.lower()
    args = node.expressions
    if name == "coalesce":
        return f"coalesce({', '.join(emit.gen(arg) for arg in args)})"
    if name == "nullif":
        return _nullif(node, emit)
    if name == "try":
        # In a lambda the engine does not see what repeats: it would work that out before the TRY.
        return f"TRY(list_transform([0], lambda tried: {_exact(args[0], emit)})[1])"
    if name == "typeof":
        return quote(str(type_of(args[0])))
    if name == "grouping":
        return f"CAST(grouping({', '.join(emit.gen(arg) for arg in args)}) AS INTEGER)"
    return None


def _exact(node: exp.Expression, emit: Emit) -> str:
    """Without short decimals: TRY would take their failure for the query's."""
    for kind, what in ((exp.Window, "a window function"), (exp.Query, "a subquery")):
        found = node.find(kind)
        if found is not None:
            raise not_supported(f"TRY over {what}", position(found))
    narrow, emit.narrow = emit.narrow, False
    sql = emit.gen(node)
    emit.narrow = narrow
    return sql


def _nullif(node: exp.Anonymous, emit: Emit) -> str:
    first, second = node.expressions
    common: t.Type = node.meta["compare"]
    value = emit.gen(first)
    a, b = (emit.cast(emit.gen(part), type_of(part), common) for part in (first, second))
    a, b = comparable_sql(a, common), comparable_sql(b, common)
    return f"CASE WHEN {a} = {b} THEN NULL ELSE {value} END"
