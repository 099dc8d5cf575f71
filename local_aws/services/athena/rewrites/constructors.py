"""ARRAY[...] and rows."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.duck.quoting import identifier
from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.notes import type_of

NODES = (exp.Array, exp.Tuple, exp.Anonymous)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, exp.Array):
        kind = type_of(node)
        items = [emit.gen(item) for item in node.expressions]
        if kind.of[0] == t.UNKNOWN:
            # DuckDB's list_zip breaks on [NULL] that is given its type afterwards.
            items = [emit.cast(item, t.UNKNOWN, t.INTEGER) for item in items]
        return f"CAST([{', '.join(items)}] AS {t.duck_type(kind)})"
    if isinstance(node, exp.Anonymous) and node.name.lower() != "row":
        return None
    return row_sql(type_of(node), [emit.gen(item) for item in node.expressions])


def row_sql(kind: t.Type, values: list[str]) -> str:
    """A row with these values, each typed as the row says."""
    parts = [
        f"{identifier(t.field_name(kind, i))} := CAST({value} AS {t.duck_type(kind.of[i])})"
        for i, value in enumerate(values)
    ]
    return f"struct_pack({', '.join(parts)})"
