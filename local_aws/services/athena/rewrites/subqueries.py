"""A query where a value is wanted."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit

NODES = (exp.Subquery, exp.Select)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    return f"({emit.query(node.this if isinstance(node, exp.Subquery) else node)})"
