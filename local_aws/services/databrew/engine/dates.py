"""DataBrew's date formats, where ``mm`` is the month and ``MM`` the minute.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.functions.DATE_FORMAT.html
"""

import re

from local_aws.services.databrew.engine.errors import InvalidStep

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
_token = re.compile("|".join(re.escape(token) for token in TOKENS) + "|[A-Za-z]+|%|.")


def strftime(pattern: str) -> str:
    """DataBrew's pattern as DuckDB's."""
    return "".join(_translate(piece, pattern) for piece in _token.findall(pattern))


def _translate(piece: str, pattern: str) -> str:
    if piece in TOKENS:
        return TOKENS[piece]
    if piece == "%":
        return "%%"
    if piece.isalpha() and piece != "T":
        raise InvalidStep(f"The date format '{pattern}' has the token '{piece}', which is unknown")
    return piece
