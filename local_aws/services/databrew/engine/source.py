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
from typing import Any, Generic, TypeVar

import duckdb

from local_aws.duckdb_files import path_list
from local_aws.services.databrew.engine import json_lines
from local_aws.services.databrew.engine.errors import (
    AnalysisException,
    PathDoesNotExist,
    RunFailed,
    UnsupportedOption,
)
from local_aws.services.databrew.engine.sql import identifier, literal, select

T = TypeVar("T")
Log = Callable[[str], None]
# Folders named k=v are part of an address here: no column comes of them.
PLAIN = "hive_partitioning=false"
SAMPLE_LINES = 5
SMALL = 256 << 20  # bytes
# In bytes. Buffers are read side by side: of one for all nothing would be.
SIZES = "max_line_size=16777216, buffer_size=33554432"
# The kinds of a path's parameters.
KINDS = {"String": "string", "Number": "double", "Datetime": "timestamp"}


@dataclass(frozen=True)
class Source:
    """Where the rows come from: local files with the addresses that users know them by.

    `columns`: what the files' places add, by name its kind and its text for each file. `schema`:
    the names and kinds of a file's columns where a catalog tells them.
    """

    uri: str
    format: str
    paths: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    schema: dict[str, str] = field(default_factory=dict)

    @property
    def is_small(self) -> bool:
        """Whether a table of it fits into a run's memory."""
        return sum(Path(path).stat().st_size for path in self.paths) <= SMALL

    @property
    def kinds(self) -> dict[str, str]:
        """The types that need not be found out."""
        added = {name: KINDS.get(kind, kind) for name, (kind, _) in self.columns.items()}
        return self.schema | added

    @property
    def tells_types(self) -> bool:
        """Whether a text in its files is a text, whatever it looks like: CSV has nothing else."""
        return self.format != "CSV"


@dataclass(frozen=True)
class _Reader(Generic[T]):
    """What a reading needs; `limit` is SQL, `ask` is what to do with the rows."""

    connection: duckdb.DuckDBPyConnection
    source: Source
    log: Log
    ask: Callable[[str], T]
    limit: str = ""
    stored: bool = False

    def read(self, relation: str) -> T:
        """``raw`` of all that the relation has, and of what the files' places add."""
        kind = "TABLE" if self.stored else "VIEW"
        added = ", ".join(
            f"{_list(texts)}[file_index::BIGINT + 1] AS {identifier(name)}"
            for name, (_, texts) in self.source.columns.items()
        )
        columns = f"*, {added}" if added else "*"
        rows = " ".join(["SELECT", columns, "FROM", relation, self.limit])
        self.connection.execute(f"CREATE OR REPLACE {kind} raw AS {rows}")
        return self.ask("raw")


def load(
    connection: duckdb.DuckDBPyConnection, source: Source, log: Log, rows: int | None = None
) -> str:
    """Make the files' rows the table ``raw``; CSV as text alone. ``rows``: the first so many."""
    limit = "" if rows is None else f"LIMIT {int(rows)}"
    return _read(_Reader(connection, source, log, str, limit, stored=True))


def keep_on_disk(connection: duckdb.DuckDBPyConnection, folder: str) -> None:
    """Tables go from here on into a file of the folder, about a quarter of their CSV.

    What of a table in memory does not fit is spilled as it is: more than the CSV was.
    """
    connection.execute(f"ATTACH {literal(str(Path(folder) / 'tables.duckdb'))} AS kept")
    connection.execute("USE kept")


def read_in_turn(connection: duckdb.DuckDBPyConnection) -> None:
    """One file after the other from here on, by one thread.

    Of several that are read side by side the later ones' rows wait in memory for the first's: rows
    are written in their order.
    """
    connection.execute("SET threads=1")


def ask(
    connection: duckdb.DuckDBPyConnection, source: Source, log: Log, question: Callable[[str], T]
) -> T:
    """The answer to a question about the view ``raw`` of the files' rows; CSV as text alone.

    A view takes neither memory nor disk: the files are read again with each query, and so is input
    of any size. The question reads every line: one that does not fit is found by it, and the
    question asked again over lines that are mended.
    """
    return _read(_Reader(connection, source, log, question))


def _read(reader: _Reader[T]) -> T:
    source = reader.source
    if not source.paths:
        raise PathDoesNotExist(source.uri)
    read = READERS.get(source.format)
    if read is None:
        raise UnsupportedOption(f"The input format {source.format}")
    try:
        return read(reader)
    except duckdb.Error as error:
        raise RunFailed(f"Unable to read {source.uri}: {error}") from error


def _read_parquet(to: _Reader[T]) -> T:
    return to.read(f"read_parquet({path_list(to.source.paths)}, {PLAIN}, union_by_name=true)")


def _read_json(to: _Reader[T]) -> T:
    lines = not (to.source.options.get("Json") or {}).get("MultiLine", False)
    layout = "newline_delimited" if lines else "auto"
    return to.read(json_lines.relation(to.connection, path_list(to.source.paths), layout, PLAIN))


def _read_csv(to: _Reader[T]) -> T:
    source = to.source
    options = source.options.get("Csv") or {}
    delimiter, header = options.get("Delimiter", ","), options.get("HeaderRow", True)
    names = list(source.schema) or _header(Path(source.paths[0]), delimiter, header)
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    base = (
        f"{path_list(source.paths)}, {PLAIN}, auto_detect=false, columns={{{columns}}}, "
        f"delim={literal(delimiter)}, header={str(bool(header)).lower()}, "
        f"quote='\"', escape='\"', allow_quoted_nulls=false, {SIZES}"
    )
    try:
        return to.read(f"read_csv({base})")
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        _warn(to.connection, base, source, to.log)
        return to.read(f"read_csv({base}, null_padding=true, strict_mode=false, parallel=false)")


READERS = {"CSV": _read_csv, "JSON": _read_json, "PARQUET": _read_parquet}


def _warn(connection: duckdb.DuckDBPyConnection, base: str, source: Source, log: Log) -> None:
    """Say which lines do not have the header's number of fields."""
    scan = f"read_csv({base}, store_rejects=true, rejects_limit=0, parallel=false)"
    try:
        connection.execute(select({"rows": "count(*)"}, scan)).fetchall()
    except duckdb.InvalidInputException as error:  # lines that end in several ways, for one
        log(f"WARN CSV: {source.uri} is not all of one form: {str(error).splitlines()[0]}")
        return
    lines = "SELECT DISTINCT line, error_type::VARCHAR FROM reject_errors ORDER BY line"
    found = connection.execute(lines).fetchall()
    shown = "; ".join(f"line {line}: {kind}" for line, kind in found[:SAMPLE_LINES])
    log(
        f"WARN CSV: {len(found)} malformed line(s) in {source.uri} ({shown}): missing fields "
        "become NULL, surplus fields are dropped"
    )


def _list(texts: list[str]) -> str:
    return "[" + ", ".join(literal(text) for text in texts) + "]"


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
