"""CSV as bytes: records keep their bytes and know their line.

Most lines hold no quote, and are counted and split without a parser: a month of flights takes
0.1 CPU seconds instead of one.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

QUOTE = b'"'


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its bytes, newline included, and its first line's number; the header's is 1."""

    line: int
    raw: bytes

    @property
    def complete(self) -> bool:
        """Whether the record ends as a record ends: newline there, quotes closed."""
        return self.raw.endswith(b"\n") and not self.open

    @property
    def open(self) -> bool:
        """Whether a quote in it is never closed."""
        return bool(self.raw.count(QUOTE) % 2)

    @property
    def count(self) -> int:
        """Number of fields."""
        if QUOTE in self.raw:
            return len(self.fields())
        return self.raw.count(b",") + 1

    def fields(self) -> list[str]:
        """The fields, unquoted."""
        if QUOTE not in self.raw:
            return self.raw.rstrip(b"\r\n").decode("utf-8", "replace").split(",")
        lines = self.raw.decode("utf-8", "replace").splitlines(keepends=True)
        return next(csv.reader(lines), [])


def select(lines: Iterable[bytes], wanted: Mapping[int, str]) -> Iterator[bytes]:
    """The bytes of the records whose fields hold these texts, by position; the header apart."""
    holds = matcher(wanted)
    return (record for record in _joined(lines) if holds(record))


def matcher(wanted: Mapping[int, str]) -> Callable[[bytes], bool]:
    """Whether the fields of a record's bytes hold these texts, by position."""
    limit = max(wanted, default=0) + 1
    plain = [(at, text.encode()) for at, text in wanted.items()]

    def holds(record: bytes) -> bool:
        parts = record.split(b",", limit)
        if QUOTE in record or len(parts) <= limit:  # quoted, short, or the last field is wanted
            fields = Record(0, record).fields()
            return all(fields[at : at + 1] == [text] for at, text in wanted.items())
        return all(parts[at] == text for at, text in plain)

    return holds


def _joined(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The records' bytes: lines, or several of them where a quoted field goes over lines."""
    held: list[bytes] = []
    opened = False
    for line in lines:
        # Each line is looked at once: a quote that nobody closes may hold the rest of the file.
        quotes = line.count(QUOTE) if QUOTE in line else 0
        opened ^= bool(quotes % 2)
        if opened:
            held.append(line)
        elif held:
            yield b"".join([*held, line])
            held.clear()
        else:
            yield line
    if held:
        yield b"".join(held)


def records(lines: Iterable[bytes]) -> Iterator[Record]:
    """The records of a file; a quoted field may go over several lines."""
    line = 1
    for raw in _joined(lines):
        yield Record(line, raw)
        line += raw.count(b"\n")
