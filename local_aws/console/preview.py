"""How an object begins: a bounded look at text, CSV, JSON and Parquet, as text and tables only.

At most `HEAD` bytes of a file are read, and of Parquet what DuckDB needs for `ROWS` rows within
its memory and time.
"""

import csv
import json
import os
import threading
import zlib
from dataclasses import dataclass, field
from typing import Any

import duckdb

from local_aws.duckdb_files import path_literal
from local_aws.services.s3.model import S3Store
from local_aws.services.s3.store.objects import ObjectInfo

HEAD = 64 * 1024
ROWS = 50
COLUMNS = 200
CELL = 300
HEX = 512
PARQUET_SECONDS = 5.0
PARQUET_LIMITS = {
    "threads": 1,
    "memory_limit": "256MB",
    "temp_directory": "",
    "autoinstall_known_extensions": False,
}
DELIMITERS = ",;\t|"
TABLES = (".csv", ".tsv", ".txt")


@dataclass
class Preview:
    """`kind` is table, text, binary, empty or broken; `note` says what is shown of it."""

    kind: str
    note: str = ""
    columns: list[tuple[str, str]] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)
    text: str = ""


def preview(store: S3Store, bucket: str, key: str) -> Preview:
    """The head of an object."""
    descriptor, info = store.open_object(bucket, key)
    try:
        head = os.pread(descriptor, HEAD, 0)
        tail = os.pread(descriptor, 4, max(0, info.size - 4))
    finally:
        os.close(descriptor)
    if not head:
        return Preview("empty", "The object has no bytes.")
    if head[:4] == b"PAR1":
        return _parquet(info, tail)
    if head[:2] == b"\x1f\x8b":
        return _gzip(head, key)
    return _plain(head, key, whole=info.size <= HEAD)


def _gzip(head: bytes, key: str) -> Preview:
    stream = zlib.decompressobj(wbits=31)
    try:
        unpacked = stream.decompress(head, HEAD)
    except zlib.error as error:
        return Preview("broken", f"This begins like gzip and is none: {error}")
    whole = stream.eof and not stream.unconsumed_tail
    found = _plain(unpacked, key.removesuffix(".gz"), whole)
    found.note = f"Unpacked from gzip. {found.note}"
    return found


def _plain(head: bytes, key: str, whole: bool) -> Preview:
    decoded = _decode(head)
    if decoded is None:
        return Preview(
            "binary", f"Not text. The first {min(len(head), HEX)} bytes:", text=_hex(head)
        )
    text, encoding = decoded
    share = "All of it" if whole else f"The first {len(head) // 1024} KB"
    note = f"{share}, {encoding}."
    name = key.lower()
    if name.endswith(TABLES) and (table := _table(text, note, whole)):
        return table
    if whole and text.lstrip()[:1] in ("{", "["):
        text = _indented(text)
    return Preview("text", note, text=text)


def _decode(head: bytes) -> tuple[str, str] | None:
    """The text and its encoding; None for what is no text."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace"), "UTF-16"
    sample = head[:4096]
    if any(byte < 9 or 13 < byte < 27 for byte in sample):
        return None
    for cut in range(4):  # a character may be cut in two where the head ends
        try:
            return head[: len(head) - cut].decode("utf-8-sig"), "UTF-8"
        except UnicodeDecodeError:
            continue
    if sum(byte > 127 for byte in sample) > len(sample) * 0.3:
        return None
    return head.decode("latin-1"), "not UTF-8, shown as Latin-1"


def _table(text: str, note: str, whole: bool) -> Preview | None:
    lines = text.splitlines(keepends=True)
    if not whole and len(lines) > 1:
        lines = lines[:-1]
    first = lines[0] if lines else ""
    delimiter = max(DELIMITERS, key=first.count)
    if delimiter not in first:
        return None
    rows = _read_csv(lines, delimiter)
    if not rows:
        return None
    header, body = rows[0], rows[1:]
    all_of_it = whole and len(rows) <= ROWS
    shown = f"{len(body)} row{'' if len(body) == 1 else 's'}"
    shown = shown if all_of_it else f"The first {shown}"
    columns = [(name, "") for name in header[:COLUMNS]]
    cells = [[_cell(value) for value in row[:COLUMNS]] for row in body]
    return Preview(
        "table", f"{shown}; read as delimited text, {note.split(', ')[-1]}", columns, cells
    )


def _read_csv(lines: list[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            rows.append(row)
            if len(rows) > ROWS:
                break
    except csv.Error:
        return []
    return rows


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _hex(head: bytes) -> str:
    lines = []
    for at in range(0, min(len(head), HEX), 16):
        row = head[at : at + 16]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in row)
        lines.append(f"{at:06x}  {row.hex(' '):<47}  {shown}")
    return "\n".join(lines)


def _parquet(info: ObjectInfo, tail: bytes) -> Preview:
    if tail != b"PAR1":
        return Preview("broken", "This begins like Parquet and has no footer: it was cut short.")
    connection = duckdb.connect(config=PARQUET_LIMITS)
    clock = threading.Timer(PARQUET_SECONDS, connection.interrupt)
    clock.start()
    try:
        return _read_parquet(connection, path_literal(info.path))
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].replace(str(info.path), info.key)
        return Preview("broken", f"This Parquet file cannot be read. {reason}")
    finally:
        clock.cancel()
        connection.close()


def _read_parquet(connection: Any, path: str) -> Preview:
    source = f"read_parquet({path}, hive_partitioning=false)"
    count, groups = connection.execute(
        f"SELECT num_rows, num_row_groups FROM parquet_file_metadata({path})"  # noqa: S608
    ).fetchone()
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
    columns = [(name, kind) for name, kind, *_ in described][:COLUMNS]
    chosen = ", ".join(_quoted(name) for name, _ in columns)
    rows = connection.execute(f"SELECT {chosen} FROM {source} LIMIT {ROWS}").fetchall()  # noqa: S608
    note = (
        f"The first {len(rows)} of {count:,} rows, {groups:,} row group{'' if groups == 1 else 's'}"
    )
    if len(described) > COLUMNS:
        note += f"; {COLUMNS} of {len(described):,} columns"
    return Preview("table", f"{note}.", columns, [[_cell(v) for v in row] for row in rows])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cell(value: Any) -> str | None:
    """A value as text that fits a cell; None stays apart from an empty text."""
    if value is None:
        return None
    shown = value[:CELL].hex(" ") if isinstance(value, bytes) else str(value)
    return shown if len(shown) <= CELL else f"{shown[:CELL]}…"
