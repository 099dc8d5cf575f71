"""Records as Python sees them: dicts in, dicts out, and the schema that such dicts have.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-map.html
A record is a dict of its fields. A choice's value is the value itself. A field that this record
lacks and others have is None.
"""

import datetime
import decimal
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pyspark.sql import types as T  # noqa: N812

from .choice import choice_of, is_choice, members

INT = range(-(2**31), 2**31)
LONG = range(-(2**63), 2**63)
NAMES: dict[type, str] = {
    bool: "boolean",
    float: "double",
    str: "string",
    dict: "struct",
    list: "array",
    tuple: "array",
    bytes: "binary",
    bytearray: "binary",
    datetime.date: "date",
    datetime.datetime: "timestamp",
    decimal.Decimal: "decimal",
}
ATOMIC: dict[str, Any] = {
    "boolean": T.BooleanType(),
    "int": T.IntegerType(),
    "long": T.LongType(),
    "double": T.DoubleType(),
    "string": T.StringType(),
    "binary": T.BinaryType(),
    "date": T.DateType(),
    "timestamp": T.TimestampType(),
}
Convert = Callable[[Any], Any]


def name_of(value: Any) -> str:
    """Glue's name of a Python value's type."""
    kind = type(value)
    if kind is int:
        return "int" if value in INT else "long" if value in LONG else "decimal"
    if kind in NAMES:
        return NAMES[kind]
    for base, name in NAMES.items():
        if isinstance(value, base):
            return name
    raise TypeError(f"a record cannot hold a {kind.__name__}: {value!r:.80}")


class Seen:
    """The types that values of one field had."""

    __slots__ = ("element", "fields", "kinds", "scale", "shapes", "whole")

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.fields: dict[str, Seen] = {}
        self.element: Seen | None = None
        self.whole = self.scale = 0  # digits of decimals, before and after the point
        self.shapes: dict[Any, list[tuple[int, str]]] = {}

    def add(self, value: Any) -> None:
        """Take note of a value."""
        if value is None:
            return
        if type(value) is dict:
            self._add_struct(value)
            return
        name = name_of(value)
        self.kinds.add(name)
        if name == "struct":
            self._add_fields(value)
        elif name == "decimal":
            self._add_decimal(decimal.Decimal(value))
        elif name == "array":
            self.element = self.element or Seen()
            for item in value:
                self.element.add(item)

    def _add_decimal(self, value: decimal.Decimal) -> None:
        if value.is_finite():
            self.whole = max(self.whole, value.adjusted() + 1)
            self.scale = max(self.scale, -int(value.as_tuple().exponent))

    def _add_struct(self, value: dict[str, Any]) -> None:
        """Records mostly look alike: of a known shape, only what a type does not tell is read."""
        values = tuple(value.values())
        shape = (tuple(value), tuple(map(type, values)))
        open_ended = self.shapes.get(shape)
        if open_ended is None:
            self.kinds.add("struct")
            self._add_fields(value)
            kinds = (int, dict, list, tuple)
            self.shapes[shape] = [
                (i, name) for i, name in enumerate(value) if type(values[i]) in kinds
            ]
            return
        for position, name in open_ended:
            item = values[position]
            if type(item) is not int or item not in INT:
                self.fields[name].add(item)
            elif "int" not in self.fields[name].kinds:
                self.fields[name].kinds.add("int")

    def _add_fields(self, value: dict[str, Any]) -> None:
        for name, item in value.items():
            if not isinstance(name, str):
                raise TypeError(f"a record's field is named by a string, not {name!r:.80}")
            if name not in self.fields:
                self.fields[name] = Seen()
            self.fields[name].add(item)

    def merge(self, other: "Seen") -> "Seen":
        """Both together."""
        self.kinds |= other.kinds
        self.whole, self.scale = max(self.whole, other.whole), max(self.scale, other.scale)
        for name, seen in other.fields.items():
            self.fields[name] = self.fields[name].merge(seen) if name in self.fields else seen
        if other.element is not None:
            self.element = self.element.merge(other.element) if self.element else other.element
        return self

    def without_shapes(self) -> "Seen":
        """Fit to be sent: the shapes only save time."""
        self.shapes = {}
        for seen in [*self.fields.values(), *([self.element] if self.element else [])]:
            seen.without_shapes()
        return self

    def spark_type(self) -> Any:
        """The type, a choice where values differ, null where there were none."""
        if not self.kinds:
            return T.NullType()
        return choice_of([self._kind(name) for name in sorted(self.kinds)])

    def _kind(self, name: str) -> Any:
        if name == "struct":
            return T.StructType(
                [T.StructField(field, seen.spark_type()) for field, seen in self.fields.items()]
            )
        if name == "array":
            return T.ArrayType((self.element or Seen()).spark_type())
        if name == "decimal":
            if self.whole + self.scale > 38:
                raise ValueError(f"a decimal of {self.whole + self.scale} digits; 38 is the most")
            return T.DecimalType(max(1, self.whole + self.scale), self.scale)
        return ATOMIC[name]


def infer(records: Any) -> Any:
    """The schema of an RDD of dicts, in one pass over it."""
    found = records.mapPartitions(_observe).collect()
    seen = Seen()
    for one in found:
        seen.merge(one)
    kind = seen.spark_type()
    return kind if isinstance(kind, T.StructType) and not is_choice(kind) else T.StructType([])


def to_frame(spark: Any, records: Any, schema: Any) -> Any:
    """An RDD of dicts as a DataFrame of this schema."""
    convert = encoder(schema) or (lambda value: value)
    return spark.createDataFrame(records.map(convert), schema, verifySchema=False)


def decoder(kind: Any) -> Convert | None:
    """How a value that Spark hands to Python becomes a record's; None where it stays itself."""
    if is_choice(kind):
        parts = [decoder(member) for _, _, member in members(kind)]
        return lambda row: None if row is None else _chosen(row, parts)
    if isinstance(kind, T.StructType):
        names = kind.fieldNames()
        parts = [decoder(field.dataType) for field in kind.fields]
        return lambda row: None if row is None else _as_dict(row, names, parts)
    if isinstance(kind, T.ArrayType):
        part = decoder(kind.elementType)
        return part and (lambda items: None if items is None else [part(item) for item in items])
    return None


def encoder(kind: Any) -> Convert | None:
    """The way back: what Spark takes for a record's value of this type."""
    if is_choice(kind):
        places = {name: place for place, (name, _, _) in enumerate(members(kind))}
        parts = [encoder(member) for _, _, member in members(kind)]
        return lambda value: None if value is None else _choose(value, places, parts)
    if isinstance(kind, T.StructType):
        fields = [(field.name, encoder(field.dataType)) for field in kind.fields]
        return lambda value: None if value is None else _as_tuple(value, fields)
    if isinstance(kind, T.ArrayType):
        part = encoder(kind.elementType)
        return part and (lambda items: None if items is None else [part(item) for item in items])
    if isinstance(kind, T.DecimalType):
        return lambda value: None if value is None else decimal.Decimal(value)
    return None


def _observe(records: Iterable[Any]) -> Iterator[Seen]:
    seen = Seen()
    for record in records:
        seen.add(record)
    yield seen.without_shapes()


def _as_dict(row: Any, names: list[str], parts: list[Convert | None]) -> dict[str, Any]:
    return {
        name: part(value) if part else value
        for name, part, value in zip(names, parts, row, strict=True)
    }


def _as_tuple(value: Any, fields: list[tuple[str, Convert | None]]) -> tuple[Any, ...]:
    get = value.get
    return tuple(part(get(name)) if part else get(name) for name, part in fields)


def _chosen(row: Any, parts: list[Convert | None]) -> Any:
    for part, value in zip(parts, row, strict=True):
        if value is not None:
            return part(value) if part else value
    return None


def _choose(value: Any, places: dict[str, int], parts: list[Convert | None]) -> tuple[Any, ...]:
    place = places[name_of(value)]
    part = parts[place]
    found: list[Any] = [None] * len(parts)
    found[place] = part(value) if part else value
    return tuple(found)
