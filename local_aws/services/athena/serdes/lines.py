"""The lines of an object: unpacked by the ending of its name, cut at \\n, \\r\\n or \\r.

https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from local_aws.formats.unpacking import BROKEN, OPENERS
from local_aws.services.athena.errors import QueryFailed, not_supported

if TYPE_CHECKING:
    from local_aws.services.athena.reading.tables import DataFile

# A stopped query is noticed after so many bytes.
_CHUNK = 1 << 18
# Trino's hive.text.max-line-length.
_LONGEST = 100 << 20
_BOM = b"\xef\xbb\xbf"


def packed(uri: str) -> str:
    """The codec that an object's name asks for, or an empty text."""
    name = uri.rpartition("/")[2]
    ending = name.rpartition(".")[2] if "." in name else ""
    return ending if ending in OPENERS or ending in ("lzo", "lzo_deflate") else ""


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
            yield from OPENERS[codec](raw)
    except BROKEN as error:
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
