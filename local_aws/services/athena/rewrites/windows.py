"""OVER (...) and FILTER (WHERE ...), which go inside the templates of the functions."""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.rewrites.comparisons import comparable, form
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.notes import coerced_type
from local_aws.services.athena.trino.window_calls import WindowParts

NODES = (exp.Window, exp.Filter, exp.Ordered)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if isinstance(node, exp.Ordered):
        return ordered(node, emit)
    inner = node.this
    if isinstance(node, exp.Filter):
        inner.meta["filter"] = node.expression.this
        return emit.gen(inner)
    call = inner.this if isinstance(inner, exp.Filter) else inner
    call.meta["over"] = over(node, emit)
    return emit.gen(inner)


def over(node: exp.Expression, emit: Emit) -> str:
    """OVER and what follows it; named windows are spelt out."""
    return f" OVER ({definition(node, emit)})"


def definition(node: exp.Expression, emit: Emit) -> str:
    window: WindowParts = node.meta["window"]
    parts = []
    if window.partition:
        keys = ", ".join(form(key, emit) for key in window.partition)
        parts.append(f"PARTITION BY {keys}")
    if window.order:
        parts.append("ORDER BY " + ", ".join(ordered(item, emit) for item in window.order))
    if window.frame is not None:
        parts.append(_frame(window.frame, emit))
    return " ".join(parts)


def _frame(spec: exp.Expression, emit: Emit) -> str:
    start = _bound(spec, "start", emit)
    if spec.args.get("end"):
        return f"{spec.args['kind']} BETWEEN {start} AND {_bound(spec, 'end', emit)}"
    return f"{spec.args['kind']} {start}"


def _bound(spec: exp.Expression, which: str, emit: Emit) -> str:
    value = spec.args[which]
    text = emit.gen(value) if isinstance(value, exp.Expression) else str(value)
    counted = isinstance(value, exp.Expression) and not t.is_interval(coerced_type(value))
    if counted and not isinstance(value, exp.Literal):
        text = f"trino_frame_offset({text})"
    return f"{text} {spec.args.get(which + '_side') or ''}".strip()


def ordered(node: exp.Expression, emit: Emit, value: str | None = None) -> str:
    """Trino sorts NULL last, up or down, unless told otherwise; `value` stands for an ordinal."""
    ordinal = node.meta.get("ordinal")
    if value is None:
        value = str(ordinal) if ordinal is not None else comparable(node.this, emit)
    direction = "DESC" if node.args.get("desc") else "ASC"
    return f"{value} {direction} NULLS {'FIRST' if node.args.get('nulls_first') else 'LAST'}"
