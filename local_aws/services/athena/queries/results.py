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
    wire = _WIRE_NAMES.get(kind.name, kind.name)
    return _info(name, wire, precision, scale, kind.name in ("varchar", "char"))


def utility_info(name: str, kind: str) -> dict[str, Any]:
    """A column of SHOW or DESCRIBE: a `string`, or a `varchar` of no length."""
    return _info(name, kind, 0, 0, False)


def _info(name: str, kind: str, precision: int, scale: int, cased: bool) -> dict[str, Any]:
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
        "CaseSensitive": cased,
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
    """A line of values, all of them quoted."""
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(names)
    return buffer.getvalue().encode()


# Which of a column's numbers stand in the metadata object, as measured on Athena. It is a matter of
# the type and not of the value: Trino's JDBC driver sets them so.
_NO_NUMBERS = frozenset({"array", "map", "row", "json", "uuid", "ipaddress", "string"})
_NO_LENGTH = frozenset({"boolean", "interval day to second", "interval year to month"})


def metadata_object(
    query_id: str, columns: list[dict[str, Any]], change: tuple[str, int] | None = None
) -> bytes:
    """The protobuf beside the result: the query's id, what it changed, a message for each column.

    AWS has not published its schema; the fields are those that
    https://github.com/burtcorp/athena-jdbc (AthenaMetaDataParser) and AWS's JDBC driver read.
    `change` is Trino's update type, such as INSERT, and the number of rows.
    """
    parts = [_field(1, query_id.encode())]
    if change is not None:
        parts += [_field(2, change[0].encode()), _number(3, change[1])]
    parts += [_field(4, _column_message(column)) for column in columns]
    return b"".join(parts)


def _column_message(column: dict[str, Any]) -> bytes:
    kind = column["Type"]
    parts = [
        _field(1, column["CatalogName"].encode()),
        _field(4, column["Name"].encode()),
        _field(5, column["Label"].encode()),
        _field(6, kind.encode()),
    ]
    numbered, measured = kind not in _NO_NUMBERS, kind not in _NO_NUMBERS | _NO_LENGTH
    if measured and kind != "date":
        parts.append(_number(7, column["Precision"]))
    if measured:
        parts.append(_number(8, column["Scale"]))
    parts.append(_number(9, _UNKNOWN))
    if numbered:
        parts.append(_number(10, int(column["CaseSensitive"])))
    return b"".join(parts)


_UNKNOWN = 3  # whether the column is nullable


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


def text_object(rows: list[str]) -> bytes:
    """Rows of a statement as its object has them: no header, no newline at the end."""
    return "\n".join(rows).encode()


def text_rows(stream: BinaryIO) -> Iterator[tuple[list[str | None], int]]:
    """The rows of a statement's text, a cell each: what stands between its newlines.

    A text that ends in a newline has an empty row after it, whose place is past the end.
    """
    place = stream.tell()
    while line := stream.readline():
        place += len(line)
        yield [line.removesuffix(b"\n").decode()], place
    if place and _byte_before(stream, place) == b"\n":
        yield [""], place + 1


def _byte_before(stream: BinaryIO, place: int) -> bytes:
    stream.seek(place - 1)
    return stream.read(1)


def csv_object(header: list[str], rows: list[list[str]]) -> bytes:
    """A result that was not computed by the engine, in the same form."""
    return b"".join(map(header_line, [header, *rows]))
