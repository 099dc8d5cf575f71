"""Read a contract from its file, and say everything that is wrong in it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from tarn.contracts import drop_limit
from tarn.contracts.contract import (
    CLASSIFICATIONS,
    DRIFT_POLICIES,
    ENGINE,
    Column,
    Contract,
    ContractError,
    Problem,
    Rule,
    Source,
)
from tarn.contracts.drop_limit import DropLimit
from tarn.contracts.layout import PROPERTIES, Layout
from tarn.contracts.located import Located, NotYaml, parse
from tarn.contracts.odcs.keys import VERSIONS, nearest, unknown_keys
from tarn.contracts.odcs.pieces import Pieces, Wrong, shown
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
VERSION = re.compile(r"\d+\.\d+\.\d+")
CRON = re.compile(r"[\dA-Za-z*,/#?-]+( +[\dA-Za-z*,/#?-]+){4}")
ACTIONS = ("quarantine", "fail")
SOURCES = {"python-package": ("package", "member"), "files": ("location", "pattern")}
FRESHNESS_UNITS = ("d", "h")


def read_contract(path: Path) -> Contract:
    """The contract in a file; raises ContractError with all that is wrong in it."""
    return _read(f"{path.parent.name}/{path.name}", path.stem, path.read_bytes())


@lru_cache(maxsize=64)  # every step and page asks, and PyYAML takes 15 ms a contract
def _read(file: str, name: str, raw: bytes) -> Contract:
    try:
        document = parse(raw)
    except NotYaml as error:
        wrong = Problem(error.line, f"This is not YAML: {error.problem}.", "Mend the line.")
        raise ContractError(file, [wrong]) from None
    if not isinstance(document, Located):
        wrong = Problem(1, "The file holds no mapping.", "Begin with `apiVersion: v3.1.0`.")
        raise ContractError(file, [wrong])
    reader = _Reader(document, name)
    contract = reader.contract()
    if contract is None or reader.problems:
        raise ContractError(file, reader.problems)
    return contract


class _Reader(Pieces):
    """Reads part after part; what is wrong in one does not hide what is wrong in the next."""

    def __init__(self, document: Located, name: str) -> None:
        super().__init__(unknown_keys(document))
        self.document = document
        self.name = name

    def contract(self) -> Contract | None:
        head = self.head()
        table = self.part(self.table, None)
        if table is None:
            return None
        properties = self.each(self.part(lambda: self.properties(table), []), self.named)
        self.no_repeated(properties)
        columns = self.each([p for p in properties if not p.get("partitioned")], self.column)
        partition_columns = self.partition_columns(properties)
        keys: tuple[str, ...] = ()
        sort_by: tuple[str, ...] = ()
        # What a spoilt column lacks would only be said of the table again.
        if not any(problem.line >= table.line for problem in self.problems):
            keys = self.part(lambda: self.keys(properties, table), keys)
            sort_by = self.part(lambda: self.sort_by(table, properties), keys)
        return replace(
            head,
            source=self.part(lambda: self.source(partition_columns), head.source),
            source_columns=tuple(p["name"] for p in properties if not self.derived(p)),
            columns=columns,
            partition_columns=partition_columns,
            keys=keys,
            sort_by=sort_by,
            rules=self.rules(table, properties),
            layout=self.part(lambda: self.layout(table), head.layout),
            drops=self.part(lambda: self.drops(table), head.drops),
        )

    def head(self) -> Contract:
        """The contract without its table."""
        for check in (self.api_version, self.kind, self.same_name, self.identity):
            self.part(check, "")
        start, end = self.part(self.interval, ("", ""))
        return Contract(
            name=self.name,
            version=self.part(self.version, ""),
            description=self.part(lambda: self.inner("description", "purpose"), ""),
            owner=self.part(lambda: self.inner("team", "name"), ""),
            schedule=self.part(self.schedule, ""),
            start=start,
            end=end,
            source=Source("files"),
            source_columns=(),
            columns=(),
            partition_columns=(),
            keys=(),
            sort_by=(),
            drift=self.part(self.drift, "fail"),
            freshness=self.part(self.freshness, ""),
            monthly_budget_usd=self.part(self.monthly_budget, None),
            tags=self.part(self.tags, ()),
        )

    # -- the head

    def api_version(self) -> str:
        return self.one_of(self.document, "apiVersion", VERSIONS)

    def kind(self) -> str:
        return self.one_of(self.document, "kind", ("DataContract",))

    def identity(self) -> str:
        return self.text(self.document, "id") + self.text(self.document, "status")

    def same_name(self) -> str:
        name = self.text(self.document, "name")
        if name != self.name or not NAME.fullmatch(name):
            raise Wrong(
                self.document.line_of("name"),
                f"`name` is {name!r} in a file called {self.name}.yaml.",
                "Give both the same name, of lower-case letters, digits and _.",
            )
        return name

    def version(self) -> str:
        version = self.text(self.document, "version")
        if not VERSION.fullmatch(version):
            raise Wrong(
                self.document.line_of("version"),
                f"`version` is {version!r}.",
                "Use major.minor.patch, such as 1.0.0.",
            )
        return version

    def inner(self, section: str, key: str) -> str:
        return self.text(self.section(self.document, section), key)

    def tags(self) -> tuple[str, ...]:
        value = self.document.get("tags") or []
        if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
            raise Wrong(self.document.line_of("tags"), "`tags` is no list of texts.", "Use [a, b].")
        return tuple(value)

    # -- the table and its columns

    def table(self) -> Located:
        tables = self.items(self.document, "schema")
        if len(tables) != 1:
            line = self.document.line_of("schema")
            raise Wrong(line, f"`schema` has {len(tables)} objects.", "Declare one table.")
        return tables[0]

    def properties(self, table: Located) -> list[Located]:
        properties = self.items(table, "properties")
        if not properties:
            raise Wrong(table.line, "The table has no columns.", "List them in `properties`.")
        return properties

    def named(self, item: Located) -> Located:
        self.identifier(item, "column name")
        for flag in ("partitioned", "primaryKey"):
            self.flag(item, flag)
        derived = self.custom(item, "derived")
        if derived:
            self.flag(derived, "value")
        return item

    def identifier(self, item: Located, what: str) -> str:
        name = self.text(item, "name")
        if not NAME.fullmatch(name):
            raise Wrong(
                item.line_of("name"),
                f"{name!r} is no {what}.",
                "Use lower-case letters, digits and _, a letter first.",
            )
        return name

    def no_repeated(self, properties: Iterable[Located]) -> None:
        seen: set[str] = set()
        for item in properties:
            if item["name"] in seen:
                line, name = item.line_of("name"), item["name"]
                self.problems.append(
                    Problem(line, f"Column {name} is there twice.", "Take one away.")
                )
            seen.add(item["name"])

    def derived(self, item: Located) -> bool:
        found = self.custom(item, "derived")
        return found is not None and self.flag(found, "value")

    def column(self, item: Located) -> Column:
        return Column(
            name=item["name"],
            type=self.physical_type(item),
            required=self.flag(item, "required"),
            description=self.text(item, "description", ""),
            classification=self.classification(item),
            values=self.values(item)[0],
        )

    def physical_type(self, item: Located) -> str:
        logical = self.one_of(item, "logicalType", PHYSICAL)
        physical = self.text(item, "physicalType")
        decimal = logical == "number" and DECIMAL.fullmatch(physical)
        if physical not in PHYSICAL[logical] and not decimal:
            raise Wrong(
                item.line_of("physicalType"),
                f"Column {item['name']}: a {logical} cannot be stored as {physical!r}.",
                f"Use one of {', '.join(PHYSICAL[logical])}.",
            )
        return physical

    def classification(self, item: Located) -> str:
        if item.get("classification") is None:
            return ""
        return self.one_of(item, "classification", CLASSIFICATIONS)

    def partition_columns(self, properties: Iterable[Located]) -> tuple[Column, ...]:
        items = [item for item in properties if item.get("partitioned")]
        placed = self.each(items, self.partition_column)
        return tuple(column for _, column in sorted(placed, key=lambda pair: pair[0]))

    def partition_column(self, item: Located) -> tuple[int, Column]:
        name, line = item["name"], item.line_of("name")
        if name not in WIDTHS:
            raise Wrong(
                line,
                f"{name} cannot be a partition key.",
                f"Partition by {', '.join(WIDTHS)}: parts of the interval's start.",
            )
        if item.get("primaryKey") or self.derived(item):
            raise Wrong(
                line,
                f"{name} is a partition key, and cannot be a primary key or derived too.",
                "Keys are unique within a partition; its keys stand in the raw file.",
            )
        return self.position(item, "partitionKeyPosition"), self.column(item)

    def keys(self, properties: Iterable[Located], table: Located) -> tuple[str, ...]:
        items = [item for item in properties if item.get("primaryKey")]
        if not items:
            first = next(iter(properties), table)
            raise Wrong(
                first.line,
                "No column is a primary key.",
                "Set `primaryKey: true` on the columns that tell two rows apart.",
            )
        placed = [(self.position(item, "primaryKeyPosition"), item["name"]) for item in items]
        return tuple(name for _, name in sorted(placed, key=lambda pair: pair[0]))

    def sort_by(self, table: Located, properties: Iterable[Located]) -> tuple[str, ...]:
        item = self.custom(table, "sortBy")
        if item is None:
            return self.keys(properties, table)
        names = {p["name"] for p in properties if not p.get("partitioned")}
        value = item.get("value")
        for name in value if isinstance(value, list) else [value]:
            if not isinstance(name, str) or name not in names:
                raise Wrong(
                    item.line_of("value"),
                    f"`sortBy` names {shown(name)}, which is no published column.",
                    f"List some of {', '.join(sorted(names))}.",
                )
        return (value,) if isinstance(value, str) else tuple(value or ())

    def layout(self, table: Located) -> Layout:
        return Layout.of(self.checked(table, PROPERTIES, Layout.of))

    def drops(self, table: Located) -> DropLimit:
        return DropLimit.of(self.checked(table, drop_limit.PROPERTIES, DropLimit.of))

    def checked(
        self, table: Located, names: Iterable[str], check: Callable[[dict[str, Any]], Any]
    ) -> dict[str, Any]:
        """The custom properties of these names that are there; check: ValueError for a bad one."""
        items = [item for name in names if (item := self.custom(table, name))]

        def pair(item: Located) -> tuple[str, Any]:
            name, value = str(item["property"]), item.get("value")
            try:
                check({name: value})
            except ValueError as error:
                remedy = "Mend it, or leave it out."
                raise Wrong(item.line_of("value"), str(error), remedy) from None
            return name, value

        return dict(self.each(items, pair))

    # -- rules of rows

    def rules(self, table: Located, properties: Iterable[Located]) -> tuple[Rule, ...]:
        rules = self.each(properties, lambda item: self.values(item)[1])
        rules += self.each(self.part(lambda: self.items(table, "quality"), []), self.rule)
        seen: set[str] = set()
        for rule in rules:
            if rule.name in seen:
                line = table.line_of("quality")
                what = f"Rule {rule.name} is there twice."
                self.problems.append(Problem(line, what, "Rename one."))
            seen.add(rule.name)
        return rules

    def rule(self, item: Located) -> Rule | None:
        """The row rule of a table's entry; None where it is only text, or another engine's."""
        kind = self.text(item, "type", "library")
        if kind == "text" or (kind == "custom" and item.get("engine") != ENGINE):
            return None
        if kind != "custom":
            raise Wrong(
                item.line,
                f"Tarn does not run `quality` of a table of type {kind}.",
                f"Use `type: custom` and `engine: {ENGINE}`, or an expectation in expectations/.",
            )
        implementation = self.section(item, "implementation")
        for key in implementation:
            if key not in ("expression", "action"):
                remedy = nearest(key, ("expression", "action"))
                raise Wrong(implementation.line_of(key), f"A rule has no `{key}`.", remedy)
        return Rule(
            name=self.identifier(item, "rule name"),
            expression=self.text(implementation, "expression").strip(),
            action=self.one_of(implementation, "action", ACTIONS),
            description=self.text(item, "description", ""),
        )

    def values(self, item: Located) -> tuple[tuple[str | int, ...], Rule | None]:
        """A column's allowed values, and the row rule that holds them."""
        entries = [
            q for q in self.items(item, "quality") if q.get("type") not in ("text", "custom")
        ]
        if not entries:
            return (), None
        entry, name = entries[0], item["name"]
        arguments = entry.get("arguments")
        valid = arguments.get("validValues") if isinstance(arguments, Located) else None
        plain = entry.get("metric") == "invalidValues" and entry.get("mustBe") == 0 and valid
        if len(entries) > 1 or not plain or set(arguments or ()) != {"validValues"}:
            raise Wrong(
                entry.line,
                f"Tarn does not run this `quality` of column {name}.",
                "It runs one `metric: invalidValues` with `arguments: {validValues: [...]}` and "
                "`mustBe: 0`; write others as row rules of the table.",
            )
        values = self.typed(arguments, item)
        action = self.custom(entry, "action")
        return values, Rule(
            name=self.identifier(entry, "rule name") if entry.get("name") else f"enum:{name}",
            expression=one_of(name, values),
            action=self.one_of(action, "value", ACTIONS) if action else "quarantine",
            description=self.text(entry, "description", ""),
        )

    def typed(self, arguments: Any, item: Located) -> tuple[str | int, ...]:
        """The values of a list, which must be of the column's type."""
        values, line = arguments["validValues"], arguments.line_of("validValues")
        logical = self.one_of(item, "logicalType", PHYSICAL)
        kinds: dict[str, type] = {"string": str, "integer": int}
        if logical not in kinds or item.get("partitioned"):
            raise Wrong(
                line,
                f"Column {item['name']} cannot have `validValues`.",
                "Strings and integers can; write a row rule for others.",
            )
        for value in values if isinstance(values, list) else [values]:
            if type(value) is not kinds[logical]:
                raise Wrong(
                    line,
                    f"`validValues` of {item['name']} holds {shown(value)}, no {logical}.",
                    "List values of the column's type; quote texts such as NO or 1.",
                )
        if not isinstance(values, list) or len(set(values)) != len(values):
            raise Wrong(
                line, f"`validValues` of {item['name']} is no list of different values.", "Mend it."
            )
        return tuple(values)

    # -- Tarn's own properties, and the service levels

    def sla(self, name: str) -> Located | None:
        items = self.items(self.document, "slaProperties")
        return next((item for item in items if item.get("property") == name), None)

    def drift(self) -> str:
        item = self.custom(self.document, "drift")
        return self.one_of(item, "value", DRIFT_POLICIES) if item else "fail"

    def interval(self) -> tuple[str, str]:
        item = self.custom(self.document, "interval")
        if item is None:
            return "", ""
        value = self.section(item, "value")
        for key in value:
            if key not in ("start", "end"):
                raise Wrong(
                    value.line_of(key),
                    f"`interval` has no `{key}`.",
                    nearest(key, ("start", "end")),
                )
        start, end = self.day(value, "start"), self.day(value, "end")
        if end and start > end:
            raise Wrong(value.line_of("end"), "`end` is before `start`.", "Turn them round.")
        return start, end

    def day(self, mapping: Located, key: str) -> str:
        text = self.text(mapping, key, "")
        try:
            return date.fromisoformat(text).isoformat() if text else ""
        except ValueError:
            raise Wrong(
                mapping.line_of(key), f"`{key}` is {text!r}, no date.", "Use one like 2013-01-31."
            ) from None

    def source(self, partition_columns: Iterable[Column]) -> Source:
        item = self.custom(self.document, "source")
        value = item.get("value") if item else None
        if not isinstance(value, Located):
            raise Wrong(
                self.document.line_of("customProperties"),
                "The custom property `source` is missing.",
                "Say where the raw file comes from: kind, package, member, or location, pattern.",
            )
        kind = self.one_of(value, "kind", SOURCES)
        for key in value:
            if key != "kind" and key not in SOURCES[kind]:
                remedy = f"It has {', '.join(SOURCES[kind])}."
                raise Wrong(value.line_of(key), f"A {kind} source has no `{key}`.", remedy)
        if kind == "files":
            self.check_pattern(value, {"dataset", "label", *(c.name for c in partition_columns)})
        return Source(kind, **{key: self.text(value, key) for key in SOURCES[kind]})

    def check_pattern(self, value: Located, known: set[str]) -> None:
        pattern = self.text(value, "pattern")
        try:
            pattern.format(**dict.fromkeys(known, 0))
            fields = {field for _, field, _, _ in Formatter().parse(pattern) if field is not None}
        except (AttributeError, LookupError, TypeError, ValueError):
            fields = {""}
        if not fields <= known:
            raise Wrong(
                value.line_of("pattern"),
                f"`pattern` is {pattern!r}.",
                f"In braces use only {', '.join(sorted(known))}.",
            )

    def schedule(self) -> str:
        frequency = self.sla("frequency")
        if frequency is None:
            raise Wrong(
                self.document.line_of("slaProperties"),
                "The service level `frequency` is missing.",
                "Give `property: frequency` with `scheduler: cron` and `schedule`.",
            )
        self.one_of(frequency, "scheduler", ("cron",))
        schedule = self.text(frequency, "schedule")
        if not CRON.fullmatch(schedule):
            raise Wrong(
                frequency.line_of("schedule"),
                f"`schedule` is {schedule!r}.",
                "Use cron's five fields: minute, hour, day, month, weekday.",
            )
        return schedule

    def freshness(self) -> str:
        item = self.sla("freshness")
        if item is None:
            return ""
        value = self.need(item, "value")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise Wrong(item.line_of("value"), f"`freshness` is {shown(value)}.", "Use a number.")
        unit = self.one_of(item, "unit", FRESHNESS_UNITS) if item.get("unit") else "d"
        return f"{value}{unit}"

    def monthly_budget(self) -> float | None:
        item = self.custom(self.document, "monthlyBudgetUsd")
        if item is None:
            return None
        value = item.get("value")
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not 0 < value < math.inf
        ):
            raise Wrong(
                item.line_of("value"),
                f"`monthlyBudgetUsd` is {shown(value)}.",
                "Give US dollars, more than 0.",
            )
        return float(value)


def one_of(name: str, values: Iterable[str | int]) -> str:
    """A row rule's expression: a column has one of these values."""
    return f"{name} IN ({', '.join(map(_literal, values))})"


def _literal(value: str | int) -> str:
    """A value as Spark's SQL writes it: in its literals a backslash escapes."""
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
