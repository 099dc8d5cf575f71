"""SPICE: a data set's rows as one Parquet file, and DuckDB to read it.

AWS: an in-memory store, replaced when an ingestion completes. Here: a file a completed ingestion,
and a row in the store that says which one counts; a reader that has opened the old one keeps it.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from local_aws import disk
from local_aws.context import Platform
from local_aws.duckdb_files import path_literal
from local_aws.services.quicksight.duck import connect
from local_aws.services.quicksight.errors import IngestionFailed, NoDataYet, QueryRefused
from local_aws.services.quicksight.expressions import literal
from local_aws.services.quicksight.model import DATA_SET, Store
from local_aws.services.quicksight.preparation import Plan, plan

# Athena's error names in QuickSight's words. The first that the message holds counts.
FAILURES = (
    ("TABLE_NOT_FOUND", "SQL_TABLE_NOT_FOUND"),
    ("SCHEMA_NOT_FOUND", "SQL_TABLE_NOT_FOUND"),
    ("does not exist", "SQL_TABLE_NOT_FOUND"),
    ("COLUMN_NOT_FOUND", "SQL_SCHEMA_MISMATCH_ERROR"),
    ("cannot be resolved", "SQL_SCHEMA_MISMATCH_ERROR"),
    ("PERMISSION", "PERMISSION_DENIED"),
    ("timed out", "QUERY_TIMEOUT"),
)


@dataclass(frozen=True)
class Extract:
    """A finished file: its name, its rows, the rows dropped, its bytes."""

    file: str
    rows: int
    dropped: int
    bytes: int


def folder(platform: Platform) -> Path:
    """Where the extracts are."""
    path = platform.data_dir / "spice"
    path.mkdir(parents=True, exist_ok=True)
    return path


def fetch(platform: Platform, made: Plan) -> Any:
    """The rows that Athena gives for a plan, as an Arrow table. Raises IngestionFailed."""
    try:
        table = platform.athena.query(made.query, made.database)
    except Exception as error:
        message = str(getattr(error, "message", None) or error)
        kind = next((kind for text, kind in FAILURES if text in message), "SQL_EXCEPTION")
        raise IngestionFailed(kind, message) from error
    _check_columns(table.column_names, made)
    return table


def _check_columns(names: list[str], made: Plan) -> None:
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise IngestionFailed("DUPLICATE_COLUMN_NAMES_FOUND", f"Columns given twice: {twice}")
    missing = [name for name in made.declared if name not in names]
    if missing:
        raise IngestionFailed(
            "SQL_SCHEMA_MISMATCH_ERROR", f"The source has no column {', '.join(missing)}"
        )


def write(platform: Platform, data_set: str, ingestion: str, document: dict[str, Any]) -> Extract:
    """Fetch, prepare and write a data set's rows. Nobody reads the file yet."""
    made = plan(document)
    fetched = fetch(platform, made)
    name = hashlib.sha256(f"{data_set}\0{ingestion}".encode()).hexdigest()[:32] + ".parquet"
    target = folder(platform) / name
    partial = target.with_suffix(".partial")
    with connect() as connection:
        connection.register("fetched", fetched)
        connection.execute(
            f"COPY ({made.sql()}) TO {literal(str(partial))} (FORMAT parquet, COMPRESSION zstd)"
        )
        counted = connection.execute(
            f"SELECT count(*) FROM read_parquet({path_literal(partial)})"  # noqa: S608
        ).fetchone()
    rows = int(counted[0]) if counted else 0
    dropped = 0 if _filters(document) else fetched.num_rows - rows
    disk.sync_path(partial)
    partial.replace(target)
    disk.sync_path(target.parent)
    return Extract(name, rows, dropped, target.stat().st_size)


def _filters(document: dict[str, Any]) -> bool:
    """A filter leaves rows out because it was asked to: those are not dropped rows."""
    return "FilterOperation" in str(document.get("LogicalTableMap", ""))


def sweep(platform: Platform, keep: set[str]) -> None:
    """Remove the files that are no data set's data: old extracts, and parts of killed ones."""
    for path in folder(platform).iterdir():
        if path.name not in keep:
            path.unlink(missing_ok=True)


def open_data_set(store: Store, data_set: str) -> duckdb.DuckDBPyConnection:
    """A connection with the data set's rows as the relation ``data``. Raises QueryRefused."""
    row = store.find(DATA_SET, data_set)
    if row is None:
        raise QueryRefused(f"The data set {data_set} does not exist.")
    connection = connect()
    try:
        if row["document"]["ImportMode"] == "SPICE":
            _open_extract(store, data_set, connection)
        else:
            _open_source(store.platform, row["document"], connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _open_extract(store: Store, data_set: str, connection: duckdb.DuckDBPyConnection) -> None:
    for _attempt in range(3):
        extract = store.extract(data_set)
        if extract is None:
            raise _why_empty(store, data_set)
        path = folder(store.platform) / extract["file"]
        if os.access(path, os.R_OK):
            relation = f"read_parquet({path_literal(path)})"
            connection.execute(f"CREATE TEMP VIEW data AS SELECT * FROM {relation}")  # noqa: S608
            return
    raise QueryRefused(f"The extract of the data set {data_set} is missing; refresh it.")


def _why_empty(store: Store, data_set: str) -> QueryRefused:
    last = next(iter(store.ingestions(data_set)), None)
    if last is None:
        return NoDataYet("No data yet: this data set was never refreshed.")
    if last["status"] == "FAILED":
        why = f"{last['error_type']}): {last['error_message']}"
        return QueryRefused(f"No data: the refresh failed ({why}")
    return NoDataYet(f"No data yet: the first refresh is {last['status'].lower()}.")


def _open_source(
    platform: Platform, document: dict[str, Any], connection: duckdb.DuckDBPyConnection
) -> None:
    made = plan(document)
    try:
        fetched = fetch(platform, made)
    except IngestionFailed as error:
        raise QueryRefused(f"The source answers with {error.type}: {error.message}") from error
    connection.register("fetched", fetched)
    connection.execute(f"CREATE TEMP VIEW data AS {made.sql()}")
