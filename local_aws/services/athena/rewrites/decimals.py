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
        shift = result.scale + right.scale - left.scale
        top = f"{unscaled(a, left.scale)} * {10**shift}::HUGEINT"
        quotient = f"trino_round_div({top}, {unscaled(b, right.scale)})"
        return scaled(quotient, result)
    if isinstance(node, exp.Mul):
        return f"CAST({a} * {b} AS {wanted})"
    if isinstance(node, exp.Mod):
        return f"CAST(trino_mod({a}, {b}) AS {wanted})"
    operator = "+" if isinstance(node, exp.Add) else "-"
    return f"CAST(CAST({a} AS {wanted}) {operator} CAST({b} AS {wanted}) AS {wanted})"


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
