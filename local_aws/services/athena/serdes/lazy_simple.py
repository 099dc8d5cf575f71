"""LazySimpleSerDe: delimited lines, with delimiters of their own for each level of nesting.

https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local_aws.services.athena.errors import not_supported
from local_aws.services.athena.serdes import values
from local_aws.services.athena.serdes.base import (
    Columns,
    Decoder,
    data_columns,
    property_of,
    refuse_encoding,
    serde_properties,
)
from local_aws.services.athena.trino import types as t

# \t, \n, \f, \r and escape are left out, as Hive leaves them out.
_SEPARATORS = "\x01\x02\x03\x04\x05\x06\x07\x08"
_DEEPER = "\x0b\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1c\x1d"

Read = Callable[[str], Any]


@dataclass(frozen=True)
class Options:
    """A table's delimiters. `takes_rest`: the last column takes what is left of its line."""

    separators: str
    null: str = "\\N"
    escape: str = ""
    takes_rest: bool = False
    formats: tuple[str, ...] = field(default=())

    @property
    def plain(self) -> bool:
        return not self.escape and not self.takes_rest and not self.formats


def options_of(table: dict[str, Any]) -> Options:
    refuse_encoding(table)
    serde = serde_properties(table)
    field_end = _delimiter(serde.get("field.delim", serde.get("serialization.format")), "\x01")
    items = serde.get("collection.delim", serde.get("colelction.delim"))
    item_end = _delimiter(items, "\x02")
    key_end = _delimiter(serde.get("mapkey.delim"), "\x03")
    levels = _SEPARATORS
    for name in ("hive.serialization.extend.nesting.levels",
                 "hive.serialization.extend.additional.nesting.levels"):  # fmt: skip
        if (property_of(table, name) or "").lower() == "true":
            levels = _SEPARATORS + _DEEPER
    line_end = serde.get("line.delim")
    if line_end not in (None, "\n", "10"):
        raise not_supported(f"LINES TERMINATED BY {line_end!r}: only '\\n'")
    formats = serde.get("timestamp.formats") or (table.get("Parameters") or {}).get(
        "timestamp.formats"
    )
    return Options(
        field_end + item_end + key_end + levels[3:],
        serde.get("serialization.null.format", "\\N"),
        _delimiter(serde["escape.delim"], "\\") if "escape.delim" in serde else "",
        serde.get("serialization.last.column.takes.rest", "").lower() == "true",
        tuple(f for f in re.split(r"(?<!\\),", formats) if f) if formats else (),
    )


def _delimiter(text: str | None, default: str) -> str:
    """One character: a number is its code, of a longer text the first counts."""
    if not text:
        return default
    if re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII) and 0 <= int(text) < 128:
        return chr(int(text))
    if not text[0].isascii():
        raise not_supported(f"the delimiter {text!r}: only ASCII characters")
    return text[0]


def decoder(table: dict[str, Any], columns: Columns) -> Decoder:
    options = options_of(table)
    known = [name for name, _ in data_columns(table)]
    places = [(known.index(name), _reader(kind, 1, options)) for name, kind in columns]
    separator, null, count = options.separators[0], options.null, len(known)
    most = count - 1 if options.takes_rest else -1

    def decode(line: str) -> list[Any]:
        parts = split(line, separator, options.escape, most)
        row = []
        for place, read in places:
            text = parts[place] if place < len(parts) else None
            row.append(None if text is None or text == null else read(text))
        return row

    return decode


def split(text: str, separator: str, escape: str, most: int = -1) -> list[str]:
    """The parts between separators; what is escaped stays so, for the levels below."""
    if not escape or escape not in text:
        return text.split(separator, most)
    parts, start, at = [], 0, 0
    while at < len(text):
        if text[at] == separator:
            parts.append(text[start:at])
            start = at + 1
            if len(parts) == most:
                break
        elif text[at] == escape:
            at += 1
        at += 1
    return [*parts, text[start:]]


def _unescaped(text: str, escape: str) -> str:
    if not escape or escape not in text:
        return text
    return re.sub(re.escape(escape) + "(.)", r"\1", text, flags=re.DOTALL)


def _reader(kind: t.Type, depth: int, options: Options) -> Read:
    if kind.of and depth >= len(options.separators) - 1:
        raise not_supported(f"{kind}: a text file has {len(options.separators)} delimiters")
    if kind.name == "array":
        return _list(_reader(kind.of[0], depth + 1, options), depth, options)
    if kind.name == "map":
        key, value = (_reader(k, depth + 2, options) for k in kind.of)
        return _map(key, value, depth, options)
    if kind.name == "row":
        return _struct(kind, [_reader(k, depth + 1, options) for k in kind.of], depth, options)
    if kind.name in ("varchar", "char"):
        return lambda text: values.sized(_unescaped(text, options.escape), kind)
    if kind.name == "timestamp" and options.formats:
        return lambda text: _formatted(text, options.formats)
    return scalar(kind)


def scalar(kind: t.Type) -> Read:
    """Reads one value of a type that is neither a text nor made of others."""
    if kind.name in t.INTEGERS:
        return lambda text: values.whole(text, kind)
    if kind.name in t.FLOATING:
        return lambda text: values.fraction(text, kind)
    if kind.name == "decimal":
        return lambda text: values.decimal(text, kind)
    found: Read | None = {
        "boolean": values.boolean,
        "date": values.day,
        "timestamp": values.moment,
        "varbinary": _binary,
    }.get(kind.name)
    if found is None:
        raise not_supported(f"{kind} in a text file")
    return found


def _binary(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        # Hive keeps what is not base64 as it is.
        return text.encode()


def _formatted(text: str, formats: tuple[str, ...]) -> int | None:
    from local_aws.services.athena.duck.failures import EngineFailure
    from local_aws.services.athena.duck.formats import parse_datetime

    for pattern in formats:
        if pattern.lower() == "millis":
            if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text.strip(), re.ASCII):
                return int(text.strip().partition(".")[0]) * 1000
            continue
        try:
            found = parse_datetime(text.strip(), pattern)["u"]
        except EngineFailure:
            continue
        since = found - values.EPOCH
        return values.millis_of((since.days * 86_400 + since.seconds) * 10**6 + since.microseconds)
    return values.moment(text)


def _list(read: Read, depth: int, options: Options) -> Read:
    separator = options.separators[depth]

    def decode(text: str) -> list[Any]:
        if not text:
            return []
        parts = split(text, separator, options.escape)
        return [None if part == options.null else read(part) for part in parts]

    return decode


def _map(key: Read, value: Read, depth: int, options: Options) -> Read:
    end, middle = options.separators[depth], options.separators[depth + 1]

    def decode(text: str) -> list[tuple[Any, Any]]:
        found: dict[Any, Any] = {}
        for entry in split(text, end, options.escape) if text else ():
            name, *rest = split(entry, middle, options.escape, 1)
            known = None if name == options.null else key(name)
            if known is not None and known not in found:
                missing = not rest or rest[0] == options.null
                found[known] = None if missing else value(rest[0])
        return list(found.items())

    return decode


def _struct(kind: t.Type, reads: list[Read], depth: int, options: Options) -> Read:
    separator = options.separators[depth]
    names = [t.field_name(kind, i) for i in range(len(reads))]
    most = len(reads) - 1 if options.takes_rest else -1

    def decode(text: str) -> dict[str, Any]:
        parts = split(text, separator, options.escape, most)
        parts += [options.null] * (len(reads) - len(parts))
        return {
            name: None if part == options.null else read(part)
            for name, read, part in zip(names, reads, parts, strict=False)
        }

    return decode
