"""Drill-down: the levels below a field, and the field and conditions after some steps.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ColumnHierarchy.html
A field names its hierarchy. Each step of a reader's takes the next level in the field's place and
keeps only the rows of the value that was drilled into; the field keeps its id, so that sorts and
formats hold. DrillDownFilters are the steps that the author had taken already.
"""

import copy
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_aws.services.quicksight.errors import WrongChoice
from local_aws.services.quicksight.moments import read_moment

# Weeks straddle months: they are no level between.
GRAINS = ("YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")
Steps = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Step:
    """The rows of one value of a column; of a date, of the period around it."""

    column: Mapping[str, Any]
    value: str
    grain: str | None = None


@dataclass(frozen=True)
class Between:
    """The rows of a stretch of time, both ends of it periods that belong."""

    column: Mapping[str, Any]
    begin: dt.datetime
    end: dt.datetime
    grain: str


@dataclass(frozen=True)
class OneOf:
    """The rows of some values of a column."""

    column: Mapping[str, Any]
    values: tuple[str | float, ...]


Kept = Step | Between | OneOf


def levels(options: Mapping[str, Any], field: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The fields that a field with a hierarchy can be, its own first."""
    kind, inner = next(iter(field.items()))
    for item in options.get("ColumnHierarchies", []):
        form, hierarchy = next(iter(item.items()))
        if not inner.get("HierarchyId") or hierarchy["HierarchyId"] != inner["HierarchyId"]:
            continue
        if form == "DateTimeHierarchy":
            return [{kind: {**inner, "DateGranularity": g}} for g in _finer(inner)]
        names = [column["ColumnName"] for column in hierarchy["Columns"]]
        own = inner["Column"]["ColumnName"]
        if own not in names:
            break
        return [
            field if column["ColumnName"] == own
            else {"CategoricalDimensionField": {"FieldId": inner["FieldId"], "Column": column}}
            for column in hierarchy["Columns"][names.index(own) :]
        ]  # fmt: skip
    return [field]


def _finer(field: Mapping[str, Any]) -> Sequence[str]:
    grain = field.get("DateGranularity", "DAY")
    return GRAINS[GRAINS.index(grain) :] if grain in GRAINS else [grain]


def drilled(options: dict[str, Any], steps: Steps) -> tuple[dict[str, Any], list[Kept]]:
    """A visual's options after a reader's steps, and the rows to keep. Raises WrongChoice."""
    kept = [_author(item) for item in _author_filters(options)]
    if not steps:
        return options, kept
    options, taken = copy.deepcopy(options), dict.fromkeys(field for field, _ in steps)
    for wells in _wells(options.get("ChartConfiguration", {}).get("FieldWells", {})):
        for number, field in enumerate(wells):
            kind, inner = next(iter(field.items()))
            values = [value for name, value in steps if name == inner.get("FieldId")]
            if values and kind.endswith("DimensionField"):
                taken.pop(inner["FieldId"], None)
                kept += _take(wells, number, levels(options, field), values)
    if taken:
        raise WrongChoice(f"There is no field {next(iter(taken))!r:.100} to drill into.")
    return options, kept


def drills(options: Mapping[str, Any]) -> dict[str, list[str]]:
    """The names of the levels of every field that can be drilled into, by field id."""
    found = {}
    for well in _wells(options.get("ChartConfiguration", {}).get("FieldWells", {})):
        for field in well:
            below = levels(options, field)
            if len(below) > 1:
                found[next(iter(field.values()))["FieldId"]] = [_name(level) for level in below]
    return found


def _name(level: Mapping[str, Any]) -> str:
    kind, inner = next(iter(level.items()))
    date = kind == "DateDimensionField"
    return str(inner.get("DateGranularity", "DAY") if date else inner["Column"]["ColumnName"])


def _take(
    well: list[Any], number: int, below: list[Mapping[str, Any]], values: list[str]
) -> Iterator[Step]:
    if len(values) >= len(below):
        raise WrongChoice("There is no level below to drill into.")
    well[number] = below[len(values)]
    for level, value in zip(below, values, strict=False):
        kind, inner = next(iter(level.items()))
        grain = inner.get("DateGranularity", "DAY") if kind == "DateDimensionField" else None
        yield Step(inner["Column"], value, grain)


def _wells(wells: Any) -> Iterator[list[Any]]:
    for well in wells.values() if isinstance(wells, dict) else ():
        if isinstance(well, dict):
            yield from _wells(well)
        elif isinstance(well, list) and all("Column" not in item for item in well):
            yield well


def _author_filters(options: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for item in options.get("ColumnHierarchies", []):
        for given in next(iter(item.values())).get("DrillDownFilters", []):
            yield next(iter(given.items()))


def _author(item: tuple[str, Mapping[str, Any]]) -> Kept:
    kind, given = item
    if kind == "TimeRangeFilter":
        begin, end = read_moment(given["RangeMinimum"]), read_moment(given["RangeMaximum"])
        return Between(given["Column"], begin, end, given["TimeGranularity"])
    values = given["CategoryValues"] if kind == "CategoryFilter" else [given["Value"]]
    return OneOf(given["Column"], tuple(values))
