"""Partition projection: partitions that are computed from a table's properties.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

from sqlglot import exp

from local_aws.services.athena.duck.failures import EngineFailure
from local_aws.services.athena.duck.functions.moments import format_datetime, parse_datetime
from local_aws.services.athena.emit import Emitter
from local_aws.services.athena.errors import QueryFailed, not_supported
from local_aws.services.athena.reading.partition_names import folder_of
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.scope import Predicate

# Beyond it the values of one query are no list any more.
_MOST = 1_000_000
_NOW = re.compile(
    r"\s*NOW\s*(?:([+-])\s*([0-9]+)\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?\s*)?"
)
_UNITS = ("YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS", "MINUTES", "SECONDS", "MILLISECONDS")
Keys = list[tuple[str, t.Type]]
# Leaves those of a key's values that the query's predicates on this key alone allow.
Prune = Callable[[str, t.Type, list[str]], list[str]]


def is_projected(table: dict[str, Any]) -> bool:
    return str((table.get("Parameters") or {}).get("projection.enabled", "")).lower() == "true"


def partitions(
    table: dict[str, Any],
    keys: Keys,
    predicates: list[Predicate],
    prune: Prune,
    evaluate: Callable[[list[str]], list[str | None]],
) -> list[dict[str, Any]]:
    """The partitions in the catalog's form. `evaluate` gives the values of constants in SQL."""
    properties = _Properties(table)
    per_key = []
    for name, kind in keys:
        made = _values(properties, name, kind, predicates, evaluate)
        per_key.append(prune(name, kind, made))
    total = 1
    for found in per_key:
        total *= len(found)
    if total > _MOST:
        raise not_supported(f"a query over {total} projected partitions of {table['Name']}")
    descriptor = table["StorageDescriptor"]
    names = [name for name, _ in keys]
    place = _locations(properties, descriptor.get("Location") or "", names)
    return [
        {"Values": list(v), "StorageDescriptor": {**descriptor, "Location": place(list(v))}}
        for v in itertools.product(*per_key)
    ]


class _Properties:
    def __init__(self, table: dict[str, Any]) -> None:
        self.table = f"{table.get('DatabaseName', '')}.{table['Name']}".lstrip(".")
        self.found = {k.lower(): str(v) for k, v in (table.get("Parameters") or {}).items()}

    def get(self, column: str, name: str) -> str | None:
        return self.found.get(f"projection.{column}.{name}")

    def required(self, column: str, name: str) -> str:
        value = self.get(column, name)
        if value is None:
            raise self.invalid(f"projection.{column}.{name} is required")
        return value

    def positive(self, column: str, name: str) -> int | None:
        value = self.get(column, name)
        if value is None:
            return None
        if not re.fullmatch(r"\s*[0-9]+\s*", value) or int(value) < 1:
            raise self.invalid(f"projection.{column}.{name} must be a positive integer: {value}")
        return int(value)

    def invalid(self, why: str) -> QueryFailed:
        return QueryFailed(
            "INVALID_TABLE_PROPERTY", f"Invalid partition projection of table {self.table}: {why}"
        )


def _locations(properties: _Properties, base: str, names: list[str]) -> Callable[[list[str]], str]:
    template = properties.found.get("storage.location.template")
    if template is None:
        return lambda values: f"{base.rstrip('/')}/{folder_of(names, values)}/"
    missing = [name for name in names if "${" + name + "}" not in template]
    if missing:
        raise properties.invalid(
            f"storage.location.template must contain ${{{missing[0]}}}: {template}"
        )

    def place(values: list[str]) -> str:
        known = dict(zip(names, values, strict=True))
        made = re.sub(r"\$\{([^}]+)\}", lambda m: known.get(m[1].lower(), m[0]), template)
        return made if made.endswith("/") else made + "/"

    return place


def _values(
    properties: _Properties,
    name: str,
    kind: t.Type,
    predicates: list[Predicate],
    evaluate: Callable[[list[str]], list[str | None]],
) -> list[str]:
    form = properties.required(name, "type").strip().lower()
    if form == "enum":
        return list(dict.fromkeys(properties.required(name, "values").split(",")))
    if form == "integer":
        return list(_integers(properties, name))
    if form == "date":
        return list(_dates(properties, name, kind))
    if form == "injected":
        return _injected(name, predicates, evaluate)
    raise properties.invalid(f"projection.{name}.type {form} is not one of enum, integer, date,"
                             " injected")  # fmt: skip


# --- integer


def _integers(properties: _Properties, name: str) -> Iterator[str]:
    text = properties.required(name, "range")
    found = re.fullmatch(r"\s*(-?[0-9]+)\s*,\s*(-?[0-9]+)\s*", text)
    if found is None or int(found[1]) > int(found[2]):
        raise properties.invalid(f"projection.{name}.range must be two ascending integers: {text}")
    step = properties.positive(name, "interval") or 1
    digits = properties.positive(name, "digits")
    first, last = int(found[1]), int(found[2])
    if (last - first) // step >= _MOST:
        raise not_supported(f"projection.{name}.range of more than {_MOST} values")
    for number in range(first, last + 1, step):
        yield f"{'-' if number < 0 else ''}{abs(number):0{digits}}" if digits else str(number)


# --- date


def _dates(properties: _Properties, name: str, kind: t.Type) -> Iterator[str]:
    pattern = properties.required(name, "format")
    text = properties.required(name, "range")
    bounds = text.split(",")
    if len(bounds) != 2:
        raise properties.invalid(f"projection.{name}.range must be two dates: {text}")
    try:
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        first, last = (_through(pattern, _bound(b, pattern, now)) for b in bounds)
    except (EngineFailure, ValueError, OverflowError) as error:
        raise properties.invalid(
            f"projection.{name}.range needs dates as {pattern} or NOW: {text} ({error})"
        ) from None
    if first > last:
        raise properties.invalid(f"projection.{name}.range must be ascending: {text}")
    count, unit = _step(properties, name, pattern)
    for index in itertools.count():
        if index >= _MOST:
            raise not_supported(f"projection.{name}.range of more than {_MOST} values")
        moment = _plus(first, index * count, unit)
        if moment > last:
            return
        yield _written(moment, pattern, kind)


def _written(moment: dt.datetime, pattern: str, kind: t.Type) -> str:
    if kind.name == "date":
        return f"{moment:%Y-%m-%d}"
    if kind.name == "timestamp":
        return f"{moment:%Y-%m-%d %H:%M:%S}"
    return format_datetime(moment, "UTC", pattern)


def _through(pattern: str, moment: dt.datetime) -> dt.datetime:
    """What is left of a moment when it is written so."""
    found: dt.datetime = parse_datetime(format_datetime(moment, "UTC", pattern), pattern)["u"]
    return found


def _bound(text: str, pattern: str, now: dt.datetime) -> dt.datetime:
    found = _NOW.fullmatch(text)
    if found is None:
        moment: dt.datetime = parse_datetime(text.strip(), pattern)["u"]
        return moment
    if not found[1]:
        return now
    return _plus(now, int(found[1] + found[2]), found[3] + "S")


def _step(properties: _Properties, name: str, pattern: str) -> tuple[int, str]:
    count = properties.positive(name, "interval")
    unit = properties.get(name, "interval.unit")
    if unit is not None and unit.strip().upper() not in _UNITS:
        raise properties.invalid(f"projection.{name}.interval.unit {unit} is not one of"
                                 f" {', '.join(_UNITS)}")  # fmt: skip
    letters = re.sub(r"'[^']*'", "", pattern)
    fine = any(letter in letters for letter in "HhkKmsSa")
    if fine and (count is None or unit is None):
        raise properties.invalid(
            f"projection.{name}.interval and projection.{name}.interval.unit are required where the"
            f" format {pattern} is finer than a day"
        )
    default = "DAYS" if re.search("[dD]", letters) else "MONTHS"
    return count or 1, (unit or default).strip().upper()


def _plus(moment: dt.datetime, count: int, unit: str) -> dt.datetime:
    if unit in ("YEARS", "MONTHS"):
        months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "YEARS" else 1)
        year, month = divmod(months, 12)
        following = dt.datetime(year + month // 11, (month + 1) % 12 + 1, 1)
        last = (following - dt.timedelta(days=1)).day
        return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
    return moment + dt.timedelta(**{unit.lower(): count})


# --- injected


def _injected(
    name: str, predicates: list[Predicate], evaluate: Callable[[list[str]], list[str | None]]
) -> list[str]:
    """The values that the query names: an injected column has no others."""
    found: list[str] | None = None
    for predicate in predicates:
        constants = _equal_to(predicate.node, name, predicate.names)
        if constants:
            values = [v for v in evaluate(constants) if v is not None]
            found = values if found is None else [v for v in found if v in values]
    if found is None:
        raise QueryFailed(
            "CONSTRAINT_VIOLATION",
            f"For the injected projected partition column {name}, the WHERE clause must contain"
            " only static equality conditions, and at least one such condition must be present.",
        )
    return list(dict.fromkeys(found))


def _equal_to(node: exp.Expression, column: str, names: dict[str, str]) -> list[str]:
    """The constants, in the engine's SQL, one of which the column must equal; empty if none."""
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Or):
        sides = [_equal_to(side, column, names) for side in (node.left, node.right)]
        return sides[0] + sides[1] if all(sides) else []
    if isinstance(node, exp.EQ):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if _is(one, column, names) and _constant(other):
                return [Emitter().gen(other)]
    found = node.expressions if isinstance(node, exp.In) else []
    if found and _is(node.this, column, names) and all(map(_constant, found)):
        return [Emitter().gen(item) for item in found]
    return []


def _is(node: exp.Expression, column: str, names: dict[str, str]) -> bool:
    field = node.meta.get("field") if isinstance(node, exp.Column) else None
    return field is not None and names.get(field.sql) == column


def _constant(node: exp.Expression) -> bool:
    return not any("field" in part.meta for part in node.walk())
