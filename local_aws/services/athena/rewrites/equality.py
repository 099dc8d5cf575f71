"""Equality and order of values that hold others, in Trino's three-valued logic.

``ARRAY[1, NULL] = ARRAY[1, NULL]`` is NULL on Trino and true on DuckDB; so with rows and maps. Maps
are equal whatever the order of their entries. NaN is equal to nothing. What is not known to be
equal cannot be put in order either: Trino fails where it meets a NULL.
"""

from __future__ import annotations

from local_aws.services.athena.trino.types import FLOATING, Type


def is_simple(kind: Type) -> bool:
    """Whether the engine's own `=` and `<` are Trino's."""
    return not kind.of and kind.name not in (*FLOATING, "timestamp with time zone")


def equal_sql(a: str, b: str, kind: Type, depth: int = 0) -> str:
    """`a = b`: true, false or NULL."""
    if kind.name == "array":
        return _equal_arrays(a, b, kind, depth)
    if kind.name == "map":
        return _equal_maps(a, b, kind, depth)
    if kind.name == "row":
        return _equal_rows(a, b, kind, depth)
    if kind.name == "timestamp with time zone":
        return f"(({a}).u = ({b}).u)"
    if kind.name in FLOATING:
        return f"({a} = {b} AND NOT isnan({a}))"
    return f"({a} = {b})"


def _equal_arrays(a: str, b: str, kind: Type, depth: int) -> str:
    pair = f"pair_{depth}"
    equal = equal_sql(f"{pair}[1]", f"{pair}[2]", kind.of[0], depth + 1)
    return (
        f"(CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL WHEN len({a}) <> len({b}) THEN false"
        f" ELSE trino_all(list_transform(list_zip({a}, {b}), lambda {pair}: {equal})) END)"
    )


def _equal_maps(a: str, b: str, kind: Type, depth: int) -> str:
    entry = f"pair_{depth}"
    equal = equal_sql(f"{entry}.value", f"({b})[{entry}.key]", kind.of[1], depth + 1)
    same = f"CASE WHEN map_contains({b}, {entry}.key) THEN {equal} ELSE false END"
    return (
        f"(CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL"
        f" WHEN cardinality({a}) <> cardinality({b}) THEN false"
        f" ELSE trino_all(list_transform(map_entries({a}), lambda {entry}: {same})) END)"
    )


def _equal_rows(a: str, b: str, kind: Type, depth: int) -> str:
    parts = [
        equal_sql(f"struct_extract_at({a}, {i})", f"struct_extract_at({b}, {i})", inner, depth)
        for i, inner in enumerate(kind.of, 1)
    ]
    return f"({' AND '.join(parts)})"


def has_forms(kind: Type) -> bool:
    """Whether equal values of the type need not be the same to the engine: maps with their entries
    in another order, moments in another zone, and what holds them."""
    return kind.name in ("map", "timestamp with time zone") or any(map(has_forms, kind.of))


def form_sql(sql: str, kind: Type, depth: int = 0) -> str:
    """The form that stands for all values equal to this one, to group and to tell apart by."""
    if not has_forms(kind):
        return sql
    if kind.name == "timestamp with time zone":
        return f"({sql}).u"
    part = f"form_{depth}"
    if kind.name == "array":
        return f"list_transform({sql}, lambda {part}: {form_sql(part, kind.of[0], depth + 1)})"
    if kind.name == "map":
        key, value = (
            form_sql(f"{part}.{name}", inner, depth + 1)
            for name, inner in zip(("key", "value"), kind.of, strict=True)
        )
        entry = f"struct_pack(k := {key}, v := {value})"
        return f"list_sort(list_transform(map_entries({sql}), lambda {part}: {entry}))"
    fields = ", ".join(
        f"f{i} := {form_sql(f'struct_extract_at({sql}, {i})', inner, depth)}"
        for i, inner in enumerate(kind.of, 1)
    )
    return f"CASE WHEN {sql} IS NOT NULL THEN struct_pack({fields}) END"


def order_sql(a: str, operator: str, b: str, kind: Type) -> str:
    """`a < b` of arrays and rows; a failure where a NULL decides."""
    if kind.name == "array":
        return f"(trino_array_order({a}, {b}) AND {a} {operator} {b})"
    fields = [
        (f"struct_extract_at({a}, {i})", f"struct_extract_at({b}, {i})")
        for i in range(1, len(kind.of) + 1)
    ]
    x, y = fields[-1]
    ordered = f"{x} {operator} {y}"
    for x, y in reversed(fields[:-1]):
        ordered = f"({x} {operator[0]} {y} OR ({x} = {y} AND {ordered}))"
    return f"trino_row_order({a} IS NULL OR {b} IS NULL, ({ordered}))"
