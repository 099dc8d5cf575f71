"""What the analysis notes on a node for the translation: its type and what it must become."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.dialect import position


def type_of(node: exp.Expression) -> t.Type:
    """The node's own type, before any coercion."""
    found: t.Type = node.meta["t"]
    return found


def coerced_type(node: exp.Expression) -> t.Type:
    found: t.Type = node.meta.get("to") or node.meta["t"]
    return found


def coerce(node: exp.Expression, target: t.Type) -> None:
    """Notes that the value is wanted as `target`."""
    if type_of(node) != target:
        node.meta["to"] = target
    else:
        node.meta.pop("to", None)


def failed(code: str, message: str, node: exp.Expression | None = None) -> QueryFailed:
    return QueryFailed(code, message, position(node) if node is not None else None)


def mismatch(message: str, node: exp.Expression | None = None) -> QueryFailed:
    return failed("TYPE_MISMATCH", message, node)


_SAME_TYPE = "must be the same type"


def unify(nodes: list[exp.Expression], what: str) -> t.Type:
    """Coerces all to one type."""
    common = type_of(nodes[0])
    for node in nodes[1:]:
        merged = t.common_type(common, type_of(node))
        if merged is None:
            raise mismatch(_not_alike(nodes, what, common, type_of(node)), node)
        common = merged
    for node in nodes:
        coerce(node, common)
    return common


def _not_alike(nodes: list[exp.Expression], what: str, one: t.Type, other: t.Type) -> str:
    if not what.endswith(_SAME_TYPE):
        return f"{what}: {one} vs {other}"
    kinds = ", ".join(dict.fromkeys(str(type_of(node)) for node in nodes))
    return (
        f"{what} or coercible to a common type. Cannot find common type between {one} and {other},"
        f" all types (without duplicates): [{kinds}]"
    )


def note(node: exp.Expression, kind: t.Type, **notes: Any) -> t.Type:
    node.meta["t"] = kind
    node.meta.update(notes)
    return kind
