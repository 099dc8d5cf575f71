"""Hive's buckets: which file of a table a row goes to, by the hash of some of its columns.

https://docs.aws.amazon.com/athena/latest/ug/ctas-bucketing-how-it-works.html
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from local_aws.services.athena.errors import QueryFailed, not_supported
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.writing.write_targets import Made

if TYPE_CHECKING:
    from local_aws.services.athena.writing.write_targets import Target

_MASK = 0xFFFFFFFF
_BATCH = 10_000


def _folded(value: int) -> int:
    """64 bits into 32."""
    value &= 0xFFFFFFFFFFFFFFFF
    return (value ^ (value >> 32)) & _MASK


def _text(value: str) -> int:
    found = 0
    for byte in value.encode():
        found = (found * 31 + (byte - 256 if byte > 127 else byte)) & _MASK
    return found


_HASHES: dict[str, Callable[[Any], int]] = {
    "boolean": int,
    "tinyint": int,
    "smallint": int,
    "integer": int,
    "bigint": _folded,
    "real": lambda value: struct.unpack("<I", struct.pack("<f", value))[0],
    "double": lambda value: _folded(struct.unpack("<Q", struct.pack("<d", value))[0]),
    "varchar": _text,
    "date": lambda value: value.toordinal() - 719_163,
}


def check(columns: list[tuple[str, t.Type]], target: Target) -> None:
    """Every column that chooses a bucket is one of the table's, of a type that can."""
    kinds = dict(columns)
    for name in target.bucketed_by:
        if name not in kinds:
            raise QueryFailed(
                "INVALID_TABLE_PROPERTY", f"Bucketing columns [{name}] not present in schema"
            )
        if kinds[name].name not in _HASHES:
            raise not_supported(f"bucketed_by with a column of type {kinds[name]}")


def bucket(row: tuple[Any, ...], hashes: list[Callable[[Any], int]], count: int) -> int:
    found = 0
    for value, hashed in zip(row, hashes, strict=True):
        found = (found * 31 + (0 if value is None else hashed(value))) & _MASK
    return (found & 0x7FFFFFFF) % count


def split(
    file: Made, columns: list[tuple[str, t.Type]], target: Target, scratch: Path
) -> list[Made]:
    """A Parquet file's rows in a file for each bucket; an empty one where there are none."""
    kinds = dict(columns)
    hashes = [_HASHES[kinds[name].name] for name in target.bucketed_by]
    source = pq.ParquetFile(file.path)
    folder = scratch / f"buckets-{file.path.stem}-{abs(hash(file.values))}"
    folder.mkdir()
    paths = [folder / f"{number:05}.parquet" for number in range(target.buckets)]
    writers = [pq.ParquetWriter(path, source.schema_arrow) for path in paths]
    try:
        for batch in source.iter_batches(_BATCH):
            rows = zip(
                *(batch.column(name).to_pylist() for name in target.bucketed_by), strict=True
            )
            places = pa.array([bucket(row, hashes, target.buckets) for row in rows], pa.int32())
            table = pa.Table.from_batches([batch])
            for number in set(places.to_pylist()):
                mask = pa.compute.equal(places, number)
                writers[number].write_table(table.filter(mask))
    finally:
        for writer in writers:
            writer.close()
    file.path.unlink()
    return [
        Made(path, file.values, f"_bucket-{number:05}.parquet") for number, path in enumerate(paths)
    ]
