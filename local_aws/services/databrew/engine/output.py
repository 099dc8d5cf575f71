"""A recipe job's files, under DataBrew's names, in the run's scratch folder.

The server moves them into the bucket with renames once all of them are whole.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb

from local_aws.services.databrew.engine.errors import UnsupportedOption
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.sql import identifier, literal, select

# Format to codec to DuckDB's name for it; None: what DataBrew writes when nothing is said.
CODECS: dict[str, dict[str | None, str]] = {
    "CSV": {None: "none", "GZIP": "gzip", "ZSTD": "zstd"},
    "JSON": {None: "none", "GZIP": "gzip", "ZSTD": "zstd"},
    "PARQUET": {
        None: "snappy",
        "SNAPPY": "snappy",
        "GZIP": "gzip",
        "ZSTD": "zstd",
        "BROTLI": "brotli",
        "LZ4": "lz4_raw",
    },
}
CODECS["GLUEPARQUET"] = CODECS["PARQUET"]
SUFFIXES = {"gzip": ".gz", "zstd": ".zst", "none": ""}
NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Output:
    """One element of the job's ``Outputs``: the files' folder here and their first name."""

    folder: str
    stem: str
    format: str = "CSV"
    codec: str | None = None
    delimiter: str = ","
    partition_columns: tuple[str, ...] = ()


@dataclass
class Written:
    """The files of one output, relative to its folder, and the rows in them."""

    files: list[str] = field(default_factory=list)
    rows: int = 0


def codec_of(format_: str, codec: str | None) -> str:
    """DuckDB's codec, or a refusal that names what is not there."""
    if format_ not in CODECS:
        raise UnsupportedOption(f"The output format {format_}")
    if codec not in CODECS[format_]:
        raise UnsupportedOption(f"The compression {codec} for {format_}")
    return CODECS[format_][codec]


def write(frame: Frame, outputs: list[Output]) -> list[Written]:
    """Write every output. More than one reads the recipe's rows once, from a table."""
    if len(outputs) > 1 or any(output.partition_columns for output in outputs):
        frame.connection.execute(f"CREATE TEMP TABLE result AS {frame.sql()}")
        frame = Frame.of(frame.connection, "result")
    return [_write(frame, output) for output in outputs]


def _write(frame: Frame, output: Output) -> Written:
    codec_of(output.format, output.codec)
    if not output.partition_columns:
        written = Written()
        _copy(frame, output, Path(), frame.names, written)
        return written
    return _write_partitions(frame, output)


def _write_partitions(frame: Frame, output: Output) -> Written:
    """One folder ``column=value/`` for each combination of values."""
    keys = [frame.resolve(name) for name in output.partition_columns]
    columns = {key: f"CAST({identifier(key)} AS VARCHAR)" for key in keys}
    found = frame.connection.execute(
        select(columns, frame.current, "GROUP BY ALL ORDER BY ALL")
    ).fetchall()
    rest = [name for name in frame.names if name not in keys]
    written = Written()
    for values in found:
        same = " AND ".join(
            f"{columns[k]} IS NOT DISTINCT FROM {'NULL' if v is None else literal(v)}"
            for k, v in zip(keys, values, strict=True)
        )
        parts = [_partition(k, v) for k, v in zip(keys, values, strict=True)]
        _copy(frame.where(same), output, Path(*parts), rest, written)
    return written


def _partition(key: str, value: str | None) -> str:
    return f"{key}={NULL_FOLDER if value is None else quote(value, safe=' .-_:')}"


def _copy(frame: Frame, output: Output, folder: Path, names: list[str], to: Written) -> None:
    codec = codec_of(output.format, output.codec)
    shaped = frame.select({name: _outgoing(frame, name, output.format) for name in names})
    kind = "parquet" if output.format == "GLUEPARQUET" else output.format.lower()
    suffix = "" if kind == "parquet" else SUFFIXES[codec]
    relative = folder / f"{output.stem}_part00000.{kind}{suffix}"
    path = Path(output.folder) / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    options = f"FORMAT {kind}, COMPRESSION {codec}"
    if kind == "csv":
        options += f", HEADER true, DELIMITER {literal(output.delimiter)}"
    query = f"COPY ({shaped.sql()}) TO {literal(str(path))} ({options})"
    rows: Any = frame.connection.execute(query).fetchone()
    to.files.append(relative.as_posix())
    to.rows += int(rows[0]) if rows else 0


def _outgoing(frame: Frame, name: str, format_: str) -> str:
    """Points in time leave as UTC: without a zone Spark reads them as another type."""
    column, sql_type = frame.column(name)
    if sql_type != "TIMESTAMP":
        return column
    if format_ in ("PARQUET", "GLUEPARQUET"):
        return f"CAST({column} AS TIMESTAMPTZ)"
    return f"strftime({column}, '%Y-%m-%d %H:%M:%S')"


def connect(memory: str, temporary: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB for one run: UTC, bounded memory, the rest on disk, rows in their order."""
    connection = duckdb.connect(":memory:", config={"threads": 2, "memory_limit": memory})
    connection.execute("SET TimeZone='UTC'")
    connection.execute(f"SET temp_directory={literal(temporary)}")
    connection.execute("SET preserve_insertion_order=true")
    return connection
