"""JSON as Trino's older functions see it: the paths of json_extract, arrays, json_parse.

https://trino.io/docs/current/functions/json.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from local_aws.services.athena.duck.failures import fail
from local_aws.services.athena.duck.json_text import (
    EXACT,
    Number,
    dumps,
    loads,
    loads_exactly,
)

_MISSING = object()
_STEP = re.compile(r'\.([\w:]+)|\[(\w+)\]|\["((?:[^"\\]|\\["\\])*)"\]')


@lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[str, ...]:
    """$.a.b, $[0], $["a b"], $[a]: names, which are places too where there is an array."""
    steps, index = [], 1
    while index < len(path) or not path.startswith("$"):
        found = _STEP.match(path, index) if path.startswith("$") else None
        if found is None:
            raise fail("INVALID_FUNCTION_ARGUMENT", f"Invalid JSON path: '{path}'")
        name, subscript, quoted = found.groups()
        steps.append(name or subscript or re.sub(r"\\(.)", r"\1", quoted))
        index = found.end()
    return tuple(steps)


def _find(text: str, path: str) -> Any:
    steps = _steps(path)
    try:
        value = loads_exactly(text)
    except ValueError:
        return _stream(text, steps)
    for step in steps:
        value = _inside(value, step)
        if value is _MISSING:
            return _MISSING
    return value


def _inside(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step, _MISSING)
    if isinstance(value, list) and step.isdecimal():
        return value[int(step)] if int(step) < len(value) else _MISSING
    return _MISSING


_SPACE = re.compile(r"[ \t\r\n]*")


def _stream(text: str, steps: tuple[str, ...]) -> Any:
    """Trino reads no further than it must: what is broken after the value is not seen."""
    try:
        return _after(text, _SPACE.match(text, 0).end(), steps)  # type: ignore[union-attr]
    except (ValueError, IndexError):
        return _MISSING


def _after(text: str, index: int, steps: tuple[str, ...]) -> Any:
    if not steps:
        return _value(text, index)[0]
    opening = text[index]
    if opening not in "[{":
        return _MISSING
    index, number = _skip(text, index + 1), 0
    while text[index] not in "]}":
        key: Any = str(number)
        if opening == "{":
            key, index = _value(text, index)
            index = _skip(text, index)
            if not isinstance(key, str) or text[index] != ":":
                return _MISSING
            index = _skip(text, index + 1)
        if key == steps[0]:
            return _after(text, index, steps[1:])
        index = _skip(text, _value(text, index)[1])
        number += 1
        if text[index] == ",":
            index = _skip(text, index + 1)
        elif text[index] not in "]}":
            return _MISSING
    return _MISSING


def _skip(text: str, index: int) -> int:
    found = _SPACE.match(text, index)
    return found.end() if found else index


def _value(text: str, index: int) -> tuple[Any, int]:
    return EXACT.raw_decode(text, index)


def parse(text: str) -> str:
    try:
        return dumps(loads(text), sort=True)
    except ValueError:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Cannot convert value to JSON: '{text}'") from None


def extract(text: str, path: str) -> str | None:
    value = _find(text, path)
    return None if value is _MISSING else dumps(value)


def extract_scalar(text: str, path: str) -> str | None:
    return _scalar_text(_find(text, path))


def _scalar_text(value: Any) -> str | None:
    if value is _MISSING or value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, Number):
        return value.text
    return value if isinstance(value, str) else dumps(value)


def size(text: str, path: str) -> int | None:
    value = _find(text, path)
    if value is _MISSING:
        return None
    return len(value) if isinstance(value, dict | list) else 0


def _array(text: str) -> list[Any] | None:
    try:
        value = loads_exactly(text)
    except ValueError:
        return None
    return value if isinstance(value, list) else None


def get(text: str, index: int) -> str | None:
    """The element; a string as it is, without its quotes, as Trino has it."""
    values = _array(text)
    if values is None or not -len(values) <= index < len(values):
        return None
    value = values[index]
    return dumps(value) if isinstance(value, dict | list) else _scalar_text(value)


def length(text: str) -> int | None:
    values = _array(text)
    return None if values is None else len(values)


def contains(text: str, kind: str, wanted: str) -> bool | None:
    """Whether the array has the value; a whole number is not a fraction, nor text a number."""
    values = _array(text)
    if values is None:
        return None
    if kind == "boolean":
        return (wanted == "true") in [v for v in values if isinstance(v, bool)]
    if kind == "bigint":
        return int(wanted) in [v for v in values if type(v) is int]
    if kind == "double":
        return float(wanted) in [v for v in values if isinstance(v, float)]
    return wanted in [v for v in values if isinstance(v, str)]


def is_scalar(text: str) -> bool:
    try:
        return not isinstance(loads(text), dict | list)
    except ValueError:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Invalid JSON value: {text}") from None
