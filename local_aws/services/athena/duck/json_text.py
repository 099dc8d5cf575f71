"""JSON's text as Jackson reads and writes it, which is Trino's reader and writer."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

_ESCAPED = re.compile(r'["\\\x00-\x1f]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Repeated(dict[str, Any]):
    """An object that has a key more than once: the first value counts, the text keeps all."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(reversed(pairs))
        self.pairs = pairs


class Number(float):
    """A fraction that remembers its text."""

    text = ""


def loads(text: str) -> Any:
    """The value; of a repeated key the last one counts. ValueError when it is not JSON."""
    return _PLAIN.decode(text)


def loads_exactly(text: str) -> Any:
    """The value with numbers as they are written, and of a repeated key the first one."""
    return EXACT.decode(text)


def _refused(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _number(text: str) -> Number:
    value = Number(text)
    value.text = text
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repeated(pairs)


_PLAIN = json.JSONDecoder(parse_constant=_refused)
EXACT = json.JSONDecoder(parse_constant=_refused, parse_float=_number, object_pairs_hook=_object)


def dumps(value: Any, sort: bool = False) -> str:
    """Without spaces; fractions as Java's Double.toString writes them."""
    if isinstance(value, str):
        return f'"{_ESCAPED.sub(_escape, value)}"'
    if isinstance(value, dict):
        pairs = value.pairs if isinstance(value, Repeated) and not sort else list(value.items())
        members = (f"{dumps(k)}:{dumps(v, sort)}" for k, v in (sorted(pairs) if sort else pairs))
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join(dumps(item, sort) for item in value)}]"
    if isinstance(value, float):
        text = double_text(value)
        return text if math.isfinite(value) else f'"{text}"'
    if isinstance(value, Decimal):
        return f"{value:f}"
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else _plain(value)


def _plain(value: int | None) -> str:
    return "null" if value is None else str(value)


def _escape(match: re.Match[str]) -> str:
    return _SHORT.get(match[0]) or f"\\u{ord(match[0]):04X}"


def double_text(value: float) -> str:
    """Double.toString: 1.0E10 outside of 0.001 to 10,000,000."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "-Infinity" if value < 0 else "Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return f"{float(value)!r}"
    sign, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    first, *rest = map(str, digits)
    point = len(digits) + int(exponent) - 1
    return f"{'-' if sign else ''}{first}.{''.join(rest) or '0'}E{point}"
