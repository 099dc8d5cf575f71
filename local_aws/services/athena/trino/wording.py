"""How Trino writes an expression in its messages, and when it takes two for the same."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from local_aws.services.athena.trino.dialect import TrinoDialect

ARITHMETIC = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
COMPARISONS = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
}
_OPERATORS = {**ARITHMETIC, **COMPARISONS, exp.DPipe: "||", exp.And: "AND", exp.Or: "OR"}


def wording(node: exp.Expression) -> str:
    """The expression as Trino's messages have it: operators in brackets, names as written."""
    if isinstance(node, exp.Paren | exp.Alias):
        return wording(node.this)
    if isinstance(node, exp.Column):
        return ".".join(_name(part) for part in node.parts)
    if type(node) in _OPERATORS:
        return f"({wording(node.left)} {_OPERATORS[type(node)]} {wording(node.right)})"
    if isinstance(node, exp.Not):
        return f"(NOT {wording(node.this)})"
    if isinstance(node, exp.Anonymous):
        return f"{node.name}({', '.join(map(wording, node.expressions))})"
    return str(node.sql(TrinoDialect))


def _name(part: exp.Expression) -> str:
    plain = part.name.isidentifier()
    return part.name if plain or isinstance(part, exp.Star) else f'"{part.name}"'


def same(a: exp.Expression, b: exp.Expression) -> bool:
    """Whether two analysed expressions mean the same, however they are written."""
    return bool(canonical(a) == canonical(b))


def canonical(node: exp.Expression) -> Any:
    """A value that is equal for expressions that mean the same."""
    if isinstance(node, exp.Paren | exp.Alias):
        return canonical(node.this)
    path = tuple(node.meta.get("path") or ())
    base = node.meta.get("base")
    if base is not None:
        return (canonical(base), *path) if path else canonical(base)
    if "field" in node.meta:
        return ("field", node.meta["field"].sql, *path)
    if isinstance(node, exp.Identifier):
        return node.name.lower()
    parts = [(key, _value(value)) for key, value in node.args.items() if value]
    return (type(node).__name__, *parts)


def _value(value: Any) -> Any:
    if isinstance(value, exp.Expression):
        return canonical(value)
    if isinstance(value, list):
        return tuple(map(_value, value))
    return value.lower() if isinstance(value, str) and value.isidentifier() else value
