"""Text files unpacked as Spark and Hadoop pack them, one piece in memory at a time.

An opener is known by how a file's name ends. Of a file that was cut off it raises one of `BROKEN`.
"""

from __future__ import annotations

import bz2
import gzip
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import pyarrow as pa

BROKEN = (OSError, EOFError, zlib.error, struct.error, ValueError, IndexError)
_CHUNK = 1 << 18


def _stream(opened: Any) -> Iterator[bytes]:
    while chunk := opened.read(_CHUNK):
        yield chunk


def _gzip(raw: BinaryIO) -> Iterator[bytes]:
    return _stream(gzip.GzipFile(fileobj=raw))


def _bzip2(raw: BinaryIO) -> Iterator[bytes]:
    return _stream(bz2.BZ2File(raw))


def _deflate(raw: BinaryIO) -> Iterator[bytes]:
    unpack = zlib.decompressobj()
    while chunk := raw.read(_CHUNK):
        yield unpack.decompress(chunk)
    yield unpack.flush()
    if not unpack.eof:
        raise EOFError("the file is truncated")


def _zstd(raw: BinaryIO) -> Iterator[bytes]:
    return _stream(pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd"))


def _blocks(codec: str) -> Callable[[BinaryIO], Iterator[bytes]]:
    """Hadoop's framing: the length of a block, then each of its pieces with a length."""

    def opened(raw: BinaryIO) -> Iterator[bytes]:
        while head := raw.read(4):
            (left,) = struct.unpack(">I", head)
            while left:
                (size,) = struct.unpack(">I", raw.read(4))
                piece = raw.read(size)
                if len(piece) < size:
                    raise EOFError("the file is truncated")
                data = _unpacked(codec, piece, left)
                left -= len(data)
                yield data

    return opened


def _unpacked(codec: str, piece: bytes, most: int) -> bytes:
    return snappy_block(piece, most) if codec == "snappy" else lz4_block(piece, most)


def snappy_block(piece: bytes, most: int) -> bytes:
    """A raw Snappy block, which begins with its unpacked length, a varint.

    `most` bounds it. Raises ValueError for a longer one.
    """
    size = shift = 0
    for byte in piece[:5]:
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if size > most:
        raise ValueError("a block is longer than its length")
    return bytes(pa.decompress(piece, size, codec="snappy", asbytes=True))


def lz4_block(piece: bytes, most: int) -> bytes:
    """A raw LZ4 block, whose unpacked length is not written anywhere.

    https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
    """
    out, at = bytearray(), 0
    while at < len(piece):
        token = piece[at]
        size, at = _lz4_length(piece, at + 1, token >> 4)
        out += piece[at : at + size]
        at += size
        if at >= len(piece):
            break
        offset = piece[at] | piece[at + 1] << 8
        size, at = _lz4_length(piece, at + 2, token & 15)
        start = len(out) - offset
        if start < 0 or not offset or len(out) > most:
            raise ValueError("malformed LZ4 block")
        if offset >= size + 4:
            out += out[start : start + size + 4]
        else:
            for place in range(start, start + size + 4):
                out.append(out[place])
    return bytes(out)


def _lz4_length(piece: bytes, at: int, size: int) -> tuple[int, int]:
    if size == 15:
        while True:
            more = piece[at]
            size, at = size + more, at + 1
            if more < 255:
                break
    return size, at


OPENERS: dict[str, Callable[[BinaryIO], Iterator[bytes]]] = {
    "gz": _gzip,
    "bz2": _bzip2,
    "zst": _zstd,
    "deflate": _deflate,
    "snappy": _blocks("snappy"),
    "lz4": _blocks("lz4"),
}
