"""RelativeDatesFilter: periods counted from now, or from a parameter's date.

https://docs.aws.amazon.com/quicksight/latest/user/add-a-date-filter2.html
By month on 15 May: PREVIOUS is April; THIS is the whole of May; NOW is May up to the moment; LAST 3
are March, April and May; NEXT 3 are May, June and July. An excluded period is cut off at the end
that is near now: LAST 8 days without the last day are the seven before today.
"""

import datetime as dt

from local_aws.services.quicksight import periods
from local_aws.services.quicksight.errors import Unsupported, WrongChoice
from local_aws.services.quicksight.filters import dates
from local_aws.services.quicksight.filters.context import Condition, Context, with_nulls
from local_aws.services.quicksight.filters.context import number as read_number

TYPES = ("PREVIOUS", "THIS", "LAST", "NOW", "NEXT")
INSTANT = dt.timedelta(microseconds=1)


def relative_dates(context: Context) -> Condition:
    """The rows of the periods. Raises Unsupported, WrongChoice."""
    column, phase = context.column()
    if context.everything:
        return Condition(None, phase)
    anchor = _anchor(context)
    if anchor is None:
        return Condition(None, phase)
    span = _without_excluded(context, anchor, _span(context, anchor))
    null = context.options.get("NullOption")
    return Condition(with_nulls(span.sql(column), column, null), phase)


def _anchor(context: Context) -> dt.datetime | None:
    name = context.options["AnchorDateConfiguration"].get("ParameterName")
    return dates.parameter(context, name) if name else context.now


def _terms(context: Context) -> tuple[str, int, str]:
    """Type, count and grain; a reader writes them as ``LAST:3:MONTH``."""
    options, chosen = context.options, context.choices(1)
    if chosen:
        kind, _, rest = chosen[0].partition(":")
        count, _, grain = rest.partition(":")
        if kind not in TYPES or grain not in (*periods.MONTHS, *periods.SPANS):
            raise WrongChoice(f"{chosen[0][:100]!r} are no periods for the filter {context.id}.")
        return kind, int(read_number(context, count or 1)), grain
    return options["RelativeDateType"], _count(context), options["TimeGranularity"]


def _count(context: Context) -> int:
    name = context.options.get("ParameterName")
    if not name:
        return int(context.options.get("RelativeDateValue", 1))
    values = context.parameter(name)
    if not values:
        raise Unsupported(f"The parameter {name} without a value in the filter {context.id}")
    return int(read_number(context, values[0]))


def _span(context: Context, anchor: dt.datetime) -> dates.Span:
    kind, count, grain = _terms(context)
    this = dates.start(context, anchor, grain)

    def later(number: int) -> dt.datetime:
        return dates.later(context, this, number, grain)

    if kind == "PREVIOUS":
        return dates.Span(later(-1), this)
    if kind == "NOW":
        return dates.Span(this, anchor + INSTANT)
    if kind == "LAST":
        return dates.Span(later(1 - count), later(1))
    return dates.Span(this, later(count if kind == "NEXT" else 1))


def _without_excluded(context: Context, anchor: dt.datetime, span: dates.Span) -> dates.Span:
    excluded = context.options.get("ExcludePeriodConfiguration", {})
    if not excluded or excluded.get("Status", "ENABLED") != "ENABLED":
        return span
    amount, grain = int(excluded["Amount"]), excluded["Granularity"]
    near = dates.start(context, anchor, grain)
    assert span.begin is not None  # a relative span has both ends
    assert span.end is not None
    if _terms(context)[0] == "NEXT":
        return dates.Span(max(span.begin, dates.later(context, near, amount, grain)), span.end)
    return dates.Span(span.begin, min(span.end, dates.later(context, near, 1 - amount, grain)))
