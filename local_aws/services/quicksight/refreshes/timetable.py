"""When a refresh schedule fires.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_RefreshFrequency.html
A schedule by the minute or hour counts from its StartAfterDateTime, else from when it was made.
A day's time is that of the schedule's zone, through changes of daylight saving time.
"""

import calendar
import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local_aws.services.quicksight.errors import InvalidParameter

STEPS = {"MINUTE15": 15, "MINUTE30": 30, "HOURLY": 60}
ONCE_ONLY = tuple(STEPS)
"""Intervals that one schedule of a data set may have."""
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
LAST = "LAST_DAY_OF_MONTH"
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
LONGEST = 62
"""Days within which every monthly schedule fires."""
Schedule = dict[str, Any]


def check(schedule: Schedule) -> None:
    """Raises InvalidParameter for a schedule that never could fire."""
    frequency = schedule["ScheduleFrequency"]
    interval, day = frequency["Interval"], frequency.get("RefreshOnDay", {})
    if interval in ("MINUTE15", "MINUTE30") and schedule["RefreshType"] != "INCREMENTAL_REFRESH":
        raise InvalidParameter(f"The interval {interval} is for INCREMENTAL_REFRESH only")
    if interval == "WEEKLY" and "DayOfWeek" not in day:
        raise InvalidParameter("A WEEKLY schedule needs RefreshOnDay.DayOfWeek")
    if interval == "MONTHLY" and "DayOfMonth" not in day:
        raise InvalidParameter("A MONTHLY schedule needs RefreshOnDay.DayOfMonth")
    clock = frequency.get("TimeOfTheDay")
    if clock is not None and not CLOCK.fullmatch(clock):
        raise InvalidParameter(f"TimeOfTheDay {clock} is not HH:MM")
    _zone(frequency)


def next_firing(schedule: Schedule, made: dt.datetime, now: dt.datetime) -> dt.datetime:
    """The first firing after ``now``; ``made`` is when the schedule was made. All are UTC."""
    start, frequency = _start(schedule), schedule["ScheduleFrequency"]
    if frequency["Interval"] in STEPS:
        return _stepped(start, made, now, dt.timedelta(minutes=STEPS[frequency["Interval"]]))
    zone = _zone(frequency)
    today = max(now, start or now).astimezone(zone).date()
    for days in range(LONGEST + 1):
        date = today + dt.timedelta(days=days)
        if not _falls_on(date, frequency):
            continue
        firing = dt.datetime.combine(date, _clock(frequency, made), zone).astimezone(dt.UTC)
        if firing > now and (start is None or firing >= start):
            return firing
    raise InvalidParameter(f"The schedule {schedule['ScheduleId']} never fires")


def _start(schedule: Schedule) -> dt.datetime | None:
    seconds = schedule.get("StartAfterDateTime")
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC)


def _stepped(
    start: dt.datetime | None, made: dt.datetime, now: dt.datetime, step: dt.timedelta
) -> dt.datetime:
    if start is not None and start > now:
        return start
    anchor = start or made
    return anchor + step * ((now - anchor) // step + 1)


def _falls_on(date: dt.date, frequency: dict[str, Any]) -> bool:
    day = frequency.get("RefreshOnDay", {})
    if frequency["Interval"] == "WEEKLY":
        return DAYS[date.weekday()] == str(day["DayOfWeek"])
    if frequency["Interval"] == "MONTHLY":
        last = calendar.monthrange(date.year, date.month)[1]
        return date.day == (last if day["DayOfMonth"] == LAST else int(day["DayOfMonth"]))
    return True


def _clock(frequency: dict[str, Any], made: dt.datetime) -> dt.time:
    found = CLOCK.fullmatch(frequency.get("TimeOfTheDay", ""))
    if found:
        return dt.time(int(found[1]), int(found[2]))
    return made.astimezone(_zone(frequency)).time().replace(second=0, microsecond=0)


def _zone(frequency: dict[str, Any]) -> ZoneInfo:
    name = frequency.get("Timezone") or "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidParameter(f"The timezone {name} is not known") from None
