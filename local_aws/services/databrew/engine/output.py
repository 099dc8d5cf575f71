"""A recipe job's files, under DataBrew's names, in the run's scratch folder.

The server moves them into the bucket with renames once all of them are whole. Rows stream: what is
written has never to fit into memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import orc

from local_aws.formats import avro, packing
from local_aws.services.databrew.engine import formats
from local_aws.services.databrew.engine.errors import RunFailed
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.outgoing import as_table, avro_schema, leaving
from local_aws.services.databrew.engine.shares import Numbered, Share
from local_aws.services.databrew.engine.sql import literal

SPLIT = 128 << 20
"""Bytes of input: what Spark gives to one of its tasks, each of which writes a file."""
_MOST_FILES = 999
_BATCH = 10_000
_DUCKDB_CODECS = {"NONE": "none", "GZIP": "gzip", "ZSTD": "zstd"}
_PARQUET_CODECS = {"LZ4": "lz4_raw"}


@dataclass(frozen=True)
class Output:
    """One of the job's outputs: the files' folder here and how their names begin.

    `most`: its MaxOutputFiles. `columns`: of a table of the catalog, by name its kind.
    """

    folder: str
    stem: str
    format: str = "CSV"
    codec: str | None = None
    delimiter: str = ","
    partition_columns: tuple[str, ...] = ()
    most: int | None = None
    columns: dict[str, str] | None = None
    header: bool = True


@dataclass
class Written:
    """The files of one output, relative to its folder, and the rows in them."""

    files: list[str] = field(default_factory=list)
    rows: int = 0


def write(frame: Frame, outputs: list[Output], input_bytes: int = 0) -> list[Written]:
    """Write every output."""
    files = [_files(output, input_bytes) for output in outputs]
    if len(outputs) == 1 and files == [1] and not outputs[0].partition_columns:
        return [_write(outputs[0], iter([Share(frame, frame.names)]))]
    rows = Numbered.of(frame)
    return [
        _write(output, rows.partitions(output.partition_columns))
        if output.partition_columns
        else _write(output, rows.shares(most))
        for output, most in zip(outputs, files, strict=True)
    ]


def _files(output: Output, input_bytes: int) -> int:
    """How many files an output has at most; a partition always has one."""
    formats.check(output.format, output.codec)
    return min(output.most or _MOST_FILES, max(1, -(-input_bytes // SPLIT)))


def _write(output: Output, shares: Iterator[Share]) -> Written:
    written = Written()
    for number, share in enumerate(shares):
        _write_file(share, output, 0 if output.partition_columns else number, written)
    return written


def _write_file(share: Share, output: Output, number: int, to: Written) -> None:
    ending = formats.ending(output.format, output.codec)
    relative = share.folder / f"{output.stem}_part{number:05d}.{ending}"
    path = Path(output.folder) / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    kind, codec = formats.kind_of(output.format), formats.codec_of(output.format, output.codec)
    rows, names = share.rows, share.names
    if output.columns is not None:
        rows, names = as_table(rows, names, output.columns), list(output.columns)
    to.rows += _WRITERS[kind](leaving(rows, names, kind), path, codec, output)
    to.files.append(relative.as_posix())


# --- formats


def _text(frame: Frame, path: Path, codec: str, output: Output) -> int:
    options = f"FORMAT {output.format}, COMPRESSION {_DUCKDB_CODECS.get(codec, 'none')}"
    if output.format == "CSV":
        options += f", HEADER {str(output.header).lower()}, DELIMITER {literal(output.delimiter)}"
    rows = _copy(frame, path, options)
    if codec not in _DUCKDB_CODECS:
        packing.pack(path, codec)
    return rows


def _parquet(frame: Frame, path: Path, codec: str, _output: Output) -> int:
    return _copy(frame, path, f"FORMAT parquet, COMPRESSION {_PARQUET_CODECS.get(codec, codec)}")


def _copy(frame: Frame, path: Path, options: str) -> int:
    query = f"COPY ({frame.sql()}) TO {literal(str(path))} ({options})"
    rows = frame.connection.execute(query).fetchone()
    return int(rows[0]) if rows else 0


def _orc(frame: Frame, path: Path, codec: str, _output: Output) -> int:
    rows, reader = 0, frame.connection.execute(frame.sql()).to_arrow_reader(_BATCH)
    try:
        with orc.ORCWriter(str(path), compression=codec.lower()) as writer:
            writer.write(reader.schema.empty_table())
            for batch in _batches(reader):
                writer.write(pa.Table.from_batches([batch]))
                rows += batch.num_rows
    except pa.ArrowNotImplementedError as error:
        raise RunFailed(f"UnsupportedOperationException: in ORC: {error}") from error
    return rows


def _avro(frame: Frame, path: Path, codec: str, _output: Output) -> int:
    reader = frame.connection.execute(frame.sql()).to_arrow_reader(_BATCH)
    return avro.write(path, avro_schema(reader.schema), _batches(reader), codec)


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The query's rows; what goes wrong in it is DuckDB's error, not Arrow's."""
    try:
        yield from reader
    except (pa.ArrowException, OSError) as error:
        raise duckdb.Error(str(error)) from error


_WRITERS = {"CSV": _text, "JSON": _text, "PARQUET": _parquet, "ORC": _orc, "AVRO": _avro}


def connect(memory: str, temporary: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB for one run: UTC, bounded memory, the rest on disk, rows in their order."""
    connection = duckdb.connect(":memory:", config={"threads": 2, "memory_limit": memory})
    connection.execute("SET TimeZone='UTC'")
    connection.execute(f"SET temp_directory={literal(temporary)}")
    connection.execute("SET preserve_insertion_order=true")
    return connection
