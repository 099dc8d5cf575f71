"""What transforms do with two frames or with parts of one: union, merge, splits, samples."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as T  # noqa: N812

from . import paths
from .choice import cast, choice_of, column, is_choice, members, type_name

COMPARATORS: dict[str, Any] = {
    ">": lambda col, value: col > value,
    ">=": lambda col, value: col >= value,
    "<": lambda col, value: col < value,
    "<=": lambda col, value: col <= value,
    "=": lambda col, value: col == value,
    "==": lambda col, value: col == value,
    "!=": lambda col, value: col != value,
    "<>": lambda col, value: col != value,
}


def union(one: Any, two: Any) -> Any:
    """All records of both; a field that has another type in each becomes a choice.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html#aws-glue-api-crawler-pyspark-extensions-dynamic-frame-union
    """
    kind = unify(one.schema, two.schema)
    return _as(one, kind).union(_as(two, kind))


def unify(one: Any, two: Any) -> Any:
    """The type that values of both have."""
    if one == two or isinstance(two, T.NullType):
        return one
    if isinstance(one, T.NullType):
        return two
    if is_choice(one) or is_choice(two):
        return _unify_choices(_alternatives(one), _alternatives(two))
    if isinstance(one, T.StructType) and isinstance(two, T.StructType):
        return _unify_structs(one, two)
    if isinstance(one, T.ArrayType) and isinstance(two, T.ArrayType):
        return T.ArrayType(unify(one.elementType, two.elementType))
    if isinstance(one, T.DecimalType) and isinstance(two, T.DecimalType):
        scale = max(one.scale, two.scale)
        whole = max(one.precision - one.scale, two.precision - two.scale)
        return T.DecimalType(min(38, whole + scale), scale)
    return choice_of([one, two])


def merge(source: Any, staged: Any, keys: Sequence[str]) -> Any:
    """The staged records, and those of the source that none of them replaces.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html#aws-glue-api-crawler-pyspark-extensions-dynamic-frame-merge
    """
    wanted = staged.select(
        *(
            paths.value(_key(staged, key, "staging")).alias(f"\ue000{i}")
            for i, key in enumerate(keys)
        )
    ).distinct()
    same = [
        paths.value(_key(source, key, "source")).eqNullSafe(column(f"\ue000{i}"))
        for i, key in enumerate(keys)
    ]
    kept = source.join(wanted, reduce(lambda x, y: x & y, same), "left_anti")
    return union(staged, kept)


def comparison(df: Any, comparisons: dict[str, dict[str, Any]]) -> Any:
    """SplitRows' condition: ``{"age": {">": 10, "<": 20}}``."""
    found = F.lit(True)
    for path, tests in comparisons.items():
        parts = paths.find(df.schema, paths.parse(path))
        if parts is None:
            raise ValueError(f"SplitRows: no field '{path}'")
        for comparator, value in tests.items():
            if comparator not in COMPARATORS:
                raise ValueError(f"SplitRows: no comparator '{comparator}' (of '{path}')")
            found = found & COMPARATORS[comparator](_comparable(df, parts), value)
    return F.coalesce(found, F.lit(False))


def select(df: Any, wanted: Sequence[str]) -> Any:
    """The fields at these paths; those that are not there are left out."""
    found = [paths.find(df.schema, paths.parse(path)) for path in wanted]
    there = [parts for parts in found if parts is not None]
    return df.select(*paths.nest([(parts, paths.value(parts)) for parts in there]))


def drop(df: Any, unwanted: Sequence[str]) -> Any:
    """Without the fields at these paths."""
    for path in unwanted:
        df = paths.edit(df, paths.parse(path), lambda _name, _col, _kind: [])
    return df


def rename(df: Any, old: str, new: str) -> Any:
    """A field under another name, or under another path."""
    source, target = paths.parse(old), paths.parse(new)
    if paths.find(df.schema, source) is None:
        return df
    if source[:-1] == target[:-1]:
        return paths.edit(df, source, lambda _name, col, _kind: [(target[-1], col)])
    if target[0] in df.columns and len(target) > 1:
        raise NotImplementedError(f"RenameField: '{old}' into '{new}', which exists in part")
    if len(source) > 1:
        raise NotImplementedError(f"RenameField: '{old}' out of its struct, into '{new}'")
    others = [column(name) for name in df.columns if name != source[0]]
    return df.select(*others, *paths.nest([(target, column(source[0]))]))


def drop_nulls(df: Any) -> Any:
    """Without the fields that have no value in any record, of type null."""
    for path in _null_paths(df.schema, ()):
        df = paths.edit(df, path, lambda _name, _col, _kind: [])
    return df


def _null_paths(kind: Any, here: tuple[str, ...]) -> list[tuple[str, ...]]:
    if isinstance(kind, T.NullType):
        return [here]
    if isinstance(kind, T.StructType) and not is_choice(kind):
        return [p for f in kind.fields for p in _null_paths(f.dataType, (*here, f.name))]
    return []


def _comparable(df: Any, parts: tuple[str, ...]) -> Any:
    col, kind = paths.value(parts), paths.type_at(df.schema, parts)
    return F.coalesce(*(col.getField(f) for _, f, _ in members(kind))) if is_choice(kind) else col


def _key(df: Any, key: str, side: str) -> tuple[str, ...]:
    found = paths.find(df.schema, paths.parse(key))
    if found is None:
        raise ValueError(f"mergeDynamicFrame: no field '{key}' in the {side} frame")
    return found


def _alternatives(kind: Any) -> dict[str, Any]:
    if is_choice(kind):
        return {name: member for name, _, member in members(kind)}
    return {type_name(kind): kind}


def _unify_choices(one: dict[str, Any], two: dict[str, Any]) -> Any:
    both = {
        name: unify(one[name], two[name]) if name in one and name in two else (one | two)[name]
        for name in one | two
    }
    return choice_of(list(both.values()))


def _unify_structs(one: Any, two: Any) -> Any:
    names = list(dict.fromkeys([*one.fieldNames(), *two.fieldNames()]))
    fields = []
    for name in names:
        kinds = [side[name].dataType for side in (one, two) if name in side.fieldNames()]
        fields.append(T.StructField(name, unify(kinds[0], kinds[-1])))
    return T.StructType(fields)


def _as(df: Any, schema: Any) -> Any:
    return df.select(
        *(
            (
                _converted(column(field.name), df.schema[field.name].dataType, field.dataType)
                if field.name in df.columns
                else F.lit(None).cast(field.dataType)
            ).alias(field.name)
            for field in schema.fields
        )
    )


def _converted(col: Any, kind: Any, wanted: Any) -> Any:
    """The value as the unified type; nothing of it is lost."""
    if kind == wanted:
        return col
    if is_choice(wanted):
        return F.when(col.isNotNull(), F.struct(*_as_members(col, kind, wanted)))
    if isinstance(kind, T.StructType) and isinstance(wanted, T.StructType):
        parts = [
            (
                _converted(col.getField(f.name), kind[f.name].dataType, f.dataType)
                if f.name in kind.fieldNames()
                else F.lit(None).cast(f.dataType)
            ).alias(f.name)
            for f in wanted.fields
        ]
        return F.when(col.isNotNull(), F.struct(*parts))
    if isinstance(kind, T.ArrayType) and isinstance(wanted, T.ArrayType):
        return F.transform(col, lambda x: _converted(x, kind.elementType, wanted.elementType))
    return cast(col, kind, wanted)


def _as_members(col: Any, kind: Any, wanted: Any) -> list[Any]:
    have = {n: (f, k) for n, f, k in members(kind)} if is_choice(kind) else {}
    own = type_name(kind)
    found = []
    for name, field, member in members(wanted):
        if name in have:
            value = _converted(col.getField(have[name][0]), have[name][1], member)
        elif name == own:
            value = _converted(col, kind, member)
        else:
            value = F.lit(None).cast(member)
        found.append(value.alias(field))
    return found
