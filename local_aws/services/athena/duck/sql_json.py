"""json_exists, json_value, json_query, json_object and json_array of SQL/JSON.

`spec` is the call's clauses as JSON text, constant in a query: path, names, empty, error, ...
`passed` are the values of PASSING, each as `kind:text`; NULL is JSON's null.
https://trino.io/docs/current/functions/json.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from local_aws.services.athena.duck.failures import EngineFailure, fail
from local_aws.services.athena.duck.json_casts import CastError, scalar_text
from local_aws.services.athena.duck.json_path_engine import Evaluation, PathError, Typed, typed
from local_aws.services.athena.duck.json_path_grammar import Path, parse_path
from local_aws.services.athena.duck.json_text import dumps, loads

# What a default is taken for: the engine's SQL has the expression.
EMPTY_DEFAULT, ERROR_DEFAULT, VALUE = "e", "x", "v"

_ENCODINGS = {"UTF8": "utf-8", "UTF16": "utf-16-le", "UTF32": "utf-32-le"}
_MALFORMED = "\x00"


@lru_cache(maxsize=1024)
def _read(spec: str) -> tuple[dict[str, Any], Path]:
    clauses = json.loads(spec)
    return clauses, parse_path(clauses["path"])


def decode(data: bytes, encoding: str) -> str:
    """Bytes as text; what cannot be read gives a text that is no JSON."""
    try:
        return data.decode(_ENCODINGS[encoding])
    except UnicodeDecodeError:
        return _MALFORMED


def encode(text: str, encoding: str) -> bytes:
    return text.encode(_ENCODINGS[encoding])


def _items(text: str, spec: str, passed: list[str | None]) -> list[Any]:
    clauses, path = _read(spec)
    try:
        value = loads(text)
        variables = {
            name: _variable(given) for name, given in zip(clauses["names"], passed, strict=True)
        }
    except ValueError:
        raise fail("JSON_INPUT_CONVERSION_ERROR", "conversion to JSON failed: ") from None
    try:
        return Evaluation(path, value, variables).run()
    except PathError as error:
        raise fail("PATH_EVALUATION_ERROR", f"path evaluation failed: {error}") from None


def _variable(given: str | None) -> list[Any]:
    if given is None:
        return [None]
    kind, _, text = given.partition(":")
    if kind in ("json", "empty"):
        return [loads(text)] if kind == "json" else []
    return [Typed(kind, _READERS.get(kind, str)(text))]


_READERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), int),
    **dict.fromkeys(("real", "double"), float),
    "decimal": Decimal,
    "boolean": lambda text: text == "true",
}


def exists(text: str, spec: str, passed: list[str | None]) -> bool | None:
    try:
        return bool(_items(text, spec, passed))
    except EngineFailure:
        outcome = _read(spec)[0]["error"] or "false"
        if outcome == "error":
            raise
        return {"true": True, "false": False, "unknown": None}[outcome]


def value(text: str, spec: str, passed: list[str | None]) -> str | None:
    """`v` and the value's text, or the mark of the default that is to be taken."""
    clauses, _ = _read(spec)
    outcome, mark = clauses["error"], ERROR_DEFAULT
    try:
        items = _items(text, spec, passed)
        if not items:
            outcome, mark = clauses["empty"], EMPTY_DEFAULT
            raise _no_value("JSON path found no items")
        if len(items) > 1:
            raise _no_value("JSON path found multiple items")
        return None if items[0] is None else VALUE + _as_text(items[0], clauses["type"])
    except EngineFailure:
        if outcome == "error":
            raise
        return mark if outcome == "default" else None


def _no_value(message: str) -> EngineFailure:
    return fail("JSON_VALUE_RESULT_ERROR", f"cannot extract SQL scalar from JSON: {message}")


def _as_text(item: Any, target: str) -> str:
    cannot = "JSON path found an item that cannot be converted to an SQL value"
    try:
        found = typed(item)
    except PathError:
        raise _no_value(cannot) from None
    if found is None:
        raise _no_value(cannot)
    try:
        return scalar_text(found.kind, found.value, target)
    except CastError:
        raise _no_value(
            f"Cannot cast value of type {found.kind} to declared return type of function"
            f" JSON_VALUE: {target}"
        ) from None


def query(text: str, spec: str, passed: list[str | None]) -> str | None:
    clauses, _ = _read(spec)
    outcome = clauses["error"]
    try:
        items = _items(text, spec, passed)
        if items:
            return _one(_wrapped([_node(item) for item in items], clauses["wrapper"]), clauses)
        outcome = clauses["empty"]
        raise _no_output("JSON path found no items")
    except EngineFailure:
        if outcome == "error":
            raise
        return {"empty array": "[]", "empty object": "{}"}.get(outcome or "")


def _wrapped(items: list[Any], wrapper: str | None) -> list[Any]:
    single = len(items) == 1 and isinstance(items[0], list | dict)
    if wrapper == "unconditional" or (wrapper == "conditional" and not single):
        return [items]
    return items


def _one(items: list[Any], clauses: dict[str, Any]) -> str:
    if len(items) > 1:
        raise _no_output("JSON path found multiple items")
    if isinstance(items[0], str) and clauses["quotes"] == "omit":
        return items[0]
    return dumps(items[0])


def _no_output(message: str) -> EngineFailure:
    return fail("JSON_OUTPUT_CONVERSION_ERROR", f"conversion from JSON failed: {message}")


_JSON_KINDS = (*_READERS, "varchar", "char")


def _node(item: Any) -> Any:
    if not isinstance(item, Typed):
        return item
    if item.kind not in _JSON_KINDS:
        raise _no_output("JSON path found an item that cannot be converted to JSON")
    return item.value


# --- constructors


def _member(given: str | None, place: str) -> Any:
    try:
        items = _variable(given)
    except ValueError:
        raise fail(
            "JSON_INPUT_CONVERSION_ERROR", f"conversion to JSON failed: malformed {place}"
        ) from None
    item = items[0] if items else None
    return item.value if isinstance(item, Typed) else item


def build_array(given: list[str | None], absent: bool) -> str:
    values = [_member(one, "JSON array element") for one in given]
    return dumps([v for v in values if v is not None or not absent])


def build_object(keys: list[str | None], given: list[str | None], spec: str) -> str:
    clauses = json.loads(spec)
    found: dict[str, Any] = {}
    for key, one in zip(keys, given, strict=True):
        if key is None:
            raise fail(
                "INVALID_FUNCTION_ARGUMENT",
                "null value passed for JSON object key to JSON_OBJECT function",
            )
        member = _member(one, "JSON object value")
        if member is None and clauses["absent"]:
            continue
        if key in found:
            raise _duplicate(clauses["unique"])
        found[key] = member
    return dumps(found)


def _duplicate(unique: bool) -> EngineFailure:
    if unique:
        return fail("INVALID_FUNCTION_ARGUMENT", "duplicate key passed to JSON_OBJECT function")
    return fail("NOT_SUPPORTED", "cannot construct a JSON object with duplicate key")
