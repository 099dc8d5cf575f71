"""LIKE. Trino has no escape character unless one is given; neither has DuckDB."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit

NODES = (exp.Like, exp.Escape)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, exp.Escape):
        like = node.this
        escape = emit.gen(node.expression)
        return f"({emit.gen(like.this)} LIKE {emit.gen(like.expression)} ESCAPE {escape})"
    return f"({emit.gen(node.this)} LIKE {emit.gen(node.expression)})"
