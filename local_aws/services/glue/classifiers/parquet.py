"""Parquet: the schema and the number of rows are in the footer; no data is read."""

from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import types

from local_aws.services.glue.classifiers.schema import Classified, Column, Schema
from local_aws.services.glue.errors import InvalidInputException

MAGIC = b"PAR1"

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
}


def classify(file: BinaryIO, size: int) -> Classified:
    """Raises InvalidInputException when the footer cannot be read."""
    try:
        with pq.ParquetFile(file) as opened:
            schema, records = opened.schema_arrow, opened.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise InvalidInputException(f"not a readable Parquet file: {error}") from error
    columns = tuple(Column(field.name.lower(), hive_type(field.type)) for field in schema)
    return Classified(Schema("parquet", columns), size, size // max(records, 1), records)


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
    if types.is_nested(arrow):
        return _nested(arrow)
    return _other(arrow)


def _nested(arrow: pa.DataType) -> str:
    if types.is_struct(arrow):
        members = (f"{field.name.lower()}:{hive_type(field.type)}" for field in arrow)
        return f"struct<{','.join(members)}>"
    if types.is_map(arrow):
        return f"map<{hive_type(arrow.key_type)},{hive_type(arrow.item_type)}>"
    if hasattr(arrow, "value_type"):
        return f"array<{hive_type(arrow.value_type)}>"
    raise InvalidInputException(f"has a column of type {arrow}, which Hive has not")


def _other(arrow: pa.DataType) -> str:
    if types.is_string(arrow) or types.is_large_string(arrow) or types.is_string_view(arrow):
        return "string"
    if types.is_time32(arrow):
        return "int"  # Hive has no time of day: the stored integer is what a reader gets
    if types.is_time64(arrow) or types.is_duration(arrow):
        return "bigint"
    if types.is_fixed_size_binary(arrow) or types.is_binary(arrow) or types.is_large_binary(arrow):
        return "binary"
    raise InvalidInputException(f"has a column of type {arrow}, which Hive has not")
