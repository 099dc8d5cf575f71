"""Delimited text without nesting or escapes, which the engine reads by itself, in parallel.

Only files that its reader cannot take otherwise than Hive does: valid UTF-8, lines that end in \\n
and are not empty. The values are those of `lazy_simple`, in SQL.
"""

# ruff: noqa: S608 - writing SQL is what this module does; values go through quote()
from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_aws.duckdb_files import path_list
from local_aws.services.athena.duck.quoting import identifier, quote
from local_aws.services.athena.rewrites.casts import rounded
from local_aws.services.athena.serdes.base import Columns, data_columns, line_counts
from local_aws.services.athena.serdes.lazy_simple import Options, options_of
from local_aws.services.athena.serdes.lines import lines, packed
from local_aws.services.athena.serdes.spool import FILE, Spool
from local_aws.services.athena.serdes.values import SPACES
from local_aws.services.athena.trino import types as t

if TYPE_CHECKING:
    from local_aws.services.athena.reading.tables import DataFile

# No line holds it: the engine then reads a line as one field.
_NEVER = "\x02\x03\x02"
_LONGEST = 4 << 20
# An empty line, another end of a line, what Java's numbers take for a space, our own mark.
_ODD = (b"\n\n", b"\r", b"\0", b"\x02\x03")
_CHUNK = 1 << 24


def is_plain(table: dict[str, Any], columns: Columns) -> bool:
    """Whether the engine could read the table's lines."""
    return options_of(table).plain and not any(k.of or k == t.VARBINARY for _, k in columns)


def readable(table: dict[str, Any], files: list[DataFile]) -> list[DataFile]:
    """The files that the engine reads right as they are."""
    _, footer = line_counts(table)
    return [] if footer else [f for f in files if not packed(f.uri) and _clean(f)]


def unpacked(table: dict[str, Any], data_file: DataFile, spool: Spool) -> DataFile | None:
    """A file's lines as one that the engine reads right, without those of header and footer."""
    made = replace(data_file, path=str(spool.path("csv")))
    with Path(made.path).open("wb") as out:
        for batch in lines(data_file, *line_counts(table)):
            spool.check()
            if b"" in batch:
                return None
            if batch:
                out.write(b"\n".join(batch) + b"\n")
    return made if _clean(made) else None


def _clean(data_file: DataFile) -> bool:
    try:
        stat = Path(data_file.path).stat()
        return _is_clean(data_file.path, stat.st_mtime_ns, stat.st_size)
    except OSError:  # the object is gone: reading its lines says so
        return False


@lru_cache(maxsize=4096)
def _is_clean(path: str, mtime: int, size: int) -> bool:  # noqa: ARG001 - keys of the cache
    rest = b"\n"
    with open(path, "rb") as raw:  # noqa: PTH123 - an S3 key is no Path's business
        while chunk := raw.read(_CHUNK):
            data = rest + chunk
            end = data.rfind(b"\n") + 1
            if not end or any(mark in data for mark in _ODD):
                return False
            if _too_long(data):
                return False
            if not _is_utf8(data[:end]):
                return False
            # The last line's end, so that an empty line after it is seen.
            rest = data[end - 1 :]
    return _is_utf8(rest) and not rest.startswith(b"\n\n")


def _too_long(data: bytes) -> bool:
    """Whether a line may be longer than the engine's reader takes."""
    starts = range(0, len(data) - _LONGEST + 1, _LONGEST)
    return any(data.find(b"\n", start, start + _LONGEST) < 0 for start in starts)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def source(
    table: dict[str, Any], files: list[DataFile], columns: Columns, header: int
) -> tuple[str, list[str]]:
    """The relation of the lines' fields, and each column's SQL."""
    options = options_of(table)
    known = [name for name, _ in data_columns(table)]
    read = (
        f"read_csv({path_list(f.path for f in files)}, columns={{'line': 'VARCHAR'}},"
        f" delim={quote(_NEVER)}, quote='', escape='', header=false, skip={header},"
        f" auto_detect=false, nullstr={quote(_NEVER[:2])}, filename='{FILE}',"
        f" max_line_size={2 * _LONGEST}, buffer_size={8 * _LONGEST}, compression='none')"
    )
    split = f"string_split(line, {quote(options.separators[0])})"
    items = [
        f"{_value(f'fields[{known.index(n) + 1}]', k, options)} AS {identifier(n)}"
        for n, k in columns
    ]
    return f"(SELECT {split} AS fields, {FILE} FROM {read})", items


def _value(sql: str, kind: t.Type, options: Options) -> str:
    """A field as Hive's lazy types read it: NULL for what they cannot read."""
    value = f"nullif({sql}, {quote(options.null)})"
    wanted = t.duck_type(kind)
    if kind.name == "varchar":
        return f"substr({value}, 1, {kind.args[0]})" if kind.args else value
    if kind.name == "char":
        size = kind.args[0]
        return f"rpad(rtrim(substr({value}, 1, {size}), ' '), {size}, ' ')"
    if kind == t.BOOLEAN:
        return f"CASE lower({value}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    if kind.name in t.INTEGERS:
        digits = f"regexp_replace(regexp_extract({value}, '^[+-]?[0-9]*'), '^([+-]?)$', '\\10')"
        slow = _fitting(value, r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]*)", digits, wanted)
        return _quick(value, "[+-]?[0-9]+", wanted, slow)
    if kind.name == "decimal":
        return _fitting(value, r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", value, wanted)
    if kind.name in t.FLOATING:
        number = r"\s*[+-]?(NaN|Infinity|([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)[fFdD]?\s*"
        text = f"regexp_replace({_trimmed(value)}, '([0-9.NaNInfinity])[fFdD]$', '\\1')"
        slow = _fitting(value, number, text, wanted)
        return _quick(value, r"[+-]?[0-9]+(\.[0-9]+)?", wanted, slow)
    if kind == t.DATE:
        day = r"\s*[+-]?[0-9]{1,10}-[0-9]{1,2}-[0-9]{1,2}( .*)?\s*"
        slow = _fitting(value, day, _day(_trimmed(value)), "DATE")
        # Days that every month has; for others a month's length counts.
        return _quick(value, "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])", "DATE", slow)
    return _moment(value, kind)


def _quick(value: str, pattern: str, wanted: str, slow: str) -> str:
    """The usual form of a value by one cast, any other by the slow way."""
    return (
        f"CASE WHEN regexp_full_match({value}, {quote(pattern)})"
        f" THEN TRY_CAST({value} AS {wanted}) ELSE {slow} END"
    )


def _fitting(value: str, pattern: str, text: str, wanted: str) -> str:
    return (
        f"CASE WHEN regexp_full_match({value}, {quote(pattern)})"
        f" THEN TRY_CAST({text} AS {wanted}) END"
    )


def _part(value: str, place: int) -> str:
    """A number of a date or time."""
    pattern = (
        r"^([+-]?\d{1,10})-(\d{1,2})-(\d{1,2})(?:[ Tt](\d{1,2}):(\d{1,2})(?::(\d{1,2})"
        r"(?:\.(\d{1,9}))?)?)?"
    )
    return f"TRY_CAST(nullif(regexp_extract({value}, {quote(pattern)}, {place}), '') AS BIGINT)"


def _trimmed(value: str) -> str:
    return f"trim({value}, {quote(SPACES[1:])})"


def _day(value: str) -> str:
    """Days and months beyond their year's or month's end go on into the next."""
    year, month, day = (_part(value, n) for n in (1, 2, 3))
    return (
        f"TRY(make_date({year} + ({month} + 11) // 12 - 1, ({month} + 11) % 12 + 1, 1)"
        f" + CAST({day} - 1 AS INTEGER))"
    )


def _moment(value: str, kind: t.Type) -> str:
    hive = r"[+-]?\d{1,10}-\d{1,2}-\d{1,2}( \d{1,2}:\d{1,2}:\d{1,2}(\.\d{1,9})?)?"
    iso = r"[+-]?\d{4,10}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{0,9})?)?"
    text = _trimmed(value)
    hour, minute, second = (f"coalesce({_part(text, n)}, 0)" for n in (4, 5, 6))
    fraction = re.sub("AS BIGINT", "AS VARCHAR", _part(text, 7))
    nanos = f"CAST(rpad(coalesce({fraction}, ''), 9, '0') AS BIGINT)"
    seconds = f"(({hour} * 60 + {minute}) * 60 + {second})"
    clock = f"{seconds} * 1000000 + ({nanos} + 500000) // 1000000 * 1000"
    moment = f"TRY(CAST({_day(text)} AS TIMESTAMP) + to_microseconds({clock}))"
    return (
        f"CASE WHEN regexp_full_match({text}, {quote(hive)}) OR regexp_full_match({text},"
        f" {quote(iso)}) THEN CAST({rounded(moment, kind)} AS TIMESTAMP) END"
    )
