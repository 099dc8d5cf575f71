"""Grok SerDe: a line by patterns with names, such as ``%{IP:client} %{WORD:method}``.

https://docs.aws.amazon.com/athena/latest/ug/grok-serde.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.serdes.base import Columns, Decoder, data_columns, serde_properties
from local_aws.services.athena.serdes.regex import reader

_CALL = re.compile(r"%\{(\w+)(?::([\w\[\]@.-]+))?(?:[:;][\w;/: ]+)?\}")
_NAMED = re.compile(r"\(\?<([A-Za-z]\w*)>")
_DEEPEST = 50


def _definitions(text: str) -> dict[str, str]:
    """Pattern by name, of lines ``NAME expression``."""
    found = re.finditer(r"^(\w+)[ \t]+(.+)$", text, re.MULTILINE)
    return {match[1]: match[2] for match in found}


@lru_cache(maxsize=1)
def known_patterns() -> dict[str, str]:
    path = Path(__file__).with_name("grok_patterns.txt")
    return _definitions(path.read_text(encoding="utf-8"))


class _Expansion:
    """An expression with every %{...} replaced, and the names of its groups in their order."""

    def __init__(self, patterns: dict[str, str]) -> None:
        self.patterns = patterns
        self.names: dict[str, str] = {}

    def group(self, name: str) -> str:
        key = f"g{len(self.names)}"
        self.names[key] = name
        return f"(?P<{key}>"

    def expand(self, text: str, depth: int = 0) -> str:
        if depth > _DEEPEST:
            raise _invalid(f"Deep recursion pattern compilation of {text}")

        def call(match: re.Match[str]) -> str:
            if match[1] not in self.patterns:
                raise _invalid(f"Pattern {match[1]} is not defined")
            # A pattern without a name of its own gives a column only where it stands itself in
            # input.format: the documentation's SYSLOGBASE is the column syslogbase.
            name = match[2] or (match[1] if depth == 0 else None)
            opened = self.group(name) if name else "(?:"
            return f"{opened}{self.expand(self.patterns[match[1]], depth + 1)})"

        parts = re.split(r"(%\{[^}]*\}|\(\?<[A-Za-z]\w*>)", text)
        return "".join(
            _CALL.sub(call, part)
            if part.startswith("%{")
            else _NAMED.sub(lambda m: self.group(m[1]), part)
            for part in parts
        )


def _invalid(why: str) -> QueryFailed:
    return QueryFailed("HIVE_INVALID_METADATA", f"Grok compilation failure: {why}")


def decoder(table: dict[str, Any], columns: Columns) -> Decoder:
    serde = serde_properties(table)
    form = serde.get("input.format")
    if not form:
        raise _invalid("the SerDe property input.format is required")
    custom = _definitions(serde.get("input.grokCustomPatterns", ""))
    expansion = _Expansion(known_patterns() | custom)
    try:
        pattern = re.compile(expansion.expand(form), re.ASCII)
    except re.error as error:
        raise _invalid(str(error)) from error
    groups = _groups_of([name for name, _ in data_columns(table)], expansion.names)
    reads = [(groups[name], reader(kind)) for name, kind in columns]

    def decode(line: str) -> list[Any]:
        found = pattern.search(line) if line.strip() else None
        if found is None:
            return [None] * len(reads)
        texts = [found[group] for group, _ in reads]
        return [
            None if text is None else read(_bare(text))
            for text, (_, read) in zip(texts, reads, strict=True)
        ]

    return decode


def _groups_of(columns: list[str], names: dict[str, str]) -> dict[str, str]:
    """The group of each column: by name where all have theirs, else by place."""
    by_name: dict[str, str] = {}
    for key, name in names.items():
        by_name.setdefault(name.lower(), key)
    if all(column.lower() in by_name for column in columns):
        return {column: by_name[column.lower()] for column in columns}
    if len(names) == len(columns):
        return dict(zip(columns, names, strict=True))
    raise _invalid(
        f"the table has the columns {', '.join(columns)}, and input.format names"
        f" {', '.join(names.values())}"
    )


def _bare(text: str) -> str:
    """Without the quotes around it."""
    if len(text) == 1 and text in "\"'":
        return ""
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text
