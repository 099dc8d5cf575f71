"""Read a contract from its file, and say what is wrong in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from tarn.contract import ENGINE, Column, Contract, ContractError, Rule, Source
from tarn.located import Located, read_yaml
from tarn.partition import WIDTHS

# ODCS's logical types, and the Glue types that may carry them.
PHYSICAL = {
    "boolean": ("boolean",),
    "date": ("date",),
    "integer": ("tinyint", "smallint", "int", "bigint"),
    "number": ("float", "double"),
    "string": ("string",),
    "timestamp": ("timestamp",),
}
DECIMAL = re.compile(r"decimal\(\d+,\s*\d+\)")
NAME = re.compile(r"[a-z][a-z0-9_]*")
ACTIONS = ("quarantine", "fail")
SOURCES = {"python-package": ("package", "member"), "files": ("location", "pattern")}


def read_contract(path: Path) -> Contract:
    """The contract in a file."""
    return _Reader(path).contract()


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            document = read_yaml(path)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise self.error(
                line, f"This is not YAML: {error.problem}.", "Mend the line."
            ) from None
        if not isinstance(document, Located):
            raise self.error(1, "The file holds no mapping.", "Begin with `apiVersion: v3.1.0`.")
        self.document = document

    def error(self, line: int, problem: str, remedy: str) -> ContractError:
        return ContractError(f"{self.path.parent.name}/{self.path.name}", line, problem, remedy)

    def contract(self) -> Contract:
        self.check_head()
        table = self.table()
        properties = self.properties(table)
        columns = tuple(self.column(p) for p in properties if not p.get("partitioned"))
        custom = self.custom(self.document)
        interval = custom.get("interval") or {}
        return Contract(
            name=self.path.stem,
            description=str(self.need(self.section(self.document, "description"), "purpose")),
            owner=str(self.need(self.section(self.document, "team"), "name")),
            schedule=self.schedule(),
            start=str(interval.get("start", "")),
            end=str(interval.get("end", "")),
            source=self.source(),
            source_columns=tuple(
                p["name"] for p in properties if not self.custom(p).get("derived")
            ),
            columns=columns,
            partition_columns=self.partition_columns(properties),
            keys=self.keys(properties),
            sort_by=self.sort_by(table, {c.name for c in columns}),
            rules=self.rules(table),
            freshness=self.freshness(),
            monthly_budget_usd=self.monthly_budget(custom),
            tags=tuple(self.document.get("tags", ())),
        )

    # -- pieces of the standard

    def need(self, mapping: Located, key: str) -> Any:
        if mapping.get(key) in (None, "", [], {}):
            raise self.error(mapping.line_of(key), f"`{key}` is missing.", f"Give `{key}`.")
        return mapping[key]

    def section(self, mapping: Located, key: str) -> Located:
        value = self.need(mapping, key)
        if not isinstance(value, Located):
            raise self.error(mapping.line_of(key), f"`{key}` is no mapping.", "Indent its keys.")
        return value

    def items(self, mapping: Located, key: str) -> list[Located]:
        value = mapping.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, Located) for item in value):
            raise self.error(
                mapping.line_of(key), f"`{key}` is no list of mappings.", "Begin each with `- `."
            )
        return value

    def custom(self, mapping: Located) -> dict[str, Any]:
        items = self.items(mapping, "customProperties")
        return {str(self.need(item, "property")): item.get("value") for item in items}

    def one_of(self, mapping: Located, key: str, allowed: Any) -> str:
        value = self.need(mapping, key)
        if value not in allowed:
            raise self.error(
                mapping.line_of(key), f"`{key}` is {value!r}.", f"Use one of {', '.join(allowed)}."
            )
        return str(value)

    # -- checks and parts of the contract

    def check_head(self) -> None:
        version = str(self.need(self.document, "apiVersion"))
        if not version.startswith("v3."):
            line = self.document.line_of("apiVersion")
            raise self.error(line, f"`apiVersion` is {version}.", "Use v3.1.0 of the standard.")
        self.one_of(self.document, "kind", ("DataContract",))
        for key in ("id", "version", "status"):
            self.need(self.document, key)
        if self.need(self.document, "name") != self.path.stem:
            raise self.error(
                self.document.line_of("name"),
                f"`name` is {self.document['name']!r} in a file called {self.path.name}.",
                "Give both the same name.",
            )

    def table(self) -> Located:
        tables = self.items(self.document, "schema")
        if len(tables) != 1:
            line = self.document.line_of("schema")
            raise self.error(line, f"`schema` has {len(tables)} objects.", "Declare one table.")
        return tables[0]

    def properties(self, table: Located) -> list[Located]:
        properties = self.items(table, "properties")
        if not properties:
            raise self.error(table.line, "The table has no columns.", "List them in `properties`.")
        seen: set[str] = set()
        for item in properties:
            name = str(self.need(item, "name"))
            if not NAME.fullmatch(name):
                raise self.error(
                    item.line_of("name"),
                    f"{name!r} is no column name.",
                    "Use lower-case letters, digits and _; Glue lowers the rest anyway.",
                )
            if name in seen:
                raise self.error(
                    item.line_of("name"), f"Column {name} is there twice.", "Take one away."
                )
            seen.add(name)
        return properties

    def column(self, item: Located) -> Column:
        logical = self.one_of(item, "logicalType", tuple(PHYSICAL))
        physical = str(self.need(item, "physicalType"))
        decimal = logical == "number" and DECIMAL.fullmatch(physical)
        if physical not in PHYSICAL[logical] and not decimal:
            raise self.error(
                item.line_of("physicalType"),
                f"Column {item['name']}: a {logical} cannot be stored as {physical!r}.",
                f"Use one of {', '.join(PHYSICAL[logical])}.",
            )
        return Column(
            name=item["name"],
            type=physical,
            required=bool(item.get("required", False)),
            description=str(item.get("description", "")),
        )

    def partition_columns(self, properties: list[Located]) -> tuple[Column, ...]:
        items = [item for item in properties if item.get("partitioned")]
        for item in items:
            if item["name"] not in WIDTHS:
                raise self.error(
                    item.line_of("name"),
                    f"{item['name']} cannot be a partition key.",
                    f"Partition by {', '.join(WIDTHS)}: parts of the interval's start.",
                )
        items.sort(key=lambda item: int(item.get("partitionKeyPosition", -1)))
        return tuple(self.column(item) for item in items)

    def keys(self, properties: list[Located]) -> tuple[str, ...]:
        items = [item for item in properties if item.get("primaryKey")]
        if not items:
            raise self.error(
                properties[0].line,
                "No column is a primary key.",
                "Set `primaryKey: true` on the columns that tell two rows apart.",
            )
        items.sort(key=lambda item: int(item.get("primaryKeyPosition", -1)))
        return tuple(item["name"] for item in items)

    def sort_by(self, table: Located, names: set[str]) -> tuple[str, ...]:
        value = self.custom(table).get("sortBy") or []
        for name in value:
            if name not in names:
                raise self.error(
                    table.line_of("customProperties"),
                    f"`sortBy` names {name!r}, which is no published column.",
                    f"Use some of {', '.join(sorted(names))}.",
                )
        return tuple(value)

    def rules(self, table: Located) -> tuple[Rule, ...]:
        items = [item for item in self.items(table, "quality") if item.get("engine") == ENGINE]
        rules = tuple(self.rule(item) for item in items)
        for item, rule in zip(items, rules, strict=True):
            if [r.name for r in rules].count(rule.name) > 1:
                raise self.error(
                    item.line_of("name"), f"Rule {rule.name} is there twice.", "Rename one."
                )
        return rules

    def rule(self, item: Located) -> Rule:
        implementation = self.section(item, "implementation")
        return Rule(
            name=str(self.need(item, "name")),
            expression=str(self.need(implementation, "expression")).strip(),
            action=self.one_of(implementation, "action", ACTIONS),
            description=str(item.get("description", "")),
        )

    def source(self) -> Source:
        value = self.custom(self.document).get("source")
        if not isinstance(value, Located):
            raise self.error(
                self.document.line_of("customProperties"),
                "The custom property `source` is missing.",
                "Say where the raw file comes from: kind, package, member, or location, pattern.",
            )
        kind = self.one_of(value, "kind", tuple(SOURCES))
        for key in value:
            if key != "kind" and key not in SOURCES[kind]:
                raise self.error(
                    value.line_of(key),
                    f"A {kind} source has no `{key}`.",
                    f"It has {', '.join(SOURCES[kind])}.",
                )
        return Source(kind, **{key: str(self.need(value, key)) for key in SOURCES[kind]})

    def sla(self, name: str) -> Located | None:
        items = self.items(self.document, "slaProperties")
        return next((item for item in items if item.get("property") == name), None)

    def schedule(self) -> str:
        frequency = self.sla("frequency")
        if frequency is None:
            raise self.error(
                self.document.line_of("slaProperties"),
                "The service level `frequency` is missing.",
                "Give `property: frequency` with `scheduler: cron` and `schedule`.",
            )
        self.one_of(frequency, "scheduler", ("cron",))
        return str(self.need(frequency, "schedule"))

    def freshness(self) -> str:
        item = self.sla("freshness")
        return f"{self.need(item, 'value')}{item.get('unit', 'd')}" if item else ""

    def monthly_budget(self, custom: dict[str, Any]) -> float | None:
        value = custom.get("monthlyBudgetUsd")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise self.error(
                self.document.line_of("customProperties"),
                f"`monthlyBudgetUsd` is {value!r}.",
                "Give US dollars, more than 0.",
            )
        return float(value)
