"""Figures by period, and the period before."""

import datetime as dt

from local_aws.services.quicksight.fields import Field
from local_aws.services.quicksight.query import Query, Value

Point = tuple[dt.datetime, Value]
MONTHS = {"YEAR": 12, "QUARTER": 3, "MONTH": 1}
SPANS = {"WEEK": dt.timedelta(weeks=1), "DAY": dt.timedelta(days=1), "HOUR": dt.timedelta(hours=1),
         "MINUTE": dt.timedelta(minutes=1), "SECOND": dt.timedelta(seconds=1)}  # fmt: skip


def points_of(query: Query, time: Field, value: Field) -> list[Point]:
    """A measure by period, in the order of time."""
    rows = query.select([time], [value])
    return sorted((at, figure) for at, figure in rows if isinstance(at, dt.datetime))


def earlier(at: dt.datetime, grain: str) -> dt.datetime:
    """The same moment one period before; the last day of a month where there is no such day.

    >>> earlier(dt.datetime(2024, 3, 31), "MONTH")
    datetime.datetime(2024, 2, 29, 0, 0)
    """
    if grain not in MONTHS:
        return at - SPANS.get(grain, dt.timedelta(days=1))
    month = at.year * 12 + at.month - 1 - MONTHS[grain]
    first = at.replace(year=month // 12, month=month % 12 + 1, day=1)
    following = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    return first.replace(day=min(at.day, (following - dt.timedelta(days=1)).day))


def start_of(at: dt.datetime, grain: str) -> dt.datetime:
    """The start of the period that a moment is in; weeks begin on Sunday.

    >>> start_of(dt.datetime(2024, 5, 7, 13), "QUARTER")
    datetime.datetime(2024, 4, 1, 0, 0)
    """
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if grain == "WEEK":
        return day - dt.timedelta(days=(day.weekday() + 1) % 7)
    if grain in MONTHS:
        month = (day.month - 1) // MONTHS[grain] * MONTHS[grain] + 1 if grain != "YEAR" else 1
        return day.replace(month=month, day=1)
    return {"HOUR": at.replace(minute=0, second=0, microsecond=0)}.get(grain, day)


def over_stretches(
    query: Query, time: Field, value: Field, stretches: list[tuple[dt.datetime, dt.datetime]]
) -> list[Value]:
    """A measure over each of several stretches of periods, both ends included.

    One query: the stretches are its groups, so averages and distinct counts are right.
    """
    cases = " ".join(
        f"WHEN {time.sql} BETWEEN {_literal(first)} AND {_literal(last)} THEN {n}"
        for n, (first, last) in enumerate(stretches)
    )
    group = Field("stretch", time.data_set, "", f"CASE {cases} END", False, "", numeric=True)
    found = {row[0]: row[1] for row in query.select([group], [value])}
    return [found.get(n) for n in range(len(stretches))]


def _literal(at: dt.datetime) -> str:
    return f"TIMESTAMP '{at.isoformat(sep=' ')}'"
