"""The Avro schema of a table whose rows are written."""

from __future__ import annotations

from local_aws.formats.avro import Schema, nullable, record
from local_aws.services.athena.errors import not_supported
from local_aws.services.athena.trino import types as t

_PLAIN = {
    "boolean": "boolean", "tinyint": "int", "smallint": "int", "integer": "int", "bigint": "long",
    "real": "float", "double": "double", "varchar": "string", "char": "string",
    "varbinary": "bytes",
}  # fmt: skip
Columns = list[tuple[str, t.Type]]


def schema_of(kind: t.Type, name: str) -> Schema:
    """The schema of a type; `name` makes the names of its records."""
    if kind.name in _PLAIN:
        return _PLAIN[kind.name]
    if kind.name == "date":
        return {"type": "int", "logicalType": "date"}
    if kind.name == "timestamp":
        return {"type": "long", "logicalType": "timestamp-millis"}
    if kind.name == "decimal":
        return {"type": "bytes", "logicalType": "decimal", "precision": kind.precision,
                "scale": kind.scale}  # fmt: skip
    if kind.name == "array":
        return {"type": "array", "items": nullable(schema_of(kind.of[0], name))}
    if kind.name == "map" and kind.of[0].name == "varchar":
        return {"type": "map", "values": nullable(schema_of(kind.of[1], name))}
    if kind.name == "row":
        return row_of([(t.field_name(kind, i), k) for i, k in enumerate(kind.of)], name)
    raise not_supported(f"writing {kind} as AVRO")


def row_of(columns: Columns, name: str = "row") -> Schema:
    return record(name, [(n, schema_of(kind, f"{name}_{n}")) for n, kind in columns])
