"""Time zones by Trino's names for them, and moments in a zone as the engine keeps them."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local_aws.services.athena.duck.failures import fail

_UTC_NAMES = frozenset({"utc", "ut", "uct", "gmt", "gmt0", "z", "zulu", "greenwich", "universal"})
_OFFSET = re.compile(r"(?i)(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d\d))?")
_MAX_OFFSET_MINUTES = 14 * 60


@lru_cache(maxsize=1024)
def zone_id(text: str) -> str:
    """The zone's canonical name: `UTC`, `+05:45` or a name of the tz database."""
    if text.lower().removeprefix("etc/") in _UTC_NAMES:
        return "UTC"
    offset = _OFFSET.fullmatch(text)
    if offset is not None:
        return _offset_name(text, *offset.groups())
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _no_zone(text) from None
    return text


def _no_zone(text: str) -> Exception:
    return fail("INVALID_FUNCTION_ARGUMENT", f"'{text}' is not a valid time zone")


def _offset_name(text: str, sign: str, hours: str, minutes: str | None) -> str:
    total = int(hours) * 60 + int(minutes or 0)
    if total > _MAX_OFFSET_MINUTES or int(minutes or 0) > 59:
        raise _no_zone(text)
    return "UTC" if total == 0 else f"{sign}{total // 60:02}:{total % 60:02}"


def offset_zone(minutes: int) -> str:
    """The name of a fixed offset."""
    sign = "-" if minutes < 0 else "+"
    return zone_id(f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}")


def zone_of_hours(hours: int, minutes: int) -> str:
    """from_unixtime's zone of hours and minutes, which have one sign."""
    if hours * minutes < 0 or abs(hours * 60 + minutes) > _MAX_OFFSET_MINUTES:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Invalid offset minutes {hours * 60 + minutes}")
    return offset_zone(hours * 60 + minutes)


def offset_of(local: dt.datetime, zone: str) -> dt.timedelta:
    """How far the zone is ahead of UTC at that local time."""
    if zone == "UTC":
        return dt.timedelta(0)
    if zone[0] in "+-":
        size = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
        return -size if zone[0] == "-" else size
    return local.replace(tzinfo=ZoneInfo(zone)).utcoffset() or dt.timedelta(0)


def zoned(local: dt.datetime, zone: str) -> dict[str, Any]:
    """A local time in a zone, as the engine keeps it."""
    return {"u": local - offset_of(local, zone), "z": zone}
