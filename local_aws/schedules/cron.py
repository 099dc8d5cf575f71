"""AWS's cron expressions: six fields, UTC.

https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html. They differ from
Unix's, which croniter reads: a year is the sixth field, Sunday is day 1, one of the two day
fields is ``?``, ``6L`` is the last Friday. croniter's years end with 2099, AWS's with 2199.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from croniter import croniter
from croniter.croniter import CroniterError


class InvalidSchedule(ValueError):
    """An expression that is none, with the reason."""


FASTEST = timedelta(minutes=5)

_SYNTAX = "it is not cron(minutes hours day-of-month month day-of-week year)"
_LOOKED_AT = 300  # firings that are compared: more than a day of the fastest schedule
_FORM = re.compile(r"cron\((?P<fields>[^()]*)\)")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_DAY = re.compile(r"(?<![#/\d])(?P<day>[1-7])(?!\d)")
_NAMED = r"(?:[\d*,/-]|{names})+"
_PLAIN = re.compile(r"[\d*,/-]+")
_ALLOWED = (
    _PLAIN,
    _PLAIN,
    re.compile(r"\?|L|\d{1,2}W|[\d*,/-]+"),
    re.compile(_NAMED.format(names="JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC")),
    re.compile(r"\?|L|[1-7](?:L|#[1-5])|" + _NAMED.format(names="|".join(_DAYS))
               + r"|(?:" + "|".join(_DAYS) + r")(?:L|#[1-5])"),
    _PLAIN,
)  # fmt: skip
_LAST_DAY = re.compile(r"(?P<day>\d)L")


@dataclass(frozen=True)
class Schedule:
    """A parsed expression, in croniter's words."""

    unix: str

    def after(self, moment: datetime) -> Iterator[datetime]:
        """The times at which it fires, whole minutes of UTC; few, none, or without an end."""
        times = croniter(self.unix, moment.astimezone(UTC), second_at_beginning=False)
        while True:
            try:
                yield times.get_next(datetime)
            except CroniterError:
                return


def parse(expression: str) -> Schedule:
    """Raises InvalidSchedule, saying what is wrong."""
    form = _FORM.fullmatch(expression.strip())
    fields = form["fields"].split() if form else []
    if len(fields) != 6:
        raise _wrong(expression, _SYNTAX)
    minutes, hours, day, month, weekday, year = (field.upper() for field in fields)
    if (day == "?") == (weekday == "?"):
        raise _wrong(expression, "exactly one of day-of-month and day-of-week must be ?")
    for field, allowed in zip((minutes, hours, day, month, weekday, year), _ALLOWED, strict=True):
        if not allowed.fullmatch(field):
            raise _wrong(expression, f"{field} is not understood")
    try:
        day, weekday = day.replace("?", "*"), _weekday(weekday.replace("?", "*"))
        schedule = Schedule(f"{minutes} {hours} {day} {month} {weekday} 0 {year}".lower())
        _check_rate(expression, schedule)
    except (CroniterError, ValueError, KeyError) as error:
        raise _wrong(expression, str(error)) from error
    return schedule


def _weekday(field: str) -> str:
    """Names and AWS's numbers as Unix's numbers; ``L`` alone is Saturday."""
    for number, name in enumerate(_DAYS, start=1):
        field = field.replace(name, str(number))
    if field == "L":
        return "6"
    if re.search(r"(?<![#/\d])0", field):
        raise ValueError(f"day-of-week {field}: the days are 1 to 7, or SUN to SAT")
    field = _DAY.sub(lambda found: str(int(found["day"]) - 1), field)
    return _LAST_DAY.sub(lambda found: f"L{found['day']}", field)


def _check_rate(expression: str, schedule: Schedule) -> None:
    times = list(itertools.islice(schedule.after(_start()), _LOOKED_AT))
    if any(later - sooner < FASTEST for sooner, later in itertools.pairwise(times)):
        raise _wrong(expression, "a rate faster than 5 minutes is not supported")


def _start() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)


def _wrong(expression: str, why: str) -> InvalidSchedule:
    return InvalidSchedule(f"Schedule expression {expression!r} is not valid: {why}")
