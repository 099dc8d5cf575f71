"""Choice types inside a Spark DataFrame: see docs/adr/0020-choice-types.md.

A choice is held as a struct with a member for each type, as Glue's own `toDF` gives it, and of the
members of a value one is set. The members' names begin with a mark, so Spark's schema alone says
what is a choice, wherever it is nested and whatever was done to the frame.

A choice says which types *may* be there. Which of them *are*, Glue knows from the records; here
`settle` reads them, when a script asks for the schema.
"""

from collections.abc import Callable, Iterator
from typing import Any

from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as T  # noqa: N812

from . import gluetypes

MARK = "\ue000"  # of Unicode's private use: no name in data begins with it
ATOMIC: dict[str, tuple[str, type[gluetypes.DataType]]] = {
    "tinyint": ("byte", gluetypes.ByteType),
    "smallint": ("short", gluetypes.ShortType),
    "int": ("int", gluetypes.IntegerType),
    "bigint": ("long", gluetypes.LongType),
    "float": ("float", gluetypes.FloatType),
    "double": ("double", gluetypes.DoubleType),
    "string": ("string", gluetypes.StringType),
    "boolean": ("boolean", gluetypes.BooleanType),
    "date": ("date", gluetypes.DateType),
    "timestamp": ("timestamp", gluetypes.TimestampType),
    "timestamp_ntz": ("timestamp", gluetypes.TimestampType),
    "binary": ("binary", gluetypes.BinaryType),
    "void": ("null", gluetypes.NullType),
}
Path = tuple[str, ...]
Probe = Callable[[Callable[[Any], Any]], Any]


def column(name: str) -> Any:
    """The top-level column of exactly this name, dots and all."""
    return F.col(f"`{name.replace('`', '``')}`")


def is_choice(kind: Any) -> bool:
    """Whether Spark's type stands for a choice."""
    names = kind.fieldNames() if isinstance(kind, T.StructType) else []
    return bool(names) and all(name.startswith(MARK) for name in names)


def choice_of(kinds: list[Any]) -> Any:
    """The choice between these types, or the type itself when there is but one."""
    by_name = {type_name(kind): kind for kind in kinds}
    if len(by_name) == 1:
        return kinds[0]
    return T.StructType([T.StructField(MARK + name, by_name[name]) for name in sorted(by_name)])


def members(kind: Any) -> list[tuple[str, str, Any]]:
    """(Glue's name of the type, the struct's name of the member, its type)."""
    return [(f.name.removeprefix(MARK), f.name, f.dataType) for f in kind.fields]


def type_name(kind: Any) -> str:
    """Glue's name of a type, without its parts."""
    if is_choice(kind):
        return "choice"
    for parted, name in ((T.StructType, "struct"), (T.ArrayType, "array"), (T.MapType, "map")):
        if isinstance(kind, parted):
            return name
    if isinstance(kind, T.DecimalType):
        return "decimal"
    return ATOMIC[kind.simpleString()][0] if kind.simpleString() in ATOMIC else kind.typeName()


def glue_type(kind: Any) -> gluetypes.DataType:
    """Spark's type as Glue's."""
    if is_choice(kind):
        return gluetypes.ChoiceType([glue_type(member) for _, _, member in members(kind)])
    if isinstance(kind, T.StructType):
        return gluetypes.StructType(
            [gluetypes.Field(field.name, glue_type(field.dataType)) for field in kind.fields]
        )
    if isinstance(kind, T.ArrayType):
        return gluetypes.ArrayType(glue_type(kind.elementType))
    if isinstance(kind, T.MapType):
        return gluetypes.MapType(glue_type(kind.valueType))
    if isinstance(kind, T.DecimalType):
        return gluetypes.DecimalType(kind.precision, kind.scale)
    found = ATOMIC.get(kind.simpleString())
    return found[1]() if found else gluetypes.UnknownType()


def has_choice(kind: Any) -> bool:
    """Whether there is a choice in it, at any depth."""
    if is_choice(kind):
        return True
    if isinstance(kind, T.StructType):
        return any(has_choice(field.dataType) for field in kind.fields)
    return isinstance(kind, T.ArrayType) and has_choice(kind.elementType)


def settle(df: Any) -> Any:
    """The frame whose choices are between types that some record has: one pass over the records."""
    probes = list(_probes(df.schema, (), _root))
    if not probes:
        return df
    found = df.agg(*(F.max(p.cast("int")).alias(str(i)) for i, (_, p) in enumerate(probes))).first()
    there = {path for number, (path, _) in enumerate(probes) if found[number]}
    columns = []
    for field in df.schema.fields:
        col = column(field.name)
        columns.append(_settled(col, field.dataType, (field.name,), there).alias(field.name))
    return df.select(*columns)


def plain(kind: Any) -> Any:
    """The type with its choices as ordinary structs, their members named by type."""
    if isinstance(kind, T.StructType):
        return T.StructType(
            [
                T.StructField(f.name.removeprefix(MARK), plain(f.dataType), f.nullable, f.metadata)
                for f in kind.fields
            ]
        )
    if isinstance(kind, T.ArrayType):
        return T.ArrayType(plain(kind.elementType), kind.containsNull)
    return kind


def to_structs(df: Any) -> Any:
    """The frame with its choices as ordinary structs."""
    if not has_choice(df.schema):
        return df
    return df.select(
        *(
            column(f.name).cast(plain(f.dataType)).alias(f.name)
            if has_choice(f.dataType)
            else column(f.name)
            for f in df.schema.fields
        )
    )


def cast(col: Any, kind: Any, target: Any) -> Any:
    """The value as another type; NULL where it is none, as Glue does."""
    if kind == target:
        return col
    if is_choice(kind):
        return F.coalesce(*(cast(col.getField(n), k, target) for _, n, k in members(kind)))
    parted = isinstance(kind, (T.StructType, T.ArrayType, T.MapType))
    if parted and isinstance(target, T.StringType):
        return F.to_json(col)
    if parted and type_name(kind) != type_name(target):
        return F.lit(None).cast(target)
    if isinstance(target, T.AtomicType) and isinstance(kind, T.AtomicType):
        return F.lit(None).cast(target) if _never(kind, target) else col.cast(target)
    return col.cast(target)


def spark_type(name: str, what: str) -> Any:
    """Glue's name of a type as Spark's type; `what` asks for it."""
    from pyspark.sql.types import _parse_datatype_string

    try:
        return _parse_datatype_string("void" if name == "null" else name.strip())
    except Exception as error:
        raise ValueError(f"{what}: there is no type '{name}'") from error


def _never(kind: Any, target: Any) -> bool:
    """Pairs that Spark has no cast for; Glue's answer is NULL."""
    dates, numbers = (T.DateType,), (T.NumericType, T.BooleanType)
    return (isinstance(kind, dates) and isinstance(target, numbers)) or (
        isinstance(kind, numbers) and isinstance(target, dates)
    )


def _root(use: Callable[[Any], Any]) -> Any:
    return use(None)


def _probes(kind: Any, path: Path, reach: Probe) -> Iterator[tuple[Path, Any]]:
    """For each member of each choice: where it is, and a column that says a record has it."""
    if isinstance(kind, T.StructType):
        for field in kind.fields:
            here = (*path, field.name)
            inner = _reach_field(reach, field.name)
            if is_choice(kind):
                yield here, inner(lambda c: c.isNotNull())
            yield from _probes(field.dataType, here, inner)
    elif isinstance(kind, T.ArrayType):
        yield from _probes(kind.elementType, (*path, "[]"), _reach_elements(reach))


def _reach_field(reach: Probe, name: str) -> Probe:
    def get(parent: Any) -> Any:
        if parent is None:
            return column(name)
        return parent.getField(name)

    return lambda use: reach(lambda parent: use(get(parent)))


def _reach_elements(reach: Probe) -> Probe:
    return lambda use: reach(lambda parent: F.exists(parent, use))


def _settled(col: Any, kind: Any, path: Path, there: set[Path]) -> Any:
    if not has_choice(kind):
        return col
    if isinstance(kind, T.ArrayType):
        return F.transform(col, lambda x: _settled(x, kind.elementType, (*path, "[]"), there))
    names = kind.fieldNames()
    if is_choice(kind):
        names = [name for name in names if (*path, name) in there] or names[:1]
    parts = [
        _settled(col.getField(name), kind[name].dataType, (*path, name), there).alias(name)
        for name in names
    ]
    if is_choice(kind) and len(parts) == 1:
        return parts[0]
    return F.when(col.isNotNull(), F.struct(*parts))
