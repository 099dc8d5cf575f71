"""A query where a value is wanted: of several columns it makes a row."""

# ruff: noqa: S608 - writing SQL is what a rewrite does
from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.duck.quoting import identifier
from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.notes import type_of

NODES = (exp.Subquery, exp.Select)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    inner = node.this if isinstance(node, exp.Subquery) else node
    outputs = inner.meta["outputs"]
    if len(outputs) == 1:
        return f"({emit.query(inner)})"
    names = [f"w{i}" for i in range(len(outputs))]
    kind = type_of(node)
    fields = ", ".join(
        f"{identifier(t.field_name(kind, i))} := {name}" for i, name in enumerate(names)
    )
    return f"(SELECT struct_pack({fields}) FROM ({emit.query(inner)}) AS w({', '.join(names)}))"
