"""Text files compressed as Spark and Hadoop do it, one piece in memory at a time."""

from __future__ import annotations

import bz2
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

_CHUNK = 1 << 20
_BLOCK = 1 << 18


def pack(path: Path, codec: str) -> None:
    """Replace a file by its packed self."""
    out = path.with_name(f"{path.name}.out")
    with path.open("rb") as source, out.open("wb") as file:
        for data in PACKERS[codec](source):
            file.write(data)
    out.replace(path)


def _chunks(source: BinaryIO, size: int = _CHUNK) -> Iterator[bytes]:
    while chunk := source.read(size):
        yield chunk


def _streamed(make: Callable[[], Any]) -> Callable[[BinaryIO], Iterator[bytes]]:
    def packed(source: BinaryIO) -> Iterator[bytes]:
        packer = make()
        for chunk in _chunks(source):
            yield packer.compress(chunk)
        yield packer.flush()

    return packed


def _hadoop(codec: str) -> Callable[[BinaryIO], Iterator[bytes]]:
    """Blocks of one piece each, with their lengths before them."""

    def packed(source: BinaryIO) -> Iterator[bytes]:
        for chunk in _chunks(source, _BLOCK):
            piece = bytes(pa.compress(chunk, codec=codec, asbytes=True))
            yield struct.pack(">II", len(chunk), len(piece)) + piece

    return packed


PACKERS: dict[str, Callable[[BinaryIO], Iterator[bytes]]] = {
    "BZIP2": _streamed(bz2.BZ2Compressor),
    "DEFLATE": _streamed(zlib.compressobj),  # Hadoop's codec of this name writes zlib's header
    "SNAPPY": _hadoop("snappy"),
    "LZ4": _hadoop("lz4_raw"),
}
