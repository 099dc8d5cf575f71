"""CAST of JSON to SQL's types, and of SQL's scalars to each other as SQL/JSON needs it.

The result is text that the engine casts to the type, or, of arrays, maps and rows, JSON whose
leaves are such texts. https://trino.io/docs/current/functions/json.html#cast-from-json
"""

from __future__ import annotations

import json
import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from local_aws.services.athena.duck.failures import fail
from local_aws.services.athena.duck.json_text import double_text, dumps, loads


class CastError(ValueError):
    """The value has no form of the wanted type."""


_BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}
_WIDE = Context(prec=200)
_WHOLE = re.compile(r"[+-]?\d+")
_FRACTION = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_TRUE, _FALSE = ("t", "true", "1"), ("f", "false", "0")


def scalar_text(kind: str, value: Any, target: str) -> str:
    """The scalar as text of the type `target`; CastError where it cannot be."""
    name, args = _parts(target)
    text = isinstance(value, str)
    if name in ("varchar", "char"):
        return _sized(kind, value, name, args)
    if text and kind not in ("varchar", "char"):
        raise CastError(target)
    if name in _BITS:
        return str(_within(_whole(value), name, value))
    if name in ("double", "real"):
        return _double(value)
    if name == "decimal":
        return _decimal(value, *args)
    if name == "boolean":
        return "true" if _truth(value) else "false"
    if text:
        return str(value)  # dates and times: the engine reads them
    raise CastError(target)


@lru_cache(maxsize=256)
def _parts(target: str) -> tuple[str, tuple[int, ...]]:
    name, _, inner = target.rstrip(")").partition("(")
    return name, tuple(int(p) for p in inner.split(",") if p)


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return double_text(value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _sized(kind: str, value: Any, name: str, args: tuple[int, ...]) -> str:
    text = text_of(value)
    if args and len(text) > args[0]:
        if kind not in ("varchar", "char"):
            raise CastError(f"Value {text} cannot be represented as {name}({args[0]})")
        return text[: args[0]]
    return text


def _whole(value: Any) -> int:
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, str):
        if not _WHOLE.fullmatch(value):
            raise CastError(value)
        return int(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise fail("NUMERIC_VALUE_OUT_OF_RANGE", f"Cannot cast {text_of(value)} to an integer")
    return int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP, _WIDE))


def _within(whole: int, name: str, value: Any) -> int:
    bits = _BITS[name]
    if -(2 ** (bits - 1)) <= whole < 2 ** (bits - 1):
        return whole
    if isinstance(value, float):
        raise fail("NUMERIC_VALUE_OUT_OF_RANGE", f"Out of range for {name}: {text_of(value)}")
    raise CastError(f"Out of range for {name}: {whole}")


def _double(value: Any) -> str:
    if isinstance(value, str):
        if not _FRACTION.fullmatch(value) and value not in ("NaN", "Infinity", "-Infinity"):
            raise CastError(value)
        return value
    return text_of(float(value))


def _decimal(value: Any, precision: int, scale: int) -> str:
    if isinstance(value, str) and not _FRACTION.fullmatch(value):
        raise CastError(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise CastError(text_of(value))
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    try:
        fitted = exact.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, _WIDE)
    except InvalidOperation:
        raise CastError(text_of(exact)) from None
    if abs(fitted) >= Decimal(10) ** (precision - scale):
        raise CastError(text_of(exact))
    return f"{fitted:f}"


def _truth(value: Any) -> bool:
    if not isinstance(value, str):
        return bool(value)
    if value.lower() in (*_TRUE, *_FALSE):
        return value.lower() in _TRUE
    raise CastError(value)


# --- CAST(json AS ...)


def to_scalar(text: str, target: str) -> str | None:
    """CAST of JSON to a scalar type: its text, or NULL for null."""
    try:
        return _leaf(loads(text), target)
    except (CastError, ValueError):
        raise fail("INVALID_CAST_ARGUMENT", f"Cannot cast '{text}' to {target}") from None


def _leaf(value: Any, target: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, dict | list):
        raise CastError(target)
    strings = isinstance(value, str)
    if not strings and _parts(target)[0] in ("date", "time"):
        raise CastError(f"Cannot cast JSON value to {target}; expected a JSON string")
    return scalar_text("varchar" if strings else "number", value, target)


def to_nested(text: str, shape: str, target: str) -> str:
    """CAST of JSON to an array, map or row: JSON with text for leaves. `shape` is the type as JSON:
    a scalar's name, ["array", x], ["map", k, v] or ["row", [name or null, x], ...]."""
    try:
        return json.dumps(_nested(loads(text), json.loads(shape)))
    except CastError as error:
        reason = str(error)
    except ValueError:
        reason = "Invalid JSON"
    raise fail("INVALID_CAST_ARGUMENT", f"Cannot cast to {target}. {reason}\n{text[:1000]}")


def _nested(value: Any, shape: Any) -> Any:
    if isinstance(shape, str):
        return dumps(value) if shape == "json" else _leaf(value, shape)
    if value is None:
        return None
    return {"array": _array, "map": _map, "row": _row}[shape[0]](value, shape)


def _array(value: Any, shape: list[Any]) -> list[Any]:
    if not isinstance(value, list):
        raise CastError(f"Expected a json array, but got {_start(value)}")
    return [_nested(item, shape[1]) for item in value]


def _map(value: Any, shape: list[Any]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise CastError(f"Expected a json object, but got {_start(value)}")
    found: dict[str, Any] = {}
    for key, item in value.items():
        name = str(_leaf(key, shape[1]))
        if name in found:
            raise CastError("Duplicate map keys are not allowed")
        found[name] = _nested(item, shape[2])
    return found


def _row(value: Any, shape: list[Any]) -> dict[str, Any]:
    fields = shape[1:]
    if isinstance(value, list):
        if len(value) != len(fields):
            raise CastError(f"Expected {len(fields)} fields, but got {len(value)}")
        values = value
    elif isinstance(value, dict):
        if any(name is None for name, _ in fields):
            raise CastError(
                "Cannot cast a JSON object to anonymous row type. Input must be a JSON array."
            )
        by_name = {key.lower(): item for key, item in value.items()}
        values = [by_name.get(str(name).lower()) for name, _ in fields]
    else:
        raise CastError(f"Expected a json array or object, but got {_start(value)}")
    return {
        str(name or f"field{i}"): _nested(item, kind)
        for i, (item, (name, kind)) in enumerate(zip(values, fields, strict=True))
    }


def _start(value: Any) -> str:
    if isinstance(value, dict | list):
        return "{" if isinstance(value, dict) else "["
    return text_of(value) if value is not None else "null"
