"""The frames of windows that Trino refuses.

https://trino.io/docs/current/functions/window.html
"""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.trino.notes import failed

_MUST_NOT_END = {
    "CURRENT ROW": ("PRECEDING",),
    "FOLLOWING": ("PRECEDING", "CURRENT ROW"),
}


def check_frame(spec: exp.WindowSpec, order: exp.Expression | None) -> None:
    start = _bound(spec, "start")
    end = _bound(spec, "end") if spec.args.get("end") else "CURRENT ROW"
    if start == "UNBOUNDED FOLLOWING":
        raise _invalid("Window frame start cannot be UNBOUNDED FOLLOWING", spec)
    if end == "UNBOUNDED PRECEDING":
        raise _invalid("Window frame end cannot be UNBOUNDED PRECEDING", spec)
    if end in _MUST_NOT_END.get(start, ()):
        raise _invalid(f"Window frame starting from {start} cannot end with {end}", spec)
    kind = spec.args["kind"].upper()
    if kind != "ROWS" and {start, end} & {"PRECEDING", "FOLLOWING"}:
        _check_order(kind, spec, order)


def _bound(spec: exp.WindowSpec, which: str) -> str:
    """CURRENT ROW, UNBOUNDED PRECEDING ..., or PRECEDING and FOLLOWING after an expression."""
    value, side = spec.args[which], (spec.args.get(f"{which}_side") or "").upper()
    return side if isinstance(value, exp.Expression) else f"{value} {side}".strip().upper()


def _check_order(kind: str, spec: exp.WindowSpec, order: exp.Expression | None) -> None:
    what = f"Window frame of type {kind} PRECEDING or FOLLOWING requires"
    if order is None:
        raise failed("MISSING_ORDER_BY", f"{what} ORDER BY", spec)
    count = len(order.expressions)
    if kind == "RANGE" and count != 1:
        raise failed(
            "INVALID_ORDER_BY", f"{what} single sort item in ORDER BY (actual: {count})", order
        )


def _invalid(message: str, spec: exp.WindowSpec) -> Exception:
    return failed("INVALID_WINDOW_FRAME", message, spec)
