"""Division and remainder of whole numbers: they stay whole, and zero is an error.

DuckDB's `/` is a double's, and its `//` and `%` give NULL for zero.
"""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino.notes import type_of
from local_aws.services.athena.trino.types import INTEGERS

NODES = (exp.Div, exp.Mod)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    a, b = emit.gen(node.left), emit.gen(node.right)
    divides = isinstance(node, exp.Div)
    if type_of(node).name not in INTEGERS:
        return f"({a} {'/' if divides else '%'} {b})"
    if isinstance(node.right, exp.Literal) and int(node.right.this) != 0:
        return f"({a} {'//' if divides else '%'} {b})"
    return f"trino_{'idiv' if divides else 'mod'}({a}, {b})"
