"""Trino's errors carried through DuckDB, and DuckDB's own turned into Trino's."""

from __future__ import annotations

import re

from local_aws.services.athena.errors import QueryFailed

_MARK = re.compile(r"<<([A-Z_]+): (.*?)>>", re.DOTALL)

# DuckDB's words, and what Trino says.
_KNOWN: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), code, message)
    for pattern, code, message in (
        (
            r"Overflow in (\w+) of \w+ \((.*?)\)",
            "NUMERIC_VALUE_OUT_OF_RANGE",
            r"integer \1 overflow: \2",
        ),
        (
            r"Could not convert string '(.*?)' to INT32",
            "INVALID_CAST_ARGUMENT",
            r"Cannot cast '\1' to INT",
        ),
        (
            r"Could not convert string '(.*?)' to (\w+)",
            "INVALID_CAST_ARGUMENT",
            r"Cannot cast '\1' to \2",
        ),
        (
            r"invalid date field format: \"(.*?)\"|date field value out of range: \"(.*?)\"",
            "INVALID_CAST_ARGUMENT",
            r"Value cannot be cast to date: \1\2",
        ),
        (
            r"invalid timestamp field format: \"(.*?)\""
            r"|timestamp field value out of range: \"(.*?)\"",
            "INVALID_CAST_ARGUMENT",
            r"Value cannot be cast to timestamp: \1\2",
        ),
        (
            r"Type (\w+) with value (\S+) can't be cast because the value is out of range"
            r" for the destination type (\w+)",
            "INVALID_CAST_ARGUMENT",
            r"Out of range for \3: \2",
        ),
        (
            r"Casting value \"?(\S+?)\"? to type (\S+) failed",
            "INVALID_CAST_ARGUMENT",
            r"Cannot cast '\1' to \2: value is out of range",
        ),
        (
            r"Could not cast value (\S+) to (\S+)",
            "INVALID_CAST_ARGUMENT",
            r"Cannot cast '\1' to \2",
        ),
        (
            r"More than one row returned by a subquery",
            "SUBQUERY_MULTIPLE_ROWS",
            "Scalar sub-query has returned multiple rows",
        ),
        # A broken file: its object's name, never where it lies on this machine.
        (
            r"file \"[^\"]*/s3/([^\"]+)\"[:,. ]*([^\n]*)",
            "HIVE_BAD_DATA",
            r"Error reading s3://\1: \2",
        ),
        (r"file \"/[^\"]*\"[:,. ]*([^\n]*)", "HIVE_BAD_DATA", r"Malformed file: \1"),
        (
            r"(don't know what type|Out of buffer|Failed to decompress \w+ block[^\n]*)",
            "HIVE_BAD_DATA",
            r"Malformed Parquet file: \1",
        ),
        (r"Out of Memory Error", "EXCEEDED_LOCAL_MEMORY_LIMIT", "Query exceeded the memory limit"),
        (r"Out of Range Error: (.*)", "NUMERIC_VALUE_OUT_OF_RANGE", r"\1"),
    )
)


class EngineFailure(ValueError):
    """A failure of one of our functions inside the engine."""


def fail(code: str, message: str) -> EngineFailure:
    return EngineFailure(f"<<{code}: {message}>>")


def as_failure(error: Exception) -> QueryFailed:
    """The failure that Athena reports for what the engine raised."""
    text = str(error)
    marked = _MARK.search(text)
    if marked:
        return QueryFailed(marked[1], marked[2])
    for pattern, code, message in _KNOWN:
        found = pattern.search(text)
        if found:
            return QueryFailed(code, found.expand(message))
    return QueryFailed("GENERIC_INTERNAL_ERROR", text.splitlines()[0])
