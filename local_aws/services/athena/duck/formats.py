"""Dates by MySQL's patterns (date_format, date_parse), by Joda's (format_datetime); format()."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local_aws.services.athena.duck.failures import fail

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: tuple[str, ...] = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
)
_MONTHS += ("September", "October", "November", "December")

_MYSQL: dict[str, Callable[[dt.datetime], str]] = {
    "a": lambda d: _DAYS[d.weekday()][:3],
    "b": lambda d: _MONTHS[d.month - 1][:3],
    "c": lambda d: str(d.month),
    "d": lambda d: f"{d.day:02}",
    "e": lambda d: str(d.day),
    "f": lambda d: f"{d.microsecond:06}",
    "H": lambda d: f"{d.hour:02}",
    "h": lambda d: f"{d.hour % 12 or 12:02}",
    "I": lambda d: f"{d.hour % 12 or 12:02}",
    "i": lambda d: f"{d.minute:02}",
    "j": lambda d: f"{d.timetuple().tm_yday:03}",
    "k": lambda d: str(d.hour),
    "l": lambda d: str(d.hour % 12 or 12),
    "M": lambda d: _MONTHS[d.month - 1],
    "m": lambda d: f"{d.month:02}",
    "p": lambda d: "AM" if d.hour < 12 else "PM",
    "r": lambda d: f"{d.hour % 12 or 12:02}:{d:%M:%S} {'AM' if d.hour < 12 else 'PM'}",
    "S": lambda d: f"{d.second:02}",
    "s": lambda d: f"{d.second:02}",
    "T": lambda d: f"{d:%H:%M:%S}",
    "v": lambda d: f"{d.isocalendar().week:02}",
    "W": lambda d: _DAYS[d.weekday()],
    "x": lambda d: f"{d.isocalendar().year:04}",
    "Y": lambda d: f"{d.year:04}",
    "y": lambda d: f"{d.year % 100:02}",
    "%": lambda _: "%",
}


def date_format(value: dt.datetime, pattern: str) -> str:
    def one(match: re.Match[str]) -> str:
        letter = match[1]
        if letter in _MYSQL:
            return _MYSQL[letter](value)
        if letter in "DUuVwX":
            raise fail(
                "INVALID_FUNCTION_ARGUMENT", f"%{letter} not supported in date format string"
            )
        return letter

    return re.sub(r"%(.)", one, pattern, flags=re.DOTALL)


# The parts of a moment that a pattern reads, as a regular expression and the name of the part.
_READ = {
    "a": (r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*", None),
    "b": (r"[A-Za-z]{3}", "month_name"),
    "c": (r"\d{1,2}", "month"),
    "d": (r"\d{1,2}", "day"),
    "e": (r"\d{1,2}", "day"),
    "f": (r"\d{1,9}", "fraction"),
    "H": (r"\d{1,2}", "hour"),
    "h": (r"\d{1,2}", "hour12"),
    "I": (r"\d{1,2}", "hour12"),
    "i": (r"\d{1,2}", "minute"),
    "j": (r"\d{1,3}", "yearday"),
    "k": (r"\d{1,2}", "hour"),
    "l": (r"\d{1,2}", "hour12"),
    "M": (r"[A-Za-z]+", "month_name"),
    "m": (r"\d{1,2}", "month"),
    "p": (r"[AaPp][Mm]", "half"),
    "S": (r"\d{1,2}", "second"),
    "s": (r"\d{1,2}", "second"),
    "W": (r"[A-Za-z]+", None),
    "Y": (r"[+-]?\d{1,4}", "year"),
    "y": (r"\d{2}", "year2"),
}
_SHORTHAND = {"T": "%H:%i:%s", "r": "%h:%i:%s %p"}


@lru_cache(maxsize=512)
def _reader(pattern: str) -> tuple[re.Pattern[str], tuple[str | None, ...]]:
    for letter, text in _SHORTHAND.items():
        pattern = pattern.replace(f"%{letter}", text)
    parts, names, index = "", [], 0
    while index < len(pattern):
        char = pattern[index]
        if char == "%" and index + 1 < len(pattern):
            index += 1
            letter = pattern[index]
            if letter in "DUuVwX":
                raise fail(
                    "INVALID_FUNCTION_ARGUMENT", f"%{letter} not supported in date format string"
                )
            expression, name = _READ.get(letter, (re.escape(letter), None))
            parts += f"({expression})"
            names.append(name)
        else:
            parts += re.escape(char)
        index += 1
    return re.compile(parts, re.IGNORECASE), tuple(names)


def date_parse(text: str, pattern: str) -> dt.datetime:
    expression, names = _reader(pattern)
    found = expression.fullmatch(text)
    if found is None:
        raise fail("INVALID_FUNCTION_ARGUMENT", f'Invalid format: "{text}"')
    values = {n: v for n, v in zip(names, found.groups(), strict=True) if n}
    return _built(values, text)


def _built(values: dict[str, str], text: str) -> dt.datetime:
    try:
        hour = int(values.get("hour", 0))
        if "hour12" in values:
            hour = int(values["hour12"]) % 12
            hour += 12 if values.get("half", "AM").upper() == "PM" else 0
        fraction = int((values.get("fraction", "0") + "000000")[:6])
        moment = dt.datetime(
            _year(values),
            _month(values),
            int(values.get("day", 1)),
            hour,
            int(values.get("minute", 0)),
            int(values.get("second", 0)),
            fraction // 1000 * 1000,
        )
    except ValueError as error:
        raise fail("INVALID_FUNCTION_ARGUMENT", f'Cannot parse "{text}": {error}') from None
    if "yearday" in values:
        moment = moment.replace(month=1, day=1) + dt.timedelta(days=int(values["yearday"]) - 1)
    return moment


def _year(values: dict[str, str]) -> int:
    if "year2" in values:
        short = int(values["year2"])
        return short + (2000 if short < 70 else 1900)
    return int(values.get("year", 1970))


def _month(values: dict[str, str]) -> int:
    name = values.get("month_name")
    if name is None:
        return int(values.get("month", 1))
    short = [m[:3].lower() for m in _MONTHS]
    return short.index(name[:3].lower()) + 1


# --- Joda

_JODA = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*")


def format_datetime(value: dt.datetime, zone: str, pattern: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match[2] is None:
            return match[1].replace("''", "'") or "'"
        return _joda(match[2], len(match[0]), value, zone)

    return _JODA.sub(one, pattern)


def _joda(letter: str, count: int, d: dt.datetime, zone: str) -> str:
    if letter in "yYxu":
        year = d.isocalendar().year if letter == "x" else d.year
        return f"{year % 100:02}" if count == 2 else f"{year:0{count}}"
    if letter == "M" and count >= 3:
        return _MONTHS[d.month - 1] if count > 3 else _MONTHS[d.month - 1][:3]
    if letter == "E":
        return _DAYS[d.weekday()] if count > 3 else _DAYS[d.weekday()][:3]
    if letter == "a":
        return "AM" if d.hour < 12 else "PM"
    if letter == "S":
        return f"{d.microsecond:06}".ljust(count, "0")[:count]
    if letter in "Zz":
        return _zone_text(d, zone, letter, count)
    numbers = {
        "M": d.month, "d": d.day, "H": d.hour, "h": d.hour % 12 or 12, "K": d.hour % 12,
        "k": d.hour or 24, "m": d.minute, "s": d.second, "D": d.timetuple().tm_yday,
        "e": d.isoweekday(), "w": d.isocalendar().week, "C": d.year // 100,
    }  # fmt: skip
    if letter not in numbers:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Illegal pattern component: {letter}")
    return f"{numbers[letter]:0{count}}"


def _zone_text(d: dt.datetime, zone: str, letter: str, count: int) -> str:
    if letter == "z":
        return zone
    if count >= 3:
        return zone
    minutes = offset_minutes(d, zone)
    sign, minutes = ("-" if minutes < 0 else "+"), abs(minutes)
    return f"{sign}{minutes // 60:02}{':' if count == 2 else ''}{minutes % 60:02}"


_JODA_READ = {
    "y": ("year", r"\d{1,4}"), "Y": ("year", r"\d{1,4}"), "M": ("month", r"\d{1,2}"),
    "d": ("day", r"\d{1,2}"), "H": ("hour", r"\d{1,2}"), "k": ("hour", r"\d{1,2}"),
    "h": ("hour12", r"\d{1,2}"), "K": ("hour12", r"\d{1,2}"), "m": ("minute", r"\d{1,2}"),
    "s": ("second", r"\d{1,2}"), "S": ("fraction", r"\d{1,9}"), "a": ("half", r"[AaPp][Mm]"),
    "D": ("yearday", r"\d{1,3}"), "Z": ("zone", r"Z|[+-]\d\d:?\d\d|[A-Za-z_]+/[A-Za-z_]+"),
    "z": ("zone", r"[A-Za-z_/]+"), "E": (None, r"[A-Za-z]+"),
}  # fmt: skip


@lru_cache(maxsize=512)
def _joda_reader(pattern: str) -> tuple[re.Pattern[str], tuple[str | None, ...]]:
    parts, names, last = "", [], 0
    for match in _JODA.finditer(pattern):
        parts += re.escape(pattern[last : match.start()])
        last = match.end()
        if match[2] is None:
            parts += re.escape(match[1].replace("''", "'") or "'")
            continue
        name, expression = _joda_part(match[2], len(match[0]))
        parts += f"({expression})"
        names.append(name)
    return re.compile(parts + re.escape(pattern[last:])), tuple(names)


def _joda_part(letter: str, count: int) -> tuple[str | None, str]:
    if letter not in _JODA_READ:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Illegal pattern component: {letter}")
    name, expression = _JODA_READ[letter]
    if letter == "M" and count >= 3:
        return "month_name", r"[A-Za-z]+"
    if letter == "y" and count == 2:
        return "year2", r"\d{2}"
    return name, expression


def parse_datetime(text: str, pattern: str) -> dict[str, Any]:
    expression, names = _joda_reader(pattern)
    found = expression.fullmatch(text)
    if found is None:
        raise fail("INVALID_FUNCTION_ARGUMENT", f'Invalid format: "{text}"')
    values = {n: v for n, v in zip(names, found.groups(), strict=True) if n}
    return zoned(_built(values, text), _canonical(values.get("zone", "UTC")))


def _canonical(zone: str) -> str:
    if zone == "Z":
        return "UTC"
    if re.fullmatch(r"[+-]\d{4}", zone):
        zone = f"{zone[:3]}:{zone[3:]}"
    return "UTC" if zone == "+00:00" else zone


_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:T(\d\d(?::\d\d(?::\d\d(?:[.,]\d+)?)?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?"
)


def from_iso8601(text: str) -> dict[str, Any]:
    found = _ISO.fullmatch(text)
    if found is None:
        raise fail("INVALID_FUNCTION_ARGUMENT", f'Invalid format: "{text}"')
    clock = parse_clock((found[2] or "00:00").replace(",", "."), 3)
    zone = found[3] or "Z"
    zone = zone + ":00" if len(zone) == 3 else zone
    return zoned(dt.datetime.combine(dt.date.fromisoformat(found[1]), clock), _canonical(zone))


def parse_clock(text: str, precision: int) -> dt.time:
    parts = text.split(":")
    seconds, _, fraction = (parts[2] if len(parts) > 2 else "0").partition(".")
    micros = round(int((fraction + "0" * 9)[:9]) / 1000)
    unit = 10 ** (6 - min(precision, 6))
    micros = min(micros // unit * unit, 999_999)
    return dt.time(int(parts[0]), int(parts[1]) if len(parts) > 1 else 0, int(seconds), micros)


def offset_minutes(local: dt.datetime, zone: str) -> int:
    if zone in ("UTC", "Z"):
        return 0
    if zone[0] in "+-":
        sign = -1 if zone[0] == "-" else 1
        return sign * (int(zone[1:3]) * 60 + int(zone[4:6]))
    try:
        offset = local.replace(tzinfo=ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError):
        raise fail("INVALID_FUNCTION_ARGUMENT", f"'{zone}' is not a valid time zone") from None
    return int(offset.total_seconds() // 60) if offset else 0


def zoned(local: dt.datetime, zone: str) -> dict[str, Any]:
    """A local time in a zone, as the engine keeps it."""
    return {"u": local - dt.timedelta(minutes=offset_minutes(local, zone)), "z": zone}


# --- format()

_SPECIFIER = re.compile(r"%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])")


def java_format(template: str, values: list[str | None]) -> str:
    """String.format over values that come as text."""
    position = 0

    def one(match: re.Match[str]) -> str:
        nonlocal position
        index, flags, width, precision, kind = match.groups()
        if kind in "%n":
            return "%" if kind == "%" else "\n"
        place = int(index) - 1 if index else position
        position += 0 if index else 1
        if place >= len(values):
            raise fail(
                "INVALID_FUNCTION_ARGUMENT",
                f"Invalid format string: {template} (not enough arguments)",
            )
        text = _formatted(values[place], flags, precision, kind, template)
        return _padded(text, flags, int(width or 0), kind)

    return _SPECIFIER.sub(one, template)


def _formatted(
    value: str | None, flags: str, precision: str | None, kind: str, template: str
) -> str:
    if value is None:
        return "null"
    comma = "," if "," in flags else ""
    sign = "+" if "+" in flags else ""
    try:
        if kind in "dxXo":
            return format(int(value), f"{sign}{comma}{kind}")
        if kind in "feEgG":
            return format(float(value), f"{sign}{comma}.{precision or 6}{kind}")
    except ValueError:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Invalid format string: {template}") from None
    if kind in "sSbB":
        text = value[: int(precision)] if precision else value
        return text.upper() if kind.isupper() else text
    raise fail("INVALID_FUNCTION_ARGUMENT", f"Invalid format string: {template}")


def _padded(text: str, flags: str, width: int, kind: str) -> str:
    if "-" in flags:
        return text.ljust(width)
    if "0" in flags and kind not in "sS":
        return text.zfill(width)
    return text.rjust(width)
