"""The periods that have no rows, between those that have.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DateAxisOptions.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_MissingDataConfiguration.html
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from local_aws.services.quicksight.page.charts.options import Options, inner
from local_aws.services.quicksight.periods import add
from local_aws.services.quicksight.query import MAX_CATEGORIES, Axis, Value


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
        if at == last:  # perhaps the last of the calendar
            return
        at = add(at, 1, grain)
