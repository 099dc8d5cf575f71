"""Date formats as QuickSight writes them (Joda's letters), as DuckDB's.

https://docs.aws.amazon.com/quicksight/latest/user/supported-date-formats.html
"""

import datetime as dt
import re
from typing import Any

from local_aws.services.quicksight.errors import Unsupported

LETTERS = {
    "yyyy": "%Y", "YYYY": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%-m",
    "dd": "%d", "d": "%-d", "HH": "%H", "H": "%-H", "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M",
    "ss": "%S", "s": "%-S", "SSS": "%g", "a": "%p", "aa": "%p", "EEEE": "%A", "EEE": "%a",
    "Z": "%z",
}  # fmt: skip
TOKEN = re.compile(r"'(?P<text>[^']*)'|(?P<letters>([A-Za-z])\3*)|(?P<other>.)", re.DOTALL)


def moment(value: Any) -> dt.datetime:
    """A time as the wire has it, or as it is kept (seconds), in UTC without a zone."""
    if isinstance(value, int | float):
        value = dt.datetime.fromtimestamp(value, dt.UTC)
    found = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    return found.astimezone(dt.UTC).replace(tzinfo=None) if found.tzinfo else found


def strptime_format(joda: str) -> str:
    """DuckDB's format for one of QuickSight's. Raises Unsupported.

    >>> strptime_format("dd/MMM/yyyy'T'HH:mm")
    '%d/%b/%YT%H:%M'
    """
    return "".join(_part(found, joda) for found in TOKEN.finditer(joda))


def _part(found: re.Match[str], joda: str) -> str:
    letters = found["letters"]
    if letters is None:
        text = found["text"] if found["text"] is not None else found["other"]
        return (text or "'").replace("%", "%%")
    if letters not in LETTERS:
        raise Unsupported(f"'{letters}' of the date format {joda}")
    return LETTERS[letters]
