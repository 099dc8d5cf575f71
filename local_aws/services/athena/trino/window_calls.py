"""Types OVER (...) and checks its frame.

https://trino.io/docs/current/sql/select.html#window-clause
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from local_aws.services.athena.errors import SyntaxRefused, not_supported
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.dialect import position
from local_aws.services.athena.trino.listagg import Listagg
from local_aws.services.athena.trino.notes import failed, mismatch, type_of
from local_aws.services.athena.trino.scope import Scope, fold

_WITH_NULLS = ("first_value", "lag", "last_value", "lead", "nth_value")


@dataclass(frozen=True)
class WindowParts:
    """What a window is made of, its named windows looked up."""

    partition: list[exp.Expression]
    order: list[exp.Expression]
    frame: exp.Expression | None


class WindowTyper:
    """The part of the typer that knows windows."""

    if TYPE_CHECKING:

        def visit(self, node: exp.Expression, scope: Scope) -> t.Type: ...

    def _window(self, node: exp.Window, scope: Scope) -> t.Type:
        inner = node.this
        nulls = None
        if isinstance(inner, exp.IgnoreNulls | exp.RespectNulls):
            nulls = "IGNORE NULLS" if isinstance(inner, exp.IgnoreNulls) else "RESPECT NULLS"
            node.set("this", inner.this)
            inner = node.this
        kind = self.visit(inner, scope)
        call = inner.this if isinstance(inner, exp.Filter) else inner
        signature = call.meta.get("signature")
        if signature is None or not signature.kind:
            raise failed("FUNCTION_NOT_WINDOW", f"Not a window function: {call.name}", node)
        _check_call(call, nulls)
        call.meta["nulls"] = nulls
        call.meta["windowed"] = True
        self.window_parts(node, scope)
        _check_offsets(signature.name, node.meta["window"], node)
        return kind

    def window_parts(self, node: exp.Expression, scope: Scope) -> None:
        """PARTITION BY, ORDER BY and the frame, of OVER (...) or of WINDOW w AS (...)."""
        for part in node.args.get("partition_by") or []:
            self.visit(part, scope)
        order = node.args.get("order")
        for item in order.expressions if order else []:
            self.sort_key(item, scope)
        spec = node.args.get("spec")
        for bound in ("start", "end"):
            value = spec.args.get(bound) if spec else None
            if isinstance(value, exp.Expression):
                self.visit(value, scope)
        node.meta["window"] = _resolved(node)
        _check_frame(node, node.meta["window"])

    def sort_key(self, item: exp.Expression, scope: Scope) -> None:
        kind = self.visit(item.this, scope)
        if not t.orderable(kind):
            raise mismatch(
                f"Type {kind} is not orderable, and therefore cannot be used in ORDER BY", item
            )


def _check_call(call: exp.Expression, nulls: str | None) -> None:
    if isinstance(call, Listagg):
        raise SyntaxRefused("mismatched input '('", position(call) or (1, 1))
    if call.meta.get("distinct"):
        raise not_supported("DISTINCT in window function parameters", position(call))
    if call.meta.get("order"):
        raise not_supported("a window function with ORDER BY", position(call))
    if nulls and call.name.lower() not in _WITH_NULLS:
        raise failed(
            "NULL_TREATMENT_NOT_ALLOWED",
            f"Cannot specify null treatment clause for {call.name} function",
            call,
        )


def _check_offsets(name: str, window: WindowParts, node: exp.Expression) -> None:
    if name not in ("lag", "lead"):
        return
    if not window.order:
        raise failed(
            "MISSING_ORDER_BY", f"{name} function requires an ORDER BY window clause", node
        )
    if window.frame is not None:
        raise failed(
            "INVALID_WINDOW_FRAME", f"Cannot specify window frame for {name} function", node
        )


def _resolved(node: exp.Expression) -> WindowParts:
    """The window with what it takes over from a named one."""
    order = node.args.get("order")
    own = WindowParts(
        list(node.args.get("partition_by") or []),
        list(order.expressions) if order else [],
        node.args.get("spec"),
    )
    alias = node.args.get("alias")
    if alias is None:
        return own
    base = _named(node, alias.name)
    plain = not (own.partition or own.order or own.frame)
    if own.partition:
        raise failed(
            "INVALID_PARTITION_BY",
            "WINDOW specification with named WINDOW reference cannot specify PARTITION BY",
            node,
        )
    if own.order and base.order:
        raise failed(
            "INVALID_ORDER_BY",
            "Cannot specify ORDER BY if referenced named WINDOW specifies ORDER BY",
            node,
        )
    if base.frame is not None and not plain:
        raise failed(
            "INVALID_WINDOW_REFERENCE",
            "Cannot reference named WINDOW containing frame specification",
            node,
        )
    return WindowParts(base.partition, own.order or base.order, own.frame or base.frame)


def _named(node: exp.Expression, name: str) -> WindowParts:
    select = node.find_ancestor(exp.Select)
    for window in (select.args.get("windows") or []) if select else []:
        if fold(window.this.name) == fold(name) and "window" in window.meta:
            found: WindowParts = window.meta["window"]
            return found
    raise failed(
        "INVALID_WINDOW_REFERENCE", f"Cannot resolve WINDOW name {name}", node.args["alias"]
    )


# The kinds of a frame's bounds, from its first row to its last.
_BOUNDS = ["UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING", "UNBOUNDED FOLLOWING"]


def _check_frame(node: exp.Expression, window: WindowParts) -> None:
    frame = window.frame
    if frame is None:
        return
    if frame.args.get("exclude"):
        raise SyntaxRefused("mismatched input 'EXCLUDE'", position(node) or (1, 1))
    start = _bound(frame, "start")
    end = _bound(frame, "end") if frame.args.get("end") else "CURRENT ROW"
    if start == "UNBOUNDED FOLLOWING":
        raise _invalid("Window frame start cannot be UNBOUNDED FOLLOWING", frame)
    if end == "UNBOUNDED PRECEDING":
        raise _invalid("Window frame end cannot be UNBOUNDED PRECEDING", frame)
    if _BOUNDS.index(start) > _BOUNDS.index(end):
        raise _invalid(f"Window frame starting from {start} cannot end with {end}", frame)
    kind = frame.args["kind"].upper()
    if kind == "RANGE":
        _check_range(window, frame)
    else:
        _check_counts(kind, window, frame)


def _invalid(message: str, node: exp.Expression) -> Exception:
    return failed("INVALID_WINDOW_FRAME", message, node)


def _bound(frame: exp.Expression, which: str) -> str:
    value, side = frame.args[which], (frame.args.get(f"{which}_side") or "").upper()
    return side if isinstance(value, exp.Expression) else f"{value} {side}".strip().upper()


def _values(frame: exp.Expression) -> list[tuple[str, exp.Expression]]:
    return [
        (which.upper(), frame.args[which])
        for which in ("start", "end")
        if isinstance(frame.args.get(which), exp.Expression)
    ]


def _check_counts(kind: str, window: WindowParts, frame: exp.Expression) -> None:
    if kind == "GROUPS" and not window.order:
        raise failed(
            "MISSING_ORDER_BY",
            "Window frame of type GROUPS PRECEDING or FOLLOWING requires ORDER BY",
            frame,
        )
    for which, value in _values(frame):
        given = type_of(value)
        if given.name not in t.INTEGERS and not (given.name == "decimal" and given.scale == 0):
            raise mismatch(
                f"Window frame {kind} {which} value type must be exact numeric type with scale 0"
                f" (actual {given})",
                value,
            )


def _check_range(window: WindowParts, frame: exp.Expression) -> None:
    values: list[Any] = _values(frame)
    if not values:
        return
    what = "Window frame of type RANGE PRECEDING or FOLLOWING requires"
    if not window.order:
        raise failed("MISSING_ORDER_BY", f"{what} ORDER BY", frame)
    if len(window.order) > 1:
        raise failed(
            "INVALID_ORDER_BY",
            f"{what} single sort item in ORDER BY (actual: {len(window.order)})",
            window.order[0],
        )
    key = type_of(window.order[0].this)
    moment = key.name in ("date", "time") or t.is_timestamp(key)
    if not (t.is_number(key) or moment or t.is_interval(key)):
        raise mismatch(
            f"{what} that sort item type be numeric, datetime or interval (actual: {key})",
            window.order[0],
        )
    for _, value in values:
        given = type_of(value)
        if not (t.is_number(key) and t.is_number(given)) and not t.is_interval(given):
            raise mismatch(
                f"Window frame RANGE value type ({given}) not compatible with sort item type"
                f" ({key})",
                value,
            )
