"""Dates and times: MySQL's patterns, Joda's patterns, ISO 8601, durations."""

from __future__ import annotations

import datetime as dt
import decimal
import math
import re
from functools import lru_cache
from typing import Any

from local_aws.services.athena.duck.failures import fail
from local_aws.services.athena.duck.functions import joda, zones

_PIVOT = 2020  # of %y: 70 is 1970 and 69 is 2069


def _weekday(short: bool) -> joda.Name:
    return joda.Name("dayOfWeek", joda.DAYS, 1, short)


def _month(short: bool) -> joda.Name:
    return joda.Name("month", joda.MONTHS, 1, short)


_HALF = joda.Name("half", joda.HALVES, 0, short=False)
# https://trino.io/docs/current/functions/datetime.html#mysql-date-functions
_MYSQL: dict[str, joda.Element] = {
    "a": _weekday(short=True),
    "b": _month(short=True),
    "c": joda.Number("month", 1, 2),
    "d": joda.Number("day", 2, 2),
    "e": joda.Number("day", 1, 2),
    "f": joda.Fraction(6, 9),
    "H": joda.Number("hour", 2, 2),
    "h": joda.Number("halfClockhour", 2, 2),
    "I": joda.Number("halfClockhour", 2, 2),
    "i": joda.Number("minute", 2, 2),
    "j": joda.Number("dayOfYear", 3, 3),
    "k": joda.Number("hour", 1, 2),
    "l": joda.Number("halfClockhour", 1, 2),
    "M": _month(short=False),
    "m": joda.Number("month", 2, 2),
    "p": _HALF,
    "S": joda.Number("second", 2, 2),
    "s": joda.Number("second", 2, 2),
    "v": joda.Number("week", 2, 2),
    "x": joda.Number("weekyear", 4, 4, signed=True),
    "W": _weekday(short=False),
    "Y": joda.Number("year", 4, 4, signed=True),
    "y": joda.TwoDigitYear("year", _PIVOT),
}
_SHORTHAND = {"T": "%H:%i:%s", "r": "%h:%i:%s %p"}
_NOT_IN_TRINO = "DUuVwX"


@lru_cache(maxsize=512)
def mysql(pattern: str) -> tuple[joda.Element, ...]:
    """The elements of a MySQL pattern."""
    pattern = re.sub(r"%([Tr])", lambda m: _SHORTHAND[m[1]], pattern)
    elements: list[joda.Element] = []
    for found in re.finditer(r"%(.)|%$|(.)", pattern, re.DOTALL):
        letter = found[1]
        if letter is not None and letter in _NOT_IN_TRINO:
            raise fail(
                "INVALID_FUNCTION_ARGUMENT", f"%{letter} not supported in date format string"
            )
        if letter in _MYSQL:
            elements.append(_MYSQL[letter])
        elif letter or found[2]:
            elements.append(joda.Literal(letter or found[2]))
    return tuple(elements)


def date_format(moment: dt.datetime, pattern: str) -> str:
    return joda.written(mysql(pattern), moment, "UTC")


def date_parse(text: str, pattern: str) -> dt.datetime:
    return joda.read(mysql(pattern), text)[0]


# --- Joda's own patterns

_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|([^'A-Za-z])", re.DOTALL)
# letter: the field, and the most digits that are read
_JODA_NUMBERS = {
    "C": ("century", 9), "w": ("week", 2), "e": ("dayOfWeek", 1), "D": ("dayOfYear", 3),
    "d": ("day", 2), "K": ("halfHour", 2), "h": ("halfClockhour", 2), "H": ("hour", 2),
    "k": ("clockhour", 2), "m": ("minute", 2), "s": ("second", 2),
}  # fmt: skip
_JODA_YEARS = {"y": "year", "Y": "year", "x": "weekyear"}
_NUMERIC = "CxyYwdDehHkKmsSM"


@lru_cache(maxsize=512)
def joda_pattern(pattern: str) -> tuple[joda.Element, ...]:
    """The elements of a Joda pattern."""
    if pattern == "":
        raise fail("INVALID_FUNCTION_ARGUMENT", "Invalid pattern specification")
    tokens = list(_TOKEN.finditer(pattern))
    elements: list[joda.Element] = []
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token[2] is None:
            quoted = (token[1] or "").replace("''", "'") or "'"
            elements.append(joda.Literal(token[3] or quoted))
        else:
            elements.append(_joda_element(token[2], len(token[0]), _is_numeric(following)))
    return tuple(elements)


def _is_numeric(token: re.Match[str] | None) -> bool:
    if token is None or token[2] is None:
        return False
    return token[2] in _NUMERIC and not (token[2] == "M" and len(token[0]) > 2)


def _joda_element(letter: str, count: int, digits_follow: bool) -> joda.Element:
    if letter in _JODA_YEARS:
        field = _JODA_YEARS[letter]
        if count == 2:
            pivot = dt.datetime.now(dt.UTC).year - 30
            return joda.TwoDigitYear(field, pivot, lenient=not digits_follow)
        return joda.Number(field, count, count if digits_follow else 9, signed=letter != "Y")
    if letter in _JODA_NUMBERS:
        field, most = _JODA_NUMBERS[letter]
        return joda.Number(field, count, max(most, count))
    if letter == "M":
        return joda.Number("month", count, 2) if count < 3 else _month(short=count == 3)
    if letter == "E":
        return _weekday(short=count < 4)
    if letter == "S":
        return joda.Fraction(count, count)
    if letter == "a":
        return _HALF
    return _joda_zone(letter, count)


def _joda_zone(letter: str, count: int) -> joda.Element:
    if letter == "Z":
        return joda.ZoneName() if count >= 3 else joda.Offset(colon=count == 2)
    if letter == "z" and count < 4:
        return joda.ZoneAbbreviation()
    if letter in "zG":
        raise fail(
            "NOT_SUPPORTED", f"The date pattern {letter * count} is not supported by local_aws"
        )
    raise fail("INVALID_FUNCTION_ARGUMENT", f"Illegal pattern component: {letter * count}")


def format_datetime(moment: dt.datetime, zone: str, pattern: str) -> str:
    return joda.written(joda_pattern(pattern), moment, zone)


def parse_datetime(text: str, pattern: str) -> dict[str, Any]:
    moment, zone = joda.read(joda_pattern(pattern), text)
    return zones.zoned(moment, zone or "UTC")


# --- ISO 8601, as ISODateTimeFormat.dateTimeParser() reads it

_ISO_DATE = (
    r"(?P<year>[+-]?\d{4,9})(?:-W(?P<week>\d{1,2})(?:-(?P<dow>\d))?"
    r"|-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?|-(?P<doy>\d{3}))?"
)
_ISO_TIME = (
    r"(?P<hour>\d{1,2})(?P<hours>[.,]\d+)?"
    r"(?::(?P<minute>\d{1,2})(?P<minutes>[.,]\d+)?(?::(?P<second>\d{1,2})(?P<seconds>[.,]\d+)?)?)?"
)
_ISO_ZONE = r"(?P<zone>Z|[+-]\d\d(?::?\d\d)?)"
_ISO_DATE_ONLY = re.compile(_ISO_DATE)
_TIME_ALONE = (rf"T{_ISO_TIME}{_ISO_ZONE}?").replace("P<", "P<t_")
_ISO = re.compile(rf"(?:{_ISO_DATE}(?:T(?:{_ISO_TIME})?{_ISO_ZONE}?)?|{_TIME_ALONE})")


def from_iso8601(text: str) -> dict[str, Any]:
    found = _ISO.fullmatch(text)
    if found is None:
        raise fail("INVALID_FUNCTION_ARGUMENT", f'Invalid format: "{text}"')
    parts = {k.removeprefix("t_"): v for k, v in found.groupdict().items() if v is not None}
    try:
        day = _iso_date(parts) if "year" in parts else dt.date(1970, 1, 1)
        local = dt.datetime.combine(day, dt.time()) + _iso_time(parts)
    except (ValueError, OverflowError) as error:
        raise fail("INVALID_FUNCTION_ARGUMENT", f'Cannot parse "{text}": {error}') from None
    return zones.zoned(local, zones.zone_id(parts.get("zone", "UTC")))


def from_iso8601_date(text: str) -> dt.date:
    found = _ISO_DATE_ONLY.fullmatch(text)
    if found is None:
        raise fail("INVALID_FUNCTION_ARGUMENT", f'Invalid format: "{text}"')
    try:
        return _iso_date({k: v for k, v in found.groupdict().items() if v is not None})
    except ValueError as error:
        raise fail("INVALID_FUNCTION_ARGUMENT", f'Cannot parse "{text}": {error}') from None


def _iso_date(parts: dict[str, str]) -> dt.date:
    year = int(parts["year"])
    if "week" in parts:
        return dt.date.fromisocalendar(year, int(parts["week"]), int(parts.get("dow", 1)))
    if "doy" in parts:
        day = dt.date(year, 1, 1) + dt.timedelta(days=int(parts["doy"]) - 1)
        if day.year != year:
            raise ValueError(f"Value {parts['doy']} for dayOfYear must be in the range [1,365]")
        return day
    return dt.date(year, int(parts.get("month", 1)), int(parts.get("day", 1)))


def _iso_time(parts: dict[str, str]) -> dt.timedelta:
    clock = dt.time(
        int(parts.get("hour", 0)), int(parts.get("minute", 0)), int(parts.get("second", 0))
    )
    whole = dt.timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
    for name, unit in (("hours", 3_600_000), ("minutes", 60_000), ("seconds", 1000)):
        if name in parts:
            fraction = decimal.Decimal("0" + parts[name].replace(",", "."))
            whole += dt.timedelta(milliseconds=int(fraction * unit))
    return whole


_ISO_NANOS = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?(?:\[([\w/+-]+)\])?"
)


def iso_nanos(text: str) -> dict[str, Any]:
    """DateTimeFormatter.ISO_DATE_TIME: nanoseconds since 1970, and the zone."""
    found = _ISO_NANOS.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        local = dt.datetime.fromisoformat(found[1])
    except ValueError:
        message = f"Text '{text}' could not be parsed"
        raise fail("INVALID_FUNCTION_ARGUMENT", message) from None
    zone = zones.zone_id(found[4] or found[3] or "UTC")
    utc = local - zones.offset_of(local, zones.zone_id(found[3]) if found[3] else zone)
    seconds = (utc - dt.datetime(1970, 1, 1)) // dt.timedelta(seconds=1)
    return {"n": seconds * 10**9 + int((found[2] or "").ljust(9, "0")), "z": zone}


# --- timestamps with a zone in SQL's own form

_ZONED = re.compile(
    r"\s*([+-]?\d{4,}-\d{1,2}-\d{1,2})"
    r"(?: +(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?)?\s*(\S.*?)?\s*"
)


def parse_zoned(text: str, precision: int) -> dict[str, Any]:
    """CAST to timestamp with time zone; without a zone in the text it is the session's."""
    found = _ZONED.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        year, month, day = map(int, found[1].rsplit("-", 2))
        hour, minute, second = (int(found[i] or 0) for i in (2, 3, 4))
        local = dt.datetime(year, month, day, hour, minute, second) + _fraction(
            found[5] or "", precision
        )
    except (ValueError, OverflowError):
        raise fail(
            "INVALID_CAST_ARGUMENT", f"Value cannot be cast to timestamp with time zone: {text}"
        ) from None
    return zones.zoned(local, zones.zone_id(found[6] or "UTC"))


def _fraction(digits: str, precision: int) -> dt.timedelta:
    """The fraction of a second, rounded half up to so many digits."""
    unit = decimal.Decimal(10) ** -precision
    rounded = decimal.Decimal(f"0.{digits or 0}").quantize(unit, decimal.ROUND_HALF_UP)
    return dt.timedelta(microseconds=int(rounded * 1_000_000))


# --- durations

_UNITS = (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def human_seconds(value: float) -> str:
    if not math.isfinite(value):
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Invalid argument found: {value}")
    rest, parts = math.floor(abs(value) + 0.5), list[str]()
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        if count or (unit == "second" and not parts):
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return ", ".join(parts)


_DURATION = {
    "ns": "1e-6",
    "us": "1e-3",
    "ms": "1",
    "s": "1e3",
    "m": "6e4",
    "h": "3.6e6",
    "d": "8.64e7",
}


def parse_duration(text: str) -> dt.timedelta:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*", text)
    if found is None:
        raise fail(
            "INVALID_FUNCTION_ARGUMENT", f"duration is not a valid data duration string: {text}"
        )
    if found[2] not in _DURATION:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Unknown time unit: {found[2]}")
    exact = decimal.Decimal(found[1]) * decimal.Decimal(_DURATION[found[2]])
    return dt.timedelta(milliseconds=int(exact.quantize(decimal.Decimal(1), decimal.ROUND_HALF_UP)))


def date_text(year: int, month: int, day: int) -> str:
    """A date beyond the years 1 to 9999."""
    return f"{'-' if year < 0 else ''}{abs(year):04}-{month:02}-{day:02}"


_V, _I, _TS, _ZONE = "VARCHAR", "BIGINT", "TIMESTAMP", "STRUCT(u TIMESTAMP, z VARCHAR)"

SIGNATURES: dict[str, tuple[Any, list[str], str]] = {
    "py_zone": (zones.zone_id, [_V], _V),
    "py_zone_of_hours": (zones.zone_of_hours, [_I, _I], _V),
    "py_date_format": (date_format, [_TS, _V], _V),
    "py_date_parse": (date_parse, [_V, _V], _TS),
    "py_format_datetime": (format_datetime, [_TS, _V, _V], _V),
    "py_parse_datetime": (parse_datetime, [_V, _V], _ZONE),
    "py_from_iso8601": (from_iso8601, [_V], _ZONE),
    "py_iso_nanos": (iso_nanos, [_V], "STRUCT(n BIGINT, z VARCHAR)"),
    "py_from_iso8601_date": (from_iso8601_date, [_V], "DATE"),
    "py_parse_zoned": (parse_zoned, [_V, _I], _ZONE),
    "py_human_seconds": (human_seconds, ["DOUBLE"], _V),
    "py_parse_duration": (parse_duration, [_V], "INTERVAL"),
    "py_date_text": (date_text, [_I, _I, _I], _V),
}
