"""Addition, subtraction and multiplication of whole numbers and doubles, and `||`."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino.notes import coerced_type, type_of

NODES = (exp.Add, exp.Sub, exp.Mul, exp.DPipe)

_OPERATORS = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.DPipe: "||"}


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    a, b = emit.gen(node.left), emit.gen(node.right)
    if isinstance(node, exp.DPipe) and type_of(node).name == "array":
        whole = [coerced_type(side) == type_of(node) for side in (node.left, node.right)]
        if whole == [True, False]:
            return f"trino_append({a}, {b})"
        if whole == [False, True]:
            return f"trino_prepend({a}, {b})"
    return f"({a} {_OPERATORS[type(node)]} {b})"
