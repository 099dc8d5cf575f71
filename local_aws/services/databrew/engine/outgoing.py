"""A result's columns as they leave: types that a reader of the format knows."""

import re

import pyarrow as pa

from local_aws.formats.avro import Schema, record
from local_aws.services.databrew.engine.errors import AnalysisException, RunFailed
from local_aws.services.databrew.engine.formats import TEXTS
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.sql import SQL_TYPES

# Types that Spark has not, by ones that hold the same.
_SPARK = {
    "HUGEINT": "DECIMAL(38,0)", "UTINYINT": "SMALLINT", "USMALLINT": "INTEGER",
    "UINTEGER": "BIGINT", "UBIGINT": "DECIMAL(20,0)", "TIME": "VARCHAR", "UUID": "VARCHAR",
    "JSON": "VARCHAR", "INTERVAL": "VARCHAR",
}  # fmt: skip
_AVRO_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_AVRO: dict[pa.DataType, Schema] = {
    pa.bool_(): "boolean",
    pa.int8(): "int",
    pa.int16(): "int",
    pa.int32(): "int",
    pa.int64(): "long",
    pa.float32(): "float",
    pa.float64(): "double",
    pa.string(): "string",
    pa.binary(): "bytes",
    pa.date32(): {"type": "int", "logicalType": "date"},
    pa.timestamp("us"): {"type": "long", "logicalType": "timestamp-micros"},
}


def leaving(frame: Frame, names: list[str], format_: str) -> Frame:
    """These columns, ready for a file of the format."""
    return frame.select({name: _leaving(*frame.column(name), format_) for name in names})


def _leaving(column: str, sql_type: str, format_: str) -> str:
    """Points in time leave Parquet as UTC: without a zone Spark reads them as another type."""
    if sql_type.startswith("TIMESTAMP"):
        if format_ in TEXTS:
            return f"strftime(CAST({column} AS TIMESTAMP), '%Y-%m-%d %H:%M:%S')"
        return f"CAST({column} AS {'TIMESTAMPTZ' if format_ == 'PARQUET' else 'TIMESTAMP'})"
    if format_ in TEXTS and sql_type in ("FLOAT", "DOUBLE"):
        return _real(column, format_)
    if format_ == "CSV" and (sql_type.startswith(("STRUCT", "MAP")) or sql_type.endswith("]")):
        return f"to_json({column})"
    if format_ in TEXTS or sql_type not in _SPARK:
        return column
    return f"CAST({column} AS {_SPARK[sql_type]})"


def _real(column: str, format_: str) -> str:
    """A number's text: what is none has Java's words, which JSON holds in quotes."""
    words = f"if(isnan({column}), 'NaN', if({column} > 0, 'Infinity', '-Infinity'))"
    if format_ == "JSON":
        words, number = f"to_json({words})", f"to_json({column})"
    else:
        number = f"CAST({column} AS VARCHAR)"
    return f"CASE WHEN isnan({column}) OR isinf({column}) THEN {words} ELSE {number} END"


def as_table(frame: Frame, names: list[str], columns: dict[str, str]) -> Frame:
    """These columns as a catalog's table has them, by name its kind: in its order and types.

    Raises AnalysisException where the result has others. A value that does not fit ends the run.
    """
    if {name.lower() for name in names} != {name.lower() for name in columns}:
        raise AnalysisException(
            f"The columns [{', '.join(names)}] are not those of the table: [{', '.join(columns)}];"
        )
    found = {name: frame.column(name) for name in columns}
    return frame.select(
        {
            name: column if sql_type == SQL_TYPES[columns[name]] else
            f"CAST({column} AS {SQL_TYPES[columns[name]]})"
            for name, (column, sql_type) in found.items()
        }
    )  # fmt: skip


def avro_schema(schema: pa.Schema) -> Schema:
    """The record of a row, named as Spark names it."""
    return _record(list(schema), "topLevelRecord")


def _record(fields: list[pa.Field], name: str) -> Schema:
    for field in fields:
        if not _AVRO_NAME.fullmatch(field.name):
            raise RunFailed(f"SchemaParseException: Illegal character in: {field.name}")
    return record(name, [(f.name, _avro(f.type, f"{name}_{f.name}", f.name)) for f in fields])


def _avro(kind: pa.DataType, name: str, column: str) -> Schema:
    if kind in _AVRO:
        return _AVRO[kind]
    if pa.types.is_decimal(kind):
        return {"type": "bytes", "logicalType": "decimal", "precision": kind.precision,
                "scale": kind.scale}  # fmt: skip
    if pa.types.is_list(kind):
        return {"type": "array", "items": ["null", _avro(kind.value_type, name, column)]}
    if pa.types.is_map(kind) and kind.key_type == pa.string():
        return {"type": "map", "values": ["null", _avro(kind.item_type, name, column)]}
    if pa.types.is_struct(kind):
        return _record([kind.field(i) for i in range(kind.num_fields)], name)
    raise RunFailed(f"IncompatibleSchemaException: the column {column} of type {kind} in AVRO")
