"""Types of arithmetic on decimals and moments, of typed literals, and what may be cast to what."""

from __future__ import annotations

import datetime as dt
import re

from sqlglot import exp

from local_aws.services.athena.errors import QueryFailed, not_supported
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
    """Dates, times, timestamps and intervals added and subtracted, intervals multiplied."""
    if isinstance(node, exp.Add | exp.Sub):
        if t.is_interval(left) and left == right:
            return left
        if t.is_interval(right):
            return _moved(left, right)
        if t.is_interval(left) and isinstance(node, exp.Add):
            return _moved(right, left)
        return _between(node, left, right) if isinstance(node, exp.Sub) else None
    if isinstance(node, exp.Mul | exp.Div) and t.is_interval(left) and t.is_number(right):
        whole = isinstance(node, exp.Mul) and right.name in t.INTEGERS
        coerce(node.right, t.BIGINT if whole else t.DOUBLE)
        return left
    if isinstance(node, exp.Mul) and t.is_interval(right) and t.is_number(left):
        coerce(node.left, t.BIGINT if left.name in t.INTEGERS else t.DOUBLE)
        return right
    return None


def _moved(moment: t.Type, interval: t.Type) -> t.Type | None:
    """A day-to-second interval has milliseconds, so the sum has them too."""
    if t.has_nanoseconds(moment):
        raise not_supported(f"a sum of {moment} and an interval")
    if moment == t.DATE or (t.is_timestamp(moment) and interval == t.YEAR_MONTH):
        return moment
    if interval == t.DAY_SECOND and (moment.name == "time" or t.is_timestamp(moment)):
        return t.Type(moment.name, (max(moment.precision, 3),))
    return None


def _between(node: exp.Binary, left: t.Type, right: t.Type) -> t.Type | None:
    common = t.common_type(left, right)
    if common is None or not (common == t.DATE or common.name == "time" or t.is_timestamp(common)):
        return None
    coerce(node.left, common)
    coerce(node.right, common)
    return t.DAY_SECOND


_MOST_DIGITS = {"time": 6, "timestamp": 9, "timestamp with time zone": 9}
_NOT_HERE = (
    "ipaddress",
    "time with time zone",
    "hyperloglog",
    "p4hyperloglog",
    "qdigest",
    "tdigest",
)


def read_type(node: exp.DataType, place: exp.Expression) -> t.Type:
    """The type as it stands in a CAST."""
    text = node.sql("trino").lower()
    plain = re.sub(r"[(]\d+[)]", "", text)
    if plain in _NOT_HERE or re.search(r"\btime with time zone", plain):
        raise not_supported(f"the type {text}", position(place))
    try:
        found = t.parse_type(re.sub(r"\bdecimal\b(?!\()", "decimal(38,0)", text))
    except t.UnknownType:
        raise mismatch(f"Unknown type: {text}", place) from None
    for inner in (found, *found.of):
        _check_size(inner, place)
    return found


def _check_size(kind: t.Type, place: exp.Expression) -> None:
    most = _MOST_DIGITS.get(kind.name)
    if most is not None and kind.precision > most:
        message = f"the type {kind}: more than {most} digits of a second"
        raise not_supported(message, position(place))
    if kind.name == "decimal":
        if not 0 < kind.precision <= t.MAX_PRECISION:
            raise _invalid(f"DECIMAL precision must be in range [1, 38]: {kind.precision}", place)
        if not 0 <= kind.scale <= kind.precision:
            raise _invalid(
                f"DECIMAL scale must be in range [0, precision ({kind.precision})]: {kind.scale}",
                place,
            )
    if kind.name == "char" and not 0 < kind.args[0] <= t.LONGEST_CHAR.args[0]:
        raise _invalid(f"CHAR length must be in range [0, 65536], got {kind.args[0]}", place)


def _invalid(message: str, place: exp.Expression) -> QueryFailed:
    return failed("INVALID_FUNCTION_ARGUMENT", message, place)


_DATE_PART = r"[+-]?\d{4,}-\d{1,2}-\d{1,2}"
_CLOCK_PART = r"\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.(?P<fraction>\d+))?)?"
_ZONE_PART = r"(?:\s*(?P<zone>[+-]\d{1,2}(?::?\d\d)?|[A-Za-z]\S*))?"
_TIMESTAMP = re.compile(rf"{_DATE_PART}(?:\s+{_CLOCK_PART})?{_ZONE_PART}")
_TIME = re.compile(rf"{_CLOCK_PART}{_ZONE_PART}")


def typed_literal(node: exp.Cast, target: t.Type) -> t.Type:
    """DECIMAL '1.50', TIMESTAMP '...': the text says the precision, and must be one."""
    text = node.this.this
    if target.name == "char":
        return t.Type("char", (max(len(text), 1),))
    reader = _READERS.get(target.name)
    try:
        return reader(text, target) if reader else target
    except (ValueError, OverflowError):
        name = target.name.split()[0].upper()
        message = f"'{text}' is not a valid {name} literal"
        raise failed("INVALID_LITERAL", message, node) from None
    except _TooFine:
        raise not_supported("a literal of so many digits of a second", position(node)) from None


class _TooFine(Exception):
    """More digits of a second than the engine keeps."""


def _decimal_of(text: str, _: t.Type) -> t.Type:
    found = re.fullmatch(r"[+-]?(\d*)(?:\.(\d*))?", text)
    if found is None or not (found[1] or found[2]):
        raise ValueError(text)
    whole, fraction = found[1].lstrip("0"), found[2] or ""
    precision = max(len(whole) + len(fraction), 1)
    if precision > t.MAX_PRECISION:
        raise ValueError(text)
    return t.decimal(precision, len(fraction))


def _integer_of(text: str, target: t.Type) -> t.Type:
    if not re.fullmatch(r"[+-]?\d+", text) or not t.holds(target, int(text)):
        raise ValueError(text)
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


def _real_of(text: str, target: t.Type) -> t.Type:
    float(re.sub(r"(?<=[\d.])[fFdD]$", "", text).replace("_", "x"))
    return target


def _boolean_of(text: str, target: t.Type) -> t.Type:
    if text.lower() not in ("t", "true", "1", "f", "false", "0"):
        raise ValueError(text)
    return target


def _date_of(text: str, target: t.Type) -> t.Type:
    if not re.fullmatch(_DATE_PART, text.strip()):
        raise ValueError(text)
    _check_date(text)
    return target


def _check_date(text: str) -> None:
    year, month, day = map(int, text.strip().lstrip("+").rsplit("-", 2))
    # The calendar repeats: a year beyond Python's has the months of one within.
    dt.date(year if 0 < year < 10_000 else 2000 + year % 400, month, day)


def _timestamp_of(text: str, target: t.Type) -> t.Type:
    found = _TIMESTAMP.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    day, _, clock = text.strip().partition(" ")
    _check_date(day)
    _check_clock(clock)
    zoned = found["zone"] or target.name != "timestamp"
    kind = "timestamp with time zone" if zoned else "timestamp"
    return t.Type(kind, _digits(found["fraction"], _MOST_DIGITS[kind]))


def _check_clock(text: str) -> None:
    found = re.match(r"\s*(\d+):(\d+)(?::(\d+))?", text)
    if found is not None:
        hour, minute, second = (int(part or 0) for part in found.groups())
        dt.time(hour, minute, second)


def _time_of(text: str, _: t.Type) -> t.Type:
    found = _TIME.fullmatch(text.strip())
    if found is None or found["zone"]:
        raise ValueError(text)
    _check_clock(text)
    return t.Type("time", _digits(found["fraction"], _MOST_DIGITS["time"]))


def _digits(fraction: str | None, most: int) -> tuple[int]:
    size = len(fraction or "")
    if size > most:
        raise _TooFine
    return (size,)


def _uuid_of(text: str, target: t.Type) -> t.Type:
    if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
        raise ValueError(text)
    return target


_READERS = {
    "decimal": _decimal_of,
    **dict.fromkeys(t.INTEGERS, _integer_of),
    **dict.fromkeys(t.FLOATING, _real_of),
    "boolean": _boolean_of,
    "date": _date_of,
    "time": _time_of,
    "timestamp": _timestamp_of,
    "timestamp with time zone": _timestamp_of,
    "uuid": _uuid_of,
}

_ANY_TEXT = {"varchar", "char"}
_NUMERIC = {*t.INTEGERS, "decimal", "real", "double", "boolean"}
_FROM_TEXT = {*_NUMERIC, "varchar", "char", "date", "time", "timestamp", "uuid", "varbinary"}
_FROM_TEXT |= {"timestamp with time zone"}
_MOMENTS = {"date", "timestamp", "timestamp with time zone"}
_TO_TIME = {"time", "timestamp", "timestamp with time zone"}


def castable(source: t.Type, target: t.Type) -> bool:
    """https://trino.io/docs/current/functions/conversion.html"""
    if source == t.UNKNOWN or source == target or t.coerces(source, target):
        return True
    names = {source.name, target.name}
    if "json" in names:
        return _to_json(source) if target == t.JSON else _from_json(target)
    if source.of or target.of:
        return (
            source.name == target.name
            and len(source.of) == len(target.of)
            and all(castable(a, b) for a, b in zip(source.of, target.of, strict=True))
        )
    return _scalar_castable(source.name, target.name)


def _scalar_castable(source: str, target: str) -> bool:
    if source in _ANY_TEXT:
        return target in _FROM_TEXT
    if target == "varchar":
        return source != "varbinary"
    if {source, target} == {"uuid", "varbinary"} or {source, target} <= _NUMERIC:
        return True
    if source == "time" or target == "time":
        return {source, target} <= _TO_TIME
    return {source, target} <= _MOMENTS
