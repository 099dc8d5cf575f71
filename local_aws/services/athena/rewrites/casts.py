"""CAST and the conversions that Trino makes by itself.

Trino rounds half up where DuckDB rounds half to even, writes doubles as Java does, and reads text
strictly: ' 1', '1.5' as an integer and '2020-01-01 10:00' as a date are errors.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlglot import exp

from local_aws.services.athena.duck.quoting import identifier, quote
from local_aws.services.athena.errors import not_supported
from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.notes import type_of

NODES = (exp.Cast, exp.TryCast)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    if not node.meta.get("written") and isinstance(node.this, exp.Literal):
        return _typed_literal(node.this.this, type_of(node))
    safe = isinstance(node, exp.TryCast)
    return cast_sql(emit.gen(node.this), type_of(node.this), type_of(node), safe)


def _typed_literal(text: str, kind: t.Type) -> str:
    """The front end has read it: it is a literal of the engine's, where that reads alike."""
    if t.has_nanoseconds(kind) and kind.name != "timestamp":
        raise not_supported(f"a literal of {kind}")
    if kind.name == "timestamp with time zone":
        return f"py_parse_zoned({quote(text)}, {kind.precision})"
    if kind.name == "decimal":
        return f"CAST({quote(text)} AS {t.duck_type(kind)})"
    if kind.name in ("date", "time", "timestamp"):
        return f"{t.duck_type(kind)} {quote(text.strip())}"
    return cast_sql(quote(text), t.VARCHAR, kind, False)


def cast_sql(sql: str, source: t.Type, target: t.Type, safe: bool) -> str:
    """The conversion of `sql`; with `safe`, NULL where it cannot be made."""
    if source == target:
        return sql
    if source == t.UNKNOWN:
        return f"CAST({sql} AS {t.duck_type(target)})"
    if safe and (source.of or target.of):
        # One element that cannot be converted makes the whole NULL.
        return _tried(sql, lambda value: _nested(value, source, target, False))
    if source.of or target.of:
        return _nested(sql, source, target, safe)
    word = "TRY_CAST" if safe else "CAST"
    if t.JSON in (source, target):
        return _json(sql, source, target, safe)
    converted = _scalar(sql, source, target, word)
    # Anything can be written as text of any length.
    if not safe or converted.startswith("TRY_CAST(") or target == t.VARCHAR:
        return converted
    return _tried(sql, lambda value: _scalar(value, source, target, word))


def _tried(sql: str, convert: Callable[[str], str]) -> str:
    """The conversion, or NULL. TRY_CAST forgives the outermost one only: the value stays outside.

    In a lambda the engine does not see what a conversion repeats: it would work that out before
    the TRY. Nor does it take a window into a TRY.
    """
    return f"list_transform([{sql}], lambda tried: TRY({convert('tried')}))[1]"


def _scalar(sql: str, source: t.Type, target: t.Type, word: str) -> str:
    if t.is_text(target):
        return sized(text_of(sql, source), source, target)
    if t.is_text(source):
        return _from_text(f"rtrim({sql}, ' ')" if source.name == "char" else sql, target, word)
    if target == t.VARBINARY:
        return f"unhex(replace(CAST({sql} AS VARCHAR), '-', ''))"
    if source == t.VARBINARY:
        return f"trino_uuid_of({sql})"
    if source.name in _MOMENTS:
        return _moment(sql, source, target)
    return _number(sql, source, target, word)


_MOMENTS = ("date", "time", "timestamp", "timestamp with time zone")


def _number(sql: str, source: t.Type, target: t.Type, word: str) -> str:
    wanted = t.duck_type(target)
    if source.name not in t.FLOATING:
        return f"{word}({sql} AS {wanted})"
    if target.name in t.INTEGERS:
        return f"{word}(round({sql}) AS {wanted})"
    if target == t.REAL:
        return f"trino_real_of({sql})"
    if target.name == "decimal":
        # By way of its digits: 1.005 is 1.01 to two places, though a little less in binary.
        whole = target.precision - target.scale
        name = f"{source.name.upper()} ''' || {text_of(sql, source)} || ''' to {_decimal(target)}"
        return (
            f"{word}(CASE WHEN NOT abs({sql}) < 1e{whole} "
            f"THEN '<<INVALID_CAST_ARGUMENT: Cannot cast {name}>>' "
            f"ELSE {text_of(sql, source)} END AS {wanted})"
        )
    return f"{word}({sql} AS {wanted})"


def _decimal(kind: t.Type) -> str:
    return f"DECIMAL({kind.precision}, {kind.scale})"


def text_of(sql: str, kind: t.Type) -> str:
    """The value as Trino's CAST to varchar writes it."""
    if t.is_text(kind) or kind == t.JSON:
        return sql
    if kind.name in t.FLOATING:
        return f"trino_{kind.name}_text({sql})"
    if kind.name == "decimal" and kind.precision == kind.scale:
        # The engine writes .05 where there is no digit before the point.
        return f"regexp_replace(CAST({sql} AS VARCHAR), '^(-?)[.]', '\\10.')"
    if kind == t.DATE:
        return f"trino_date_text({sql})"
    if t.has_nanoseconds(kind):
        moment = sql if kind.name == "timestamp" else f"({sql}).u"
        zone = "NULL" if kind.name == "timestamp" else f"({sql}).z"
        return f"trino_nano_text({moment}, {zone}, {kind.precision})"
    if kind.name == "timestamp":
        return _timestamp_text(sql, kind.precision)
    if kind.name == "timestamp with time zone":
        return f"{_timestamp_text(f'trino_local({sql})', kind.precision)} || ' ' || ({sql}).z"
    if kind.name == "time":
        digits = 9 + kind.precision if kind.precision else 8
        return f"strftime(DATE '1970-01-01' + ({sql}), '%H:%M:%S.%f')[:{digits}]"
    if kind == t.DAY_SECOND:
        return f"trino_day_interval_text({sql})"
    if kind == t.YEAR_MONTH:
        return f"trino_year_interval_text({sql})"
    return f"CAST({sql} AS VARCHAR)"


def _timestamp_text(sql: str, precision: int) -> str:
    clock = quote("%H:%M:%S" + (".%f" if precision else ""))
    cut = f"[:-{7 - precision}]" if 0 < precision < 6 else ""
    return f"trino_date_text(CAST({sql} AS DATE)) || ' ' || strftime({sql}, {clock}){cut}"


def sized(text: str, source: t.Type, target: t.Type) -> str:
    if target.name == "char":
        return text if target == t.LONGEST_CHAR else f"rpad({text}, {target.args[0]}, ' ')"
    if not target.args:
        return text
    if not t.is_text(source):
        return f"trino_represented({text}, {target.args[0]})"
    fits = bool(source.args) and source.args[0] <= target.args[0]
    return text if fits else f"substr({text}, 1, {target.args[0]})"


def _from_text(sql: str, target: t.Type, word: str) -> str:
    wanted = t.duck_type(target)
    if target.name in t.INTEGERS:
        name = "INT" if target == t.INTEGER else target.name.upper()
        return f"{word}(trino_whole({sql}, '{name}') AS {wanted})"
    if target.name in t.FLOATING:
        return f"{word}(trino_fraction({sql}, '{target.name.upper()}') AS {wanted})"
    if target.name == "decimal":
        return f"{word}(trino_decimal({sql}, '{_decimal(target)}') AS {wanted})"
    if target == t.VARBINARY:
        return f"encode({sql})"
    if t.has_nanoseconds(target):
        return _from_text_to_nanoseconds(sql, target)
    if target.name == "timestamp with time zone":
        return f"py_parse_zoned({sql}, {target.precision})"
    if target.name in ("timestamp", "time"):
        return rounded(f"trino_{target.name}_of({sql})", target)
    return f"{word}(trino_{target.name}({sql}) AS {wanted})"


def _from_text_to_nanoseconds(sql: str, target: t.Type) -> str:
    if target.name != "timestamp":
        raise not_supported(f"a cast of text to {target}")
    return f"trino_round_nanos(trino_nanos_of({sql}), {10 ** (9 - target.precision)})"


def rounded(sql: str, kind: t.Type) -> str:
    """A moment rounded to its type's digits."""
    if kind.precision >= 6:
        return sql
    return f"trino_round_{kind.name.split()[0]}({sql}, {10 ** (6 - kind.precision)})"


def _moment(sql: str, source: t.Type, target: t.Type) -> str:
    zoned = "timestamp with time zone"
    if t.has_nanoseconds(source) or t.has_nanoseconds(target):
        return _nanoseconds(sql, source, target)
    if source.name == zoned and target.name == zoned:
        if target.precision >= source.precision:
            return sql
        return f"struct_pack(u := {rounded(f'({sql}).u', target)}, z := ({sql}).z)"
    if source.name == zoned:
        return cast_sql(f"trino_local({sql})", t.Type("timestamp", source.args), target, False)
    if target.name == zoned:
        inner = cast_sql(sql, source, t.Type("timestamp", target.args), False)
        return f"CASE WHEN ({sql}) IS NOT NULL THEN trino_utc({inner}) END"
    if source.name == "time" and target.name == "timestamp":
        return f"(CAST(trino_now() AS DATE) + {sql})"
    converted = sql if source.name == target.name else f"CAST({sql} AS {t.duck_type(target)})"
    finer = bool(source.args and target.args) and target.precision < source.precision
    return rounded(converted, target) if finer else converted


def _nanoseconds(sql: str, source: t.Type, target: t.Type) -> str:
    """Between timestamps of which one has nanoseconds, and from such to dates and times."""
    from_zone, to_zone = (k.name == "timestamp with time zone" for k in (source, target))
    inner = f"({sql}).u" if from_zone else sql
    if not t.is_timestamp(target):
        whole = f"CAST({inner} AS TIMESTAMP)"
        whole = f"struct_pack(u := {whole}, z := ({sql}).z)" if from_zone else whole
        return _moment(whole, t.Type(source.name, (6,)), target)
    if from_zone and not to_zone:
        raise not_supported(f"a cast of {source} to {target}")
    finer = bool(source.args) and source.precision > target.precision
    if finer:
        inner = f"trino_round_nanos({inner}, {10 ** (9 - target.precision)})"
    wanted = "TIMESTAMP_NS" if t.has_nanoseconds(target) else "TIMESTAMP"
    inner = f"CAST({inner} AS {wanted})"
    if not to_zone:
        return inner
    zone = f"({sql}).z" if from_zone else "'UTC'"
    return f"CASE WHEN ({sql}) IS NOT NULL THEN struct_pack(u := {inner}, z := {zone}) END"


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
    if safe:
        return _tried(sql, lambda value: _json(value, source, target, False))
    if target == t.JSON:
        return json_text(sql, source)
    if target.of:
        shape = quote(json.dumps(_description(target)))
        read = f"py_json_cast_nested({sql}, {shape}, {quote(str(target))})"
        value = f"from_json(CAST({read} AS JSON), {quote(_shape(target))})"
    else:
        read = f"py_json_cast({sql}, {quote(str(target))})"
        value = read if target.name == "varchar" else _from_json_text(read, target)
    return value


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
