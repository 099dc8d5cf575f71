"""Conditions from marks: what was clicked in another visual, or drilled into in this one."""

import datetime as dt
from collections.abc import Sequence

from local_aws.services.quicksight import periods
from local_aws.services.quicksight.choices import NULL
from local_aws.services.quicksight.errors import WrongChoice
from local_aws.services.quicksight.expressions import literal
from local_aws.services.quicksight.filters.context import text_literal
from local_aws.services.quicksight.filters.dates import Span
from local_aws.services.quicksight.moments import read_moment


def same(
    column: str, value: str, grain: str | None = None, week_start: int = periods.SUNDAY
) -> str:
    """The rows with a mark's value; with a grain, of the period around it. Raises WrongChoice."""
    if value == NULL:
        return f"({column} IS NULL)"
    if grain is None:
        return f"(CAST({column} AS VARCHAR) = {text_literal(value)})"
    try:
        moment = periods.start(read_moment(value), grain, week_start)
        return f"({Span(moment, periods.add(moment, 1, grain)).sql(column)})"
    except (ValueError, OverflowError):
        raise WrongChoice(f"{value[:100]!r} is no date.") from None


def between(column: str, begin: dt.datetime, end: dt.datetime, grain: str) -> str:
    """The rows from one period to another, both belonging."""
    last = periods.add(periods.start(end, grain), 1, grain)
    return f"({Span(periods.start(begin, grain), last).sql(column)})"


def one_of(column: str, values: Sequence[str | float]) -> str:
    """The rows with one of some values."""
    return f"({column} IN ({', '.join(literal(value) for value in values) or 'NULL'}))"
