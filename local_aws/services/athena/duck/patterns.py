"""Java's regular expressions on Python's engine."""

from __future__ import annotations

import re
from functools import lru_cache

from local_aws.services.athena.duck.failures import fail


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    python = re.sub(r"\(\?<([A-Za-z]\w*)>", r"(?P<\1>", pattern)
    python = re.sub(r"\\k<(\w+)>", r"(?P=\1)", python).replace(r"\Z", r"(?=\n?\Z)")
    python = python.replace(r"\z", r"\Z").replace(r"\h", r"[ \t]")
    try:
        return re.compile(python, re.ASCII)
    except re.error as error:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Invalid pattern '{pattern}': {error}") from None


def like(text: str, pattern: str) -> bool:
    return _compiled(pattern).search(text) is not None


def count(text: str, pattern: str) -> int:
    return sum(1 for _ in _compiled(pattern).finditer(text))


def position(text: str, pattern: str) -> int:
    found = _compiled(pattern).search(text)
    return found.start() + 1 if found else -1


def extract(text: str, pattern: str, group: int) -> str | None:
    expression = _compiled(pattern)
    _check_group(expression, group)
    found = expression.search(text)
    return found[group] if found else None


def extract_all(text: str, pattern: str, group: int) -> list[str | None]:
    expression = _compiled(pattern)
    _check_group(expression, group)
    return [found[group] for found in expression.finditer(text)]


def _check_group(expression: re.Pattern[str], group: int) -> None:
    if group > expression.groups:
        raise fail(
            "INVALID_FUNCTION_ARGUMENT",
            f"Pattern has {expression.groups} groups. Cannot access group {group}",
        )


_REFERENCE = re.compile(r"\\(.)|\$(\d)|\$\{(\w+)\}")


def replace(text: str, pattern: str, replacement: str) -> str:
    def filled(found: re.Match[str]) -> str:
        def one(reference: re.Match[str]) -> str:
            if reference[1] is not None:
                return reference[1]
            return found[int(reference[2]) if reference[2] else reference[3]] or ""

        return _REFERENCE.sub(one, replacement)

    try:
        return _compiled(pattern).sub(filled, text)
    except IndexError as error:
        raise fail("INVALID_FUNCTION_ARGUMENT", f"Illegal replacement sequence: {error}") from None


def split(text: str, pattern: str) -> list[str]:
    parts, last = [], 0
    for found in _compiled(pattern).finditer(text):
        parts.append(text[last : found.start()])
        last = found.end()
    return [*parts, text[last:]]


def groups(text: str, pattern: str) -> list[list[str | None]]:
    """The groups of each match, for regexp_replace with a lambda."""
    return [list(found.groups()) for found in _compiled(pattern).finditer(text)]


def row_groups(text: str, pattern: str) -> list[str | None] | None:
    """The columns of a line as the RegexSerDe reads it."""
    found = _compiled(pattern).fullmatch(text)
    return list(found.groups()) if found else None


def split_escaped(text: str, delimiter: str, escape: str) -> list[str]:
    """A line's fields where the delimiter may be escaped (LazySimpleSerDe)."""
    fields, current, index = [], "", 0
    while index < len(text):
        char = text[index]
        if char == escape and index + 1 < len(text):
            index += 1
            current += text[index]
        elif char == delimiter:
            fields.append(current)
            current = ""
        else:
            current += char
        index += 1
    return [*fields, current]
