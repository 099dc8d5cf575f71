"""LIKE. Trino has no escape character unless one is given; neither has DuckDB."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino.notes import failed

NODES = (exp.Like, exp.Escape)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    like, escape = (node.this, node.expression) if isinstance(node, exp.Escape) else (node, None)
    # sqlglot marks NOT LIKE on the LIKE itself.
    word = "NOT LIKE" if like.args.get("negate") else "LIKE"
    body = f"{emit.gen(like.this)} {word} {emit.gen(like.expression)}"
    if escape is None:
        return f"({body})"
    _check(like.expression, escape)
    return f"({body} ESCAPE {emit.gen(escape)})"


def _check(pattern: exp.Expression, escape: exp.Expression) -> None:
    """What is written out is checked as Trino does; the engine lets a lone escape pass."""
    if not isinstance(escape, exp.Literal):
        return
    if len(escape.this) != 1:
        raise failed("INVALID_FUNCTION_ARGUMENT", "Escape string must be a single character")
    if not isinstance(pattern, exp.Literal):
        return
    rest = iter(pattern.this)
    for char in rest:
        if char == escape.this and next(rest, "") not in ("%", "_", escape.this):
            raise failed(
                "INVALID_FUNCTION_ARGUMENT",
                "Escape character must be followed by '%', '_' or the escape character itself",
            )
