"""Avro's object container files: the schema is in the header, the rows are counted by blocks.

https://avro.apache.org/docs/1.12.0/specification/#object-container-files. No block is unpacked:
each says how many rows and bytes it has. Types are as Hive's AvroSerDe names them
(https://cwiki.apache.org/confluence/display/Hive/AvroSerDe#AvroSerDe-AvrotoHivetypeconversion).
"""

import json
import os
from typing import Any, BinaryIO

from local_aws.services.glue.classifiers.schema import Classified, Column, Schema, Unreadable

MAGIC = b"Obj\x01"

_SYNC = 16
_LONGEST_HEADER = 16 << 20
_PLAIN = {
    "null": "string",
    "boolean": "boolean",
    "int": "int",
    "long": "bigint",
    "float": "float",
    "double": "double",
    "bytes": "binary",
    "string": "string",
    "enum": "string",
    "fixed": "binary",
}
_LOGICAL = {
    ("int", "date"): "date",
    ("long", "timestamp-millis"): "timestamp",
    ("long", "timestamp-micros"): "timestamp",
}


def classify(file: BinaryIO, size: int) -> Classified:
    """Raises Unreadable for a file that is cut, or whose schema is no table's."""
    try:
        literal, sync = _header(file)
        columns = _Types(json.loads(literal)).columns()
        records = _records(file, sync, size)
    except (ValueError, EOFError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(f"is not a readable Avro file: {error!r}") from error
    schema = Schema("avro", columns, avro=literal)
    return Classified(schema, size, size // max(records, 1), records)


class _Types:
    """A schema's types, where a later one may name an earlier one."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.named: dict[str, Any] = {}
        self.within: set[str] = set()

    def columns(self) -> tuple[Column, ...]:
        if not isinstance(self.root, dict) or self.root.get("type") != "record":
            raise Unreadable("has an Avro schema that is no record, so it has no columns")
        self._name(self.root, "")
        space = _space(self.root, "")
        self.within.add(_full(self.root["name"], space))
        return tuple(
            Column(field["name"].lower(), self._type(field["type"], space))
            for field in self.root["fields"]
        )

    def _type(self, given: Any, space: str) -> str:
        if isinstance(given, list):
            return self._union(given, space)
        if isinstance(given, str):
            return _PLAIN[given] if given in _PLAIN else self._known(given, space)
        kind = given["type"]
        if kind in ("record", "error", "enum", "fixed"):
            self._name(given, space)
        if kind in ("record", "error"):
            return self._struct(given, space)
        if kind == "array":
            return f"array<{self._type(given['items'], space)}>"
        if kind == "map":
            return f"map<string,{self._type(given['values'], space)}>"
        if given.get("logicalType") == "decimal" and kind in ("bytes", "fixed"):
            return f"decimal({given['precision']},{given.get('scale', 0)})"
        return _LOGICAL.get((kind, given.get("logicalType")), "") or self._type(kind, space)

    def _union(self, options: list[Any], space: str) -> str:
        types = [self._type(option, space) for option in options if option != "null"]
        if len(types) > 1:
            return f"uniontype<{','.join(types)}>"
        return types[0] if types else "string"

    def _struct(self, given: Any, space: str) -> str:
        space = _space(given, space)
        full = _full(given["name"], space)
        if full in self.within:
            raise Unreadable(f"has the Avro type {full} within itself, which Hive cannot have")
        self.within.add(full)
        members = [f"{f['name'].lower()}:{self._type(f['type'], space)}" for f in given["fields"]]
        self.within.discard(full)
        return f"struct<{','.join(members)}>"

    def _known(self, name: str, space: str) -> str:
        full = _full(name, space)
        if full not in self.named:
            raise ValueError(f"the type {name} is not defined")
        found = self.named[full]
        return self._struct(found, space) if "fields" in found else _PLAIN[found["type"]]

    def _name(self, given: Any, space: str) -> None:
        self.named[_full(given["name"], _space(given, space))] = given


def _space(given: Any, space: str) -> str:
    own: str = given.get("namespace", space)
    name: str = given["name"]
    return name.rpartition(".")[0] if "." in name else own


def _full(name: str, space: str) -> str:
    return name if "." in name or not space else f"{space}.{name}"


def _header(file: BinaryIO) -> tuple[str, bytes]:
    """The schema as it is written, and the mark that ends each block."""
    _exactly(file, len(MAGIC))
    found: dict[str, bytes] = {}
    while count := _long(file):
        if count < 0:
            _long(file)
        for _ in range(abs(count)):
            name = _exactly(file, _long(file)).decode()
            found[name] = _exactly(file, _long(file))
    return found["avro.schema"].decode(), _exactly(file, _SYNC)


def _records(file: BinaryIO, sync: bytes, size: int) -> int:
    records = 0
    while file.tell() < size:
        count, length = _long(file), _long(file)
        if count < 0 or length < 0:
            raise ValueError("a block has a negative length")
        file.seek(length, os.SEEK_CUR)
        if _exactly(file, _SYNC) != sync:
            raise ValueError("a block does not end with the file's mark")
        records += count
    return records


def _long(file: BinaryIO) -> int:
    """A zigzag varint."""
    found = shift = 0
    while shift <= 63:
        byte = _exactly(file, 1)[0]
        found |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (found >> 1) ^ -(found & 1)
        shift += 7
    raise ValueError("a number is too long")


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size) if 0 <= size <= _LONGEST_HEADER else b""
    if len(data) != size:
        raise EOFError("the file is cut off")
    return data
