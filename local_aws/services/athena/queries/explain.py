"""EXPLAIN and EXPLAIN ANALYZE: the engine's plan, its operators by DuckDB's names.

Trino's operators and stages would be others; what is read, joined and counted is told alike.
https://docs.aws.amazon.com/athena/latest/ug/athena-explain-statement.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from local_aws.services.athena.errors import SyntaxRefused, not_supported

_OPTION = re.compile(r"(TYPE|FORMAT)\s+(\w+)")
_KNOWN = {"TYPE": ("LOGICAL", "DISTRIBUTED", "VALIDATE"), "FORMAT": ("TEXT", "JSON")}
# It says where files lie on this machine.
_HIDDEN = ("Filename(s)",)


@dataclass(frozen=True)
class Wanted:
    """What EXPLAIN's words ask for."""

    analyze: bool = False
    validate: bool = False
    json: bool = False


def wanted(options: str) -> Wanted:
    """From EXPLAIN's words in capitals, without brackets: `ANALYZE VERBOSE FORMAT JSON`."""
    analyze = options.startswith("ANALYZE")
    rest = re.sub(r"^ANALYZE(\s+VERBOSE)?", "", options).strip()
    found: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in rest.split(","))):
        match = _OPTION.fullmatch(part)
        if match is None:
            raise SyntaxRefused(f"mismatched input '{part}'. Expecting: 'FORMAT', 'TYPE'")
        if match[2] not in _KNOWN[match[1]]:
            raise not_supported(f"EXPLAIN ({part})")
        found[match[1]] = match[2]
    validate = found.get("TYPE") == "VALIDATE"
    return Wanted(analyze, validate and not analyze, found.get("FORMAT") == "JSON")


def plan(sql: str, cursor: duckdb.DuckDBPyConnection, asked: Wanted) -> list[str]:
    """The plan's lines; with ANALYZE the query runs, and operators tell rows and seconds."""
    words = "ANALYZE, FORMAT json" if asked.analyze else "FORMAT json"
    [(_, text)] = cursor.execute(f"EXPLAIN ({words}) {sql}").fetchall()
    found = json.loads(text)
    roots = _below_explain(found) if asked.analyze else found
    nodes = [_node(root, asked.analyze) for root in roots]
    if asked.json:
        return json.dumps(nodes, indent=2, ensure_ascii=False).splitlines()
    # Minima, maxima and counts of whole files are known without a reading.
    return [line for node in nodes for line in _lines(node, 0)] or ["- STATISTICS"]


def _below_explain(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The query's own operators: EXPLAIN is one itself."""
    children: list[dict[str, Any]] = found.get("children") or []
    while len(children) == 1 and children[0].get("operator_name", "").strip() == "EXPLAIN_ANALYZE":
        children = children[0].get("children") or []
    return children


def _node(operator: dict[str, Any], analyzed: bool) -> dict[str, Any]:
    details = {
        name: ", ".join(value) if isinstance(value, list) else str(value)
        for name, value in (operator.get("extra_info") or {}).items()
        if name not in _HIDDEN and value
    }
    node: dict[str, Any] = {
        "name": str(operator.get("operator_name") or operator.get("name")).strip(),
        "details": details,
    }
    if analyzed:
        node["outputRows"] = operator.get("operator_cardinality", 0)
        node["seconds"] = round(operator.get("operator_timing", 0.0), 6)
    node["children"] = [_node(child, analyzed) for child in operator.get("children") or []]
    return node


def _lines(node: dict[str, Any], depth: int) -> Iterator[str]:
    indent = "    " * depth
    told = f" => {node['outputRows']:,} rows, {node['seconds']:.3f} s" if "seconds" in node else ""
    yield f"{indent}- {node['name']}{told}"
    for name, value in node["details"].items():
        yield from (f"{indent}    {line}" for line in f"{name}: {value}".splitlines())
    for child in node["children"]:
        yield from _lines(child, depth + 1)
