"""openx JsonSerDe: a JSON object or array a line.

https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from typing import Any

from local_aws.services.athena.errors import not_supported
from local_aws.services.athena.serdes import values
from local_aws.services.athena.serdes.base import Columns, Decoder, data_columns, serde_properties
from local_aws.services.athena.serdes.json_text import (
    Literal,
    Malformed,
    bad_value,
    lenient,
    malformed,
    text_of,
)
from local_aws.services.athena.trino import types as t

Read = Callable[[Any], Any]


class _Names:
    """Finds a column's value in an object: by its mapping, without regard to case, dots as _."""

    def __init__(self, serde: dict[str, str]) -> None:
        self.any_case = serde.get("case.insensitive", "true").lower() == "true"
        self.dots = serde.get("dots.in.keys", "false").lower() == "true"
        self.mapped = {
            key.removeprefix("mapping."): self.fold(value)
            for key, value in serde.items()
            if key.startswith("mapping.")
        }

    def fold(self, name: str) -> str:
        return name.lower() if self.any_case else name

    def folded(self, found: dict[str, Any]) -> dict[str, Any]:
        """The object by folded names; the last of two that fold to the same counts."""
        if not self.any_case or "".join(found).islower():
            return found
        return {name.lower(): value for name, value in found.items()}

    def of(self, found: dict[str, Any], column: str) -> Any:
        name = self.mapped.get(column, column)
        if name in found:
            return found[name]
        if self.dots and "_" in column:
            for key, value in found.items():
                if "." in key and key.replace(".", "_") == column:
                    return value
        return None


def decoder(table: dict[str, Any], columns: Columns) -> Decoder:
    serde = serde_properties(table)
    if serde.get("timestamp.formats"):
        raise not_supported("the openx JsonSerDe's timestamp.formats")
    names = _Names(serde)
    ignore = serde.get("ignore.malformed.json", "false").lower() == "true"
    known = [name.lower() for name, _ in data_columns(table)]
    reads = [(n.lower(), known.index(n.lower()), _reader(k, names)) for n, k in columns]
    nothing = [None] * len(reads)

    def decode(line: str) -> list[Any]:
        line = line.strip(values.SPACES)
        if not line.startswith(("{", "[")):
            return nothing  # neither an object nor an array: a row of NULL
        try:
            found = lenient(line)
        except Malformed as error:
            if ignore:
                return nothing
            raise malformed(error) from None
        if isinstance(found, list):
            return [_value(found[i] if i < len(found) else None, r) for _, i, r in reads]
        folded = names.folded(found)
        return [_value(names.of(folded, n), r) for n, _, r in reads]

    return decode


def _value(value: Any, read: Read) -> Any:
    return None if value is None else read(value)


def _reader(kind: t.Type, names: _Names) -> Read:
    if kind.name == "array":
        return _array(_reader(kind.of[0], names))
    if kind.name == "map":
        key, value = (_reader(k, names) for k in kind.of)
        return _map(key, value)
    if kind.name == "row":
        return _row(kind, [_reader(k, names) for k in kind.of], names)
    if t.is_text(kind):
        return lambda value: values.sized(text_of(value), kind)
    read = _SCALARS.get(kind.name)
    if read is None:
        raise not_supported(f"{kind} in a JSON file")

    def scalar(value: Any) -> Any:
        if value is True or value is False:
            value = Literal("true" if value else "false")
        if not isinstance(value, str):
            what = "Map" if isinstance(value, dict) else "List"
            raise bad_value(f"{what} can not be coerced to a {str(kind).upper()}")
        found = read(value, kind)
        if found is None:
            raise bad_value(f"'{value}' is not a {kind}")
        return found

    return scalar


def _array(read: Read) -> Read:
    def decode(value: Any) -> list[Any] | None:
        if value == "":
            return None
        items = value if isinstance(value, list) else [value]
        return [_value(item, read) for item in items]

    return decode


def _blank(value: Any, what: str) -> None:
    """A text of spaces is nothing; any other is no object."""
    if isinstance(value, bool):
        raise bad_value(f"Primitive can not be coerced to a {what}")
    if not isinstance(value, str):
        raise bad_value(f"List can not be coerced to a {what}")
    if value.strip(values.SPACES):
        raise bad_value(f"Primitive can not be coerced to a {what}")


def _map(key: Read, read: Read) -> Read:
    def decode(value: Any) -> list[tuple[Any, Any]] | None:
        if not isinstance(value, dict):
            _blank(value, "MAP")
            return None
        found: dict[Any, Any] = {}
        for name, item in value.items():
            found.setdefault(key(str(name)), _value(item, read))
        return list(found.items())

    return decode


def _row(kind: t.Type, reads: list[Read], names: _Names) -> Read:
    fields = [t.field_name(kind, i) for i in range(len(reads))]

    def decode(value: Any) -> dict[str, Any]:
        if isinstance(value, list):
            held = [value[i] if i < len(value) else None for i in range(len(reads))]
        elif isinstance(value, dict):
            folded = names.folded(value)
            held = [names.of(folded, f.lower()) for f in fields]
        else:
            _blank(value, "ROW")
            held = [None] * len(reads)
        return {f: _value(v, r) for f, v, r in zip(fields, held, reads, strict=True)}

    return decode


# --- scalars


def _whole(value: str, kind: t.Type) -> int | None:
    found = values.any_radix(value)
    found = values.truncated(value) if found is None else found
    return None if found is None else values.fits(found, kind)


def _date(value: str, _: t.Type) -> int | None:
    found = values.day(value)
    if found is not None:
        return found
    whole = values.any_radix(value)
    return None if whole is None else values.in_int32(whole)


_ZONED = re.compile(r"(.+?)([zZ]|[+-][0-9]{2}:?[0-9]{2})")


def _moment(value: str, _: t.Type) -> int | None:
    """Text with or without an offset; seconds; milliseconds where the number has 13 digits."""
    if value.find(":") > 0:
        zoned = _ZONED.fullmatch(value)
        if zoned and "T" in value.upper():
            local = values.moment(zoned[1])
            return None if local is None else local - _offset(zoned[2])
        return values.moment(value)
    if not re.fullmatch(r"[-+.0-9]+", value):
        return None
    if "." in value:
        if not values.is_number(value):
            return None
        return int((Decimal(value) * 1000).to_integral_value(ROUND_DOWN)) * 1000
    number = values.strict_whole(value, t.BIGINT)
    if number is None:
        return None
    return number * 1000 if len(value) >= 13 else number * 1_000_000


def _offset(text: str) -> int:
    """Microseconds."""
    if text in "zZ":
        return 0
    sign = -1 if text[0] == "-" else 1
    span = dt.timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return sign * int(span.total_seconds()) * 1_000_000


def _binary(value: str, _: t.Type) -> bytes:
    if isinstance(value, Literal):
        raise bad_value("Unquoted JSON string is not allowed for VARBINARY")
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise bad_value(str(error)) from None


_SCALARS: dict[str, Callable[[str, t.Type], Any]] = {
    "boolean": lambda value, _: value.lower() == "true",
    **values.NUMBERS,
    **dict.fromkeys(t.INTEGERS, _whole),
    "date": _date,
    "timestamp": _moment,
    "varbinary": _binary,
}
