"""Joda-Time's formatters, as far as Trino uses them: elements that print and parse in a row.

MySQL's patterns (`date_format`, `date_parse`) and Joda's own (`format_datetime`,
`parse_datetime`) are both read into elements. As Joda does, a parser takes what it can from the
left and never turns back, moments have milliseconds, and errors say where the text went wrong.
https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
"""

# ruff: noqa: ARG002 - every element is asked for the same
from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

from local_aws.services.athena.duck.failures import fail
from local_aws.services.athena.duck.functions.zones import offset_of, offset_zone, zone_id

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
HALVES = ("AM", "PM")
# Joda's default where a text has a month or a day and no year.
_YEAR_OF_MONTHS = 2000

_NUMBERS: dict[str, Callable[[dt.datetime], int]] = {
    "year": lambda d: d.year,
    "weekyear": lambda d: d.isocalendar().year,
    "century": lambda d: d.year // 100,
    "month": lambda d: d.month,
    "week": lambda d: d.isocalendar().week,
    "dayOfYear": lambda d: d.timetuple().tm_yday,
    "day": lambda d: d.day,
    "dayOfWeek": lambda d: d.isoweekday(),
    "half": lambda d: d.hour // 12,
    "hour": lambda d: d.hour,
    "clockhour": lambda d: d.hour or 24,
    "halfHour": lambda d: d.hour % 12,
    "halfClockhour": lambda d: d.hour % 12 or 12,
    "minute": lambda d: d.minute,
    "second": lambda d: d.second,
}
# Joda's names of the fields and their ranges, for its errors.
_RANGES = {
    "month": ("monthOfYear", 1, 12),
    "week": ("weekOfWeekyear", 1, 53),
    "dayOfYear": ("dayOfYear", 1, 366),
    "day": ("dayOfMonth", 1, 31),
    "dayOfWeek": ("dayOfWeek", 1, 7),
    "hour": ("hourOfDay", 0, 23),
    "clockhour": ("clockhourOfDay", 1, 24),
    "halfHour": ("hourOfHalfday", 0, 11),
    "halfClockhour": ("clockhourOfHalfday", 1, 12),
    "minute": ("minuteOfHour", 0, 59),
    "second": ("secondOfMinute", 0, 59),
}

Fields = dict[str, int]


class Malformed(Exception):
    """The text does not go on as the pattern wants."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place


@dataclass(frozen=True)
class Literal:
    """Text as it stands; letters in any case."""

    text: str

    def show(self, moment: dt.datetime, zone: str) -> str:
        return self.text

    def read(self, text: str, at: int, fields: Fields, zones: list[str]) -> int:
        end = at + len(self.text)
        if text[at:end].lower() != self.text.lower():
            raise Malformed(at)
        return end


@dataclass(frozen=True)
class Number:
    """At least `least` digits written, at most `most` read."""

    field: str
    least: int
    most: int
    signed: bool = False

    def show(self, moment: dt.datetime, zone: str) -> str:
        return f"{_NUMBERS[self.field](moment):0{self.least}}"

    def read(self, text: str, at: int, fields: Fields, zones: list[str]) -> int:
        sign = r"[+-]?" if self.signed else ""
        found = re.compile(rf"{sign}[0-9]{{1,{self.most}}}").match(text, at)
        if found is None:
            raise Malformed(at)
        fields[self.field] = int(found[0])
        return found.end()


@dataclass(frozen=True)
class TwoDigitYear:
    """The year nearest to the pivot that ends so."""

    field: str
    pivot: int
    lenient: bool = False

    def show(self, moment: dt.datetime, zone: str) -> str:
        return f"{_NUMBERS[self.field](moment) % 100:02}"

    def read(self, text: str, at: int, fields: Fields, zones: list[str]) -> int:
        digits = re.compile(r"[+-]?\d+" if self.lenient else r"\d\d").match(text, at)
        if digits is None:
            raise Malformed(at)
        year = int(digits[0])
        if re.fullmatch(r"\d\d", digits[0]):
            low = self.pivot - 50
            year = low + (year - low) % 100
        fields[self.field] = year
        return digits.end()


@dataclass(frozen=True)
class Name:
    """A day's, month's or half day's name; both forms are read."""

    field: str
    names: tuple[str, ...]
    first: int
    short: bool

    def show(self, moment: dt.datetime, zone: str) -> str:
        name = self.names[_NUMBERS[self.field](moment) - self.first]
        return name[:3] if self.short else name

    def read(self, text: str, at: int, fields: Fields, zones: list[str]) -> int:
        for size in (None, 3):
            for index, name in enumerate(self.names):
                wanted = name[:size]
                if text[at : at + len(wanted)].lower() == wanted.lower():
                    fields[self.field] = index + self.first
                    return at + len(wanted)
        raise Malformed(at)


@dataclass(frozen=True)
class Fraction:
    """The fraction of the second; its milliseconds count."""

    least: int
    most: int

    def show(self, moment: dt.datetime, zone: str) -> str:
        return f"{moment.microsecond // 1000:03}".ljust(self.least, "0")[: self.most]

    def read(self, text: str, at: int, fields: Fields, zones: list[str]) -> int:
        found = re.compile(rf"\d{{1,{self.most}}}").match(text, at)
        if found is None:
            raise Malformed(at)
        fields["millisecond"] = int(found[0].ljust(3, "0")[:3])
        return found.end()


@dataclass(frozen=True)
class Offset:
    """+0100 or, with a colon, +01:00; Z is read too."""

    colon: bool

    def show(self, moment: dt.datetime, zone: str) -> str:
        minutes = round(offset_of(moment, zone).total_seconds() / 60)
        sign, minutes = ("-" if minutes < 0 else "+"), abs(minutes)
        return f"{sign}{minutes // 60:02}{':' if self.colon else ''}{minutes % 60:02}"

    def read(self, text: str, at: int, fields: Fields, zones: list[str]) -> int:
        found = re.compile(r"Z|([+-])(\d\d):?(\d\d)").match(text, at)
        if found is None:
            raise Malformed(at)
        minutes = int(found[2] or 0) * 60 + int(found[3] or 0)
        zones.append(offset_zone(-minutes if found[1] == "-" else minutes))
        return found.end()


@dataclass(frozen=True)
class ZoneName:
    """A zone by its name in the tz database."""

    def show(self, moment: dt.datetime, zone: str) -> str:
        return zone

    def read(self, text: str, at: int, fields: Fields, zones: list[str]) -> int:
        found = re.compile(r"[A-Za-z][\w+-]*(?:/[\w+-]+)*").match(text, at)
        if found is None or not (found[0] == "UTC" or found[0] in available_timezones()):
            raise Malformed(at)
        zones.append(zone_id(found[0]))
        return found.end()


@dataclass(frozen=True)
class ZoneAbbreviation:
    """A zone's short name, EDT; written, not read: they are ambiguous."""

    def show(self, moment: dt.datetime, zone: str) -> str:
        if zone == "UTC" or zone[0] in "+-":
            return zone
        name = moment.replace(tzinfo=ZoneInfo(zone)).tzname() or ""
        if not name.isalpha():
            raise fail("NOT_SUPPORTED", f"The short name of {zone} is not supported by local_aws")
        return name

    def read(self, text: str, at: int, fields: Fields, zones: list[str]) -> int:
        if not text.startswith("UTC", at):
            raise fail("NOT_SUPPORTED", "Reading a zone's short name is not supported by local_aws")
        zones.append("UTC")
        return at + 3


Element = Literal | Number | TwoDigitYear | Name | Fraction | Offset | ZoneName | ZoneAbbreviation


def written(elements: tuple[Element, ...], moment: dt.datetime, zone: str) -> str:
    """The moment by the pattern; it is rounded to milliseconds first."""
    rounded = moment + dt.timedelta(microseconds=500)
    rounded = rounded.replace(microsecond=rounded.microsecond // 1000 * 1000)
    return "".join(element.show(rounded, zone) for element in elements)


def read(elements: tuple[Element, ...], text: str) -> tuple[dt.datetime, str | None]:
    """The local moment in the text, and the zone if the pattern has one."""
    fields: Fields = {}
    zones: list[str] = []
    at = 0
    try:
        for element in elements:
            at = element.read(text, at, fields, zones)
        if at < len(text):
            raise Malformed(at)
    except Malformed as error:
        raise _malformed(text, error.place) from None
    return _moment(fields, text), (zones[-1] if zones else None)


def _malformed(text: str, place: int) -> Exception:
    if place >= len(text):
        what = " is too short"
    else:
        what = f' is malformed at "{text[place:]}"' if place else ""
    return fail("INVALID_FUNCTION_ARGUMENT", f'Invalid format: "{text}"{what}')


def _moment(fields: Fields, text: str) -> dt.datetime:
    for field, value in fields.items():
        name, low, high = _RANGES.get(field, (field, value, value))
        if not low <= value <= high:
            raise _outside(text, value, name, low, high)
    try:
        return dt.datetime.combine(_date(fields, text), _time(fields))
    except ValueError as error:
        raise fail("INVALID_FUNCTION_ARGUMENT", f'Cannot parse "{text}": {error}') from None


def _outside(text: str, value: int, name: str, low: int, high: int) -> Exception:
    return fail(
        "INVALID_FUNCTION_ARGUMENT",
        f'Cannot parse "{text}": Value {value} for {name} must be in the range [{low},{high}]',
    )


def _date(fields: Fields, text: str) -> dt.date:
    month_or_day = fields.keys() & {"month", "day", "week", "dayOfYear", "dayOfWeek"}
    year = fields.get("year", _YEAR_OF_MONTHS if month_or_day else 1970)
    if fields.keys() & {"weekyear", "week"}:
        weekyear = fields.get("weekyear", year)
        return dt.date.fromisocalendar(weekyear, fields.get("week", 1), fields.get("dayOfWeek", 1))
    if "dayOfYear" in fields:
        found = dt.date(year, 1, 1) + dt.timedelta(days=fields["dayOfYear"] - 1)
    else:
        month, day = fields.get("month", 1), fields.get("day", 1)
        last = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
        if day > last:
            raise _outside(text, day, "dayOfMonth", 1, last)
        found = dt.date(year, month, day)
    # A day of the week moves the date within its week.
    return found + dt.timedelta(
        days=fields.get("dayOfWeek", found.isoweekday()) - found.isoweekday()
    )


def _time(fields: Fields) -> dt.time:
    hour = fields.get("hour", fields.get("clockhour", 0) % 24)
    if "halfHour" in fields or "halfClockhour" in fields:
        hour = fields.get("halfHour", fields.get("halfClockhour", 0) % 12)
        hour += 12 * fields.get("half", 0)
    elif "half" in fields and "hour" not in fields:
        hour = 12 * fields["half"]
    milliseconds = fields.get("millisecond", 0)
    return dt.time(hour, fields.get("minute", 0), fields.get("second", 0), milliseconds * 1000)
