"""JSON as the SerDes read it: an unquoted value keeps its text, and openx takes more than JSON.

Values are None, bool, `str` (quoted), `Literal` (not quoted), dict and list.
"""

from __future__ import annotations

import json
import re
from typing import Any

from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.serdes import values


class Literal(str):
    """A value without quotes: a number, or whatever openx lets stand there."""

    __slots__ = ()


class Malformed(ValueError):
    """A line that is no JSON."""


def malformed(error: object) -> QueryFailed:
    return QueryFailed(
        "HIVE_CURSOR_ERROR", f"Row is not a valid JSON Object - JSONException: {error}"
    )


def bad_value(why: str) -> QueryFailed:
    return QueryFailed("HIVE_BAD_DATA", f"Failed to parse value: {why}")


_DECODER = json.JSONDecoder(
    parse_int=Literal, parse_float=Literal, parse_constant=Literal, strict=False
)


def strict(line: str) -> Any:
    """The first value of a line; what follows it is not looked at."""
    try:
        value, _ = _DECODER.raw_decode(line, len(line) - len(line.lstrip(" \t\r\n")))
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from None
    return value


def lenient(line: str) -> Any:
    """The same, with comments, single quotes, bare words, = and ; as openx takes them."""
    try:
        return strict(line)
    except Malformed:
        return _Lenient(line).value()


_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "v": "\t"}
_BARE = re.compile(r"[^ \r\n\t\f{}\[\]/\\:,=;#]*")
_SKIP = re.compile(r"(?:[ \t\r\n]+|#[^\r\n]*|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)


class _Lenient:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, why: str) -> Malformed:
        return Malformed(f"{why} at character {self.at} of {self.text[:200]}")

    def token(self) -> str:
        """The next character that is neither space nor comment; empty at the end."""
        found = _SKIP.match(self.text, self.at)
        self.at = found.end() if found else self.at
        char = self.text[self.at : self.at + 1]
        self.at += len(char)
        return char

    def value(self, depth: int = 0) -> Any:
        if depth > 500:
            raise self.fail("Nested too deep")
        char = self.token()
        if not char:
            raise self.fail("End of input")
        if char == "{":
            return self.object(depth)
        if char == "[":
            return self.array(depth)
        if char in "'\"":
            return self.quoted(char)
        self.at -= 1
        return self.bare()

    def bare(self) -> Literal | None:
        found = _BARE.match(self.text, self.at)
        word = found[0] if found else ""
        if not word:
            raise self.fail("Expected literal value")
        self.at += len(word)
        return None if word.lower() == "null" else Literal(word)

    def quoted(self, end: str) -> str:
        out: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char == end:
                return "".join(out)
            out.append(self.escaped() if char == "\\" else char)
        raise self.fail("Unterminated string")

    def escaped(self) -> str:
        char = self.text[self.at : self.at + 1]
        self.at += 1
        if char != "u":
            return _ESCAPES.get(char, char)
        digits = self.text[self.at : self.at + 4]
        self.at += 4
        if not re.fullmatch("[0-9a-fA-F]{4}", digits):
            raise self.fail("Invalid escape sequence")
        return chr(int(digits, 16))

    def object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.token() == "}":
            return found
        self.at -= 1
        while True:
            name = self.value(depth + 1)
            if not isinstance(name, str):
                raise self.fail("Names must be strings")
            if self.token() not in (":", "="):
                raise self.fail(f"Expected ':' after field {name}")
            if self.text[self.at - 1 : self.at + 1] == "=>":
                self.at += 1
            found[str(name)] = self.value(depth + 1)
            char = self.token()
            if char == "}":
                return found
            if char not in (",", ";"):
                raise self.fail("Unterminated object")

    def array(self, depth: int) -> list[Any]:
        found: list[Any] = []
        open_end = False
        while True:
            char = self.token()
            if not char:
                raise self.fail("Unterminated array")
            if char == "]":
                return [*found, None] if open_end else found
            if char in ",;":
                found.append(None)
                open_end = True
                continue
            self.at -= 1
            found.append(self.value(depth + 1))
            char = self.token()
            if char == "]":
                return found
            if char not in (",", ";"):
                raise self.fail("Unterminated array")
            open_end = True


# --- writing, for a text column that holds an object or an array


def text_of(value: Any) -> str:
    """The value as openx puts it in a string column."""
    if isinstance(value, dict | list):
        return _written(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return _canonical(value) if isinstance(value, Literal) else str(value)


def _written(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ",".join(f"{_string(k)}:{_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, Literal):
        known = _canonical(value)
        return known if known != value or _plain(value) else _string(value)
    return _string(value)


def _plain(value: Literal) -> bool:
    return value.lower() in ("true", "false") or values.is_number(value)


def _canonical(value: Literal) -> str:
    """Booleans in small letters, numbers as Java writes them."""
    if value.lower() in ("true", "false"):
        return value.lower()
    whole = values.any_radix(value)
    if whole is not None:
        return str(whole)
    return values.java_decimal(value) if values.is_number(value) else str(value)


_MUST = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\b": "\\b", "\n": "\\n", "\r": "\\r", "\f": "\\f"}


def _string(text: str) -> str:
    escaped = re.sub(r'["\\\x00-\x1f]', lambda m: _MUST.get(m[0]) or f"\\u{ord(m[0]):04x}", text)
    return '"' + escaped.replace("</", "<\\/") + '"'
