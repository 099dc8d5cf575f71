"""Templates and the filters that they say sizes, times and states with. Everything is escaped."""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, Undefined, UndefinedError
from jinja2.utils import missing

TEMPLATES = Path(__file__).parent / "templates"
UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB")
GOOD = ("SUCCEEDED", "COMPLETED", "CREATION_SUCCESSFUL", "ENABLED")
BAD = ("FAILED", "TIMEOUT", "ERROR", "CREATION_FAILED")
BUSY = ("RUNNING", "STARTING", "STOPPING", "QUEUED", "INITIALIZED", "WAITING")


class Absent(Undefined):
    """A member that AWS's answer leaves out is empty; a name that no page gave is a mistake."""

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[Exception] = UndefinedError,
    ) -> None:
        if obj is missing:
            raise UndefinedError(f"The template was given no '{name}'")
        super().__init__(hint, obj, name, exc)  # type: ignore[arg-type]


def render(template: str, **values: Any) -> str:
    """The template's text."""
    return environment().get_template(template).render(values)


@cache
def environment() -> Environment:
    """Jinja, with autoescape for every template."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=Absent,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (
        *(size, number, moment, iso, ago, duration, dollars, tone, words, shorten),
        *(measure, polyline),
    )
    made.filters |= {one.__name__: one for one in filters}
    made.globals["url"] = url
    return made


def url(page: str, **query: Any) -> str:
    """The address of a page; what is empty or None is left out.

    >>> url("bucket", name="b", prefix="a b/", after=None)
    '/_console/bucket?name=b&prefix=a+b%2F'
    """
    pairs = {name: value for name, value in query.items() if value not in (None, "")}
    return f"/_console/{page}" + (f"?{urlencode(pairs, errors='replace')}" if pairs else "")


def size(count: float | None) -> str:
    """Bytes in decimal units, as AWS bills them.

    >>> size(999), size(1_500), size(2_340_000_000)
    ('999 bytes', '1.5 KB', '2.3 GB')
    """
    if count is None:
        return "–"
    value, unit = float(count), 0
    while value >= 999.5 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    if unit == 0:
        return f"{value:.0f} {'byte' if value == 1 else 'bytes'}"
    return f"{value:.{1 if value < 99.95 else 0}f} {UNITS[unit]}"


def number(value: float | None) -> str:
    """With thousands apart.

    >>> number(1234567)
    '1,234,567'
    """
    return "–" if value is None else f"{value:,.0f}"


def moment(value: dt.datetime | float | None) -> str:
    """A time in words, in UTC.

    >>> moment(0)
    '1 Jan 1970, 00:00:00 UTC'
    """
    when = as_time(value)
    return f"{when.day} {when:%b %Y, %H:%M:%S} UTC" if when else "–"


def iso(value: dt.datetime | float | None) -> str:
    """For a time element; the script writes it in the reader's own time zone."""
    when = as_time(value)
    return f"{when:%Y-%m-%dT%H:%M:%SZ}" if when else ""


def as_time(value: dt.datetime | float | None) -> dt.datetime | None:
    """Seconds since 1970 or a time, as a time in UTC."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC)
    if value is None or isinstance(value, Undefined):
        return None
    return dt.datetime.fromtimestamp(value, dt.UTC)


def ago(value: dt.datetime | float | None) -> str:
    """How long since."""
    when = as_time(value)
    if when is None:
        return "–"
    seconds = (dt.datetime.now(dt.UTC) - when).total_seconds()
    return "just now" if seconds < 2 else f"{span(seconds)} ago"


def span(seconds: float) -> str:
    """The largest unit only.

    >>> span(7300), span(1)
    ('2 hours', '1 second')
    """
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return _count(int(seconds // length), unit)
    return _count(int(seconds), "second")


def _count(count: int, unit: str) -> str:
    return f"{count:,} {unit}{'' if count == 1 else 's'}"


def duration(seconds: float | None) -> str:
    """A run time.

    >>> duration(0), duration(0.042), duration(3.14), duration(75), duration(7265)
    ('under 1 s', '42 ms', '3.1 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds is None:
        return "–"
    if seconds == 0:
        return "under 1 s"  # Glue and DataBrew count whole seconds
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def dollars(value: float | None) -> str:
    """With as many places as a small amount needs.

    >>> dollars(0.00005), dollars(0), dollars(12.3)
    ('$0.00005', '$0', '$12.30')
    """
    if value is None:
        return "–"
    if not value:
        return "$0"
    return f"${value:,.2f}" if value >= 0.1 else f"${value:.6f}".rstrip("0")


def tone(state: str) -> str:
    """The colour of a state; its word always stands beside it."""
    if state in GOOD:
        return "good"
    if state in BAD:
        return "bad"
    return "busy" if state in BUSY else _stack_tone(state)


def _stack_tone(state: str) -> str:
    """CloudFormation's statuses are of three parts: what is done, the way back, how far.

    >>> [_stack_tone(one) for one in ("UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "READY")]
    ['good', 'bad', 'calm']
    """
    if state in ("DRIFTED", "MODIFIED") or state.endswith("_FAILED"):
        return "bad"
    if state.endswith("_IN_PROGRESS"):
        return "calm" if state == "REVIEW_IN_PROGRESS" else "busy"
    if state.endswith("ROLLBACK_COMPLETE"):
        return "bad"
    whole = state.endswith("_COMPLETE") and state != "DELETE_COMPLETE"
    return "good" if whole or state == "IN_SYNC" else "calm"


def words(state: str) -> str:
    """AWS's constant as a reader says it.

    >>> words("CREATION_FAILED")
    'Creation failed'
    """
    return state.replace("_", " ").capitalize()


def shorten(value: Any, length: int = 160) -> str:
    """One line that fits a table's cell."""
    line = " ".join(str(value).split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


def measure(value: float, unit: str) -> str:
    """A figure of CloudWatch's in its unit; its percentages are fractions of Glue's.

    >>> measure(1500, "Bytes"), measure(0.25, "Percent"), measure(1500, "Milliseconds")
    ('1.5 KB', '25.0 %', '1.5 s')
    """
    if unit == "Bytes":
        return size(value)
    if unit == "Percent":
        return f"{value * 100:.1f} %"
    if unit == "Milliseconds":
        return duration(value / 1000)
    return size(value * 1_000_000) if unit == "Megabytes" else number(value)


def polyline(values: Sequence[float], width: float = 120, height: float = 24) -> str:
    """The points of a line over two or more values, from 0 at the bottom to the largest.

    >>> polyline([0, 4, 2])
    '0.0,24.0 60.0,0.0 120.0,12.0'
    """
    step, most = width / (len(values) - 1), max(values) or 1
    points = (f"{i * step:.1f},{height * (1 - v / most):.1f}" for i, v in enumerate(values))
    return " ".join(points)
