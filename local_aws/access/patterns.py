"""Wildcards and policy variables, matched in time that grows with the text and never explodes.

`*` is any number of characters, `?` is one, and `${aws:username}` is what the request says
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
"""

import re
from collections.abc import Callable
from functools import lru_cache

MANY, ONE = "\ud800", "\ud801"
"""Wildcards once variables are filled in: halves of characters, which no text of a request has."""

VARIABLE = re.compile(r"\$\{([^{}]*)\}")
LITERALS = {"*": "*", "?": "?", "$": "$"}
WILDCARDS = str.maketrans({"*": MANY, "?": ONE})
PLAIN = str.maketrans({MANY: "*", ONE: "?"})

Values = tuple[str, ...]
Lookup = Callable[[str], Values | None]
"""The values of a condition key, by its name in lower case; None where the request has none."""


def expand(text: str, lookup: Lookup, *, variables: bool = True) -> str | None:
    """The pattern with its variables filled in; None where the request does not have one."""
    if not variables or "${" not in text:
        return text.translate(WILDCARDS)
    parts, end = [], 0
    for found in VARIABLE.finditer(text):
        value = _value(found[1], lookup)
        if value is None:
            return None
        parts += [text[end : found.start()].translate(WILDCARDS), value]
        end = found.end()
    return "".join(parts) + text[end:].translate(WILDCARDS)


def _value(expression: str, lookup: Lookup) -> str | None:
    """``aws:username``, ``aws:username, 'default'``, or a wildcard that means itself."""
    if expression in LITERALS:
        return LITERALS[expression]
    name, _, default = expression.partition(",")
    values = lookup(name.strip().lower())
    if values and len(values) == 1:
        return values[0]
    quoted = default.strip()
    return quoted[1:-1] if len(quoted) >= 2 and quoted[0] == quoted[-1] == "'" else None


def plain(pattern: str) -> str:
    """An expanded pattern read as text: for operators that have no wildcards."""
    return pattern.translate(PLAIN)


def matches(pattern: str, text: str) -> bool:
    """Whether an expanded pattern is the whole text.

    Each piece between two `*` is taken where it is first found, so nothing is tried twice.
    """
    first, *rest = _pieces(pattern)
    if not rest:
        return len(first) == len(text) and _at(first, text, 0)
    *middle, last = rest
    start, end = len(first), len(text) - len(last)
    if start > end or not _at(first, text, 0) or not _at(last, text, end):
        return False
    for piece in middle:
        found = _find(piece, text, start, end)
        if found < 0:
            return False
        start = found + len(piece)
    return True


@lru_cache(4096)
def _pieces(pattern: str) -> tuple[str, ...]:
    first, *rest = pattern.split(MANY)
    if not rest:
        return (first,)
    return (first, *filter(None, rest[:-1]), rest[-1])


def _at(piece: str, text: str, start: int) -> bool:
    if ONE not in piece:
        return text.startswith(piece, start)
    return _search(piece).match(text, start) is not None


def _find(piece: str, text: str, start: int, end: int) -> int:
    if ONE not in piece:
        return text.find(piece, start, end)
    found = _search(piece).search(text, start, end)
    return found.start() if found else -1


@lru_cache(1024)
def _search(piece: str) -> re.Pattern[str]:
    return re.compile("".join("." if c == ONE else re.escape(c) for c in piece), re.DOTALL)
