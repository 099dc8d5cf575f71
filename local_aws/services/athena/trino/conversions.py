"""Types of arithmetic on decimals and moments, of typed literals, and what may be cast to what."""

from __future__ import annotations

import re

from sqlglot import exp

from local_aws.services.athena.errors import not_supported
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.dialect import position
from local_aws.services.athena.trino.notes import coerce, failed, mismatch


def decimal_result(node: exp.Binary, x: t.Type, y: t.Type) -> t.Type:
    """https://trino.io/docs/current/functions/decimal.html"""
    scale = max(x.scale, y.scale)
    if isinstance(node, exp.Mul):
        if x.scale + y.scale > t.MAX_PRECISION:
            raise failed(
                "INVALID_FUNCTION_ARGUMENT", "DECIMAL scale must be in range [0, precision]", node
            )
        return t.decimal(x.precision + y.precision, x.scale + y.scale)
    if isinstance(node, exp.Div):
        return t.decimal(x.precision + y.scale + max(0, y.scale - x.scale), scale)
    whole = [x.precision - x.scale, y.precision - y.scale]
    if isinstance(node, exp.Mod):
        return t.decimal(min(whole) + scale, scale)
    return t.decimal(max(whole) + scale + 1, scale)


def moment_arithmetic(node: exp.Binary, left: t.Type, right: t.Type) -> t.Type | None:
    """Dates, timestamps and intervals added and subtracted, intervals multiplied."""
    if isinstance(node, exp.Add | exp.Sub):
        if t.is_interval(left) and left == right:
            return left
        if t.is_interval(right) and (left.name in ("date", "time") or t.is_timestamp(left)):
            return left
        if (
            t.is_interval(left)
            and isinstance(node, exp.Add)
            and (right.name == "date" or t.is_timestamp(right))
        ):
            return right
        if isinstance(node, exp.Sub) and (t.is_timestamp(left) or left == t.DATE):
            common = t.common_type(left, right)
            if common is not None and (t.is_timestamp(right) or right == t.DATE):
                coerce(node.left, common)
                coerce(node.right, common)
                return t.DAY_SECOND
    if isinstance(node, exp.Mul) and t.is_interval(left) and t.is_number(right):
        return left
    if isinstance(node, exp.Mul) and t.is_interval(right) and t.is_number(left):
        return right
    if isinstance(node, exp.Div) and t.is_interval(left) and t.is_number(right):
        return left
    return None


_LOOSE = re.compile(r"^(decimal|timestamp|time)$")


def read_type(node: exp.DataType, place: exp.Expression) -> t.Type:
    """The type as it stands in a CAST."""
    text = node.sql("trino").lower()
    try:
        found = t.parse_type(_normal(text))
    except t.UnknownType:
        raise mismatch(f"Unknown type: {text}", place) from None
    if found.name == "decimal" and not found.args:
        return t.decimal(38, 0)
    if any(a > 6 for a in found.args if found.name.startswith("time")):
        raise not_supported(f"the type {found}: more than six digits of a second", position(place))
    if found.name in ("ipaddress", "time with time zone"):
        raise not_supported(f"the type {found.name}", position(place))
    return found


def _normal(text: str) -> str:
    if _LOOSE.match(text):
        return "decimal(38,0)" if text == "decimal" else text
    return re.sub(r"\bdecimal\b(?!\()", "decimal(38,0)", text)


def typed_literal(node: exp.Cast, target: t.Type) -> t.Type:
    """DECIMAL '1.50', TIMESTAMP '...': the text says the precision."""
    text = node.this.this
    if target.name == "decimal":
        digits = re.sub(r"[^\d.]", "", text)
        whole, _, fraction = digits.partition(".")
        precision = len(whole.lstrip("0")) + len(fraction)
        return t.decimal(max(precision, 1), len(fraction))
    match = re.match(r"^[^.]*?\d\d?:\d\d(?::\d\d(?:\.(\d+))?)?\s*(.*)$", text)
    if t.is_timestamp(target):
        precision = len(match.group(1) or "") if match else 0
        if precision > 6:
            raise not_supported("a timestamp of more than six digits", position(node))
        zoned = bool(match and match.group(2)) or target.name != "timestamp"
        return t.Type("timestamp with time zone" if zoned else "timestamp", (precision,))
    return target


_JSON_SCALARS = (*t.INTEGERS, *t.FLOATING, "boolean", "decimal", "varchar", "json")


def _to_json(kind: t.Type) -> bool:
    """https://trino.io/docs/current/functions/json.html#cast-to-json"""
    if kind.name == "map" and kind.of[0].name not in _JSON_SCALARS:
        return False
    if kind.of:
        return all(_to_json(inner) for inner in kind.of)
    return kind.name in (*_JSON_SCALARS, "unknown", "date", "timestamp")


def _from_json(kind: t.Type) -> bool:
    """https://trino.io/docs/current/functions/json.html#cast-from-json"""
    if kind.name == "map" and kind.of[0].name not in _JSON_SCALARS:
        return False
    if kind.of:
        return all(_from_json(inner) for inner in kind.of)
    return kind.name in (*_JSON_SCALARS, "date", "time")


_ANY_TEXT = {"varchar", "char"}


def castable(source: t.Type, target: t.Type) -> bool:
    if source == t.UNKNOWN or source == target or t.coerces(source, target):
        return True
    names = (source.name, target.name)
    if "json" in names:
        return _to_json(source) if target == t.JSON else _from_json(target)
    if source.of or target.of:
        return (
            source.name == target.name
            and len(source.of) == len(target.of)
            and all(castable(a, b) for a, b in zip(source.of, target.of, strict=True))
        )
    if target.name in _ANY_TEXT:
        return source != t.VARBINARY
    if source.name in _ANY_TEXT:
        return target != t.VARBINARY and not t.is_interval(target)
    numeric = {*t.INTEGERS, "decimal", "real", "double", "boolean"}
    if source.name in numeric:
        return target.name in numeric
    moments = {"date", "timestamp", "timestamp with time zone"}
    if source.name in moments and target.name == "time":
        return source.name != "date"
    return {source.name, target.name} <= moments
