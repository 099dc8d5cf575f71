"""Calendar periods: the start of the one around a moment, and the moment some periods away.

QuickSight's weeks begin on Sunday unless the definition's Options say another day
(https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AssetOptions.html).
"""

import calendar
import datetime as dt
from collections.abc import Mapping

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
SUNDAY = 6
MONTHS: Mapping[str, int] = {"YEAR": 12, "QUARTER": 3, "MONTH": 1}
SPANS: Mapping[str, dt.timedelta] = {
    "WEEK": dt.timedelta(weeks=1),
    "DAY": dt.timedelta(days=1),
    "HOUR": dt.timedelta(hours=1),
    "MINUTE": dt.timedelta(minutes=1),
    "SECOND": dt.timedelta(seconds=1),
    "MILLISECOND": dt.timedelta(milliseconds=1),
}


def start(moment: dt.datetime, grain: str, week_start: int = SUNDAY) -> dt.datetime:
    """The first moment of the period around ``moment``.

    >>> start(dt.datetime(2024, 5, 15, 9, 30), "QUARTER")
    datetime.datetime(2024, 4, 1, 0, 0)
    >>> start(dt.datetime(2024, 5, 15, 9, 30), "WEEK")
    datetime.datetime(2024, 5, 12, 0, 0)
    """
    if grain in MONTHS:
        month = (moment.month - 1) // MONTHS[grain] * MONTHS[grain] + 1
        return dt.datetime(moment.year, month, 1)
    day = dt.datetime.combine(moment.date(), dt.time())
    if grain == "WEEK":
        return day - dt.timedelta(days=(moment.weekday() - week_start) % 7)
    return day + (moment - day) // SPANS[grain] * SPANS[grain]


def add(moment: dt.datetime, number: int, grain: str) -> dt.datetime:
    """``moment`` so many periods later; a day that a month has not is its last.

    Raises OverflowError where the calendar ends.

    >>> add(dt.datetime(2024, 1, 31), 1, "MONTH")
    datetime.datetime(2024, 2, 29, 0, 0)
    """
    if grain not in MONTHS:
        return moment + number * SPANS[grain]
    years, month = divmod(moment.year * 12 + moment.month - 1 + number * MONTHS[grain], 12)
    if not dt.MINYEAR <= years <= dt.MAXYEAR:
        raise OverflowError(f"{number} {grain} from {moment} is beyond the calendar")
    day = min(moment.day, calendar.monthrange(years, month + 1)[1])
    return moment.replace(year=years, month=month + 1, day=day)
