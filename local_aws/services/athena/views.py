"""Views as Athena stores them, so that one made here opens on AWS and the other way round.

The catalog holds ``/* Presto View: <base64 of JSON> */`` with Trino's types, and Hive's types in
the storage descriptor for readers that know nothing of Trino.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from local_aws.services.athena.errors import QueryFailed, not_supported
from local_aws.services.athena.trino import types as t

_TEXT = re.compile(r"/\* Presto View: ([A-Za-z0-9+/=\s]+) \*/")


_VIEW = "VIRTUAL_VIEW"


@dataclass(frozen=True)
class View:
    sql: str
    schema: str | None
    columns: list[tuple[str, str]]


def is_view(table: dict[str, Any]) -> bool:
    return table.get("TableType") == _VIEW


def decode_view(table: dict[str, Any]) -> View:
    """Reads a view, whoever made it: keys that we do not know and a missing schema are fine."""
    found = _TEXT.search(table.get("ViewOriginalText") or "")
    if found is None:
        raise QueryFailed("INVALID_VIEW", f"View '{table.get('Name')}' is not a Presto view")
    try:
        data = json.loads(base64.b64decode(found.group(1)))
        columns = [(c["name"], c["type"]) for c in data["columns"]]
        catalog = str(data.get("catalog") or "awsdatacatalog").lower()
        if catalog not in ("awsdatacatalog", "hive"):
            raise not_supported(f"the catalog {catalog} of the view {table.get('Name')}")
        return View(data["originalSql"], data.get("schema"), columns)
    except (binascii.Error, ValueError, KeyError) as error:
        raise QueryFailed("INVALID_VIEW", f"View '{table.get('Name')}': {error!r}") from error


def view_columns(found: list[tuple[str | None, t.Type]]) -> list[tuple[str, t.Type]]:
    """A view's columns: each with a name of its own and a known type."""
    columns: list[tuple[str, t.Type]] = []
    for index, (name, kind) in enumerate(found, 1):
        if name is None:
            raise QueryFailed(
                "MISSING_COLUMN_NAME", f"Column name not specified at position {index}", (1, 1)
            )
        if name.lower() in [n for n, _ in columns]:
            raise QueryFailed(
                "DUPLICATE_COLUMN_NAME", f"Column name '{name}' specified more than once", (1, 1)
            )
        if t.contains(kind, "unknown"):
            raise QueryFailed("COLUMN_TYPE_UNKNOWN", f"Column type is unknown: {name}", (1, 1))
        columns.append((name.lower(), kind))
    return columns


def view_input(
    name: str, sql: str, schema: str, columns: list[tuple[str, t.Type]]
) -> dict[str, Any]:
    """The TableInput of a view."""
    data = {
        "originalSql": sql,
        "catalog": "awsdatacatalog",
        "schema": schema,
        "columns": [{"name": n, "type": _trino(k)} for n, k in columns],
    }
    encoded = base64.b64encode(json.dumps(data, separators=(",", ":")).encode()).decode()
    return {
        "Name": name,
        "TableType": _VIEW,
        "ViewOriginalText": f"/* Presto View: {encoded} */",
        "ViewExpandedText": "/* Presto View */",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "PartitionKeys": [],
        "StorageDescriptor": {
            "Columns": [{"Name": n, "Type": _hive(k)} for n, k in columns],
            "Location": "",
            "SerdeInfo": {},
        },
    }


def _trino(kind: t.Type) -> str:
    return str(kind)


def _hive(kind: t.Type) -> str:
    try:
        return t.hive_type(kind)
    except t.UnknownType:
        # The catalog has no word for zones, intervals and JSON; Athena reads the JSON above.
        return "string"
