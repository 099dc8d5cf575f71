"""Relationalize and UnnestFrame: nested records as flat tables.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-Relationalize.html
A struct's fields become columns ``a.b``. An array becomes a number in its column and the rows
``id`` (that number), ``index`` and ``<column>.val`` of the table ``<root>_<column>``. Glue writes
these tables to the staging path and reads them back; here Spark keeps what it numbered, so that
both sides of the join show the same numbers however often they are computed.
"""

from collections.abc import Iterator
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql import types as T  # noqa: N812

from .choice import column, is_choice, members

NUMBER = "\ue000id"


def unnest(df: Any) -> Any:
    """Structs as columns named by their paths; arrays stay."""
    flat = list(_flat(df.schema.fields))
    return df.select(*(col.alias(name) for name, col, _ in flat))


def relationalize(df: Any, root: str) -> dict[str, Any]:
    """The tables by name, the root first."""
    tables: dict[str, Any] = {}
    _split(unnest(df), root, root, tables)
    return tables


def _split(flat: Any, table: str, root: str, tables: dict[str, Any]) -> None:
    arrays = []
    for field in flat.schema.fields:
        _refuse(field.name, field.dataType)
        if isinstance(field.dataType, T.ArrayType):
            arrays.append(field.name)
    if not arrays:
        tables[table] = flat
        return
    numbered = flat.withColumn(NUMBER, F.monotonically_increasing_id() + 1)
    numbered = numbered.persist(StorageLevel.MEMORY_AND_DISK)
    tables[table] = numbered.select(
        *(_key(name).alias(name) if name in arrays else column(name) for name in flat.columns)
    )
    for name in arrays:
        rows = numbered.select(
            column(NUMBER).alias("id"), F.posexplode(column(name)).alias("index", f"{name}.val")
        )
        _split(unnest(rows), f"{root}_{name}", root, tables)


def _key(name: str) -> Any:
    return F.when(column(name).isNotNull(), column(NUMBER))


def _flat(fields: Any) -> Iterator[tuple[str, Any, Any]]:
    for field in fields:
        yield from _flat_field(field.name, column(field.name), field.dataType)


def _flat_field(name: str, col: Any, kind: Any) -> Iterator[tuple[str, Any, Any]]:
    if not isinstance(kind, T.StructType) or is_choice(kind):
        yield name, col, kind
        return
    for field in kind.fields:
        yield from _flat_field(f"{name}.{field.name}", col.getField(field.name), field.dataType)


def _refuse(name: str, kind: Any) -> None:
    if isinstance(kind, T.MapType):
        raise NotImplementedError(f"Relationalize: '{name}' is a map")
    parted = (T.StructType, T.ArrayType, T.MapType)
    if is_choice(kind) and any(isinstance(member, parted) for _, _, member in members(kind)):
        raise NotImplementedError(
            f"Relationalize: '{name}' is a choice with nested values; resolve it first"
        )
