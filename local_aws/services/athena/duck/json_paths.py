"""JSON as Trino's functions see it: paths, scalars, and the normal form of json_parse.

https://trino.io/docs/current/functions/json.html
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from local_aws.services.athena.duck.failures import fail

_MISSING = object()
_STEP = re.compile(
    r"\.\.|\.(\w+|\*)|\[\s*(-?\d+|\*)\s*\]|\[\s*\"((?:[^\"\\]|\\.)*)\"\s*\]|\['((?:[^'\\]|\\.)*)'\]|\.\"([^\"]*)\""
)


@lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[Any, ...]:
    if not path.startswith("$"):
        path = "$." + path
    steps: list[Any] = []
    index = 1
    while index < len(path):
        found = _STEP.match(path, index)
        if found is None or found[0] == "..":
            raise fail("INVALID_FUNCTION_ARGUMENT", f"Invalid JSON path: '{path}'")
        name, number, *quoted = found.groups()
        if "*" in (name, number):
            raise fail("NOT_SUPPORTED", f"JSON path '{path}' is not supported by local_aws")
        steps.append(_step(name, number, quoted))
        index = found.end()
    return tuple(steps)


def _step(name: str | None, number: str | None, quoted: list[str | None]) -> str | int:
    if number is not None:
        return int(number)
    return name if name is not None else next(q for q in quoted if q is not None)


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=_number)


class _Number(float):
    """A number that is written back as it was read."""

    text = ""

    def __repr__(self) -> str:
        return self.text


def _number(text: str) -> _Number:
    value = _Number(text)
    value.text = text
    return value


def _dumps(value: Any, sort: bool = False) -> str:
    if isinstance(value, dict):
        keys = sorted(value) if sort else list(value)
        return (
            "{"
            + ",".join(
                f"{json.dumps(k, ensure_ascii=False)}:{_dumps(value[k], sort)}" for k in keys
            )
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(_dumps(item, sort) for item in value) + "]"
    if isinstance(value, _Number):
        return value.text
    return json.dumps(value, ensure_ascii=False)


def _find(text: str, path: str) -> Any:
    try:
        value = _loads(text)
    except ValueError:
        return _MISSING
    for step in _steps(path):
        value = _inside(value, step)
        if value is _MISSING:
            return _MISSING
    return value


def _inside(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step, _MISSING) if isinstance(step, str) else _MISSING
    if isinstance(value, list):
        index = int(step) if str(step).isdigit() else -1
        return value[index] if 0 <= index < len(value) else _MISSING
    return _MISSING


def parse(text: str) -> str:
    try:
        return _dumps(_loads(text), sort=True)
    except ValueError:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Cannot convert value to JSON: '{text}'") from None


def extract(text: str, path: str) -> str | None:
    value = _find(text, path)
    return None if value is _MISSING else _dumps(value)


def extract_scalar(text: str, path: str) -> str | None:
    value = _find(text, path)
    return _scalar_text(value)


def _scalar_text(value: Any) -> str | None:
    if value is _MISSING or value is None or isinstance(value, dict | list):
        return None
    return value if isinstance(value, str) else _dumps(value)


def size(text: str, path: str) -> int | None:
    value = _find(text, path)
    if value is _MISSING:
        return None
    return len(value) if isinstance(value, dict | list) else 0


def _array(text: str) -> list[Any] | None:
    try:
        value = _loads(text)
    except ValueError:
        return None
    return value if isinstance(value, list) else None


def get(text: str, index: int) -> str | None:
    values = _array(text)
    if values is None or not -len(values) <= index < len(values):
        return None
    return _dumps(values[index])


def items(text: str) -> list[str] | None:
    values = _array(text)
    return None if values is None else [_dumps(value) for value in values]


def is_scalar(text: str) -> bool:
    try:
        return not isinstance(_loads(text), dict | list)
    except ValueError:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Invalid JSON value: {text}") from None


def to_text(text: str) -> str | None:
    """CAST of JSON to a scalar type, by way of text."""
    value = _loads(text)
    if isinstance(value, dict | list):
        raise fail("INVALID_CAST_ARGUMENT", f"Cannot cast JSON {text} to a scalar type")
    return _scalar_text(value)
