"""Avro's object container files, written from Arrow by a schema.

https://avro.apache.org/docs/1.12.0/specification/
"""

from __future__ import annotations

import bz2
import datetime as dt
import json
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

CODECS = {
    "NONE": "null", "DEFLATE": "deflate", "SNAPPY": "snappy", "ZSTD": "zstandard", "BZIP2": "bzip2",
}  # fmt: skip
_EPOCH = dt.datetime(1970, 1, 1)
_UNITS = {
    "timestamp-millis": dt.timedelta(milliseconds=1),
    "timestamp-micros": dt.timedelta(microseconds=1),
}
Schema = Any
"""As the specification's JSON: a name, a list for a union, else an object."""
Write = Callable[[Any, bytearray], None]


def nullable(schema: Schema) -> Schema:
    """A value of the schema, or none."""
    return ["null", schema]


def record(name: str, fields: list[tuple[str, Schema]]) -> Schema:
    """A record, each of whose fields may be null."""
    listed = [{"name": n, "type": nullable(of), "default": None} for n, of in fields]
    return {"type": "record", "name": name, "fields": listed}


def write(path: Path, schema: Schema, batches: Iterator[pa.RecordBatch], codec: str) -> int:
    """A file of batches whose columns are the record's fields in their order; its rows."""
    meta = {"avro.schema": json.dumps(schema).encode(), "avro.codec": CODECS[codec].encode()}
    head, sync = bytearray(b"Obj\x01"), os.urandom(16)
    _long(len(meta), head)
    for key, text in meta.items():
        _bytes(key.encode(), head)
        _bytes(text, head)
    _long(0, head)
    writers = [_writer(field["type"]) for field in schema["fields"]]
    rows = 0
    with path.open("wb") as file:
        file.write(bytes(head) + sync)
        for batch in batches:
            rows += batch.num_rows
            if batch.num_rows:
                file.write(_block(batch, writers, codec) + sync)
    return rows


def _block(batch: pa.RecordBatch, writers: list[Write], codec: str) -> bytes:
    values = [column.to_pylist() for column in batch.columns]
    body = bytearray()
    for row in zip(*values, strict=True):
        for write_one, value in zip(writers, row, strict=True):
            write_one(value, body)
    packed = _packed(codec, bytes(body))
    out = bytearray()
    _long(batch.num_rows, out)
    _bytes(packed, out)
    return bytes(out)


def _packed(codec: str, data: bytes) -> bytes:
    if codec == "DEFLATE":
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(data) + packer.flush()
    if codec == "BZIP2":
        return bz2.compress(data)
    if codec == "ZSTD":
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, "zstd") as stream:
            stream.write(data)
        return bytes(sink.getvalue().to_pybytes())
    if codec == "SNAPPY":
        packed = bytes(pa.compress(data, codec="snappy", asbytes=True))
        return packed + struct.pack(">I", zlib.crc32(data))
    return data


# --- values


def _writer(schema: Schema) -> Write:
    """What writes a value of the schema."""
    if isinstance(schema, list):
        return _optional(_writer(schema[1]))
    if isinstance(schema, str):
        return _PLAIN[schema]
    if "logicalType" in schema:
        return _logical(schema)
    if schema["type"] == "array":
        return _array(_writer(schema["items"]))
    if schema["type"] == "map":
        return _map(_writer(schema["values"]))
    return _record([(field["name"], _writer(field["type"])) for field in schema["fields"]])


def _long(value: int, out: bytearray) -> None:
    """A zigzag varint."""
    value = (value << 1) ^ (value >> 63)
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def _bytes(value: bytes, out: bytearray) -> None:
    _long(len(value), out)
    out += value


def _raw(value: bytes, out: bytearray) -> None:
    out += value


_PLAIN: dict[str, Write] = {
    "boolean": lambda value, out: out.append(1 if value else 0),
    "int": _long,
    "long": _long,
    "float": lambda value, out: _raw(struct.pack("<f", value), out),
    "double": lambda value, out: _raw(struct.pack("<d", value), out),
    "string": lambda value, out: _bytes(value.encode(), out),
    "bytes": _bytes,
}


def _optional(inner: Write) -> Write:
    def write_one(value: Any, out: bytearray) -> None:
        _long(0 if value is None else 1, out)
        if value is not None:
            inner(value, out)

    return write_one


def _logical(schema: Schema) -> Write:
    kind = schema["logicalType"]
    if kind == "date":
        return lambda value, out: _long(value.toordinal() - _EPOCH.toordinal(), out)
    if kind == "decimal":
        return lambda value, out: _bytes(_unscaled(value, schema["scale"]), out)
    unit = _UNITS[kind]
    return lambda value, out: _long((value - _EPOCH) // unit, out)


def _unscaled(value: Any, scale: int) -> bytes:
    number = int(value.scaleb(scale))
    return number.to_bytes((number.bit_length() + 8) // 8, "big", signed=True)


def _array(write_one: Write) -> Write:
    def items(value: Any, out: bytearray) -> None:
        if value:
            _long(len(value), out)
            for item in value:
                write_one(item, out)
        _long(0, out)

    return items


def _map(write_one: Write) -> Write:
    def entries(value: Any, out: bytearray) -> None:
        if value:
            _long(len(value), out)
            for key, item in value:
                _bytes(key.encode(), out)
                write_one(item, out)
        _long(0, out)

    return entries


def _record(fields: list[tuple[str, Write]]) -> Write:
    def row(value: Any, out: bytearray) -> None:
        for name, write_one in fields:
            write_one(value[name], out)

    return row
