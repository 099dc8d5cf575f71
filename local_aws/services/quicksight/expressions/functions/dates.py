"""Date functions: https://docs.aws.amazon.com/quicksight/latest/user/date-functions.html

Work days are Monday to Friday. Times are UTC.
"""

from local_aws.services.quicksight.expressions.calendar import PERIODS, interval, truncated
from local_aws.services.quicksight.expressions.compiled import Compiled, combined, literal
from local_aws.services.quicksight.expressions.functions.conversion import date_pattern
from local_aws.services.quicksight.expressions.kinds import DATETIME, INTEGER, Kind
from local_aws.services.quicksight.expressions.signature import (
    Invocation,
    Words,
    function,
    scalar,
)

CHAPTER = "date"
PERIOD = Words(tuple(PERIODS))
PART = Words(("YYYY", "Q", "MM", "DD", "WD", "HH", "MI", "SS", "MS"))


@scalar("now", CHAPTER, gives=Kind.DATETIME)
def now() -> str:
    """The time of the query."""
    return NOW


NOW = "CAST(now() AT TIME ZONE 'UTC' AS TIMESTAMP)"


@scalar("truncDate", CHAPTER, PERIOD, DATETIME, gives=Kind.DATETIME)
def trunc_date(period: str, when: str) -> str:
    """The start of the period."""
    return truncated(when, PERIODS[period])


@scalar("addDateTime", CHAPTER, INTEGER, PERIOD, DATETIME, gives=Kind.DATETIME)
def add_date_time(amount: str, period: str, when: str) -> str:
    """So many periods later; a negative number goes back."""
    return f"({when} + {amount} * {interval(PERIODS[period])})"


@scalar("dateDiff", CHAPTER, DATETIME, DATETIME, PERIOD, gives=Kind.INTEGER, optional=1)
def date_diff(start: str, end: str, period: str = "DD") -> str:
    """How many periods begin after the one and up to the other."""
    if period == "WK":
        # DuckDB counts whole weeks, not the Sundays between.
        return f"(date_diff('day', {truncated(start, 'WEEK')}, {truncated(end, 'WEEK')}) // 7)"
    return f"date_diff('{PERIODS[period].lower()}', {start}, {end})"


@scalar("extract", CHAPTER, PART, DATETIME, gives=Kind.INTEGER)
def extract(part: str, when: str) -> str:
    """A part of a date; the days of a week are 1 on Sunday to 7."""
    if part == "WD":
        return f"(dayofweek({when}) + 1)"
    if part == "MS":
        return f"(millisecond({when}) % 1000)"
    return f"{PERIODS[part].lower()}({when})"


@function("formatDate", CHAPTER)
def format_date(call: Invocation) -> Compiled:
    """formatDate(date, ['format'])."""
    call.counted(1, 2)
    when = call.value(0, DATETIME)
    form = date_pattern(call, 1, "yyyy-MM-ddTkk:mm:ss:SSS")
    return combined(f"strftime({when.sql}, {literal(form)})", Kind.STRING, [when])


@scalar("epochDate", CHAPTER, INTEGER, gives=Kind.DATETIME)
def epoch_date(seconds: str) -> str:
    """The time so many seconds after 1970; of a longer number its first ten digits count."""
    return f"epoch_ms(CAST(left(CAST({seconds} AS VARCHAR), 10) AS BIGINT) * 1000)"


@scalar("isWorkDay", CHAPTER, DATETIME, gives=Kind.INTEGER)
def is_work_day(when: str) -> str:
    """1 from Monday to Friday, else 0."""
    return f"CAST(isodow({when}) < 6 AS BIGINT)"


@scalar("netWorkDays", CHAPTER, DATETIME, DATETIME, gives=Kind.INTEGER)
def net_work_days(start: str, end: str) -> str:
    """The work days from one date to another, both counted; negative where the end comes first."""
    forwards = f"({_work_days_until(end, 0)} - {_work_days_until(start, 1)})"
    backwards = f"({_work_days_until(end, 1)} - {_work_days_until(start, 0)})"
    return f"(CASE WHEN {start} <= {end} THEN {forwards} ELSE {backwards} END)"


def _work_days_until(when: str, before: int) -> str:
    """The work days since a Monday long ago, up to the date or so many days before it."""
    days = f"(CAST({when} AS DATE) - DATE '0001-01-01' - {before})"
    return f"({days} // 7 * 5 + least({days} % 7 + 1, 5))"


@scalar("addWorkDays", CHAPTER, DATETIME, INTEGER, gives=Kind.DATETIME)
def add_work_days(when: str, count: str) -> str:
    """The work day so many work days later; a negative number goes back."""
    # Days are 0 on Monday; a weekend counts as the work day that lies against the direction.
    day = f"(isodow({when}) - 1)"
    later = f"({count} + ({count} + least({day}, 4)) // 5 * 2 - greatest({day} - 4, 0))"
    back = f"(CASE WHEN {day} > 4 THEN 0 ELSE {day} END)"
    earlier = f"({count} - (4 - {back} - {count}) // 5 * 2 + (7 - {day}) * CAST({day} > 4 AS INT))"
    return f"({when} + (CASE WHEN {count} >= 0 THEN {later} ELSE {earlier} END) * INTERVAL 1 DAY)"
