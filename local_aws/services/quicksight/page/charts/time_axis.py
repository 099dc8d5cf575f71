"""The periods that have no rows, between those that have.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DateAxisOptions.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_MissingDataConfiguration.html
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from local_aws.services.quicksight.page.charts.options import Options, inner
from local_aws.services.quicksight.query import MAX_CATEGORIES, Axis, Value

MONTHS = {"YEAR": 12, "QUARTER": 3, "MONTH": 1}
STEPS = {"WEEK": dt.timedelta(weeks=1), "DAY": dt.timedelta(days=1), "HOUR": dt.timedelta(hours=1),
         "MINUTE": dt.timedelta(minutes=1), "SECOND": dt.timedelta(seconds=1)}  # fmt: skip


def filled(axis: Axis, display: Options, values: Options) -> Axis:
    """The axis with its missing periods, where the definition asks for them."""
    wanted = inner(display, "DataOptions", "DateAxisOptions").get("MissingDateVisibility")
    treated = values.get("MissingDataConfigurations", [])
    if not axis.field.date or axis.cut or not (wanted == "VISIBLE" or treated):
        return axis
    dates = [value for value in axis.values if isinstance(value, dt.datetime)]
    if dates != sorted(dates) or not dates:
        return axis
    every: list[Value] = list(periods(dates[0], dates[-1], axis.field.granularity or "DAY"))
    return replace(axis, values=every) if set(dates) <= set(every) else axis


def periods(first: dt.datetime, last: dt.datetime, grain: str) -> Iterator[dt.datetime]:
    """Every start of a period from the first to the last, at most 2,500."""
    at = first
    for _ in range(MAX_CATEGORIES):
        if at > last:
            return
        yield at
        if grain in MONTHS:
            month = at.year * 12 + at.month - 1 + MONTHS[grain]
            at = at.replace(year=month // 12, month=month % 12 + 1)
        else:
            at += STEPS.get(grain, dt.timedelta(days=1))
