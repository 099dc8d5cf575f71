"""Arrow's types in Hive's words: what Parquet's and ORC's footers come as."""

from collections.abc import Iterable

import pyarrow as pa
from pyarrow import types

from local_aws.services.glue.classifiers.schema import Column, Unreadable

_PLAIN = {
    pa.bool_(): "boolean",
    pa.int8(): "tinyint",
    pa.int16(): "smallint",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.uint8(): "smallint",
    pa.uint16(): "int",
    pa.uint32(): "bigint",
    pa.uint64(): "decimal(20,0)",
    pa.float16(): "float",
    pa.float32(): "float",
    pa.float64(): "double",
    pa.date32(): "date",
    pa.date64(): "date",
    pa.null(): "string",
    pa.string(): "string",
    pa.large_string(): "string",
    pa.string_view(): "string",
    pa.binary(): "binary",
    pa.large_binary(): "binary",
    pa.binary_view(): "binary",
    # Hive has no time of day: the stored integer is what a reader gets.
    pa.time32("s"): "int",
    pa.time32("ms"): "int",
    pa.time64("us"): "bigint",
    pa.time64("ns"): "bigint",
}


def columns(schema: Iterable[pa.Field]) -> tuple[Column, ...]:
    """Raises Unreadable for a type that Hive has not."""
    return tuple(Column(field.name.lower(), hive_type(field.type)) for field in schema)


def hive_type(arrow: pa.DataType) -> str:
    """The type's name in Hive, which the catalog speaks."""
    if arrow in _PLAIN:
        return _PLAIN[arrow]
    if types.is_decimal(arrow):
        return f"decimal({arrow.precision},{arrow.scale})"
    if types.is_timestamp(arrow):
        return "timestamp"
    if types.is_dictionary(arrow):
        return hive_type(arrow.value_type)
    if types.is_duration(arrow):
        return "bigint"
    if types.is_fixed_size_binary(arrow):
        return "binary"
    return _nested(arrow)


def _nested(arrow: pa.DataType) -> str:
    if types.is_struct(arrow):
        members = (f"{field.name.lower()}:{hive_type(field.type)}" for field in arrow)
        return f"struct<{','.join(members)}>"
    if types.is_map(arrow):
        return f"map<{hive_type(arrow.key_type)},{hive_type(arrow.item_type)}>"
    if types.is_nested(arrow) and hasattr(arrow, "value_type"):
        return f"array<{hive_type(arrow.value_type)}>"
    raise Unreadable(f"has a column of type {arrow}, which Hive has not")
