"""TimeEqualityFilter: one period, or one moment.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TimeEqualityFilter.html
"""

import datetime as dt

from local_aws.services.quicksight.errors import Unsupported
from local_aws.services.quicksight.expressions import literal
from local_aws.services.quicksight.filters import dates
from local_aws.services.quicksight.filters.context import Condition, Context


def time_equality(context: Context) -> Condition:
    """The rows of the period around the value. Raises Unsupported, WrongChoice."""
    column, phase = context.column()
    moment = None if context.everything else _moment(context)
    if moment is None:
        return Condition(None, phase)
    grain = context.options.get("TimeGranularity")
    if grain is None:
        return Condition(f"({column} = {literal(moment)})", phase)
    begin = dates.start(context, moment, grain)
    span = dates.Span(begin, dates.later(context, begin, 1, grain))
    return Condition(f"({span.sql(column)})", phase)


def _moment(context: Context) -> dt.datetime | None:
    options, chosen = context.options, context.choices(1)
    if chosen:
        return dates.static(context, chosen[0])
    if options.get("ParameterName"):
        return dates.parameter(context, options["ParameterName"])
    if "RollingDate" in options:
        return dates.rolling(context, options["RollingDate"])
    if "Value" not in options:
        raise Unsupported(f"The TimeEqualityFilter {context.id} without a value")
    return dates.static(context, options["Value"])
