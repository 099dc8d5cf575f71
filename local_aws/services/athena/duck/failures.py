"""Trino's errors carried through DuckDB, and DuckDB's own turned into Trino's."""

from __future__ import annotations

import re
from collections.abc import Callable

from local_aws.services.athena.duck.java_numbers import double_text
from local_aws.services.athena.errors import QueryFailed

_MARK = re.compile(r"<<([A-Z_]+): (.*?)>>", re.DOTALL)

_TRINO_NAMES = {
    "INT8": "tinyint",
    "INT16": "smallint",
    "INT32": "integer",
    "INT64": "bigint",
    "DOUBLE": "double",
    "FLOAT": "real",
}
_OPERATORS = {"addition": "+", "subtraction": "-", "multiplication": "*"}
_BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}
_RANGE, _CAST = "NUMERIC_VALUE_OUT_OF_RANGE", "INVALID_CAST_ARGUMENT"

Failure = tuple[str, str]


def _overflow(found: re.Match[str]) -> Failure:
    operation, kind, left, right = found.groups()
    if kind not in _TRINO_NAMES:
        return _RANGE, "Decimal overflow"
    name = _TRINO_NAMES[kind]
    return _RANGE, f"{name} {operation} overflow: {left} {_OPERATORS[operation]} {right}"


def _division(found: re.Match[str]) -> Failure:
    name = _smallest_at(found[1])
    return _RANGE, f"{name} division overflow: {found[1]} / {found[2]}"


def _absolute(found: re.Match[str]) -> Failure:
    return _RANGE, f"Value {found[1]} is out of range for abs({_smallest_at(found[1])})"


def _smallest_at(text: str) -> str:
    """The type whose smallest value overflowed."""
    return next((n for n, b in _BITS.items() if int(text) == -(1 << (b - 1))), "bigint")


def _out_of_range(found: re.Match[str]) -> Failure:
    source, value, target = found[1], found[2], _TRINO_NAMES.get(found[3], found[3].lower())
    if source not in ("DOUBLE", "FLOAT"):
        return _RANGE, f"Out of range for {target}: {value}"
    text = double_text(float(value))
    if target == "bigint":
        return _CAST, f"Unable to cast {text} to bigint"
    if text == "NaN":
        return _CAST, f"Cannot cast {_TRINO_NAMES[source]} NaN to {target}"
    return _RANGE, f"Out of range for {target}: {text}"


def _decimal_to_integer(found: re.Match[str]) -> Failure:
    return _CAST, f"Cannot cast '{found[1]}' to {_TRINO_NAMES[found[2]].upper()}"


def _to_decimal(source: str) -> Callable[[re.Match[str]], Failure]:
    def failure(found: re.Match[str]) -> Failure:
        value, precision, scale = found.groups()
        kind = source or ("INTEGER" if abs(int(value)) < 1 << 31 else "BIGINT")
        end = ". Value too large." if source == "VARCHAR" else ""
        return _CAST, f"Cannot cast {kind} '{value}' to DECIMAL({precision}, {scale}){end}"

    return failure


_INTEGER_NAMES = {"INT32": "INT", "INT64": "BIGINT", "INT16": "SMALLINT", "INT8": "TINYINT"}


def _text(found: re.Match[str]) -> Failure:
    return _CAST, f"Cannot cast '{found[1]}' to {_INTEGER_NAMES.get(found[2], found[2])}"


def _fixed(code: str, message: str) -> Callable[[re.Match[str]], Failure]:
    return lambda found: (code, found.expand(message))


# DuckDB's words, and what Trino says.
_KNOWN: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Failure]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), failure)
    for pattern, failure in (
        (r"Overflow in (addition|subtraction|multiplication) of (\w+).*?\((\S+) . (\S+)\)[.;!]",
         _overflow),
        (r"Overflow in division of (\S+) / (\S+)", _division),
        (r"Overflow on abs\((\S+)\)", _absolute),
        (r"Overflow in negation of numeric value", _fixed(_RANGE, "negation overflow")),
        (r"Type (\w+) with value (\S+) can't be cast because the value is out of range"
         r" for the destination type (\w+)", _out_of_range),
        (r"Failed to cast decimal value (\S+) to type (INT\d+)", _decimal_to_integer),
        (r"Could not convert string [\"'](.*?)[\"'] to DECIMAL\((\d+),(\d+)\)",
         _to_decimal("VARCHAR")),
        (r"Casting value \"?(\S+?)\"? to type DECIMAL\((\d+),(\d+)\) failed",
         _to_decimal("DECIMAL")),
        (r"Could not cast value (-?\d+) to DECIMAL\((\d+),(\d+)\)", _to_decimal("")),
        (r"Could not convert string [\"'](.*?)[\"'] to (\w+)", _text),
        (r"invalid date field format: \"(.*?)\"|date field value out of range: \"(.*?)\"",
         _fixed(_CAST, r"Value cannot be cast to date: \1\2")),
        (r"invalid timestamp field format: \"(.*?)\""
         r"|timestamp field value out of range: \"(.*?)\"",
         _fixed(_CAST, r"Value cannot be cast to timestamp: \1\2")),
        (r"More than one row returned by a subquery",
         _fixed("SUBQUERY_MULTIPLE_ROWS", "Scalar sub-query has returned multiple rows")),
        (r"Out of Memory Error",
         _fixed("EXCEEDED_LOCAL_MEMORY_LIMIT", "Query exceeded the memory limit")),
        # A broken file: its object's name, never where it lies on this machine.
        (r"file \"[^\"]*/s3/([^\"]+)\"[:,. ]*([^\n]*)",
         _fixed("HIVE_BAD_DATA", r"Error reading s3://\1: \2")),
        (r"file \"/[^\"]*\"[:,. ]*([^\n]*)", _fixed("HIVE_BAD_DATA", r"Malformed file: \1")),
        (r"(don't know what type|Out of buffer|Failed to decompress \w+ block[^\n]*)",
         _fixed("HIVE_BAD_DATA", r"Malformed Parquet file: \1")),
        (r"Out of Range Error: (.*)", _fixed(_RANGE, r"\1")),
    )
)  # fmt: skip


class EngineFailure(Exception):
    """A failure of one of our functions inside the engine; no handler of ValueError's."""


def fail(code: str, message: str) -> EngineFailure:
    return EngineFailure(f"<<{code}: {message}>>")


def as_failure(error: Exception) -> QueryFailed:
    """The failure that Athena reports for what the engine raised."""
    text = str(error)
    marked = _MARK.search(text)
    if marked:
        return QueryFailed(marked[1], marked[2])
    for pattern, failure in _KNOWN:
        found = pattern.search(text)
        if found:
            return QueryFailed(*failure(found))
    return QueryFailed("GENERIC_INTERNAL_ERROR", text.splitlines()[0])
