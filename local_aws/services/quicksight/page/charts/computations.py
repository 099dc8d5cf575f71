"""What an insight works out, with the names that a narrative uses for it.

https://docs.aws.amazon.com/quicksight/latest/user/auto-narrative-computations.html
"""

from collections.abc import Callable
from typing import Any

from local_aws.services.quicksight.definition import Computation
from local_aws.services.quicksight.errors import VisualRefused
from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.page.charts.comparison import is_number, percentage
from local_aws.services.quicksight.page.charts.periods import (
    Point,
    earlier,
    over_stretches,
    points_of,
    start_of,
)
from local_aws.services.quicksight.page.formats import number_format, number_text, show
from local_aws.services.quicksight.query import Query, Value

Outputs = dict[str, Any]
MAX_ITEMS = 20


def outputs_of(query: Query, computation: Computation) -> Outputs:
    """A computation's outputs. Raises VisualRefused."""
    if computation.kind not in COMPUTATIONS:
        raise VisualRefused(f"The computation {computation.kind}")
    missing = [role for role in NEEDED[computation.kind] if role not in computation.fields]
    if missing:
        raise VisualRefused(f"The computation {computation.kind} without {', '.join(missing)}")
    named = {f"{ROLES[role]}": _field(field) for role, field in computation.fields.items()}
    return named | COMPUTATIONS[computation.kind](query, computation)


def _field(field: Field) -> Outputs:
    return {"name": field.label, "timeGranularity": field.granularity or ""}


def _value(value: Value, field: Field) -> Outputs:
    """One output: raw, formatted, and formatted without its sign."""
    size = abs(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    text = show(value, field) if value is not None else "NULL"
    absolute = show(size, field) if size is not None else "NULL"
    return {"value": value, "formattedValue": text, "formattedAbsoluteValue": absolute}


def _share(value: float | None) -> Outputs:
    """A percentage; none where there is nothing to divide by."""
    if value is None:
        return {"value": None, "formattedValue": "n/a", "formattedAbsoluteValue": "n/a"}
    form = percentage(2)
    return {"value": value, "formattedValue": number_text(value, form),
            "formattedAbsoluteValue": number_text(abs(value), form)}  # fmt: skip


def _change(now: Value, before: Value, field: Field) -> Outputs:
    """The difference of two figures, absolute and relative."""
    if not (is_number(now) and is_number(before)):
        return {"absoluteDifference": _value(None, field), "percentDifference": _share(None)}
    difference = float(now) - float(before)  # type: ignore[arg-type]
    share = difference / abs(float(before)) if before else None  # type: ignore[arg-type]
    exact = int(difference) if difference == int(difference) else difference
    plain = number_text(exact, number_format(field.format))
    size = number_text(abs(exact), number_format(field.format))
    return {
        "absoluteDifference": {"value": exact, "formattedValue": plain,
                               "formattedAbsoluteValue": size},
        "percentDifference": _share(share),
    }  # fmt: skip


def _total(query: Query, computation: Computation) -> Outputs:
    field = computation.fields["Value"]
    return {"totalAggregate": _value(query.select([], [field])[0][0], field)}


def _unique(query: Query, computation: Computation) -> Outputs:
    field = computation.fields["Category"]
    count = len([row for row in query.select([field], []) if row[0] is not None])
    return {"uniqueGroupValuesCount": count}


def _ranked(query: Query, computation: Computation) -> Outputs:
    category, value = computation.fields["Category"], computation.fields["Value"]
    found = [row for row in query.select([category], [value]) if is_number(row[1])]
    found.sort(key=lambda row: float(row[1]), reverse=computation.options["Type"] == "TOP")  # type: ignore[arg-type]
    size = int(computation.options.get("ResultSize") or 3)
    items = [{"categoryField": _value(name, category), "metricValue": _value(figure, value)}
             for name, figure in found[: min(size, MAX_ITEMS)]]  # fmt: skip
    return {"items": items, "itemsCount": len(items)}


def _movers(query: Query, computation: Computation) -> Outputs:
    time, category = computation.fields["Time"], computation.fields["Category"]
    value = computation.fields["Value"]
    rows = query.select([time, category], [value])
    moments = sorted({row[0] for row in rows if row[0] is not None})[-2:]
    if len(moments) < 2:
        return {"items": [], "itemsCount": 0}
    figures = {(row[0], row[1]): row[2] for row in rows}
    both = [name for name in dict.fromkeys(row[1] for row in rows)
            if all(is_number(figures.get((at, name))) for at in moments)]  # fmt: skip
    items = [
        {"categoryField": _value(name, category)}
        | {"previousMetricValue": _value(figures[moments[0], name], value),
           "currentMetricValue": _value(figures[moments[1], name], value)}
        | _change(figures[moments[1], name], figures[moments[0], name], value)
        for name in both
    ]  # fmt: skip
    by = {"ABSOLUTE_DIFFERENCE": "absoluteDifference"}.get(
        computation.options.get("SortOrder", "PERCENT_DIFFERENCE"), "percentDifference"
    )
    items = [item for item in items if item[by]["value"] is not None]
    top = computation.options["Type"] == "TOP"
    items.sort(key=lambda item: item[by]["value"], reverse=top)
    size = min(int(computation.options.get("MoverSize") or 3), MAX_ITEMS)
    times = {"previousTimeValue": _value(moments[0], time), "currentTimeValue":
             _value(moments[1], time)}  # fmt: skip
    return times | {"items": items[:size], "itemsCount": len(items[:size])}


def _pair(now: Point | None, before: Point | None, time: Field, value: Field) -> Outputs:
    """Two periods and their change."""
    current, previous = now or (None, None), before or (None, None)
    return {
        "currentTimeValue": _value(current[0], time), "currentMetricValue":
        _value(current[1], value), "previousTimeValue": _value(previous[0], time),
        "previousMetricValue": _value(previous[1], value),
        **_change(current[1], previous[1], value),
    }  # fmt: skip


def _over_period(query: Query, computation: Computation) -> Outputs:
    time, value = computation.fields["Time"], computation.fields["Value"]
    points = points_of(query, time, value)
    found = [*[None] * 2, *points][-2:]
    return _pair(found[1], found[0], time, value)


def _to_date(query: Query, computation: Computation) -> Outputs:
    """The last period so far, against the same stretch of the period before."""
    time, value = computation.fields["Time"], computation.fields["Value"]
    grain = computation.options.get("PeriodTimeGranularity") or "YEAR"
    points = points_of(query, time, value)
    if not points:
        return _pair(None, None, time, value)
    last = points[-1][0]
    start = start_of(last, grain)
    now, before = over_stretches(
        query, time, value, [(start, last), (earlier(start, grain), earlier(last, grain))]
    )
    pair = _pair((last, now), (earlier(last, grain), before), time, value)
    return pair | {"periodGranularity": grain,
                   "currentMetricValuePeriodToDate": pair["currentMetricValue"],
                   "previousMetricValuePeriodToDate": pair["previousMetricValue"]}  # fmt: skip


def _growth(query: Query, computation: Computation) -> Outputs:
    """The compound rate by which the figure grew over so many periods."""
    time, value = computation.fields["Time"], computation.fields["Value"]
    size = int(computation.options.get("PeriodSize") or 4)
    points = points_of(query, time, value)[-size:]
    if len(points) < 2:
        return _pair(None, None, time, value) | {"compoundedGrowthRate": _share(None)}
    first, last = points[0], points[-1]
    rate = None
    if is_number(first[1]) and is_number(last[1]) and float(first[1]) * float(last[1]) > 0:  # type: ignore[arg-type]
        rate = (float(last[1]) / float(first[1])) ** (1 / (len(points) - 1)) - 1  # type: ignore[arg-type]
    return _pair(last, first, time, value) | {"compoundedGrowthRate": _share(rate),
                                              "periodsCount": len(points)}  # fmt: skip


def _extreme(query: Query, computation: Computation) -> Outputs:
    time, value = computation.fields["Time"], computation.fields["Value"]
    points = [p for p in points_of(query, time, value) if is_number(p[1])]
    if not points:
        return {"timeValue": _value(None, time), "metricValue": _value(None, value)}
    choose = max if computation.options["Type"] == "MAXIMUM" else min
    at, figure = choose(points, key=lambda point: float(point[1]))  # type: ignore[arg-type]
    return {"timeValue": _value(at, time), "metricValue": _value(figure, value)}


def _compared(query: Query, computation: Computation) -> Outputs:
    time = computation.fields["Time"]
    ours, theirs = computation.fields["FromValue"], computation.fields["TargetValue"]
    rows = [row for row in query.select([time], [ours, theirs]) if row[0] is not None]
    at, now, target = max(rows, key=lambda row: row[0]) if rows else (None, None, None)  # type: ignore[arg-type, return-value]
    return {
        "timeValue": _value(at, time), "fromMetricValue": _value(now, ours),
        "toMetricValue": _value(target, theirs), **_change(now, target, ours),
    }  # fmt: skip


ROLES = {"Time": "timeField", "Category": "categoryField", "Value": "metricField",
         "FromValue": "fromMetricField", "TargetValue": "toMetricField"}  # fmt: skip
NEEDED: dict[str, tuple[str, ...]] = {
    "TotalAggregation": ("Value",),
    "UniqueValues": ("Category",),
    "TopBottomRanked": ("Category", "Value"),
    "TopBottomMovers": ("Time", "Category", "Value"),
    "PeriodOverPeriod": ("Time", "Value"),
    "PeriodToDate": ("Time", "Value"),
    "GrowthRate": ("Time", "Value"),
    "MaximumMinimum": ("Time", "Value"),
    "MetricComparison": ("Time", "FromValue", "TargetValue"),
}
COMPUTATIONS: dict[str, Callable[[Query, Computation], Outputs]] = {
    "TotalAggregation": _total,
    "UniqueValues": _unique,
    "TopBottomRanked": _ranked,
    "TopBottomMovers": _movers,
    "PeriodOverPeriod": _over_period,
    "PeriodToDate": _to_date,
    "GrowthRate": _growth,
    "MaximumMinimum": _extreme,
    "MetricComparison": _compared,
}
