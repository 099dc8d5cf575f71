"""Columns and lambda arguments by the names that the engine knows them by; fields of rows."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.duck.quoting import identifier
from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino.notes import type_of

NODES = (exp.Column, exp.Identifier, exp.Dot)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    base = node.meta.get("base")
    sql = emit.gen(base) if base is not None else node.meta["field"].sql
    for name in node.meta["path"]:
        sql = f"({sql}).{identifier(name)}"
    kind = type_of(node)
    if kind.name == "char" and base is None and node.meta["field"].origin is not None:
        # Files hold a char without the spaces at its end.
        return f"rpad({sql}, {kind.args[0]}, ' ')"
    return str(sql)
