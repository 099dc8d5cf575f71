"""Avro's object container files, by the specification: rows of the columns that are asked for.

https://avro.apache.org/docs/1.12.0/specification/
"""

from __future__ import annotations

import bz2
import json
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

from local_aws.services.athena.errors import QueryFailed, not_supported
from local_aws.services.athena.serdes import values
from local_aws.services.athena.serdes.base import Columns, property_of
from local_aws.services.athena.serdes.lines import unreadable
from local_aws.services.athena.trino import types as t

if TYPE_CHECKING:
    from local_aws.services.athena.reading.tables import DataFile

_MAGIC = b"Obj\x01"
_WIDE = Context(prec=80)
# What the bytes of a broken file may raise on their way.
_BROKEN: tuple[type[Exception], ...] = (EOFError, IndexError, ValueError, KeyError, TypeError)
_BROKEN += (struct.error, OSError, zlib.error, lzma.LZMAError, RecursionError)


class Data:
    """Bytes that are read from the front."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.data):
            raise EOFError("the data ends too early")
        self.at += size
        return self.data[self.at - size : self.at]

    def long(self) -> int:
        """A zigzag varint."""
        shift = found = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return (found >> 1) ^ -(found & 1)
            shift += 7
            if shift > 63:
                raise ValueError("a varint is too long")

    def bytes(self) -> bytes:
        return self.take(self.long())


Read = Callable[[Data], Any]


# --- schemas


class Schema:
    """The named types of one file's schema."""

    def __init__(self, text: str) -> None:
        self.named: dict[str, Any] = {}
        self.root = json.loads(text)
        self._collect(self.root, "")

    def _collect(self, node: Any, space: str) -> None:
        if isinstance(node, list):
            for part in node:
                self._collect(part, space)
        elif isinstance(node, dict):
            if node.get("type") in ("record", "error", "enum", "fixed"):
                space = node.get("namespace", node["name"].rpartition(".")[0] or space)
                short = node["name"].rpartition(".")[2]
                self.named[short] = self.named[f"{space}.{short}" if space else short] = node
            for part in (node.get("items"), node.get("values")):
                self._collect(part, space)
            for field in node.get("fields", ()):
                self._collect(field["type"], space)
            if isinstance(node.get("type"), dict | list):
                self._collect(node["type"], space)

    def resolved(self, node: Any) -> Any:
        """A node with names replaced and `{"type": {...}}` unwrapped; primitives as objects."""
        if isinstance(node, str):
            return self.named.get(node) or {"type": node}
        if isinstance(node, dict) and isinstance(node.get("type"), dict | list):
            return self.resolved(node["type"])
        if isinstance(node, dict) and node.get("type") in self.named:
            return self.named[node["type"]]
        return node

    @property
    def fields(self) -> list[dict[str, Any]]:
        root = self.resolved(self.root)
        if not isinstance(root, dict) or root.get("type") != "record":
            raise ValueError("the schema is no record")
        return list(root["fields"])


class _Readers:
    """Reads by the writer's schema; a record gives a dict, a map a list of pairs."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.records: dict[int, Read] = {}

    def of(self, node: Any) -> Read:
        node = self.schema.resolved(node)
        if isinstance(node, list):
            return _union([self.of(part) for part in node])
        kind = node["type"]
        if kind in ("record", "error"):
            return self._record(node)
        if kind == "array":
            return _blocks(self.of(node["items"]))
        if kind == "map":
            value = self.of(node["values"])
            return _blocks(lambda data: (data.bytes().decode(), value(data)))
        if kind == "enum":
            symbols = node["symbols"]
            return lambda data: symbols[data.long()]
        if kind == "fixed":
            size = node["size"]
            return _logical(node, lambda data: data.take(size))
        return _logical(node, _PRIMITIVES[kind])

    def _record(self, node: dict[str, Any]) -> Read:
        # A record may hold itself: its reader is known before its fields are.
        if id(node) not in self.records:
            self.records[id(node)] = lambda data: inner(data)
            fields = [(f["name"].lower(), self.of(f["type"])) for f in node["fields"]]

            def inner(data: Data) -> dict[str, Any]:
                return {name: read(data) for name, read in fields}

        return self.records[id(node)]


def _union(reads: list[Read]) -> Read:
    def read(data: Data) -> Any:
        place = data.long()
        if place < 0:
            raise ValueError("a union's branch is negative")
        return reads[place](data)

    return read


def _blocks(read: Read) -> Read:
    def items(data: Data) -> list[Any]:
        found: list[Any] = []
        while count := data.long():
            if count < 0:
                data.long()  # the block's size in bytes
            found.extend(read(data) for _ in range(abs(count)))
        return found

    return items


class Moment(int):
    """A timestamp in microseconds."""


class Days(int):
    """A date."""


def _logical(node: dict[str, Any], read: Read) -> Read:
    name = node.get("logicalType")
    if name == "decimal" and node["type"] in ("bytes", "fixed"):
        scale = -int(node.get("scale", 0))
        return lambda data: Decimal(int.from_bytes(read(data), "big", signed=True)).scaleb(
            scale, _WIDE
        )
    if name == "date":
        return lambda data: Days(read(data))
    if name in ("timestamp-millis", "local-timestamp-millis"):
        return lambda data: Moment(read(data) * 1000)
    if name in ("timestamp-micros", "local-timestamp-micros"):
        return lambda data: Moment(values.millis_of(read(data)) or 0)
    return read


_PRIMITIVES: dict[str, Read] = {
    "null": lambda _: None,
    "boolean": lambda data: data.take(1) != b"\0",
    "int": Data.long,
    "long": Data.long,
    "float": lambda data: struct.unpack("<f", data.take(4))[0],
    "double": lambda data: struct.unpack("<d", data.take(8))[0],
    "bytes": Data.bytes,
    "string": lambda data: data.bytes().decode(errors="replace"),
}


# --- files


def _header(raw: BinaryIO) -> tuple[dict[str, bytes], bytes]:
    if raw.read(4) != _MAGIC:
        raise ValueError("not an Avro data file")
    meta: dict[str, bytes] = {}
    while count := _varint(raw):
        if count < 0:
            _varint(raw)
        for _ in range(abs(count)):
            key = _exactly(raw, _varint(raw)).decode()
            meta[key] = _exactly(raw, _varint(raw))
    return meta, _exactly(raw, 16)


def _varint(raw: BinaryIO) -> int:
    found = shift = 0
    while True:
        byte = _exactly(raw, 1)[0]
        found |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (found >> 1) ^ -(found & 1)
        shift += 7
        if shift > 63:
            raise ValueError("a varint is too long")


def _exactly(raw: BinaryIO, size: int) -> bytes:
    data = raw.read(size) if size >= 0 else b""
    if len(data) != size:
        raise EOFError("the file is truncated")
    return data


def _unpacked(codec: str, data: bytes) -> bytes:
    if codec in ("null", ""):
        return data
    if codec == "deflate":
        return zlib.decompress(data, -15)
    if codec == "bzip2":
        return bz2.decompress(data)
    if codec == "xz":
        return lzma.decompress(data)
    if codec == "zstandard":
        with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
            return bytes(stream.read())
    if codec == "snappy":
        size = Data(data)
        length = shift = 0
        while True:
            byte = size.take(1)[0]
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        found = bytes(pa.decompress(data[:-4], length, codec="snappy", asbytes=True))
        if zlib.crc32(found) != int.from_bytes(data[-4:], "big"):
            raise ValueError("a block's checksum is wrong")
        return found
    raise not_supported(f"the Avro codec {codec}")


def rows(table: dict[str, Any], data_file: DataFile, columns: Columns) -> Iterator[list[list[Any]]]:
    """The rows of a file in batches."""
    try:
        with open(data_file.path, "rb") as raw:  # noqa: PTH123 - an S3 key is no Path's business
            meta, sync = _header(raw)
            schema = Schema(meta["avro.schema"].decode())
            read = _Readers(schema).of(schema.root)
            picks = _picks(table, schema, columns, data_file)
            codec = meta.get("avro.codec", b"null").decode()
            while head := raw.read(1):
                raw.seek(-len(head), 1)
                count = _varint(raw)
                data = Data(_unpacked(codec, _exactly(raw, _varint(raw))))
                if _exactly(raw, 16) != sync:
                    raise ValueError("a block does not end with the file's mark")
                yield [[pick(row) for pick in picks] for row in (read(data) for _ in range(count))]
    except _BROKEN as error:
        raise unreadable(data_file, error or "the file is truncated") from error


def _picks(
    table: dict[str, Any], writer: Schema, columns: Columns, data_file: DataFile
) -> list[Callable[[dict[str, Any]], Any]]:
    """A column is the field of its name or of an alias, else the table's schema's default."""
    written = {f["name"].lower() for f in writer.fields}
    wanted: dict[str, dict[str, Any]] = {}
    literal = property_of(table, "avro.schema.literal")
    if literal and literal.strip().lower() != "none":
        wanted = {f["name"].lower(): f for f in Schema(literal).fields}
    elif property_of(table, "avro.schema.url"):
        raise not_supported("avro.schema.url")
    picks = []
    for name, kind in columns:
        field = wanted.get(name.lower(), {})
        names = [name.lower(), *(a.lower() for a in field.get("aliases", ()))]
        source = next((n for n in names if n in written), None)
        picks.append(_pick(name, kind, source, field.get("default"), data_file))
    return picks


def _pick(
    name: str, kind: t.Type, source: str | None, default: Any, data_file: DataFile
) -> Callable[[dict[str, Any]], Any]:
    def pick(row: dict[str, Any]) -> Any:
        value = default if source is None else row[source]
        try:
            return converted(value, kind)
        except Mismatch as error:
            raise QueryFailed(
                "HIVE_BAD_DATA",
                f"Column {name} of type {kind} cannot be read from an Avro {error}"
                f" in {data_file.uri}",
            ) from None

    return pick


class Mismatch(Exception):
    """A value of another type than its column's."""


def converted(value: Any, kind: t.Type) -> Any:
    """A value as its column's type."""
    if value is None:
        return None
    convert = _CONVERTERS.get(kind.name)
    if convert is None:
        raise not_supported(f"{kind} in an Avro file")
    return convert(value, kind)


def _only(*accepted: type) -> Callable[[Any, t.Type], Any]:
    def convert(value: Any, _: t.Type) -> Any:
        if type(value) not in accepted:
            raise Mismatch(type(value).__name__)
        return value

    return convert


def _whole(value: Any, kind: t.Type) -> int:
    if type(value) is not int or values.fits(value, kind) is None:
        raise Mismatch(type(value).__name__)
    return value


def _fraction(value: Any, _: t.Type) -> float:
    if type(value) not in (int, float):
        raise Mismatch(type(value).__name__)
    return float(value)


def _decimal(value: Any, kind: t.Type) -> Any:
    if type(value) is not Decimal:
        raise Mismatch(type(value).__name__)
    found = values.decimal(str(value), kind)
    if found is None:
        raise Mismatch(f"decimal {value}")
    return found


def _text(value: Any, kind: t.Type) -> str:
    if type(value) is not str:
        raise Mismatch(type(value).__name__)
    return values.sized(value, kind)


def _array(value: Any, kind: t.Type) -> list[Any]:
    if type(value) is not list:
        raise Mismatch(type(value).__name__)
    return [converted(item, kind.of[0]) for item in value]


def _map(value: Any, kind: t.Type) -> list[tuple[Any, Any]]:
    if type(value) is dict:
        value = list(value.items())
    if type(value) is not list or kind.of[0].name != "varchar":
        raise Mismatch(type(value).__name__)
    return list({k: converted(v, kind.of[1]) for k, v in value}.items())


def _row(value: Any, kind: t.Type) -> dict[str, Any]:
    if type(value) is not dict:
        raise Mismatch(type(value).__name__)
    fields = [t.field_name(kind, i) for i in range(len(kind.of))]
    return {
        name: converted(value.get(name.lower()), inner)
        for name, inner in zip(fields, kind.of, strict=True)
    }


_CONVERTERS: dict[str, Callable[[Any, t.Type], Any]] = {
    "boolean": _only(bool),
    "tinyint": _whole,
    "smallint": _whole,
    "integer": _whole,
    "bigint": _whole,
    "real": _fraction,
    "double": _fraction,
    "decimal": _decimal,
    "varchar": _text,
    "char": _text,
    "varbinary": _only(bytes),
    "date": _only(Days, int),
    "timestamp": _only(Moment),
    "array": _array,
    "map": _map,
    "row": _row,
}
