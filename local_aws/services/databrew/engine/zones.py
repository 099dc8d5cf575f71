"""Time zones as DataBrew names them: ``US/Pacific``, or an offset as ``UTC+08:00``."""

import re

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.sql import literal

_offset = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?")


def to_utc(frame: Frame, zone: str, local: str) -> str:
    """The zone's clock, a TIMESTAMP, as that of UTC."""
    minutes = _minutes(zone)
    if minutes is not None:
        return f"({local} - INTERVAL ({minutes}) minute)"
    return f"timezone('UTC', timezone({_name(frame, zone)}, {local}))"


def from_utc(frame: Frame, zone: str, utc: str) -> str:
    """UTC's clock, a TIMESTAMP, as that of the zone."""
    minutes = _minutes(zone)
    if minutes is not None:
        return f"({utc} + INTERVAL ({minutes}) minute)"
    return f"timezone({_name(frame, zone)}, timezone('UTC', {utc}))"


def _minutes(zone: str) -> int | None:
    """An offset from UTC; None of a name."""
    if zone.strip().upper() in ("", "UTC", "GMT", "Z"):
        return 0
    found = _offset.fullmatch(zone.strip().upper())
    if not found:
        return None
    sign, hours, minutes = found.groups()
    return int(f"{sign}1") * (60 * int(hours) + int(minutes or 0))


def _name(frame: Frame, zone: str) -> str:
    query = "SELECT name FROM pg_timezone_names() WHERE lower(name) = lower(?)"
    found = frame.connection.execute(query, [zone.strip()]).fetchone()
    if found is None:
        raise InvalidStep(f"The time zone '{zone}' is unknown")
    return literal(found[0])
