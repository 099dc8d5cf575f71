"""The keys of the Open Data Contract Standard, so that a misspelt one is refused, not ignored.

Only the places that Tarn reads are listed; what stands elsewhere (`servers`, `support`, `roles`,
`price`) is for other tools. The standard's JSON schema knows the keys too, but not their lines.
https://github.com/bitol-io/open-data-contract-standard/tree/main/schema (v3.1.0)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from tarn.contracts import drop_limit
from tarn.contracts.contract import Problem
from tarn.contracts.layout import PROPERTIES
from tarn.contracts.located import Located

VERSIONS = ("v3.1.0", "v3.0.2", "v3.0.1", "v3.0.0")

# Keys by place, and the keys that lead to another place that Tarn reads.
KEYS: dict[str, tuple[str, ...]] = {
    "contract": (
        "apiVersion",
        "kind",
        "id",
        "name",
        "version",
        "status",
        "tenant",
        "tags",
        "servers",
        "dataProduct",
        "description",
        "domain",
        "schema",
        "support",
        "price",
        "team",
        "roles",
        "slaDefaultElement",
        "slaProperties",
        "authoritativeDefinitions",
        "customProperties",
        "contractCreatedTs",
    ),
    "description": (
        "usage",
        "purpose",
        "limitations",
        "authoritativeDefinitions",
        "customProperties",
    ),
    "team": (
        "id",
        "name",
        "description",
        "members",
        "tags",
        "authoritativeDefinitions",
        "customProperties",
    ),
    "service level": (
        "id",
        "property",
        "value",
        "valueExt",
        "unit",
        "element",
        "driver",
        "description",
        "scheduler",
        "schedule",
    ),
    "table": (
        "id",
        "name",
        "physicalType",
        "description",
        "businessName",
        "tags",
        "logicalType",
        "physicalName",
        "dataGranularityDescription",
        "properties",
        "relationships",
        "quality",
        "authoritativeDefinitions",
        "customProperties",
    ),
    "column": (
        "id",
        "name",
        "physicalType",
        "description",
        "businessName",
        "tags",
        "primaryKey",
        "primaryKeyPosition",
        "logicalType",
        "logicalTypeOptions",
        "physicalName",
        "required",
        "unique",
        "partitioned",
        "partitionKeyPosition",
        "classification",
        "encryptedName",
        "transformSourceObjects",
        "transformLogic",
        "transformDescription",
        "examples",
        "criticalDataElement",
        "relationships",
        "quality",
        "items",
        "properties",
        "authoritativeDefinitions",
        "customProperties",
    ),
    "quality": (
        "id",
        "name",
        "description",
        "type",
        "dimension",
        "method",
        "severity",
        "businessImpact",
        "tags",
        "unit",
        "scheduler",
        "schedule",
        "metric",
        "rule",
        "arguments",
        "query",
        "engine",
        "implementation",
        "mustBe",
        "mustNotBe",
        "mustBeGreaterThan",
        "mustBeGreaterOrEqualTo",
        "mustBeLessThan",
        "mustBeLessOrEqualTo",
        "mustBeBetween",
        "mustNotBeBetween",
        "authoritativeDefinitions",
        "customProperties",
    ),
    "custom property": (
        "id",
        "property",
        "value",
        "description",
    ),
}
BELOW = {
    "description": "description",
    "team": "team",
    "schema": "table",
    "slaProperties": "service level",
    "properties": "column",
    "quality": "quality",
    "customProperties": "custom property",
}

# Tarn's own custom properties. Another name is another tool's, unless it looks like one of these.
CUSTOM = {
    "contract": ("source", "interval", "drift", "monthlyBudgetUsd"),
    "table": ("sortBy", *PROPERTIES, *drop_limit.PROPERTIES),
    "column": ("derived",),
    "quality": ("action",),
}

# The standard's promises about rows that Tarn would not hold.
UNSUPPORTED = {
    "logicalTypeOptions": "Write them as row rules in the table's `quality`.",
    "unique": "Only primary keys are held unique: set `primaryKey: true`.",
    "physicalName": "A column has the same name everywhere.",
    "items": "A column holds one value: flatten it in the recipe.",
    "properties": "A column holds one value: flatten it in the recipe.",
}


def unknown_keys(mapping: Located, place: str = "contract") -> Iterator[Problem]:
    """What in a mapping, and in the places below it, is no key of the standard."""
    for key in mapping:
        if key not in KEYS[place]:
            yield Problem(
                mapping.line_of(key), f"`{key}` is no key of a {place}.", nearest(key, KEYS[place])
            )
        elif place == "column" and key in UNSUPPORTED and mapping[key]:
            yield Problem(mapping.line_of(key), f"Tarn does not hold `{key}`.", UNSUPPORTED[key])
    yield from _unknown_custom(mapping, place)
    for key in mapping.keys() & set(KEYS[place]) & BELOW.keys():
        if not (place == "column" and key in UNSUPPORTED):
            for item in _mappings(mapping[key]):
                yield from unknown_keys(item, BELOW[key])


def _unknown_custom(mapping: Located, place: str) -> Iterator[Problem]:
    """Custom properties that would be passed over, though they were meant for Tarn."""
    ours, seen = CUSTOM.get(place, ()), set()
    for item in _mappings(mapping.get("customProperties")):
        name, line = str(item.get("property")), item.line_of("property")
        places = [other for other, names in CUSTOM.items() if name in names]
        if name in ours and name in seen:
            yield Problem(line, f"Custom property `{name}` is there twice.", "Take one away.")
        elif name not in ours and places:
            what = f"`{name}` is no custom property of a {place}."
            yield Problem(line, what, f"Move it to the {places[0]}'s `customProperties`.")
        elif name not in ours and get_close_matches(name, ours, cutoff=0.75):
            yield Problem(line, f"There is no custom property `{name}`.", nearest(name, ours))
        seen.add(name)


def nearest(name: str, names: Iterable[str]) -> str:
    """The remedy for a misspelt name."""
    names = list(names)
    close = get_close_matches(name, names, n=1)
    return f"Did you mean `{close[0]}`?" if close else f"Use one of {', '.join(names)}."


def _mappings(value: Any) -> list[Located]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, Located)]
