"""Arithmetic on decimals, with Trino's precision and scale for the result.

https://trino.io/docs/current/functions/decimal.html
"""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.notes import coerced_type, type_of

NODES = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    result = type_of(node)
    if result.name != "decimal":
        return None
    left, right = coerced_type(node.left), coerced_type(node.right)
    a, b = emit.gen(node.left), emit.gen(node.right)
    wanted = t.duck_type(result)
    if isinstance(node, exp.Div):
        return _divided(a, b, (left, right, result))
    if isinstance(node, exp.Mul):
        return f"CAST({a} * {b} AS {wanted})"
    if isinstance(node, exp.Mod):
        return f"CAST(trino_mod({a}, {b}) AS {wanted})"
    operator = "+" if isinstance(node, exp.Add) else "-"
    return f"CAST(CAST({a} AS {wanted}) {operator} CAST({b} AS {wanted}) AS {wanted})"


def _divided(a: str, b: str, kinds: tuple[t.Type, t.Type, t.Type]) -> str:
    left, right, result = kinds
    shift = result.scale + right.scale - left.scale
    top, bottom = unscaled(a, left.scale), unscaled(b, right.scale)
    quotient = scaled(f"trino_round_div({top} * {10**shift}::HUGEINT, {bottom})", result)
    # Trino counts with 256 bits, the engine with 128: so many digits before the point they hold.
    digits = t.MAX_PRECISION - left.scale - max(shift, left.scale)
    others = t.MAX_PRECISION - 2 * right.scale
    tests = [
        f"abs(CAST({sql} AS DOUBLE)) >= 1e{size}"
        for sql, kind, size in ((a, left, digits), (b, right, others))
        if kind.precision - kind.scale > size
    ]
    if not tests:
        return quotient
    exact = f"py_divided(CAST({a} AS VARCHAR), CAST({b} AS VARCHAR), {result.scale})"
    return (
        f"CASE WHEN {' OR '.join(tests)} "
        f"THEN CAST({exact} AS {t.duck_type(result)}) ELSE {quotient} END"
    )


def unscaled(sql: str, scale: int) -> str:
    """The decimal as a whole number of its last digit."""
    if scale == 0:
        return f"CAST({sql} AS HUGEINT)"
    return f"CAST({sql} * CAST({10**scale} AS DECIMAL({scale + 1},0)) AS HUGEINT)"


def scaled(sql: str, kind: t.Type) -> str:
    """Back from the whole number."""
    whole = f"CAST({sql} AS DECIMAL(38,0))"
    if kind.scale == 0:
        return f"CAST({whole} AS {t.duck_type(kind)})"
    unit = "0." + "0" * (kind.scale - 1) + "1"
    factor = f"CAST({unit} AS DECIMAL({kind.scale + 1},{kind.scale}))"
    return f"CAST({whole} * {factor} AS {t.duck_type(kind)})"
