"""The lines of an object: unpacked by the ending of its name, cut at \\n, \\r\\n or \\r.

https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html
"""

from __future__ import annotations

import bz2
import gzip
import struct
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

from local_aws.services.athena.errors import QueryFailed, not_supported

if TYPE_CHECKING:
    from local_aws.services.athena.reading.tables import DataFile

# A stopped query is noticed after so many bytes.
_CHUNK = 1 << 18
# Trino's hive.text.max-line-length.
_LONGEST = 100 << 20
_BOM = b"\xef\xbb\xbf"
_BROKEN = (OSError, EOFError, zlib.error, struct.error, ValueError, IndexError)


def packed(uri: str) -> str:
    """The codec that an object's name asks for, or an empty text."""
    name = uri.rpartition("/")[2]
    ending = name.rpartition(".")[2] if "." in name else ""
    return ending if ending in _OPENERS or ending in ("lzo", "lzo_deflate") else ""


def unreadable(data_file: DataFile, why: object) -> QueryFailed:
    return QueryFailed("HIVE_CURSOR_ERROR", f"Failed to read file at {data_file.uri}: {why}")


def chunks(data_file: DataFile) -> Iterator[bytes]:
    """The object's bytes, unpacked; a file that was cut off is an error, never a shorter file."""
    codec = packed(data_file.uri)
    if codec.startswith("lzo"):
        raise not_supported(f"LZO compression ({data_file.uri})")
    try:
        with open(data_file.path, "rb") as raw:  # noqa: PTH123 - an S3 key is no Path's business
            if not codec:
                while chunk := raw.read(_CHUNK):
                    yield chunk
                return
            yield from _OPENERS[codec](raw)
    except _BROKEN as error:
        raise unreadable(data_file, error or "the file is truncated") from error


def lines(data_file: DataFile, header: int, footer: int) -> Iterator[list[bytes]]:
    """The lines in batches, without those of the header and the footer."""
    held: deque[bytes] = deque()
    for found in _lines(data_file):
        batch = found[header:]
        header -= len(found) - len(batch)
        if footer:
            held.extend(batch)
            batch = [held.popleft() for _ in range(len(held) - footer)]
        yield batch


def _lines(data_file: DataFile) -> Iterator[list[bytes]]:
    rest, first = b"", True
    for chunk in chunks(data_file):
        data = rest + chunk
        if first:
            first, data = False, data.removeprefix(_BOM)
        # A \r at the end may be the first half of a \r\n.
        end = max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1
        rest = data[end:]
        if len(rest) > _LONGEST:
            raise unreadable(data_file, f"Line too long: the limit is {_LONGEST} bytes")
        yield data[:end].splitlines()
    if rest:
        yield rest.splitlines()


# --- codecs


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


_OPENERS: dict[str, Callable[[BinaryIO], Iterator[bytes]]] = {
    "gz": _gzip,
    "bz2": _bzip2,
    "zst": _zstd,
    "deflate": _deflate,
    "snappy": _blocks("snappy"),
    "lz4": _blocks("lz4"),
}
