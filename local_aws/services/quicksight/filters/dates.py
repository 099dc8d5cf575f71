"""What the filters over dates share: the moments that they are given, and spans of time as SQL."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.services.quicksight import periods
from local_aws.services.quicksight.errors import Unsupported, WrongChoice
from local_aws.services.quicksight.expressions import literal
from local_aws.services.quicksight.filters.context import Context
from local_aws.services.quicksight.moments import read_moment
from local_aws.services.quicksight.rolling import rolling_date


@dataclass(frozen=True)
class Span:
    """From ``begin`` (it belongs) to ``end`` (it does not); None is open."""

    begin: dt.datetime | None
    end: dt.datetime | None

    def sql(self, column: str) -> str:
        """The span as a condition."""
        tests = [f"{column} >= {literal(self.begin)}"] if self.begin else []
        tests += [f"{column} < {literal(self.end)}"] if self.end else []
        return " AND ".join(tests) or "TRUE"


def static(context: Context, value: Any) -> dt.datetime:
    """A time of the definition or of the reader. Raises WrongChoice."""
    try:
        return read_moment(value)
    except (ValueError, OverflowError):
        shown = str(value)[:100]
        raise WrongChoice(f"{shown!r} is no date for the filter {context.id}.") from None


def parameter(context: Context, name: str) -> dt.datetime | None:
    """A DateTime parameter's value; None where it has none. Raises Unsupported."""
    values = context.parameter(name)
    if not values:
        return None
    if not isinstance(values[0], dt.datetime):
        raise Unsupported(f"The parameter {name}, no DateTime, of the filter {context.id}")
    return values[0]


def rolling(context: Context, given: Mapping[str, Any]) -> dt.datetime:
    """A RollingDateConfiguration's moment. Raises Unsupported."""
    return rolling_date(given["Expression"], context.now, context.week_start)


def start(context: Context, moment: dt.datetime, grain: str) -> dt.datetime:
    """The first moment of a period, in the definition's weeks."""
    return periods.start(moment, grain, context.week_start)


def later(context: Context, moment: dt.datetime, count: int, grain: str) -> dt.datetime:
    """So many periods later. Raises WrongChoice beyond the calendar."""
    try:
        return periods.add(moment, count, grain)
    except OverflowError as error:
        raise WrongChoice(f"The filter {context.id}: {error}") from None
