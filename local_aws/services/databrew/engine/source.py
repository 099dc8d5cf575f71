"""A data set's files as a table of the run's DuckDB.

CSV is read as Spark reads it in its permissive mode: an empty field is NULL, a line with too few
fields is padded with NULLs, what a line has too many is left out, and files whose names start with
``_`` or ``.`` are no data. Such lines are counted and named in the run's log, never silent.
What its columns' texts are is for `inference` to say.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from local_aws.duckdb_files import path_list
from local_aws.services.databrew.engine.errors import (
    AnalysisException,
    PathDoesNotExist,
    RunFailed,
    UnsupportedOption,
)
from local_aws.services.databrew.engine.sql import literal, select, select_all

Log = Callable[[str], None]
# Folders named k=v are part of an address here: no column comes of them.
PLAIN = "hive_partitioning=false"
SAMPLE_LINES = 5


@dataclass(frozen=True)
class Source:
    """Where the rows come from: local files with the addresses that users know them by."""

    uri: str
    format: str
    paths: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)


def load(connection: duckdb.DuckDBPyConnection, source: Source, log: Log, rows: int | None) -> str:
    """Read the files into the table ``raw``; CSV as text alone. ``rows``: the first so many."""
    if not source.paths:
        raise PathDoesNotExist(source.uri)
    reader = READERS.get(source.format)
    if reader is None:
        raise UnsupportedOption(f"The input format {source.format}")
    try:
        reader(connection, source, log, "" if rows is None else f"LIMIT {int(rows)}")
    except duckdb.Error as error:
        raise RunFailed(f"Unable to read {source.uri}: {error}") from error
    return "raw"


def _read_parquet(
    connection: duckdb.DuckDBPyConnection, source: Source, _log: Log, limit: str
) -> None:
    _create(
        connection, f"read_parquet({path_list(source.paths)}, {PLAIN}, union_by_name=true)", limit
    )


def _read_json(
    connection: duckdb.DuckDBPyConnection, source: Source, _log: Log, limit: str
) -> None:
    lines = not (source.options.get("Json") or {}).get("MultiLine", False)
    layout = "newline_delimited" if lines else "auto"
    _create(connection, f"read_json({path_list(source.paths)}, {PLAIN}, format='{layout}')", limit)


def _read_csv(connection: duckdb.DuckDBPyConnection, source: Source, log: Log, limit: str) -> None:
    options = source.options.get("Csv") or {}
    delimiter, header = options.get("Delimiter", ","), options.get("HeaderRow", True)
    names = _header(Path(source.paths[0]), delimiter, header)
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    base = (
        f"{path_list(source.paths)}, {PLAIN}, auto_detect=false, columns={{{columns}}}, "
        f"delim={literal(delimiter)}, header={str(bool(header)).lower()}, "
        "quote='\"', escape='\"', allow_quoted_nulls=false, max_line_size=16777216"
    )
    try:
        _create(connection, f"read_csv({base})", limit)
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        _warn(connection, base, source, log)
        lenient = f"{base}, null_padding=true, strict_mode=false, parallel=false"
        _create(connection, f"read_csv({lenient})", limit)


READERS = {"CSV": _read_csv, "JSON": _read_json, "PARQUET": _read_parquet}


def _warn(connection: duckdb.DuckDBPyConnection, base: str, source: Source, log: Log) -> None:
    """Say which lines do not have the header's number of fields."""
    scan = f"read_csv({base}, store_rejects=true, rejects_limit=0, parallel=false)"
    connection.execute(select({"rows": "count(*)"}, scan)).fetchall()
    lines = "SELECT DISTINCT line, error_type::VARCHAR FROM reject_errors ORDER BY line"
    found = connection.execute(lines).fetchall()
    shown = "; ".join(f"line {line}: {kind}" for line, kind in found[:SAMPLE_LINES])
    log(
        f"WARN CSV: {len(found)} malformed line(s) in {source.uri} ({shown}): missing fields "
        "become NULL, surplus fields are dropped"
    )


def _create(connection: duckdb.DuckDBPyConnection, relation: str, limit: str) -> None:
    connection.execute(f"CREATE OR REPLACE TABLE raw AS {select_all(relation, limit)}")


def _header(path: Path, delimiter: str, header: bool) -> list[str]:
    """The columns' names as Spark makes them: ``_c1`` for an empty one, numbered when twice."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        start = file.read(1 << 20)
    first = next(csv.reader(io.StringIO(start), delimiter=delimiter), None)
    if not first:
        raise AnalysisException("Unable to infer schema for CSV. It must be specified manually.;")
    if not header:
        return [f"Column_{i}" for i in range(1, len(first) + 1)]
    lowered = [name.strip().lower() for name in first]
    return [_spark_name(i, name, lowered) for i, name in enumerate(first)]


def _spark_name(index: int, name: str, all_names: list[str]) -> str:
    if not name.strip():
        return f"_c{index}"
    return f"{name}{index}" if all_names.count(name.strip().lower()) > 1 else name
