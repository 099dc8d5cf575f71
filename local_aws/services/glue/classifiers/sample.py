"""The beginning of a text file, decompressed: what the text classifiers look at.

A crawler does not read whole files either; the types of a column are those of its first rows.
"""

import bz2
import gzip
import zlib
from dataclasses import dataclass
from typing import BinaryIO, cast

LIMIT = 1_000_000


@dataclass(frozen=True)
class Sample:
    """Whole lines of text from a file's beginning."""

    text: str
    size: int  # of the file as it is stored
    complete: bool  # whether the text is all of the file
    compression: str


def read(file: BinaryIO, size: int) -> Sample:
    """The first megabyte of text, cut after its last whole line."""
    compression, opened = _opened(file)
    try:
        data = opened.read(LIMIT + 1)
    except (OSError, EOFError, zlib.error):
        data = b""  # not what its first bytes say: nobody will recognise it
    complete = len(data) <= LIMIT
    if not complete:
        data = data[: data.rfind(b"\n", 0, LIMIT) + 1]
    return Sample(_decoded(data), size, complete, compression)


def _opened(file: BinaryIO) -> tuple[str, BinaryIO]:
    head = file.read(3)
    file.seek(0)
    if head[:2] == b"\x1f\x8b":
        return "gzip", cast(BinaryIO, gzip.GzipFile(fileobj=file))
    if head == b"BZh":
        return "bzip2", cast(BinaryIO, bz2.BZ2File(file))
    return "none", file


def _decoded(data: bytes) -> str:
    """UTF-8, or Latin-1 when it is not; binary files become text that no classifier takes."""
    if b"\0" in data:
        return ""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
