"""Periods and date patterns in DuckDB's words. Weeks begin on Sunday, as in QuickSight.

https://docs.aws.amazon.com/quicksight/latest/user/supported-data-types-and-values.html
"""

import re

# The words of the date functions, then those of the period functions and of field wells.
PERIODS = {
    "YYYY": "YEAR", "Q": "QUARTER", "MM": "MONTH", "WK": "WEEK", "DD": "DAY", "HH": "HOUR",
    "MI": "MINUTE", "SS": "SECOND", "MS": "MILLISECOND",
}  # fmt: skip
GRAINS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND")
INTERVALS = {"QUARTER": "INTERVAL 3 MONTH"}

# Joda's patterns as DuckDB's. A pattern with a letter that is not here is refused.
PATTERNS = {
    "yyyy": "%Y", "YYYY": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%-m",
    "dd": "%d", "d": "%-d", "EEEE": "%A", "EEE": "%a", "HH": "%H", "H": "%-H", "kk": "%H",
    "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M", "ss": "%S", "s": "%-S", "SSS": "%g",
    "a": "%p", "aa": "%p", "DDD": "%j", "Z": "%z",
}  # fmt: skip
PIECE = re.compile(r"'(?P<said>(?:[^']|'')*)'|(?P<letters>([A-Za-z])\3*)|(?P<sign>.)", re.DOTALL)


def interval(grain: str) -> str:
    """One period as an interval."""
    return INTERVALS.get(grain, f"INTERVAL 1 {grain}")


def truncated(sql: str, grain: str) -> str:
    """The start of the period that a time is in."""
    if grain == "WEEK":
        return f"(date_trunc('week', {sql} + INTERVAL 1 DAY) - INTERVAL 1 DAY)"
    return f"date_trunc('{grain.lower()}', {sql})"


def pattern(joda: str) -> str | None:
    """DuckDB's pattern for one of Joda's; None where a part of it has no like.

    >>> pattern("dd-MMM-yyyy'T'HH:mm")
    '%d-%b-%YT%H:%M'
    """
    found = []
    for piece in PIECE.finditer(joda):
        letters = piece["letters"]
        if letters is None:
            plain = piece["said"] if piece["said"] is not None else piece["sign"]
            found.append((plain.replace("''", "'") or "'").replace("%", "%%"))
        elif letters in PATTERNS:
            found.append(PATTERNS[letters])
        elif letters == "T":
            # QuickSight's own default has the T without quotes.
            found.append("T")
        else:
            return None
    return "".join(found)
