"""What a line decoder is, and what every one needs of its table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_aws.services.athena.errors import QueryFailed, not_supported
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.relations import table_columns

Columns = list[tuple[str, t.Type]]
# A line gives the values of the columns that were asked for.
Decoder = Callable[[str], list[Any]]


def serde_properties(table: dict[str, Any]) -> dict[str, str]:
    info = (table.get("StorageDescriptor") or {}).get("SerdeInfo") or {}
    return info.get("Parameters") or {}


def property_of(table: dict[str, Any], name: str) -> str | None:
    """A property of the SerDe, else of the table: Hive looks in both."""
    found = serde_properties(table).get(name)
    return found if found is not None else (table.get("Parameters") or {}).get(name)


def data_columns(table: dict[str, Any]) -> Columns:
    """The columns that are in the files, in their order."""
    return [(name, kind) for name, kind, partition in table_columns(table) if not partition]


def line_counts(table: dict[str, Any]) -> tuple[int, int]:
    """How many lines at the start and at the end of a file are no data."""
    return _count(table, "skip.header.line.count"), _count(table, "skip.footer.line.count")


def _count(table: dict[str, Any], name: str) -> int:
    text = property_of(table, name) or "0"
    if not text.strip().isdigit():
        raise QueryFailed("HIVE_INVALID_METADATA", f"Invalid value for {name} property: {text}")
    return int(text)


def refuse_encoding(table: dict[str, Any]) -> None:
    """Texts are read as UTF-8; another encoding would give other characters."""
    encoding = property_of(table, "serialization.encoding") or "UTF-8"
    if encoding.upper().replace("_", "-") not in ("UTF-8", "UTF8", "US-ASCII", "ASCII"):
        raise not_supported(f"serialization.encoding {encoding}")
