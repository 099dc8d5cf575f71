"""Arithmetic on decimals, with Trino's precision and scale for the result.

https://trino.io/docs/current/functions/decimal.html

A product of two decimals of 15 digits has 31, which the engine reckons with in 128 bits, several
times slower than in 64. Left to itself it keeps to 18 digits for as long as the values allow and
fails when one does not: `narrowed` lets it, and the model runs the exact translation when it fails.
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
        short = emit.narrow or result.precision <= _SHORT
        return f"CAST({a if short else _long(a, left)} * {b} AS {wanted})"
    if isinstance(node, exp.Mod):
        return f"CAST(trino_mod({a}, {b}) AS {wanted})"
    operator = "+" if isinstance(node, exp.Add) else "-"
    return f"CAST(CAST({a} AS {wanted}) {operator} CAST({b} AS {wanted}) AS {wanted})"


_SHORT = 18
"""Digits that the engine keeps in 64 bits; of two such it makes no longer product."""


def _long(sql: str, kind: t.Type) -> str:
    if kind.precision > _SHORT:
        return sql
    return f"CAST({sql} AS {t.duck_type(t.decimal(_SHORT + 1, kind.scale))})"


_KEPT = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}


def narrowed(node: exp.Expression, emit: Emit) -> str | None:
    """Sums and products of columns in the engine's own decimals, of the same scale as Trino's."""
    if not emit.narrow or type_of(node).name != "decimal":
        return None
    return _narrow(node, emit) if node.find(*_KEPT) is not None else None


def _narrow(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, exp.Paren):
        inner = _narrow(node.this, emit)
        return inner and f"({inner})"
    if type(node) in _KEPT and type_of(node).name == "decimal":
        sides = [_narrow(side, emit) for side in (node.left, node.right)]
        return None if None in sides else f"({sides[0]} {_KEPT[type(node)]} {sides[1]})"
    kind = type_of(node)
    if isinstance(node, exp.Literal) and kind == t.INTEGER:
        return str(node.this)
    plain = isinstance(node, exp.Column) and kind.name == "decimal" and kind.precision <= _SHORT
    return _column(node, emit) if plain else None


def _column(node: exp.Expression, emit: Emit) -> str:
    """The column as it is stored, without the digits that its place wants of it."""
    kept = node.meta.pop("to", None)
    sql = emit.gen(node)
    if kept is not None:
        node.meta["to"] = kept
    return sql


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
