"""Result objects: the CSV of a query, its metadata beside it, text of statements, and their pages.

Every value and the header are quoted, NULL is bare, lines end in LF.
https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
"""

# ruff: noqa: S608 - writing SQL is what this module does; values go through quote()
from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import duckdb

from local_aws.services.athena.duck.quoting import quote
from local_aws.services.athena.rewrites.casts import text_of
from local_aws.services.athena.trino import types as t

Column = tuple[str, t.Type]

_PRECISION = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19, "real": 17, "double": 17}
_PRECISION |= {"varbinary": 1073741824}
_WIRE_NAMES = {"real": "float"}


def column_info(name: str, kind: t.Type) -> dict[str, Any]:
    """A column as ResultSetMetadata has it."""
    precision, scale = _PRECISION.get(kind.name, 0), 0
    if kind.name == "decimal":
        precision, scale = kind.args
    elif kind.name in ("varchar", "char"):
        precision = kind.args[0] if kind.args else 2147483647
    elif kind.name.startswith("time"):
        precision = 3
    return _info(name, _WIRE_NAMES.get(kind.name, kind.name), precision, scale)


def string_info(name: str) -> dict[str, Any]:
    """A column of SHOW or DESCRIBE."""
    return _info(name, "string", 0, 0)


def _info(name: str, kind: str, precision: int, scale: int) -> dict[str, Any]:
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": kind,
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": kind in ("varchar", "char", "string"),
    }


def result_text(sql: str, kind: t.Type) -> str:
    """The value as the result file writes it."""
    if kind.name == "array":
        item = f"coalesce({result_text('rt', kind.of[0])}, 'null')"
        return f"'[' || array_to_string(list_transform({sql}, lambda rt: {item}), ', ') || ']'"
    if kind.name == "map":
        key, value = result_text("rt.key", kind.of[0]), result_text("rt.value", kind.of[1])
        entry = f"{key} || '=' || coalesce({value}, 'null')"
        entries = f"list_transform(map_entries({sql}), lambda rt: {entry})"
        return f"'{{' || array_to_string({entries}, ', ') || '}}'"
    if kind.name == "row":
        return _row_text(sql, kind)
    if kind == t.VARBINARY:
        return f"rtrim(regexp_replace(lower(hex({sql})), '(..)', '\\1 ', 'g'))"
    return text_of(sql, kind)


def _row_text(sql: str, kind: t.Type) -> str:
    parts = []
    for index, (name, inner) in enumerate(zip(kind.fields, kind.of, strict=True)):
        value = f"coalesce({result_text(f'struct_extract_at({sql}, {index + 1})', inner)}, 'null')"
        parts.append(f"{quote(name + '=')} || {value}" if name else value)
    joined = " || ', ' || ".join(parts)
    return f"CASE WHEN ({sql}) IS NOT NULL THEN '{{' || {joined} || '}}' END"


def write_csv(
    cursor: duckdb.DuckDBPyConnection, sql: str, columns: list[Column], target: Path
) -> int:
    """Runs the query into a file; the number of its rows. The file appears whole."""
    names = [f"q{i}" for i in range(len(columns))]
    items = ", ".join(
        f"{result_text(f'q.{n}', kind)} AS {n}" for n, (_, kind) in zip(names, columns, strict=True)
    )
    body = target.with_name(target.name + ".part")
    rows = cursor.execute(
        f"COPY (SELECT {items} FROM ({sql}) AS q({', '.join(names)})) TO {quote(str(body))} "
        "(FORMAT csv, HEADER false, FORCE_QUOTE *, NULL '', QUOTE '\"', ESCAPE '\"')"
    ).fetchone()
    whole = target.with_name(target.name + ".whole")
    with whole.open("wb") as out, body.open("rb") as part:
        out.write(header_line([name for name, _ in columns]))
        shutil.copyfileobj(part, out)
    body.unlink()
    whole.replace(target)
    return int(rows[0]) if rows else 0


def header_line(names: list[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(names)
    return buffer.getvalue().encode()


def metadata_object(query_id: str, columns: list[dict[str, Any]]) -> bytes:
    """The protobuf beside the result: the query's id, then a message for each column."""
    parts = [_field(1, query_id.encode())]
    for column in columns:
        body = b"".join(
            (
                _field(1, column["CatalogName"].encode()),
                _field(4, column["Name"].encode()),
                _field(5, column["Label"].encode()),
                _field(6, column["Type"].encode()),
                _number(7, column["Precision"]),
                _number(8, column["Scale"]),
                _number(9, 3),
                _number(10, int(column["CaseSensitive"])),
            )
        )
        parts.append(_field(4, body))
    return b"".join(parts)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


_CELL = re.compile(rb'"((?:[^"]|"")*)"|([^,\n]*)')


def csv_rows(stream: BinaryIO) -> Iterator[tuple[list[str | None], int]]:
    """Rows from the stream's place on, each with the place after it."""
    while True:
        line = stream.readline()
        if not line:
            return
        while line.count(b'"') % 2:
            line += stream.readline()
        yield _cells(line.removesuffix(b"\n")), stream.tell()


def _cells(line: bytes) -> list[str | None]:
    cells: list[str | None] = []
    index = 0
    while index <= len(line):
        found = _CELL.match(line, index)
        assert found is not None
        quoted = found[1]
        cells.append(None if quoted is None else quoted.replace(b'""', b'"').decode())
        index = found.end() + 1
    return cells


def text_rows(stream: BinaryIO) -> Iterator[tuple[list[str | None], int]]:
    """The lines of a statement's text, a cell each."""
    while line := stream.readline():
        yield [line.removesuffix(b"\n").decode()], stream.tell()
