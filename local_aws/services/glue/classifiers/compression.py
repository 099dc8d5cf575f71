"""Compressed text, unpacked from its beginning.

What AWS reads (https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-built-in):
ZIP of one file, BZIP, GZIP, LZ4 and Snappy, both standard and Hadoop's; Athena reads zstd as well.
A format is known by its first bytes; Hadoop's framing has none and is known by the key's ending.
"""

import bz2
import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

import pyarrow as pa

from local_aws.formats.unpacking import lz4_block, snappy_block
from local_aws.services.glue.classifiers.schema import Unreadable

Opener = Callable[[BinaryIO, int], bytes]

_HEAD = 10
_BROKEN = (OSError, EOFError, ValueError, IndexError, zlib.error, struct.error)
_LONGEST_PIECE = 64 << 20


def unpack(file: BinaryIO, key: str, limit: int) -> tuple[str, bytes]:
    """The compression's name as crawlers write it, and up to `limit` bytes.

    Raises Unreadable for an archive that breaks before that.
    """
    head = file.read(_HEAD)
    file.seek(0)
    name, opener = _opener(head, key)
    try:
        return name, opener(file, limit)
    except (*_BROKEN, pa.ArrowException, zipfile.BadZipFile, NotImplementedError) as error:
        raise Unreadable(f"is not a readable {name} file: {error or 'it is cut off'}") from error


def _opener(head: bytes, key: str) -> tuple[str, Opener]:
    for magic, name, opener in _MAGIC:
        if head.startswith(magic):
            return name, opener
    ending = key.rpartition(".")[2].lower()
    return _ENDINGS.get(ending, ("none", _plain))


def _plain(file: BinaryIO, limit: int) -> bytes:
    return file.read(limit)


def _gzip(file: BinaryIO, limit: int) -> bytes:
    return gzip.GzipFile(fileobj=file).read(limit)


def _bzip2(file: BinaryIO, limit: int) -> bytes:
    return bz2.BZ2File(file).read(limit)


def _deflate(file: BinaryIO, limit: int) -> bytes:
    unpacking = zlib.decompressobj()
    data = unpacking.decompress(file.read(), limit)
    if not (unpacking.eof or unpacking.unconsumed_tail):
        raise EOFError("it is cut off")
    return data


def _arrow(codec: str) -> Opener:
    def opened(file: BinaryIO, limit: int) -> bytes:
        source = pa.PythonFile(cast(io.RawIOBase, file), mode="r")
        return bytes(pa.CompressedInputStream(source, codec).read(limit))

    return opened


def _zip(file: BinaryIO, limit: int) -> bytes:
    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        if len(names) != 1:
            raise ValueError(f"it holds {len(names)} files, not one")
        with archive.open(names[0]) as member:
            return member.read(limit)


def _taken(pieces: Iterator[bytes], limit: int) -> bytes:
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) >= limit:
            break
    return bytes(data[:limit])


def _framed_snappy(file: BinaryIO, limit: int) -> bytes:
    return _taken(_chunks(file), limit)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """https://github.com/google/snappy/blob/main/framing_format.txt"""
    while head := file.read(4):
        kind, size = head[0], int.from_bytes(head[1:], "little")
        piece = _exactly(file, size)
        if kind == 0:
            yield snappy_block(piece[4:], _LONGEST_PIECE)
        elif kind == 1:
            yield piece[4:]
        elif kind < 0x80:
            raise ValueError(f"it has a chunk of the unknown kind {kind}")


def _hadoop(block: Callable[[bytes, int], bytes]) -> Opener:
    """Hadoop's framing: the length of a block, then its pieces, each with a length."""

    def opened(file: BinaryIO, limit: int) -> bytes:
        return _taken(_blocks(file, block), limit)

    return opened


def _blocks(file: BinaryIO, block: Callable[[bytes, int], bytes]) -> Iterator[bytes]:
    while head := file.read(4):
        (left,) = struct.unpack(">I", head)
        while left > 0:
            (size,) = struct.unpack(">I", _exactly(file, 4))
            data = block(_exactly(file, size), left)
            if not data:
                raise ValueError("a block is shorter than its length")
            left -= len(data)
            yield data


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size) if size <= _LONGEST_PIECE else b""
    if len(data) != size:
        raise EOFError("it is cut off")
    return data


_MAGIC: tuple[tuple[bytes, str, Opener], ...] = (
    (b"\x1f\x8b", "gzip", _gzip),
    (b"BZh", "bzip2", _bzip2),
    (b"\x28\xb5\x2f\xfd", "zstd", _arrow("zstd")),
    (b"\x04\x22\x4d\x18", "lz4", _arrow("lz4")),
    (b"\xff\x06\x00\x00sNaPpY", "snappy", _framed_snappy),
    (b"PK\x03\x04", "zip", _zip),
)
_ENDINGS: dict[str, tuple[str, Opener]] = {
    "snappy": ("snappy", _hadoop(snappy_block)),
    "lz4": ("lz4", _hadoop(lz4_block)),
    "deflate": ("deflate", _deflate),
}
