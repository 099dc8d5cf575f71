"""Which partitions a query needs: those of the catalog or projected, pruned by its predicates."""

# ruff: noqa: S608 - writing SQL is what this module does; values go through quote()
from __future__ import annotations

import uuid
from typing import Any

import duckdb
import pyarrow as pa

from local_aws.context import Platform
from local_aws.services.athena.duck.failures import as_failure
from local_aws.services.athena.duck.quoting import identifier, quote
from local_aws.services.athena.emit import Emitter
from local_aws.services.athena.errors import QueryFailed
from local_aws.services.athena.reading import projection
from local_aws.services.athena.reading.partition_names import HIVE_NULL
from local_aws.services.athena.rewrites.casts import cast_sql
from local_aws.services.athena.serdes import values
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.relations import table_columns
from local_aws.services.athena.trino.scope import Predicate, Scan

Keys = list[tuple[str, t.Type]]


def partition_keys(table: dict[str, Any]) -> Keys:
    return [(n, k) for n, k, partition in table_columns(table) if partition]


def needed(
    scan: Scan, platform: Platform, keys: Keys, cursor: duckdb.DuckDBPyConnection
) -> list[dict[str, Any]]:
    """The partitions that the query's predicates leave, whatever functions these use."""
    table: dict[str, Any] = scan.table
    if not projection.is_projected(table):
        found = platform.glue.get_partitions(scan.database, table["Name"])
        return _pruned([p["Values"] for p in found], found, keys, scan.predicates, cursor)

    def prune(name: str, kind: t.Type, made: list[str]) -> list[str]:
        own = [p for p in scan.predicates if set(p.names.values()) == {name}]
        return _pruned([[v] for v in made], made, [(name, kind)], own, cursor)

    def evaluate(constants: list[str]) -> list[str | None]:
        texts = ", ".join(f"CAST({c} AS VARCHAR)" for c in constants)
        return list(_run(cursor, f"SELECT {texts}")[0])

    made = projection.partitions(table, keys, scan.predicates, prune, evaluate)
    return _pruned([p["Values"] for p in made], made, keys, scan.predicates, cursor)


def _pruned(
    rows: list[list[str]],
    items: list[Any],
    keys: Keys,
    predicates: list[Predicate],
    cursor: duckdb.DuckDBPyConnection,
) -> list[Any]:
    """The items whose row of values fits."""
    for index, (name, kind) in enumerate(keys):
        check_values({row[index] for row in rows}, name, kind)
    if not predicates or not rows:
        return items
    name = f"p_{uuid.uuid4().hex}"
    columns = list(zip(*rows, strict=True))
    arrays = [pa.array(range(len(rows)), pa.int64())]
    arrays += [pa.array([None if v == HIVE_NULL else v for v in c], pa.string()) for c in columns]
    cursor.register(name, pa.table(arrays, names=["i", *(f"c{n}" for n in range(len(keys)))]))
    casts = ", ".join(
        f"{cast_sql(f'c{n}', t.VARCHAR, kind, False)} AS {identifier(key)}"
        for n, (key, kind) in enumerate(keys)
    )
    try:
        found = _run(
            cursor,
            f"SELECT i FROM (SELECT i, {casts} FROM {name}) AS p"
            f" WHERE {' AND '.join(map(_condition, predicates))} ORDER BY i",
        )
    finally:
        cursor.unregister(name)
    return [items[i] for (i,) in found]


def _condition(predicate: Predicate) -> str:
    sql = Emitter().gen(predicate.node)
    for known, column in predicate.names.items():
        sql = sql.replace(known, f"p.{identifier(column)}")
    return f"({sql})"


def _run(cursor: duckdb.DuckDBPyConnection, sql: str) -> list[Any]:
    try:
        rows: list[Any] = cursor.execute(sql).fetchall()
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise as_failure(error) from error
    return rows


def check_values(found: set[str], key: str, kind: t.Type) -> None:
    """A partition's value is a text in the catalog: it must be one of the key's type."""
    read = {"date": values.day, "timestamp": values.moment}.get(kind.name)
    for value in found:
        if value == HIVE_NULL:
            continue
        if kind.name in t.INTEGERS:
            fits = values.strict_whole(value, kind) is not None
        elif kind.name in ("decimal", *t.FLOATING):
            fits = values.is_number(value)
        else:
            fits = read is None or read(value) is not None
        if not fits:
            raise QueryFailed(
                "HIVE_INVALID_PARTITION_VALUE",
                f"Invalid partition value '{value}' for {kind} partition key: {key}",
            )


def partition_constant(value: str | None, kind: t.Type) -> str:
    """A partition's value in the engine's SQL."""
    if value is None or value == HIVE_NULL:
        return f"CAST(NULL AS {t.duck_type(kind)})"
    return cast_sql(quote(value), t.VARCHAR, kind, False)
