"""RegexSerDe: the groups of a pattern that fits the whole line.

https://docs.aws.amazon.com/athena/latest/ug/regex-serde.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_aws.services.athena.duck.failures import EngineFailure, as_failure
from local_aws.services.athena.duck.functions import patterns
from local_aws.services.athena.errors import QueryFailed, not_supported
from local_aws.services.athena.serdes import values
from local_aws.services.athena.serdes.base import Columns, Decoder, data_columns, serde_properties
from local_aws.services.athena.trino import types as t


def decoder(table: dict[str, Any], columns: Columns) -> Decoder:
    serde = serde_properties(table)
    pattern = serde.get("input.regex")
    if not pattern:
        raise QueryFailed("HIVE_INVALID_METADATA", "Table does not have serde property input.regex")
    if serde.get("input.regex.case.insensitive", "false").lower() == "true":
        pattern = f"(?i){pattern}"
    known = [name for name, _ in data_columns(table)]
    reads = [(known.index(name), reader(kind)) for name, kind in columns]
    _check(pattern)

    def decode(line: str) -> list[Any]:
        groups = patterns.row_groups(line, pattern) or []
        found = [groups[i] if i < len(groups) else None for i, _ in reads]
        return [
            None if text is None else read(text)
            for text, (_, read) in zip(found, reads, strict=True)
        ]

    return decode


def _check(pattern: str) -> None:
    try:
        patterns.row_groups("", pattern)
    except EngineFailure as error:
        raise as_failure(error) from error


def reader(kind: t.Type) -> Callable[[str], Any]:
    """Reads a group as a column's type; what cannot be read is NULL."""
    read = _READERS.get(kind.name)
    if read is None:
        raise not_supported(f"a column of type {kind} with this SerDe")
    return lambda text: read(text, kind)


_READERS: dict[str, Callable[[str, t.Type], Any]] = {
    "boolean": lambda text, _: text.lower() == "true",
    **values.NUMBERS,
    "date": lambda text, _: values.day(text),
    "timestamp": lambda text, _: values.moment(text),
    "varchar": values.sized,
    "char": values.sized,
}
