"""Trino's regular expressions (Java's syntax, read by Joni) on the `regex` package.

https://trino.io/docs/current/functions/regexp.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import regex

from local_aws.services.athena.duck.failures import fail

# What Java writes otherwise. A class may hold what `regex` takes for an operation on sets.
_JAVA = re.compile(
    r"\\Q(?P<quoted>.*?)(?:\\E|$)|\\x\{(?P<code>[0-9A-Fa-f]+)\}|\\k<(?P<name>\w+)>"
    r"|(?P<end>\\[zZ])|\\.|(?P<set>--|~~|\|\|)(?=[^\]\[]*\])",
    re.DOTALL,
)


def _as_regex(found: re.Match[str]) -> str:
    if found["quoted"] is not None:
        return re.escape(found["quoted"])
    if found["code"] is not None:
        return re.escape(chr(int(found["code"], 16)))
    if found["name"] is not None:
        return f"(?P={found['name']})"
    if found["end"] is not None:
        return r"\Z" if found["end"] == r"\z" else r"(?=\n?\Z)"
    if found["set"] is not None:
        return re.escape(found["set"])
    return found[0]


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> regex.Pattern[str]:
    """The pattern; sets within sets, and letters one by one where their case is ignored."""
    try:
        return regex.compile("(?-f)" + _JAVA.sub(_as_regex, pattern), regex.V1)
    except (regex.error, OverflowError, ValueError) as error:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Invalid pattern '{pattern}': {error}") from None


def like(text: str, pattern: str) -> bool:
    return compiled(pattern).search(text) is not None


def count(text: str, pattern: str) -> int:
    return sum(1 for _ in _matches(text, pattern))


def position(text: str, pattern: str, start: int, occurrence: int) -> int:
    """Of the match that is `occurrence` from `start` on, both counted from 1; or -1."""
    for number, name in ((start, "start position"), (occurrence, "occurrence")):
        if number < 1:
            raise fail("INVALID_FUNCTION_ARGUMENT", f"{name} cannot be smaller than 1")
    if start > len(text):
        return -1
    found = (m.start() + 1 for m in compiled(pattern).finditer(text, start - 1))
    return next((place for number, place in enumerate(found, 1) if number == occurrence), -1)


def extract(text: str, pattern: str, group: int) -> str | None:
    _check_group(pattern, group)
    found = compiled(pattern).search(text)
    return found[group] if found else None


def extract_all(text: str, pattern: str, group: int) -> list[str | None]:
    _check_group(pattern, group)
    return [found[group] for found in _matches(text, pattern)]


def _matches(text: str, pattern: str) -> Iterator[regex.Match[str]]:
    return iter(compiled(pattern).finditer(text))


def _check_group(pattern: str, group: int) -> None:
    if group < 0:
        raise fail("INVALID_FUNCTION_ARGUMENT", "Group cannot be negative")
    groups = compiled(pattern).groups
    if group > groups:
        raise fail(
            "INVALID_FUNCTION_ARGUMENT", f"Pattern has {groups} groups. Cannot access group {group}"
        )


_REFERENCE = re.compile(r"\\(.)|\$(\d+)|\$\{(\w+)\}|[\\$]", re.DOTALL)


@lru_cache(maxsize=1024)
def replacement_parts(pattern: str, replacement: str) -> tuple[str | int, ...]:
    """The text of the replacement and the numbers of the groups in it."""
    expression = compiled(pattern)
    parts: list[str | int] = []
    last = 0
    for found in _REFERENCE.finditer(replacement):
        parts.append(replacement[last : found.start()])
        last = found.end()
        escaped, digits, name = found.groups()
        if escaped is not None:
            parts.append(escaped)
        elif digits is not None:
            parts += _numbered(digits, expression.groups)
        elif name in expression.groupindex:
            parts.append(expression.groupindex[name])
        elif name is not None:
            raise _illegal(f"unknown group {{ {name} }}")
        else:
            raise _illegal(replacement)
    return (*parts, replacement[last:])


def _numbered(digits: str, groups: int) -> list[str | int]:
    """$12 is the twelfth group, or the first and a 2 where there are not as many."""
    size = 1
    while size < len(digits) and int(digits[: size + 1]) <= groups:
        size += 1
    if int(digits[:size]) > groups:
        raise _illegal(f"unknown group {digits[:size]}")
    return [int(digits[:size]), digits[size:]]


def _illegal(what: str) -> Exception:
    return fail("INVALID_FUNCTION_ARGUMENT", f"Illegal replacement sequence: {what}")


def replace(text: str, pattern: str, replacement: str) -> str:
    parts = replacement_parts(pattern, replacement)
    pieces, last = [], 0
    for found in _matches(text, pattern):
        pieces.append(text[last : found.start()])
        pieces += [part if isinstance(part, str) else found[part] or "" for part in parts]
        last = found.end()
    return "".join([*pieces, text[last:]])


def split(text: str, pattern: str) -> list[str]:
    parts, last = [], 0
    for found in _matches(text, pattern):
        parts.append(text[last : found.start()])
        last = found.end()
    return [*parts, text[last:]]


def groups(text: str, pattern: str) -> list[list[str | None]]:
    """The groups of each match, for regexp_replace with a lambda."""
    return [list(found.groups()) for found in _matches(text, pattern)]


# --- lines of text files


def row_groups(text: str, pattern: str) -> list[str | None] | None:
    """The columns of a line as the RegexSerDe reads it."""
    found = compiled(pattern).fullmatch(text)
    return list(found.groups()) if found else None


_V, _I = "VARCHAR", "BIGINT"

SIGNATURES: dict[str, tuple[Any, list[str], str]] = {
    "py_regexp_like": (like, [_V, _V], "BOOLEAN"),
    "py_regexp_count": (count, [_V, _V], _I),
    "py_regexp_position": (position, [_V, _V, _I, _I], "INTEGER"),
    "py_regexp_extract": (extract, [_V, _V, _I], _V),
    "py_regexp_extract_all": (extract_all, [_V, _V, _I], "VARCHAR[]"),
    "py_regexp_replace": (replace, [_V, _V, _V], _V),
    "py_regexp_split": (split, [_V, _V], "VARCHAR[]"),
    "py_regexp_groups": (groups, [_V, _V], "VARCHAR[][]"),
}
