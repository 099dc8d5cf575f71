"""TimeRangeFilter: between two times: static, rolling, or a parameter's.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TimeRangeFilter.html
With a TimeGranularity the bounds are whole periods: a maximum of 31 January by DAY that is
included takes the whole day in. What ExcludePeriodConfiguration is counted from is not documented
for a range: it is refused by name.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from local_aws.services.quicksight.errors import Unsupported
from local_aws.services.quicksight.expressions import literal
from local_aws.services.quicksight.filters import dates
from local_aws.services.quicksight.filters.context import (
    Condition,
    Context,
    with_nulls,
)


def time_range(context: Context) -> Condition:
    """The rows between two moments. Raises Unsupported, WrongChoice."""
    column, phase = context.column()
    if context.everything:
        return Condition(None, phase)
    excluded = context.options.get("ExcludePeriodConfiguration", {})
    if excluded and excluded.get("Status", "ENABLED") == "ENABLED":
        raise Unsupported(f"TimeRangeFilter.ExcludePeriodConfiguration ({context.id})",
                          "Use a rolling maximum.")  # fmt: skip
    low, high = _bounds(context)
    tests = _minimum(context, column, low) + _maximum(context, column, high)
    condition = " AND ".join(tests) or "TRUE"
    return Condition(with_nulls(condition, column, context.options.get("NullOption")), phase)


def _bounds(context: Context) -> tuple[dt.datetime | None, dt.datetime | None]:
    chosen = context.choices(2)
    if chosen is not None:
        low, high = (dates.static(context, t) if t else None for t in (*chosen, "", "")[:2])
        return low, high
    low = _bound(context, context.options.get("RangeMinimumValue", {}))
    high = _bound(context, context.options.get("RangeMaximumValue", {}))
    return low, high


def _bound(context: Context, given: Mapping[str, Any]) -> dt.datetime | None:
    if "Parameter" in given:
        return dates.parameter(context, given["Parameter"])
    if "RollingDate" in given:
        return dates.rolling(context, given["RollingDate"])
    return dates.static(context, given["StaticValue"]) if "StaticValue" in given else None


def _minimum(context: Context, column: str, moment: dt.datetime | None) -> list[str]:
    if moment is None:
        return []
    included, grain = context.options.get("IncludeMinimum"), context.options.get("TimeGranularity")
    if grain:
        moment = dates.start(context, moment, grain)
        if not included:
            moment, included = dates.later(context, moment, 1, grain), True
    return [f"{column} {'>=' if included else '>'} {literal(moment)}"]


def _maximum(context: Context, column: str, moment: dt.datetime | None) -> list[str]:
    if moment is None:
        return []
    included, grain = context.options.get("IncludeMaximum"), context.options.get("TimeGranularity")
    if grain:
        moment = dates.start(context, moment, grain)
        if included:
            moment, included = dates.later(context, moment, 1, grain), False
    return [f"{column} {'<=' if included else '<'} {literal(moment)}"]
