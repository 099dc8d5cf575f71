"""What the engine did for a statement: rows read, and its operators as a tree."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import duckdb

_SETTINGS = json.dumps(
    dict.fromkeys(("OPERATOR_NAME", "OPERATOR_TYPE", "OPERATOR_CARDINALITY"), "true")
)
_SCAN = "TABLE_SCAN"


@dataclass(frozen=True)
class Profile:
    """`plan` nests GetQueryRuntimeStatistics' QueryStagePlanNode: Name, Identifier, Children.

    `input_rows` are those that the scans of files handed on, after the filters that they apply: how
    many each scan looked at, the engine only estimates.
    """

    input_rows: int = 0
    plan: dict[str, Any] | None = None


def watch(cursor: duckdb.DuckDBPyConnection) -> None:
    """Counts rows of this cursor's statements from now on; it costs no time worth the name."""
    cursor.execute("PRAGMA enable_profiling='no_output'")
    cursor.execute(f"SET custom_profiling_settings='{_SETTINGS}'")


def last(cursor: duckdb.DuckDBPyConnection) -> Profile:
    """Of the cursor's latest statement. Call it before the cursor runs another."""
    found = json.loads(cursor.get_profiling_information())
    roots = found.get("children") or []
    if not roots:
        return Profile()
    return Profile(_scanned(roots[0]), _node(roots[0], "0"))


def _scanned(operator: dict[str, Any]) -> int:
    own = operator["operator_cardinality"] if operator["operator_type"] == _SCAN else 0
    return int(own) + sum(map(_scanned, operator.get("children") or []))


def _node(operator: dict[str, Any], identifier: str) -> dict[str, Any]:
    children = [
        _node(child, f"{identifier}.{index}")
        for index, child in enumerate(operator.get("children") or [])
    ]
    name = str(operator["operator_name"]).strip()
    return {"Name": name, "Identifier": identifier, "Children": children, "RemoteSources": []}
