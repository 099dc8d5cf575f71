"""Files that are made byte by byte."""

import json
from collections.abc import Sequence
from typing import Any

SYNC = b"0123456789abcdef"


def varint(number: int) -> bytes:
    """Avro's zigzag."""
    number = (number << 1) ^ (number >> 63)
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def avro(schema: Any, blocks: Sequence[tuple[int, bytes]], codec: str = "null") -> bytes:
    """An object container file; a block is the number of its rows, and its bytes."""
    text = schema if isinstance(schema, str) else json.dumps(schema)
    meta = {"avro.schema": text.encode(), "avro.codec": codec.encode()}
    head = b"Obj\x01" + varint(len(meta))
    for name, value in meta.items():
        head += varint(len(name)) + name.encode() + varint(len(value)) + value
    body = b"".join(varint(n) + varint(len(data)) + data + SYNC for n, data in blocks)
    return head + varint(0) + SYNC + body
