"""Hive's JsonSerDe: strict JSON, one object a line.

https://docs.aws.amazon.com/athena/latest/ug/hive-json-serde.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from local_aws.services.athena.errors import not_supported
from local_aws.services.athena.serdes import values
from local_aws.services.athena.serdes.base import Columns, Decoder, data_columns, serde_properties
from local_aws.services.athena.serdes.json_text import (
    Literal,
    Malformed,
    bad_value,
    malformed,
    strict,
)
from local_aws.services.athena.trino import types as t

Read = Callable[[Any], Any]


def decoder(table: dict[str, Any], columns: Columns) -> Decoder:
    serde = serde_properties(table)
    if serde.get("timestamp.formats"):
        raise not_supported("the Hive JsonSerDe's timestamp.formats")
    ignore = serde.get("ignore.malformed.json", "false").lower() == "true"
    known = [name for name, _ in data_columns(table)]
    read = _fields([(n.lower(), known.index(n), _reader(k)) for n, k in columns])

    def decode(line: str) -> list[Any]:
        try:
            found = strict(line)
        except Malformed as error:
            if ignore:
                return [None] * len(columns)
            raise malformed(error) from None
        if not isinstance(found, dict):
            raise bad_value("Invalid JSON: start of object expected")
        return read(found)

    return decode


def _fields(reads: list[tuple[str, int, Read]]) -> Callable[[dict[str, Any]], list[Any]]:
    """A field is found by its name, else as _colN by its place."""

    def decode(found: dict[str, Any]) -> list[Any]:
        folded = {name.lower(): value for name, value in found.items()}
        row = []
        for name, place, read in reads:
            value = folded.get(name, folded.get(f"_col{place}"))
            row.append(None if value is None else read(value))
        return row

    return decode


def _reader(kind: t.Type) -> Read:
    if kind.name == "array":
        return _array(_reader(kind.of[0]))
    if kind.name == "map":
        return _map(kind.of[0], _reader(kind.of[1]))
    if kind.name == "row":
        fields = [t.field_name(kind, i) for i in range(len(kind.of))]
        read = _fields(
            [
                (f.lower(), i, _reader(k))
                for i, (f, k) in enumerate(zip(fields, kind.of, strict=True))
            ]
        )
        return _row(fields, read)
    scalar = _SCALARS.get(kind.name)
    if scalar is None:
        raise not_supported(f"{kind} in a JSON file")

    def decode(value: Any) -> Any:
        if value is True or value is False:
            value = Literal("true" if value else "false")
        if isinstance(value, dict | list):
            raise bad_value(f"Invalid JSON: {kind} value must be a scalar json value")
        found = scalar(value, kind)
        if found is None:
            raise bad_value(f"'{value}' is not a {kind}")
        return found

    return decode


def _array(read: Read) -> Read:
    def decode(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise bad_value("Invalid JSON: start of array expected")
        return [None if item is None else read(item) for item in value]

    return decode


def _map(key: t.Type, read: Read) -> Read:
    scalar = _KEYS.get(key.name)
    if scalar is None:
        raise not_supported(f"a map with keys of type {key} in a JSON file")

    def decode(value: Any) -> list[tuple[Any, Any]]:
        if not isinstance(value, dict):
            raise bad_value("Invalid JSON: start of object expected")
        found: dict[Any, Any] = {}
        for name, item in value.items():
            known = scalar(name, key)
            if known is None:
                raise bad_value(f"'{name}' is not a {key}")
            found.setdefault(known, None if item is None else read(item))
        return list(found.items())

    return decode


def _row(fields: list[str], read: Callable[[dict[str, Any]], list[Any]]) -> Read:
    def decode(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise bad_value("Invalid JSON: start of object expected")
        return dict(zip(fields, read(value), strict=True))

    return decode


def _whole(value: str, kind: t.Type) -> int | None:
    """A number, its fraction cut off; a text is none."""
    if not isinstance(value, Literal):
        return None
    found = values.truncated(value)
    return None if found is None else values.fits(found, kind)


def _fraction(value: str, kind: t.Type) -> float | None:
    return values.fraction(value, kind) if isinstance(value, Literal) else None


def _text(value: str, kind: t.Type) -> str:
    return values.sized(str(value), kind)


_SCALARS: dict[str, Callable[[str, t.Type], Any]] = {
    "boolean": lambda value, _: value.lower() == "true",
    **dict.fromkeys(t.INTEGERS, _whole),
    "real": _fraction,
    "double": _fraction,
    "decimal": values.decimal,
    "date": lambda value, _: values.day(value),
    "timestamp": lambda value, _: values.moment(value),
    "varchar": _text,
    "char": _text,
    "varbinary": lambda value, _: re.sub("[\ud800-\udfff]", "?", value).encode(),
}
_KEYS = _SCALARS | values.NUMBERS
