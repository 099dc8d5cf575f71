"""Date and time functions. Text is read as ISO 8601; an offset in it counts; the zone is UTC.

A column made with ``dateTimeFormat`` is text in that format; without one DATE gives a date and
DATE_TIME and DATE_ADD a timestamp. The guide leaves the type open; a CHANGE_DATA_TYPE after the
step gives the same on AWS and here. A number is no date, nor is text without separators: what
20240131 is the guide does not say, and it is NULL here.
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.date.html
"""

from typing import Any

from local_aws.services.databrew.engine import macros, zones
from local_aws.services.databrew.engine.conditions import WHOLE_NUMBER
from local_aws.services.databrew.engine.dates import DEFAULT, interval, strftime, unit
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.operations.registry import (
    add,
    number_source,
    operation,
    time_source,
)
from local_aws.services.databrew.engine.sql import convert, literal
from local_aws.services.databrew.engine.steps import Step

PART_DEFAULTS = {
    **{"year": "1970", "month": "1", "day": "1"},
    **{"hour": "0", "minute": "0", "second": "0"},
}


def _formatted(step: Step, expression: str, otherwise: str) -> str:
    if not step.has("dateTimeFormat"):
        return f"CAST({expression} AS {otherwise})"
    return f"strftime({expression}, {literal(strftime(step.text('dateTimeFormat')))})"


def _part(frame: Frame, part: Any, default: str) -> str:
    """One component of DATE: a column, a text, or nothing."""
    if part and part.get("sourceColumn"):
        return convert(*frame.column(part["sourceColumn"]), "long")
    value = str(part["value"]) if part and part.get("value") else default
    if WHOLE_NUMBER.fullmatch(value):
        return str(int(value))
    return convert(literal(value), "VARCHAR", "long")


def _assembled(frame: Frame, step: Step) -> str:
    """A timestamp of its components; a component out of range gives NULL, not a failed run."""
    given = step.json("dateTimeParameters") or {}
    parts = (_part(frame, given.get(name), default) for name, default in PART_DEFAULTS.items())
    return macros.call("moment_of", *parts)


@operation("DATE")
def date(frame: Frame, step: Step) -> Frame:
    return add(frame, step, _formatted(step, _assembled(frame, step), "DATE"))


@operation("DATE_TIME")
def date_time(frame: Frame, step: Step) -> Frame:
    return add(frame, step, _formatted(step, _assembled(frame, step), "TIMESTAMP"))


@operation("DATE_FORMAT")
def date_format(frame: Frame, step: Step) -> Frame:
    pattern = literal(strftime(step.text("dateTimeFormat", DEFAULT)))
    return add(frame, step, f"strftime({time_source(frame, step)}, {pattern})")


@operation("DATE_ADD")
def date_add(frame: Frame, step: Step) -> Frame:
    """NULL beyond the years that a timestamp holds."""
    moved = f"TRY({time_source(frame, step)} + {interval(step, step.integer('dateAddValue'))})"
    return add(frame, step, _formatted(step, moved, "TIMESTAMP"))


@operation("DATE_DIFF")
def date_diff(frame: Frame, step: Step) -> Frame:
    """Whole units from the first to the second."""
    first, second = (time_source(frame, step, suffix) for suffix in ("1", "2"))
    return add(frame, step, f"date_sub('{unit(step)}', {first}, {second})")


def _extract(frame: Frame, step: Step, template: str) -> Frame:
    value = time_source(frame, step)
    return add(frame, step, f"CAST({template.format(value)} AS INTEGER)")


@operation("YEAR")
def year(frame: Frame, step: Step) -> Frame:
    return _extract(frame, step, "year({})")


@operation("MONTH")
def month(frame: Frame, step: Step) -> Frame:
    return _extract(frame, step, "month({})")


@operation("DAY")
def day(frame: Frame, step: Step) -> Frame:
    return _extract(frame, step, "day({})")


@operation("HOUR")
def hour(frame: Frame, step: Step) -> Frame:
    return _extract(frame, step, "hour({})")


@operation("MINUTE")
def minute(frame: Frame, step: Step) -> Frame:
    return _extract(frame, step, "minute({})")


@operation("SECOND")
def second(frame: Frame, step: Step) -> Frame:
    return _extract(frame, step, "second({})")


@operation("MILLISECOND")
def millisecond(frame: Frame, step: Step) -> Frame:
    return _extract(frame, step, "(millisecond({}) % 1000)")


@operation("QUARTER")
def quarter(frame: Frame, step: Step) -> Frame:
    return _extract(frame, step, "quarter({})")


@operation("WEEK_NUMBER")
def week_number(frame: Frame, step: Step) -> Frame:
    """ISO 8601's week of the year, as Spark's weekofyear."""
    return _extract(frame, step, "week({})")


@operation("WEEK_DAY")
def week_day(frame: Frame, step: Step) -> Frame:
    """1 is Sunday, as Spark's dayofweek."""
    return _extract(frame, step, "(dayofweek({}) + 1)")


@operation("MONTH_NAME")
def month_name(frame: Frame, step: Step) -> Frame:
    return add(frame, step, f"monthname({time_source(frame, step)})")


@operation("TIME")
def time(frame: Frame, step: Step) -> Frame:
    """Of components, as DATE: text in ``dateTimeFormat``."""
    pattern = literal(strftime(step.text("dateTimeFormat", DEFAULT)))
    return add(frame, step, f"strftime({_assembled(frame, step)}, {pattern})")


@operation("UNIX_TIME")
def unix_time(frame: Frame, step: Step) -> Frame:
    return add(frame, step, f"CAST(floor(epoch({time_source(frame, step)})) AS BIGINT)")


@operation("UNIX_TIME_FORMAT")
def unix_time_format(frame: Frame, step: Step) -> Frame:
    """Seconds since 1970 as text; NULL outside the years 1 to 9999."""
    seconds = f"CAST({number_source(frame, step)} AS DOUBLE)"
    moment = f"timezone('UTC', to_timestamp({seconds}))"
    pattern = literal(strftime(step.text("dateTimeFormat", DEFAULT)))
    shown = f"strftime({moment}, {pattern})"
    known = f"{seconds} BETWEEN -62135596800 AND 253402300799"
    return add(frame, step, f"CASE WHEN {known} THEN {shown} END")


@operation("CONVERT_TIMEZONE")
def convert_timezone(frame: Frame, step: Step) -> Frame:
    """The zones are names, ``US/Pacific``, or offsets, ``UTC+08:00``; UTC without one."""
    utc = zones.to_utc(frame, step.text("fromTimeZone", ""), time_source(frame, step))
    local = zones.from_utc(frame, step.text("toTimeZone", ""), utc)
    pattern = literal(strftime(step.text("dateTimeFormat", DEFAULT)))
    return add(frame, step, f"strftime({local}, {pattern})")


@operation("NOW")
def now(frame: Frame, step: Step) -> Frame:
    """The same moment in all rows, to the second."""
    return add(frame, step, f"date_trunc('second', {_here(frame, step)})")


@operation("TODAY")
def today(frame: Frame, step: Step) -> Frame:
    return add(frame, step, f"CAST({_here(frame, step)} AS DATE)")


def _here(frame: Frame, step: Step) -> str:
    """The clock of the step's time zone."""
    return zones.from_utc(frame, step.text("timeZone", ""), "timezone('UTC', now())")
