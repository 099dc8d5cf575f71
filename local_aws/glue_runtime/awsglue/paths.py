"""Paths to fields: ``a.b``, ``list[].price``, and back-ticks around a name that has dots.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-RenameField.html
"""

import re
from collections.abc import Callable
from typing import Any

from pyspark.sql import functions as F  # noqa: N812

from .choice import column, is_choice

ELEMENT = "[]"
PART = re.compile(r"`((?:[^`]|``)+)`|([^.`\[\]]+)|(\[\])|\.")
# What becomes of a field: its name, value and type in; the fields in its place out.
Change = Callable[[str, Any, Any], list[tuple[str, Any]]]


def parse(path: str) -> tuple[str, ...]:
    """The names on the way; ``[]`` stands for the elements of an array."""
    parts: list[str] = []
    end = 0
    for match in PART.finditer(path):
        if match.start() != end:
            break
        end = match.end()
        quoted, plain, element = match.groups()
        if quoted or plain or element:
            parts.append(quoted.replace("``", "`") if quoted else plain or element)
    if end != len(path) or not parts:
        raise ValueError(f"not a path to a field: {path!r}")
    return tuple(parts)


def find(schema: Any, parts: tuple[str, ...], any_case: bool = False) -> tuple[str, ...] | None:
    """The path as the schema spells it, or None where there is no such field."""
    found: list[str] = []
    here = schema
    for part in parts:
        names = here.fieldNames() if hasattr(here, "fieldNames") else []
        match = next((n for n in names if n == part), None)
        if match is None and any_case:
            match = next((n for n in names if n.lower() == part.lower()), None)
        if match is None:
            return None
        found.append(match)
        here = here[match].dataType
    return tuple(found)


def value(parts: tuple[str, ...]) -> Any:
    """The column at a path of names."""
    here = column(parts[0])
    for part in parts[1:]:
        here = here.getField(part)
    return here


def type_at(schema: Any, parts: tuple[str, ...]) -> Any:
    """The type of the field at a path that `find` found."""
    here = schema
    for part in parts:
        here = here[part].dataType
    return here


def edit(df: Any, parts: tuple[str, ...], change: Change) -> Any:
    """The frame with one field changed; without such a field, the frame itself."""
    fields = [(field.name, column(field.name), field.dataType) for field in df.schema.fields]
    return df.select(*_named(_edit_fields(fields, parts, change)))


def nest(pairs: list[tuple[tuple[str, ...], Any]]) -> list[Any]:
    """Columns under paths as top-level columns: those that share a beginning make a struct."""
    groups: dict[str, list[tuple[tuple[str, ...], Any]]] = {}
    for parts, col in pairs:
        groups.setdefault(parts[0], []).append((parts[1:], col))
    found = []
    for name, members in groups.items():
        below = [(parts, col) for parts, col in members if parts]
        found.append((F.struct(*nest(below)) if below else members[-1][1]).alias(name))
    return found


def _edit_fields(
    fields: list[tuple[str, Any, Any]], parts: tuple[str, ...], change: Change
) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, col, kind in fields:
        found += _edit(name, col, kind, parts[1:], change) if name == parts[0] else [(name, col)]
    return found


def _edit(
    name: str, col: Any, kind: Any, rest: tuple[str, ...], change: Change
) -> list[tuple[str, Any]]:
    if not rest:
        return change(name, col, kind)
    if rest[0] == ELEMENT and hasattr(kind, "elementType"):
        return [(name, F.transform(col, lambda x: _element(x, kind.elementType, rest, change)))]
    if not hasattr(kind, "fields"):
        return [(name, col)]
    if is_choice(kind):
        rest = (_member(kind, rest[0]), *rest)
    children = [(f.name, col.getField(f.name), f.dataType) for f in kind.fields]
    edited = _named(_edit_fields(children, rest, change))
    return [(name, F.when(col.isNotNull(), F.struct(*edited)))] if edited else []


def _element(col: Any, kind: Any, rest: tuple[str, ...], change: Change) -> Any:
    edited = _edit("element", col, kind, rest[1:], change)
    if len(edited) != 1:
        raise ValueError("the elements of an array cannot be dropped or become several columns")
    return edited[0][1]


def _member(kind: Any, part: str) -> str:
    """The member of a choice through which a path goes on."""
    wanted = "elementType" if part == ELEMENT else "fields"
    found = [f.name for f in kind.fields if hasattr(f.dataType, wanted)]
    return str(found[0]) if found else ""


def _named(pairs: list[tuple[str, Any]]) -> list[Any]:
    return [col.alias(name) for name, col in pairs]
