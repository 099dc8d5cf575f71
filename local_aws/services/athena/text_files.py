"""Text formats: delimited lines, quoted CSV, JSON lines, regular expressions; ORC by way of Arrow.

https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
"""

# ruff: noqa: ARG001 - every reader takes the table, the files, the columns and the cursor
# ruff: noqa: S608 - writing SQL is what this module does; values go through quote()
from __future__ import annotations

import gzip
import uuid
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv

from local_aws.duckdb_files import path_list
from local_aws.services.athena.duck.quoting import identifier, quote
from local_aws.services.athena.errors import QueryFailed, not_supported
from local_aws.services.athena.rewrites.casts import cast_sql
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.relations import table_columns
from local_aws.services.athena.trino.scope import Scan

if TYPE_CHECKING:
    from local_aws.services.athena.tables import DataFile

Columns = list[tuple[str, t.Type]]
Keys = list[tuple[int, str, t.Type]]
# No line holds it: the engine then reads a line as one field.
_NEVER = "\x02\x03\x02"


def select(
    kind: str,
    scan: Scan,
    files: list[DataFile],
    columns: Columns,
    keys: Keys,
    cursor: duckdb.DuckDBPyConnection,
) -> tuple[str, int]:
    """The SQL over the files, and their size: text is read whole."""
    from local_aws.services.athena.parquet_files import _hidden
    from local_aws.services.athena.tables import partition_constant

    reader = _READERS.get(kind)
    if reader is None:
        raise not_supported(f"reading {kind.upper()} (table {scan.table['Name']})")
    groups: dict[tuple[Any, ...], list[DataFile]] = defaultdict(list)
    for data_file in files:
        hidden = tuple(_hidden(scan, data_file))
        groups[tuple(data_file.values[i] for i, _, _ in keys), hidden].append(data_file)
    branches = []
    for (values, hidden), members in groups.items():
        items, source = reader(scan.table, members, columns, cursor)
        constants = [
            f"{partition_constant(v, k)} AS {identifier(n)}"
            for v, (_, n, k) in zip(values, keys, strict=True)
        ]
        listed = ", ".join([*items, *constants, *hidden]) or "1 AS one"
        branches.append(f"SELECT {listed} FROM {source}")
    return " UNION ALL ".join(branches), sum(f.size for f in files)


def _serde(table: dict[str, Any]) -> dict[str, str]:
    info = (table.get("StorageDescriptor") or {}).get("SerdeInfo") or {}
    return info.get("Parameters") or {}


def _skip(table: dict[str, Any]) -> int:
    return int((table.get("Parameters") or {}).get("skip.header.line.count") or 0)


def _lines(table: dict[str, Any], files: list[DataFile]) -> str:
    paths = path_list(f.path for f in files)
    return (
        f"read_csv({paths}, columns={{'line': 'VARCHAR'}}, delim={quote(_NEVER)},"
        f" quote='', escape='', header=false, skip={_skip(table)}, auto_detect=false,"
        f" nullstr={quote(_NEVER[:2])}, max_line_size=8388608, buffer_size=16777216)"
    )


def _positions(table: dict[str, Any]) -> dict[str, int]:
    return {name: i for i, (name, _, _) in enumerate(table_columns(table), 1)}


# --- LazySimpleSerDe


def _delimited(
    table: dict[str, Any], files: list[DataFile], columns: Columns, cursor: Any
) -> tuple[list[str], str]:
    serde = _serde(table)
    delimiter = serde.get("field.delim") or serde.get("serialization.format") or "\x01"
    delimiter = "\x01" if delimiter == "1" else delimiter
    escape = serde.get("escape.delim")
    fields = f"string_split(line, {quote(delimiter)})"
    if escape:
        escaped = f"py_split_escaped(line, {quote(delimiter)}, {quote(escape)})"
        fields = f"CASE WHEN contains(line, {quote(escape)}) THEN {escaped} ELSE {fields} END"
    place = _positions(table)
    items = [f"{_lazy(f'fields[{place[n]}]', k, serde)} AS {identifier(n)}" for n, k in columns]
    return items, f"(SELECT {fields} AS fields FROM {_lines(table, files)})"


def _lazy(sql: str, kind: t.Type, serde: dict[str, str]) -> str:
    """A field as Hive's lazy types read it: NULL for what they cannot read."""
    null = serde.get("serialization.null.format", "\\N")
    value = f"nullif({sql}, {quote(null)})"
    items = serde.get("collection.delim") or serde.get("colelction.delim") or "\x02"
    if kind.name == "array":
        inner = _lazy("lz", kind.of[0], serde)
        split = f"list_transform(string_split({value}, {quote(items)}), lambda lz: {inner})"
        return f"CASE WHEN {value} = '' THEN [] ELSE {split} END"
    if kind.name == "map":
        key_end = serde.get("mapkey.delim") or "\x03"
        pair = f"string_split(lz, {quote(key_end)})"
        entry = (
            f"struct_pack(k := {_lazy(pair + '[1]', kind.of[0], serde)},"
            f" v := {_lazy(pair + '[2]', kind.of[1], serde)})"
        )
        pairs = f"string_split({value}, {quote(items)})"
        return f"map_from_entries(list_transform({pairs}, lambda lz: {entry}))"
    if kind.name == "row":
        parts = f"string_split({value}, {quote(items)})"
        fields = ", ".join(
            f"{identifier(t.field_name(kind, i))} := {_lazy(f'{parts}[{i + 1}]', k, serde)}"
            for i, k in enumerate(kind.of)
        )
        return f"CASE WHEN {value} IS NOT NULL THEN struct_pack({fields}) END"
    if kind == t.BOOLEAN:
        return f"CASE lower({value}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    if kind == t.VARBINARY:
        return f"from_base64({value})"
    return cast_sql(value, t.VARCHAR, kind, safe=True)


# --- OpenCSVSerde


def _quoted(
    table: dict[str, Any], files: list[DataFile], columns: Columns, cursor: Any
) -> tuple[list[str], str]:
    serde = _serde(table)
    names = [name for name, _, partition in table_columns(table) if not partition]
    parse = pa_csv.ParseOptions(
        delimiter=serde.get("separatorChar", ","),
        quote_char=serde.get("quoteChar", '"'),
        escape_char=serde.get("escapeChar", "\\"),
        double_quote=True,
        newlines_in_values=False,
    )
    read = pa_csv.ReadOptions(column_names=names, skip_rows=_skip(table))
    convert = pa_csv.ConvertOptions(
        column_types={n: pa.string() for n in names}, strings_can_be_null=False
    )
    try:
        parts = [_read_csv(f, read, parse, convert) for f in files]
    except pa.ArrowInvalid as error:
        raise QueryFailed("HIVE_BAD_DATA", f"Error reading CSV: {error}") from error
    source = _registered(pa.concat_tables(parts), cursor)
    items = [
        f"{cast_sql(identifier(n), t.VARCHAR, k, False)} AS {identifier(n)}" for n, k in columns
    ]
    return items, source


def _read_csv(data_file: DataFile, read: Any, parse: Any, convert: Any) -> Any:
    if data_file.path.endswith(".gz"):
        with gzip.open(data_file.path) as stream:
            return pa_csv.read_csv(stream, read, parse, convert)
    return pa_csv.read_csv(data_file.path, read, parse, convert)


def _registered(table: Any, cursor: Any) -> str:
    name = f"t_{uuid.uuid4().hex}"
    cursor.register(name, table)
    return name


# --- JSON, regular expressions, ORC


def _json(
    table: dict[str, Any], files: list[DataFile], columns: Columns, cursor: Any
) -> tuple[list[str], str]:
    from local_aws.services.athena.rewrites.casts import _shape

    items = []
    for name, kind in columns:
        if kind == t.VARCHAR:
            # A string column keeps an object or an array as its text.
            path = quote(f"$.{name}")
            value = f"coalesce(py_json_scalar(line, {path}), py_json_extract(line, {path}))"
            items.append(f"nullif({value}, 'null') AS {identifier(name)}")
            continue
        shape = quote(f'{{"{name}":{_shape(kind)}}}')
        items.append(f"json_transform(line, {shape}).{identifier(name)} AS {identifier(name)}")
    return items, f"(SELECT * FROM {_lines(table, files)} WHERE trim(line) <> '')"


def _regex(
    table: dict[str, Any], files: list[DataFile], columns: Columns, cursor: Any
) -> tuple[list[str], str]:
    pattern = _serde(table).get("input.regex", "")
    place = _positions(table)
    items = [
        f"{cast_sql(f'fields[{place[n]}]', t.VARCHAR, k, True)} AS {identifier(n)}"
        for n, k in columns
    ]
    return (
        items,
        f"(SELECT py_row_groups(line, {quote(pattern)}) AS fields FROM {_lines(table, files)})",
    )


def _orc(
    table: dict[str, Any], files: list[DataFile], columns: Columns, cursor: Any
) -> tuple[list[str], str]:
    from pyarrow import orc

    parts = [orc.read_table(f.path) for f in files]
    source = _registered(pa.concat_tables(parts, promote_options="default"), cursor)
    known = {n.lower(): n for n in parts[0].column_names}
    items = []
    for name, kind in columns:
        value = identifier(known[name]) if name in known else "NULL"
        items.append(f"CAST({value} AS {t.duck_type(kind)}) AS {identifier(name)}")
    return items, source


_READERS = {"text": _delimited, "opencsv": _quoted, "json": _json, "regex": _regex, "orc": _orc}
