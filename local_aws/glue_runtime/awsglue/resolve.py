"""ResolveChoice: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-ResolveChoice.html"""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as T  # noqa: N812

from . import paths
from .choice import cast, has_choice, is_choice, members, spark_type, type_name

ACTIONS = ("cast", "make_cols", "make_struct", "project")


def resolve_specs(df: Any, specs: Sequence[tuple[str, str]]) -> Any:
    """Each ``(path, action)`` in turn."""
    for path, action in specs:
        df = paths.edit(df, paths.parse(path), change(action, f"ResolveChoice of '{path}'"))
    return df


def resolve_all(df: Any, action: str) -> Any:
    """The same action for every choice."""
    for parts in _choices(df.schema, ()):
        df = paths.edit(df, parts, change(action, f"ResolveChoice of '{'.'.join(parts)}'"))
    return df


def match_catalog(df: Any, types: dict[str, str]) -> Any:
    """Each choice as the type that the catalog's table has for its column."""
    lower = {name.lower(): kind for name, kind in types.items()}
    specs = [
        (field.name, f"cast:{lower[field.name.lower()]}")
        for field in df.schema.fields
        if has_choice(field.dataType) and field.name.lower() in lower
    ]
    return resolve_specs(df, [(f"`{name}`", action) for name, action in specs])


def change(action: str, what: str) -> paths.Change:
    """What an action makes of a field."""
    name, _, target = action.partition(":")
    if name not in ACTIONS or bool(target) != (name in ("cast", "project")):
        raise ValueError(f"{what}: no action '{action}'; there are cast:<type>, make_cols, "
                         "make_struct and project:<type>")  # fmt: skip
    if name == "make_cols":
        return _make_cols
    if name == "make_struct":
        return _make_struct
    kind = spark_type(target, what)
    if name == "cast":
        return lambda field, col, found: [(field, cast(col, found, kind))]
    return lambda field, col, found: [(field, _project(col, found, kind, what))]


def _make_cols(name: str, col: Any, kind: Any) -> list[tuple[str, Any]]:
    if not is_choice(kind):
        return [(name, col)]
    return [(f"{name}_{member}", col.getField(field)) for member, field, _ in members(kind)]


def _make_struct(name: str, col: Any, kind: Any) -> list[tuple[str, Any]]:
    if not is_choice(kind):
        return [(name, col)]
    parts = [col.getField(field).alias(member) for member, field, _ in members(kind)]
    return [(name, F.when(col.isNotNull(), F.struct(*parts)))]


def _project(col: Any, kind: Any, target: Any, what: str) -> Any:
    """The values of that type; the others are dropped, but anything can be a string."""
    if not is_choice(kind):
        return col
    if isinstance(target, T.StringType):
        return cast(col, kind, target)
    found = [field for member, field, _ in members(kind) if member == type_name(target)]
    if not found:
        names = ", ".join(member for member, _, _ in members(kind))
        raise ValueError(f"{what}: project to {type_name(target)}, which is none of {names}")
    return col.getField(found[0])


def _choices(kind: Any, here: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Paths of the outermost choices."""
    if is_choice(kind):
        return [here]
    if isinstance(kind, T.StructType):
        return [p for f in kind.fields for p in _choices(f.dataType, (*here, f.name))]
    if isinstance(kind, T.ArrayType):
        return _choices(kind.elementType, (*here, paths.ELEMENT))
    return []
