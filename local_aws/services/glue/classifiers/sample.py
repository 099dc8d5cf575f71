"""The beginning of a text file, unpacked: what the text classifiers look at.

A crawler does not read whole files either; the types of a column are those of its first rows.
"""

from dataclasses import dataclass
from typing import BinaryIO

from local_aws.services.glue.classifiers.compression import unpack

LIMIT = 1_000_000
LONGEST = 16_000_000  # of a record that does not end within the first megabyte


@dataclass(frozen=True)
class Sample:
    """Whole lines of text from a file's beginning."""

    text: str
    size: int  # of the file as it is stored
    complete: bool  # whether the text is all of the file
    compression: str


def read(file: BinaryIO, size: int, key: str = "", limit: int = LIMIT) -> Sample:
    """The first megabyte of text, cut after its last whole line. Raises Unreadable."""
    compression, data = unpack(file, key, limit + 1)
    complete = len(data) <= limit
    if not complete:
        data = data[: data.rfind(b"\n", 0, limit) + 1]
    return Sample(_decoded(data), size, complete, compression)


def _decoded(data: bytes) -> str:
    """UTF-8, or Latin-1 when it is not; binary files become text that no classifier takes."""
    if b"\0" in data:
        return ""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
