"""Avro's object container files, written from Arrow: every column may be null.

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

from local_aws.services.athena.errors import not_supported
from local_aws.services.athena.trino import types as t

CODECS = {
    "NONE": "null", "DEFLATE": "deflate", "SNAPPY": "snappy", "ZSTD": "zstandard", "BZIP2": "bzip2",
}  # fmt: skip
_EPOCH, _MILLISECOND = dt.datetime(1970, 1, 1), dt.timedelta(milliseconds=1)
Columns = list[tuple[str, t.Type]]
Write = Callable[[Any, bytearray], None]


def long(value: int, out: bytearray) -> None:
    """A zigzag varint."""
    value = (value << 1) ^ (value >> 63)
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def _bytes(value: bytes, out: bytearray) -> None:
    long(len(value), out)
    out += value


def schema_of(kind: t.Type, name: str) -> Any:
    """The Avro schema of a type; `name` makes the names of its records."""
    plain = {
        "boolean": "boolean", "tinyint": "int", "smallint": "int", "integer": "int",
        "bigint": "long", "real": "float", "double": "double", "varchar": "string",
        "char": "string", "varbinary": "bytes",
    }  # fmt: skip
    if kind.name in plain:
        return plain[kind.name]
    if kind.name == "date":
        return {"type": "int", "logicalType": "date"}
    if kind.name == "timestamp":
        return {"type": "long", "logicalType": "timestamp-millis"}
    if kind.name == "decimal":
        return {"type": "bytes", "logicalType": "decimal", "precision": kind.precision,
                "scale": kind.scale}  # fmt: skip
    if kind.name == "array":
        return {"type": "array", "items": _nullable(kind.of[0], name)}
    if kind.name == "map" and kind.of[0].name == "varchar":
        return {"type": "map", "values": _nullable(kind.of[1], name)}
    if kind.name == "row":
        fields = [(t.field_name(kind, i), k) for i, k in enumerate(kind.of)]
        return _record(fields, name)
    raise not_supported(f"writing {kind} as AVRO")


def _nullable(kind: t.Type, name: str) -> list[Any]:
    return ["null", schema_of(kind, name)]


def _record(fields: Columns, name: str) -> dict[str, Any]:
    return {
        "type": "record",
        "name": name,
        "fields": [
            {"name": n, "type": _nullable(k, f"{name}_{n}"), "default": None} for n, k in fields
        ],
    }


def _writer(kind: t.Type) -> Write:
    inner = _value(kind)

    def write(value: Any, out: bytearray) -> None:
        long(0 if value is None else 1, out)
        if value is not None:
            inner(value, out)

    return write


def _value(kind: t.Type) -> Write:
    if kind.name == "array":
        return _array(_writer(kind.of[0]))
    if kind.name == "map":
        return _map(_writer(kind.of[1]))
    if kind.name == "row":
        return _row([(t.field_name(kind, i), _writer(k)) for i, k in enumerate(kind.of)])
    if kind.name == "decimal":
        return lambda value, out: _bytes(_unscaled(value, kind.scale), out)
    return _SCALARS[kind.name]


def _unscaled(value: Any, scale: int) -> bytes:
    number = int(value.scaleb(scale))
    return number.to_bytes((number.bit_length() + 8) // 8, "big", signed=True)


def _array(write: Write) -> Write:
    def items(value: Any, out: bytearray) -> None:
        if value:
            long(len(value), out)
            for item in value:
                write(item, out)
        long(0, out)

    return items


def _map(write: Write) -> Write:
    def entries(value: Any, out: bytearray) -> None:
        if value:
            long(len(value), out)
            for key, item in value:
                _bytes(key.encode(), out)
                write(item, out)
        long(0, out)

    return entries


def _row(fields: list[tuple[str, Write]]) -> Write:
    def row(value: Any, out: bytearray) -> None:
        for name, write_one in fields:
            write_one(value[name], out)

    return row


def _raw(value: bytes, out: bytearray) -> None:
    out += value


_SCALARS: dict[str, Write] = {
    "boolean": lambda value, out: out.append(1 if value else 0),
    "real": lambda value, out: _raw(struct.pack("<f", value), out),
    "double": lambda value, out: _raw(struct.pack("<d", value), out),
    "varchar": lambda value, out: _bytes(value.encode(), out),
    "char": lambda value, out: _bytes(value.encode(), out),
    "varbinary": _bytes,
    "date": lambda value, out: long(value.toordinal() - _EPOCH.toordinal(), out),
    "timestamp": lambda value, out: long((value - _EPOCH) // _MILLISECOND, out),
    **dict.fromkeys(t.INTEGERS, long),
}


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


def write(path: Path, columns: Columns, batches: Iterator[Any], codec: str) -> None:
    """A file of Arrow batches, whose columns are those of the table."""
    schema = json.dumps(_record(columns, "row"))
    meta = {"avro.schema": schema.encode(), "avro.codec": CODECS[codec].encode()}
    head, sync = bytearray(b"Obj\x01"), os.urandom(16)
    long(len(meta), head)
    for key, text in meta.items():
        _bytes(key.encode(), head)
        _bytes(text, head)
    long(0, head)
    writers = [_writer(kind) for _, kind in columns]
    with path.open("wb") as file:
        file.write(bytes(head) + sync)
        for batch in batches:
            if batch.num_rows:
                file.write(_block(batch, writers, codec) + sync)


def _block(batch: Any, writers: list[Write], codec: str) -> bytes:
    values = [column.to_pylist() for column in batch.columns]
    body = bytearray()
    for row in zip(*values, strict=True):
        for write_one, value in zip(writers, row, strict=True):
            write_one(value, body)
    packed = _packed(codec, bytes(body))
    out = bytearray()
    long(batch.num_rows, out)
    _bytes(packed, out)
    return bytes(out)
