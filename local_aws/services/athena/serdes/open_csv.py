"""OpenCSVSerDe: quoted fields, every value a text that Athena then converts or fails on.

https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from typing import Any

from local_aws.services.athena.errors import QueryFailed, not_supported
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


def decoder(table: dict[str, Any], columns: Columns) -> Decoder:
    refuse_encoding(table)
    serde = serde_properties(table)
    separator = _character(serde, "separatorChar", ",")
    quote = _character(serde, "quoteChar", '"')
    escape = _character(serde, "escapeChar", "\\")
    _check(separator, quote, escape)
    regular = _regular(separator, quote, escape)
    known = [name for name, _ in data_columns(table)]
    lenient = (property_of(table, "use.null.for.invalid.data") or "").lower() == "true"
    places = [
        (known.index(name), _converter(kind, known.index(name), lenient)) for name, kind in columns
    ]

    def decode(line: str) -> list[Any]:
        if not line:
            return [None] * len(places)
        if quote not in line and escape not in line:
            parts = line.split(separator)
        elif regular.fullmatch(line):
            parts = next(csv.reader([line], delimiter=separator, quotechar=quote))
        else:
            parts = fields(line, separator, quote, escape, len(known))
        return [convert(parts[place]) if place < len(parts) else None for place, convert in places]

    return decode


def _regular(separator: str, quote: str, escape: str) -> re.Pattern[str]:
    """Lines that every CSV reader takes alike: quotes around whole fields, and nothing escaped."""
    s, q, e = (re.escape(char) for char in (separator, quote, escape))
    one = f"(?:{q}[^{q}{e}]*{q}|[^{s}{q}{e}]*)"
    return re.compile(f"{one}(?:{s}{one})*")


def _character(serde: dict[str, str], name: str, default: str) -> str:
    text = serde.get(name, default)
    return text[0] if text else default


def _check(separator: str, quote: str, escape: str) -> None:
    for a, b, words in (
        (separator, quote, "Separator and quote character"),
        (separator, escape, "Separator and escape character"),
        (quote, escape, "Quote and escape character"),
    ):
        if a == b and a != "\0":
            raise QueryFailed("HIVE_INVALID_METADATA", f"{words} cannot be the same")


def fields(line: str, separator: str, quote: str, escape: str, count: int) -> list[str]:
    """A line's fields as the Java library opencsv cuts them, with its oddities.

    A quote inside of a field is kept, unless only spaces stand before it; a last field whose quote
    is not closed is dropped, since no field goes over the end of its line.
    """
    found: list[str] = []
    held: list[str] = []
    quoted = inside = False
    at, size = 0, len(line)
    while at < size and len(found) < count:
        char = line[at]
        following = line[at + 1] if at + 1 < size else ""
        if char == escape:
            if (quoted or inside) and following and following in (quote, escape):
                held.append(following)
                at += 1
        elif char == quote:
            if (quoted or inside) and following == quote:
                held.append(quote)
                at += 1
            else:
                if at > 2 and line[at - 1] != separator and following not in ("", separator):
                    if held and not "".join(held).strip():
                        held.clear()
                    else:
                        held.append(quote)
                quoted = not quoted
            inside = not inside
        elif char == separator and not quoted:
            found.append("".join(held))
            held.clear()
            inside = False
        else:
            held.append(char)
            inside = True
        at += 1
    if len(found) < count and not quoted:
        found.append("".join(held))
    return found


def _converter(kind: t.Type, place: int, lenient: bool) -> Callable[[str], Any]:
    """Athena fails where a text is no value of its column, an empty one included."""
    if t.is_text(kind):
        return lambda text: values.sized(text, kind)
    read = _READERS.get(kind.name)
    if read is None:
        raise not_supported(f"OpenCSVSerDe with a column of type {kind}")

    def convert(text: str) -> Any:
        value = read(text, kind)
        if value is None and not lenient:
            raise QueryFailed(
                "HIVE_BAD_DATA",
                f"Error parsing field value '{text}' for field {place}: For input string:"
                f' "{text}"',
            )
        return value

    return convert


def _boolean(text: str, _: t.Type) -> bool | None:
    return values.boolean(text)


def _days(text: str, _: t.Type) -> int | None:
    """A DATE is a number of days since 1970."""
    return values.strict_whole(text, t.INTEGER)


def _millis(text: str, _: t.Type) -> int | None:
    """A TIMESTAMP is a number of milliseconds since 1970."""
    found = values.strict_whole(text, t.BIGINT)
    return None if found is None else values.millis_of(found * 1000)


_READERS: dict[str, Callable[[str, t.Type], Any]] = {
    "boolean": _boolean,
    **values.NUMBERS,
    "date": _days,
    "timestamp": _millis,
}
