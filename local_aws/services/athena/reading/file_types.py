"""Columns of typed files as the table declares them: which types Athena reads as which others."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from local_aws.services.athena.duck.quoting import identifier, quote
from local_aws.services.athena.rewrites.casts import rounded
from local_aws.services.athena.trino import types as t

_WIDTHS = {"tinyint": 1, "smallint": 2, "integer": 4, "bigint": 8}
_BYTES = {"int8": 1, "int16": 2, "int32": 4, "int64": 8, "uint8": 2, "uint16": 4, "uint32": 8}


def read_as(sql: str, found: Any, kind: t.Type) -> str | None:
    """The engine's SQL of a file's value as the column's type; None where Athena refuses it."""
    if pa.types.is_dictionary(found):
        return read_as(sql, found.value_type, kind)
    if pa.types.is_null(found):
        return f"CAST(NULL AS {t.duck_type(kind)})"
    if kind.of:
        return _nested(sql, found, kind)
    if kind.name in ("varchar", "char"):
        return _text(sql, found, kind)
    if kind.name == "timestamp":
        return _moment(sql, found, kind)
    if kind.name == "varbinary":
        return _bytes(sql, found)
    return _scalar(sql, found, kind)


def _scalar(sql: str, found: Any, kind: t.Type) -> str | None:
    wanted = t.duck_type(kind)
    if kind.name == "decimal" and pa.types.is_decimal(found):
        same = (found.precision, found.scale) == kind.args
        return sql if same else f"CAST({sql} AS {wanted})"
    size = _BYTES.get(str(found))
    if size is not None:
        if kind.name in _WIDTHS:
            # Parquet keeps small integers in 32 bits: a tinyint column may well say int32.
            fits = _WIDTHS[kind.name] >= size or str(found) == "int32"
            return _cast(sql, wanted, str(found) == _ARROW[kind.name]) if fits else None
        return f"CAST({sql} AS {wanted})" if kind.name in ("decimal", "double", "real") else None
    if pa.types.is_float32(found):
        return _cast(sql, wanted, kind.name == "real") if kind.name in t.FLOATING else None
    if pa.types.is_float64(found):
        return sql if kind.name == "double" else None
    if pa.types.is_decimal(found):
        return f"CAST({sql} AS {wanted})" if kind.name in ("double", "real") else None
    if pa.types.is_boolean(found):
        return sql if kind == t.BOOLEAN else None
    if pa.types.is_date(found):
        return sql if kind == t.DATE else None
    return None


_ARROW = {"tinyint": "int8", "smallint": "int16", "integer": "int32", "bigint": "int64"}


def _cast(sql: str, wanted: str, same: bool) -> str:
    return sql if same else f"CAST({sql} AS {wanted})"


def _text(sql: str, found: Any, kind: t.Type) -> str | None:
    if not _is_text(found) and not _is_bytes(found):
        return None
    text = sql if _is_text(found) else f"decode({sql})"
    if not kind.args:
        return text
    cut = f"substr({text}, 1, {kind.args[0]})"
    return cut if kind.name == "varchar" else f"rpad(rtrim({cut}, ' '), {kind.args[0]}, ' ')"


def _bytes(sql: str, found: Any) -> str | None:
    if _is_text(found):
        return f"encode({sql})"
    return sql if _is_bytes(found) or pa.types.is_fixed_size_binary(found) else None


def _is_text(found: Any) -> bool:
    """Arrow has three layouts of text in memory, and a file names the one that wrote it."""
    is_view: bool = pa.types.is_string_view(found)
    return is_view or pa.types.is_string(found) or pa.types.is_large_string(found)


def _is_bytes(found: Any) -> bool:
    is_view: bool = pa.types.is_binary_view(found)
    return is_view or pa.types.is_binary(found) or pa.types.is_large_binary(found)


def _moment(sql: str, found: Any, kind: t.Type) -> str | None:
    """Athena's timestamps of Hive tables have milliseconds."""
    if not pa.types.is_timestamp(found):
        return None
    plain = f"CAST({sql} AS TIMESTAMP)" if found.tz or found.unit != "us" else sql
    return plain if found.unit in ("s", "ms") else rounded(plain, kind)


def _nested(sql: str, found: Any, kind: t.Type) -> str | None:
    if kind.name == "array" and (pa.types.is_list(found) or pa.types.is_large_list(found)):
        return _array(sql, found, kind)
    if kind.name == "map" and pa.types.is_map(found):
        return _map(sql, found, kind)
    if kind.name == "row" and pa.types.is_struct(found):
        return _row(sql, found, kind)
    return None


def _array(sql: str, found: Any, kind: t.Type) -> str | None:
    name = f"file_e{_depth(kind)}"
    inner = read_as(name, found.value_type, kind.of[0])
    if inner is None:
        return None
    return sql if inner == name else f"list_transform({sql}, lambda {name}: {inner})"


def _depth(kind: t.Type) -> int:
    return 1 + max((_depth(inner) for inner in kind.of), default=0)


def _map(sql: str, found: Any, kind: t.Type) -> str | None:
    name = f"file_m{_depth(kind)}"
    key = read_as(f"{name}.key", found.key_type, kind.of[0])
    value = read_as(f"{name}.value", found.item_type, kind.of[1])
    if key is None or value is None:
        return None
    if (key, value) == (f"{name}.key", f"{name}.value"):
        return sql
    entries = (
        f"list_transform(map_entries({sql}), lambda {name}: struct_pack(k := {key}, v := {value}))"
    )
    return f"CAST(map_from_entries({entries}) AS {t.duck_type(kind)})"


def _row(sql: str, found: Any, kind: t.Type) -> str | None:
    """Fields by name; one that the file does not have is NULL."""
    known = {found.field(i).name.lower(): found.field(i) for i in range(found.num_fields)}
    parts, same = [], found.num_fields == len(kind.of)
    for index, inner in enumerate(kind.of):
        name = t.field_name(kind, index)
        field = known.get(name.lower())
        if field is None:
            parts.append(f"{identifier(name)} := CAST(NULL AS {t.duck_type(inner)})")
            same = False
            continue
        source = f"struct_extract({sql}, {quote(field.name)})"
        value = read_as(source, field.type, inner)
        if value is None:
            return None
        same = same and value == source and found.field(index).name == name
        parts.append(f"{identifier(name)} := {value}")
    if same:
        return sql
    return f"CASE WHEN ({sql}) IS NOT NULL THEN struct_pack({', '.join(parts)}) END"
