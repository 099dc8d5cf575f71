"""CAST and the conversions that Trino makes by itself.

Trino rounds half up where DuckDB rounds half to even, writes doubles as Java does, and reads text
strictly: ' 1', '1.5' as an integer and '2020-01-01 10:00' as a date are errors.
"""

from __future__ import annotations

import json
from typing import Any

from sqlglot import exp

from local_aws.services.athena.duck.quoting import identifier, quote
from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.notes import type_of

NODES = (exp.Cast, exp.TryCast)

_TIMESTAMP = (
    r"[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]+)?)?)?"
)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if not node.meta.get("written") and isinstance(node.this, exp.Literal):
        return _typed_literal(node.this.this, type_of(node))
    safe = isinstance(node, exp.TryCast)
    return cast_sql(emit.gen(node.this), type_of(node.this), type_of(node), safe)


def _typed_literal(text: str, kind: t.Type) -> str:
    if kind.name == "timestamp with time zone":
        return f"py_parse_zoned({quote(text)}, {kind.precision})"
    if kind.name == "timestamp":
        return f"CAST({quote(text)} AS TIMESTAMP)"
    return cast_sql(quote(text), t.VARCHAR, kind, False)


def cast_sql(sql: str, source: t.Type, target: t.Type, safe: bool) -> str:
    """The conversion of `sql`; with `safe`, NULL where it cannot be made."""
    if source == target:
        return sql
    word = "TRY_CAST" if safe else "CAST"
    wanted = t.duck_type(target)
    if source == t.UNKNOWN:
        return f"CAST({sql} AS {wanted})"
    if source.of or target.of:
        return _nested(sql, source, target, safe)
    if t.JSON in (source, target):
        return _json(sql, source, target, safe)
    if t.is_text(target):
        return sized(text_of(sql, source), target)
    if t.is_text(source):
        return _from_text(sql, target, word)
    if t.is_timestamp(target) or t.is_timestamp(source):
        return _moment(sql, source, target)
    if source.name in ("real", "double") and target.name in t.INTEGERS:
        return f"{word}(round({sql}) AS {wanted})"
    return f"{word}({sql} AS {wanted})"


def text_of(sql: str, kind: t.Type) -> str:
    """The value as Trino's CAST to varchar writes it."""
    if t.is_text(kind) or kind == t.JSON:
        return sql
    if kind.name in ("real", "double"):
        return f"trino_double_text({sql})"
    if kind.name == "decimal" and kind.precision == kind.scale:
        # The engine writes .05 where there is no digit before the point.
        return f"regexp_replace(CAST({sql} AS VARCHAR), '^(-?)[.]', '\\10.')"
    if kind.name == "timestamp":
        return f"strftime({sql}, {_format(kind.precision)}){_cut(kind.precision)}"
    if kind.name == "timestamp with time zone":
        local = f"strftime(trino_local({sql}), {_format(kind.precision)}){_cut(kind.precision)}"
        return f"{local} || ' ' || ({sql}).z"
    if kind.name == "time":
        digits = 9 + kind.precision if kind.precision else 8
        text = f"CAST({sql} AS VARCHAR)"
        point = f"CASE WHEN {text} LIKE '%.%' THEN '' ELSE '.' END"
        return f"rpad({text} || {point}, {digits}, '0')"
    if kind == t.DAY_SECOND:
        return f"trino_day_interval_text({sql})"
    if kind == t.YEAR_MONTH:
        return f"trino_year_interval_text({sql})"
    return f"CAST({sql} AS VARCHAR)"


def _format(precision: int) -> str:
    return quote("%Y-%m-%d %H:%M:%S" + (".%f" if precision else ""))


def _cut(precision: int) -> str:
    return f"[:-{7 - precision}]" if 0 < precision < 6 else ""


def sized(sql: str, target: t.Type) -> str:
    if target.name == "char":
        size = target.args[0] if target.args else 1
        return f"rpad({sql}, {size}, ' ')"
    return f"substr({sql}, 1, {target.args[0]})" if target.args else sql


_NAMES = {"integer": "INT", "real": "REAL"}


def _from_text(sql: str, target: t.Type, word: str) -> str:
    wanted = t.duck_type(target)
    name = _NAMES.get(target.name, str(target).upper())
    if target.name in t.INTEGERS:
        return f"{word}(trino_whole({sql}, '{name}') AS {wanted})"
    if target.name in ("decimal", "real", "double"):
        return f"{word}(trino_fraction({sql}, '{name}') AS {wanted})"
    if target == t.BOOLEAN:
        return f"{word}(trino_boolean({sql}) AS BOOLEAN)"
    if target == t.DATE:
        pattern = r"[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}"
        return f"{word}(trino_moment({sql}, '{pattern}', 'date') AS DATE)"
    if target.name == "timestamp":
        read = f"{word}(trino_moment({sql}, '{_TIMESTAMP}', 'timestamp') AS TIMESTAMP)"
        return rounded(read, target.precision)
    if target.name == "timestamp with time zone":
        read = f"py_parse_zoned({sql}, {target.precision})"
        return f"TRY({read})" if word == "TRY_CAST" else read
    return f"{word}({sql} AS {wanted})"


def rounded(sql: str, precision: int) -> str:
    if precision >= 6:
        return sql
    return f"trino_round_timestamp({sql}, {10 ** (6 - precision)})"


def _moment(sql: str, source: t.Type, target: t.Type) -> str:
    zoned = "timestamp with time zone"
    if source.name == zoned and target.name == zoned:
        if target.precision >= source.precision:
            return sql
        return f"struct_pack(u := {rounded(f'({sql}).u', target.precision)}, z := ({sql}).z)"
    if source.name == zoned:
        return cast_sql(f"trino_local({sql})", t.Type("timestamp", source.args), target, False)
    if target.name == zoned:
        inner = cast_sql(sql, source, t.Type("timestamp", target.args), False)
        return f"CASE WHEN ({sql}) IS NOT NULL THEN trino_utc({inner}) END"
    if target.name == "timestamp":
        if source.args and target.precision < source.precision:
            return rounded(sql, target.precision)
        return sql if source.name == "timestamp" else f"CAST({sql} AS TIMESTAMP)"
    return f"CAST({sql} AS {t.duck_type(target)})"


def _nested(sql: str, source: t.Type, target: t.Type, safe: bool) -> str:
    if t.JSON in (source, target):
        return _json(sql, source, target, safe)
    if source.name == "array":
        inner = cast_sql("cast_e", source.of[0], target.of[0], safe)
        if inner == "cast_e":
            return sql
        return f"list_transform({sql}, lambda cast_e: {inner})"
    if source.name == "map":
        return _map(sql, source, target, safe)
    values = [
        cast_sql(f"struct_extract_at({sql}, {i + 1})", a, b, safe)
        for i, (a, b) in enumerate(zip(source.of, target.of, strict=True))
    ]
    parts = ", ".join(
        f"{identifier(t.field_name(target, i))} := CAST({value} AS {t.duck_type(target.of[i])})"
        for i, value in enumerate(values)
    )
    return f"CASE WHEN ({sql}) IS NOT NULL THEN struct_pack({parts}) END"


def _map(sql: str, source: t.Type, target: t.Type, safe: bool) -> str:
    key = cast_sql("cast_m.key", source.of[0], target.of[0], safe)
    value = cast_sql("cast_m.value", source.of[1], target.of[1], safe)
    if (key, value) == ("cast_m.key", "cast_m.value"):
        return sql
    wanted = t.duck_type(target)
    return (
        f"CAST(map_from_entries(list_transform(map_entries({sql}), "
        f"lambda cast_m: struct_pack(k := {key}, v := {value}))) AS {wanted})"
    )


def _json(sql: str, source: t.Type, target: t.Type, safe: bool) -> str:
    if target == t.JSON:
        return json_text(sql, source)
    if target.of:
        shape = quote(json.dumps(_description(target)))
        read = f"py_json_cast_nested({sql}, {shape}, {quote(str(target))})"
        value = f"from_json(CAST({read} AS JSON), {quote(_shape(target))})"
    else:
        read = f"py_json_cast({sql}, {quote(str(target))})"
        value = read if target.name == "varchar" else _from_json_text(read, target)
    return f"TRY({value})" if safe else value


def _from_json_text(sql: str, target: t.Type) -> str:
    if target.name in ("date", "time"):
        return cast_sql(sql, t.VARCHAR, target, False)
    return f"CAST({sql} AS {t.duck_type(target)})"


def json_text(sql: str, kind: t.Type) -> str:
    """The value as JSON: maps by the order of their keys, fractions as Java writes them."""
    if kind.name == "array":
        item = f"coalesce({json_text('json_e', kind.of[0])}, 'null')"
        items = f"list_transform({sql}, lambda json_e: {item})"
        return f"'[' || array_to_string({items}, ',') || ']'"
    if kind.name == "map":
        return _map_text(sql, kind)
    if kind.name == "row":
        members = " || ',' || ".join(
            f"{quote(json.dumps(name or '', ensure_ascii=False) + ':')} || "
            f"coalesce({json_text(f'struct_extract_at({sql}, {i})', inner)}, 'null')"
            for i, (name, inner) in enumerate(zip(kind.fields, kind.of, strict=True), 1)
        )
        return f"CASE WHEN ({sql}) IS NOT NULL THEN '{{' || {members} || '}}' END"
    if kind.name in t.FLOATING:
        text = text_of(sql, kind)
        return f"CASE WHEN isfinite({sql}) THEN {text} ELSE '\"' || {text} || '\"' END"
    if kind == t.JSON or kind.name in (*t.INTEGERS, "decimal", "boolean", "unknown"):
        return text_of(sql, kind)
    return f"CAST(to_json({text_of(sql, kind)}) AS VARCHAR)"


def _map_text(sql: str, kind: t.Type) -> str:
    key = text_of("json_m.key", kind.of[0])
    value = f"coalesce({json_text('json_m.value', kind.of[1])}, 'null')"
    member = f"[{key}, CAST(to_json({key}) AS VARCHAR) || ':' || {value}]"
    members = f"list_sort(list_transform(map_entries({sql}), lambda json_m: {member}))"
    texts = f"list_transform({members}, lambda json_m: json_m[2])"
    return f"'{{' || array_to_string({texts}, ',') || '}}'"


def _description(kind: t.Type) -> Any:
    """The type as `duck/json_casts.py` reads it."""
    if kind.name == "row":
        fields = zip(kind.fields, kind.of, strict=True)
        return ["row", *([name, _description(inner)] for name, inner in fields)]
    return [kind.name, *map(_description, kind.of)] if kind.of else str(kind)


def _shape(kind: t.Type) -> str:
    """DuckDB's description of the structure that JSON is read into."""
    if kind.name == "array":
        return f"[{_shape(kind.of[0])}]"
    if kind.name == "row":
        inner = ",".join(
            f"{json.dumps(t.field_name(kind, i))}:{_shape(k)}" for i, k in enumerate(kind.of)
        )
        return f"{{{inner}}}"
    return json.dumps(t.duck_type(kind))
