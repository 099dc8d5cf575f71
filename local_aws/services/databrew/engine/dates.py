"""DataBrew's date formats, where ``mm`` is the month and ``MM`` the minute.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.DATE_FORMAT.html
"""

import re

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.steps import Step

DEFAULT = "yyyy-mm-dd HH:MM:SS"
# The longest first: ``month`` before ``mm``, ``yyyy`` before ``yy``.
TOKENS = {
    "month": "%B",
    "yyyy": "%Y",
    "yy": "%y",
    "mmm": "%b",
    "mm": "%m",
    "dd": "%d",
    "HH": "%H",
    "hh": "%I",
    "MM": "%M",
    "SS": "%S",
    "TT": "%p",
    "*": " ",
}
UNITS = [
    *("YEARS", "QUARTERS", "MONTHS", "WEEKS", "DAYS"),
    *("HOURS", "MINUTES", "SECONDS", "MILLISECONDS", "MICROSECONDS"),
]
_token = re.compile("|".join(re.escape(token) for token in TOKENS) + "|[A-Za-z]+|%|.")


def strftime(pattern: str) -> str:
    """DataBrew's pattern as DuckDB's."""
    return "".join(_translate(piece, pattern) for piece in _token.findall(pattern))


def unit(step: Step) -> str:
    """The step's ``units`` as SQL has it: ``month`` of ``MONTHS``."""
    units = step.text("units").upper()
    if units not in UNITS:
        raise InvalidStep(f"{step.operation}: units {units} is none of {', '.join(UNITS)}")
    return units.removesuffix("S").lower()


def interval(step: Step, amount: int) -> str:
    """So many of the step's units; DuckDB has no interval of a quarter."""
    name = unit(step)
    amount, name = (amount * 3, "month") if name == "quarter" else (amount, name)
    return f"INTERVAL ({amount}) {name}"


def _translate(piece: str, pattern: str) -> str:
    if piece in TOKENS:
        return TOKENS[piece]
    if piece == "%":
        return "%%"
    if piece.isalpha() and piece != "T":
        raise InvalidStep(f"The date format '{pattern}' has the token '{piece}', which is unknown")
    return piece
