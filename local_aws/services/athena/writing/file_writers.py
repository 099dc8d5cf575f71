"""A query's rows as files: the engine's own formats by COPY, others from its Parquet.

The rows are computed once, into files of one partition each.
"""

# ruff: noqa: S608 - writing SQL is what this module does; values go through quote()
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import orc

from local_aws.formats import avro, packing
from local_aws.formats.endings import ENDINGS
from local_aws.services.athena.duck.quoting import identifier, quote
from local_aws.services.athena.errors import QueryFailed, not_supported
from local_aws.services.athena.reading.partition_names import HIVE_NULL, unescaped
from local_aws.services.athena.rewrites.casts import cast_sql
from local_aws.services.athena.serdes import avro_schema, buckets, text_sql
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.writing.write_targets import Made, Target

Columns = list[tuple[str, t.Type]]
# https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html
OPEN_PARTITIONS = 100
# What the engine packs by itself, by format.
_PACKED = {
    "PARQUET": {"GZIP", "SNAPPY", "ZSTD", "LZ4", "NONE"},
    "TEXTFILE": {"GZIP", "ZSTD", "NONE"},
    "JSON": {"GZIP", "ZSTD", "NONE"},
}
_BATCH = 10_000


def write(
    cursor: duckdb.DuckDBPyConnection, sql: str, columns: Columns, target: Target, scratch: Path
) -> tuple[int, list[Made]]:
    """The number of rows, and the files."""
    _check_types(columns, target)
    staged = target.format in ("ORC", "AVRO") or bool(target.buckets)
    first = Target("", "PARQUET", "SNAPPY", keys=target.keys) if staged else target
    rows = _copy(cursor, sql, columns, first, scratch)
    made = _found(scratch, first)
    stored = [(n, k) for n, k in columns if n not in target.keys]
    if target.buckets:
        made = [part for file in made for part in buckets.split(file, stored, target, scratch)]
    if len(made) > OPEN_PARTITIONS and (target.keys or target.buckets):
        _too_many({file.values for file in made}, len(made), target)
    if staged:
        return rows, [_converted(file, stored, target) for file in made]
    return rows, [_repacked(file, target) for file in made]


def _too_many(partitions: set[tuple[str, ...]], files: int, target: Target) -> None:
    if len(partitions) > OPEN_PARTITIONS or (target.buckets and files > OPEN_PARTITIONS):
        raise QueryFailed(
            "HIVE_TOO_MANY_OPEN_PARTITIONS",
            f"Exceeded limit of {OPEN_PARTITIONS} open writers for partitions/buckets",
        )


def _check_types(columns: Columns, target: Target) -> None:
    for name, kind in columns:
        if name in target.keys and kind.of:
            raise QueryFailed(
                "NOT_SUPPORTED", f"Unsupported type for partition column {name}: {kind}"
            )
        if target.format == "JSON" and t.contains(kind, "varbinary"):
            raise not_supported(f"writing {kind} as JSON")
        if target.format == "AVRO" and name not in target.keys:
            avro_schema.schema_of(kind, name)


def _copy(
    cursor: duckdb.DuckDBPyConnection, sql: str, columns: Columns, target: Target, scratch: Path
) -> int:
    names = ", ".join(identifier(n) for n, _ in columns)
    stored = [(n, k) for n, k in columns if n not in target.keys]
    keys = [_key(n, k) for n, k in columns if n in target.keys]
    if target.format == "TEXTFILE":
        items = [f'{text_sql.line(stored, "w", target.options)} AS "line"']
    else:
        items = [f"w.{identifier(n)}" for n, _ in stored]
    source = f"SELECT {', '.join([*items, *keys])} FROM ({sql}) AS w({names})"
    options, out = _options(target), scratch / f"data.{_extension(target)}"
    if target.keys:
        listed = ", ".join(identifier(k) for k in target.keys)
        options += f", PARTITION_BY ({listed}), FILE_EXTENSION {quote(_extension(target))}"
        out = scratch / "data"
    rows = cursor.execute(f"COPY ({source}) TO {quote(str(out))} ({options})").fetchone()
    return int(rows[0]) if rows else 0


def _key(name: str, kind: t.Type) -> str:
    value = cast_sql(f"w.{identifier(name)}", kind, t.VARCHAR, False)
    return f"coalesce({value}, {quote(HIVE_NULL)}) AS {identifier(name)}"


def _engine_packs(target: Target) -> bool:
    return target.compression in _PACKED[target.format]


def _extension(target: Target) -> str:
    """Text says by its name how it is packed, Parquet in its footer."""
    base = {"PARQUET": "parquet", "TEXTFILE": "csv", "JSON": "json"}[target.format]
    packed = target.format != "PARQUET" and _engine_packs(target)
    ending = ENDINGS.get(target.compression) if packed else None
    return f"{base}.{ending}" if ending else base


def _options(target: Target) -> str:
    packed = target.compression.lower() if _engine_packs(target) else "none"
    if target.format == "PARQUET":
        level = f", COMPRESSION_LEVEL {target.level}" if target.level is not None else ""
        codec = "uncompressed" if packed == "none" else packed
        return f"FORMAT parquet, COMPRESSION {codec}{level}"
    if target.format == "JSON":
        return f"FORMAT json, COMPRESSION {packed}"
    return (
        f"FORMAT csv, HEADER false, DELIMITER '\x02\x03', QUOTE '', ESCAPE '', COMPRESSION {packed}"
    )


def _found(scratch: Path, target: Target) -> list[Made]:
    root = scratch / "data" if target.keys else scratch
    found = []
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        # The engine escapes more in a folder's name than Hive does.
        folders = path.relative_to(root).parts[:-1]
        values = tuple(unescaped(folder.partition("=")[2]) for folder in folders)
        found.append(Made(path, values, "".join(path.suffixes[-1:])))
    return found


# --- formats from Parquet


def _batches(path: Path) -> Iterator[Any]:
    return iter(pq.ParquetFile(path).iter_batches(_BATCH))


def _converted(file: Made, columns: Columns, target: Target) -> Made:
    """A staged Parquet file in the target's format."""
    if target.format == "PARQUET":
        _to_parquet(file.path, target)
        return file
    ending = file.ending.removesuffix(".parquet") + f".{target.format.lower()}"
    path = file.path.with_name(file.path.name + ".out")
    if target.format == "AVRO":
        schema = avro_schema.row_of(columns)
        avro.write(path, schema, _batches(file.path), target.compression)
    elif target.format == "ORC":
        _to_orc(file.path, path, target)
    else:
        raise not_supported(f"writing a bucketed table as {target.format}")
    file.path.unlink()
    return Made(path, file.values, ending)


def _to_orc(source: Path, path: Path, target: Target) -> None:
    codec = {"NONE": "uncompressed"}.get(target.compression, target.compression.lower())
    with orc.ORCWriter(str(path), compression=codec) as out:
        written = False
        for batch in _batches(source):
            out.write(pa.Table.from_batches([batch]))
            written = True
        if not written:
            out.write(pq.read_schema(source).empty_table())


def _to_parquet(path: Path, target: Target) -> None:
    out = path.with_name(path.name + ".out")
    codec = {"NONE": "none"}.get(target.compression, target.compression.lower())
    schema = pq.read_schema(path)
    with pq.ParquetWriter(out, schema, compression=codec, compression_level=target.level) as writer:
        for batch in _batches(path):
            writer.write_batch(batch)
    out.replace(path)


# --- packing what the engine cannot


def _repacked(file: Made, target: Target) -> Made:
    if target.format == "PARQUET" or _engine_packs(target):
        return file
    packing.pack(file.path, target.compression)
    return Made(file.path, file.values, f"{file.ending}.{ENDINGS[target.compression]}")
