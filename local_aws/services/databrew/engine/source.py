"""A data set's files as a table of the run's DuckDB.

CSV is read as Spark reads it in its permissive mode: an empty field is NULL, a line with too few
fields is padded with NULLs, what a line has too many is left out, and files whose names start with
``_`` or ``.`` are no data. Such lines are counted and named in the run's log, never silent.
A column becomes a number, a date, a timestamp or a boolean when every value of it is one, as
Spark's inferSchema does; all else stays text.
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
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.sql import convert, identifier, literal, select, select_all

Log = Callable[[str], None]
# Folders named k=v are part of an address here: no column comes of them.
PLAIN = "hive_partitioning=false"
SAMPLE_LINES = 5
FIRST_LOOK = 2000
INT = (-(2**31), 2**31 - 1)
# What a text column's values seem to be, the narrowest first.
LOOKS = {
    "there": "count(*) FILTER ({} <> '')",
    "boolean": "count(*) FILTER (lower({}) IN ('true', 'false'))",
    "long": "count(TRY_CAST({} AS BIGINT)) FILTER (NOT regexp_matches({}, '[.eExX_]'))",
    "double": "count(TRY_CAST({} AS DOUBLE))",
    "date": "count(*) FILTER (length({}) = 10 AND {}[5] = '-' AND {}[8] = '-')",
    "timestamp": "count(*) FILTER (length({}) >= 16 AND {}[5] = '-' AND {}[14] = ':')",
}


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


def typed(connection: duckdb.DuckDBPyConnection, table: str) -> Frame:
    """The table with each column in its inferred type, timestamps in UTC without a zone."""
    frame = Frame.of(connection, table)
    kinds = infer(frame)
    return frame.select({name: _typed(frame, name, kinds.get(name)) for name in frame.names})


def _typed(frame: Frame, name: str, kind: str | None) -> str:
    column, sql_type = frame.column(name)
    if sql_type == "TIMESTAMP WITH TIME ZONE":
        return f"timezone('UTC', {column})"
    if sql_type.startswith("TIMESTAMP_"):
        return f"CAST({column} AS TIMESTAMP)"
    return convert(column, sql_type, kind) if kind else column


def infer(frame: Frame, share: float = 1.0) -> dict[str, str]:
    """The DataBrew type of each text column of which that share of the values is of it.

    The first rows tell the likely type, all rows confirm it; only columns in which they differ
    are looked at in full.
    """
    texts = [name for name, sql_type in frame.columns.items() if sql_type == "VARCHAR"]
    first = select({name: identifier(name) for name in texts}, frame.current, f"LIMIT {FIRST_LOOK}")
    found = _settled(frame, _likely_kinds(frame, texts, f"({first})", share), share)
    doubtful = [name for name in texts if name not in found]
    return found | _settled(frame, _likely_kinds(frame, doubtful, frame.current, share), share)


def _likely_kinds(frame: Frame, names: list[str], table: str, share: float) -> dict[str, str]:
    """What most columns' values seem to be: the casts are quicker than exact."""
    if not names:
        return {}
    columns = {
        f"{look}_{i}": template.replace("{}", identifier(name))
        for i, name in enumerate(names)
        for look, template in LOOKS.items()
    }
    row = frame.connection.execute(select(columns, table)).fetchone() or ()
    size = len(LOOKS)
    counts = [dict(zip(LOOKS, row[i * size :][:size], strict=True)) for i in range(len(names))]
    likely = {name: _likely(count, share) for name, count in zip(names, counts, strict=True)}
    return {name: kind for name, kind in likely.items() if kind}


def _likely(counts: dict[str, int], share: float) -> str | None:
    needed = max(1, share * counts["there"])
    kinds = [kind for kind in LOOKS if kind != "there" and counts[kind] >= needed]
    if "long" in kinds and counts["double"] > counts["long"]:
        kinds.remove("long")
    return kinds[0] if kinds else None


def _settled(frame: Frame, kinds: dict[str, str], share: float) -> dict[str, str]:
    """The likely types that hold over all rows, exactly; whole numbers as narrow as they fit."""
    if not kinds:
        return {}
    columns: dict[str, str] = {}
    for i, (name, kind) in enumerate(kinds.items()):
        columns |= {f"{asked}_{i}": sql for asked, sql in _questions(name, kind).items()}
    row = frame.connection.execute(select(columns, frame.current)).fetchone() or ()
    answers = [row[i : i + 5] for i in range(0, len(row), 5)]
    settled = zip(kinds.items(), answers, strict=True)
    return {name: _width(kind, *a) for (name, kind), a in settled if _holds(kind, share, *a)}


def _questions(name: str, kind: str) -> dict[str, str]:
    column = identifier(name)
    value = convert(column, "VARCHAR", kind)
    number = "0"
    if kind == "long":
        # A conversion cuts a fraction off; a column with fractions is not one of whole numbers.
        value = f"CASE WHEN contains({column}, '.') THEN NULL ELSE {value} END"
        number = f"count({convert(column, 'VARCHAR', 'double')})"
    return {
        "there": f"count(*) FILTER ({column} <> '')",
        "sure": f"count({value})",
        "number": number,
        "low": f"min({value})",
        "high": f"max({value})",
    }


def _holds(kind: str, share: float, there: int, sure: int, number: int, *_: Any) -> bool:
    enough = sure > 0 and sure >= share * there
    return enough and (kind != "long" or sure == number)


def _width(kind: str, *answers: Any) -> str:
    low, high = answers[3:]
    return "int" if kind == "long" and INT[0] <= low and high <= INT[1] else kind
