"""contains, array_position, array_remove and arrays_overlap of elements that are no plain values:
rows, arrays, maps, doubles, zoned timestamps.

They compare by Trino's `=`, and refuse an element in which a NULL keeps the answer unknown. Plain
elements take the engine's own functions, by the templates in functions/array.txt.
"""

from __future__ import annotations

from sqlglot import exp

from local_aws.services.athena.rewrites.base import Emit
from local_aws.services.athena.rewrites.equality import equal_sql, form_sql, has_forms, is_simple
from local_aws.services.athena.trino.types import FLOATING, Type

NODES = (exp.Anonymous,)


def rewrite(node: exp.Expression, emit: Emit) -> str | None:
    name = node.name.lower()
    if name not in ("contains", "array_position", "array_remove", "arrays_overlap"):
        return None
    kind: Type = node.meta["params"][0].of[0]
    if is_simple(kind):
        return None
    array, other = (emit.gen(arg) for arg in node.meta["args"])
    if name == "arrays_overlap":
        return _overlap(array, other, kind)
    return _FORMS[name](array, other, _test(name, other, kind))


def _test(name: str, value: str, kind: Type, element: str = "member_e") -> str:
    equal = equal_sql(element, value, kind)
    if kind.name not in FLOATING and kind.of:
        equal = f"trino_known({equal}, '{name}')"
    return f"CASE WHEN {element} IS NOT NULL THEN {equal} END"


def _contains(array: str, value: str, test: str) -> str:
    tests = f"list_transform({array}, lambda member_e: {test})"
    return f"CASE WHEN {value} IS NOT NULL THEN trino_any({tests}) END"


def _position(array: str, value: str, test: str) -> str:
    tests = f"list_transform({array}, lambda member_e: {test})"
    place = f"coalesce(list_position({tests}, true), 0)"
    return (
        f"CAST(CASE WHEN ({array}) IS NOT NULL AND {value} IS NOT NULL THEN {place} END AS BIGINT)"
    )


def _remove(array: str, value: str, test: str) -> str:
    kept = f"list_filter({array}, lambda member_e: ({test}) IS NOT true)"
    return f"CASE WHEN {value} IS NOT NULL THEN {kept} END"


def _overlap(left: str, right: str, kind: Type) -> str:
    """Trino looks for the elements that are not distinct, and for NULLs when there is none."""
    if not has_forms(kind):
        return f"trino_overlap({left}, {right})"
    form = form_sql("member_e", kind)
    forms = [f"list_transform({side}, lambda member_e: {form})" for side in (left, right)]
    return f"trino_overlap({', '.join(forms)})"


_FORMS = {"contains": _contains, "array_position": _position, "array_remove": _remove}
