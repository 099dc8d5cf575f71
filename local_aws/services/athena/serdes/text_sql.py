"""A row as a line of delimited text, in the engine's SQL: what `lazy_simple` reads back."""

from __future__ import annotations

from local_aws.services.athena.duck.quoting import identifier, quote
from local_aws.services.athena.errors import not_supported
from local_aws.services.athena.rewrites.casts import cast_sql
from local_aws.services.athena.serdes.lazy_simple import Options
from local_aws.services.athena.trino import types as t


def line(columns: list[tuple[str, t.Type]], source: str, options: Options) -> str:
    """The SQL of the line of a row of `source`."""
    parts = [_or_null(f"{source}.{identifier(n)}", k, 1, options) for n, k in columns]
    return f"concat_ws({quote(options.separators[0])}, {', '.join(parts) or quote('')})"


def _or_null(sql: str, kind: t.Type, depth: int, options: Options) -> str:
    return f"coalesce({_text(sql, kind, depth, options)}, {quote(options.null)})"


def _text(sql: str, kind: t.Type, depth: int, options: Options) -> str:
    if kind.of and depth + 1 >= len(options.separators):
        raise not_supported(f"writing {kind} as text: it is nested too deep")
    if kind.name == "array":
        return _joined(sql, _or_null(f"tx{depth}", kind.of[0], depth + 1, options), depth, options)
    if kind.name == "map":
        key = _or_null(f"tx{depth}.key", kind.of[0], depth + 2, options)
        value = _or_null(f"tx{depth}.value", kind.of[1], depth + 2, options)
        pair = f"concat_ws({quote(options.separators[depth + 1])}, {key}, {value})"
        return _joined(f"map_entries({sql})", pair, depth, options)
    if kind.name == "row":
        parts = [
            _or_null(
                f"struct_extract({sql}, {quote(t.field_name(kind, i))})", k, depth + 1, options
            )
            for i, k in enumerate(kind.of)
        ]
        joined = f"concat_ws({quote(options.separators[depth])}, {', '.join(parts)})"
        return f"CASE WHEN {sql} IS NOT NULL THEN {joined} END"
    if kind == t.VARBINARY:
        return f"to_base64({sql})"
    text = cast_sql(sql, kind, t.VARCHAR, False)
    return _escaped(text, options) if t.is_text(kind) and options.escape else text


def _joined(items: str, item: str, depth: int, options: Options) -> str:
    end = quote(options.separators[depth])
    return f"array_to_string(list_transform({items}, lambda tx{depth}: {item}), {end})"


def _escaped(text: str, options: Options) -> str:
    special = dict.fromkeys((options.escape, *options.separators))
    for char in special:
        text = f"replace({text}, {quote(char)}, {quote(options.escape + char)})"
    return text
