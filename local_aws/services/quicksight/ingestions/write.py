"""An ingestion's work: the sources' rows, prepared, as a new extract that nobody reads yet.

AWS: https://docs.aws.amazon.com/quicksight/latest/user/refreshing-imported-data.html
A full refresh writes all rows. An incremental one takes the extract's rows from before the
look-back window and the source's rows from within it; without an extract that fits, it is full.
"""

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from local_aws import disk
from local_aws.database import Row
from local_aws.duckdb_files import path_literal
from local_aws.services.quicksight import security
from local_aws.services.quicksight.data_sets.types import MAX_TEXT
from local_aws.services.quicksight.duck import open_alone
from local_aws.services.quicksight.errors import IngestionFailed, QueryRefused
from local_aws.services.quicksight.expressions import quote
from local_aws.services.quicksight.fetching import Streamed
from local_aws.services.quicksight.ingestions.ending import Ended, Ending
from local_aws.services.quicksight.ingestions.records import Extract
from local_aws.services.quicksight.model import Store
from local_aws.services.quicksight.opening import Opening, ancestors
from local_aws.services.quicksight.preparation import Plan, plan
from local_aws.services.quicksight.readers import ACCOUNT
from local_aws.services.quicksight.spice import folder

UNITS = {"HOUR": "hours", "DAY": "days", "WEEK": "weeks"}
Types = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Window:
    """The rows to fetch anew: those whose column is at ``moment`` (ISO 8601, UTC) or later."""

    column: str
    moment: str

    @property
    def inside(self) -> str:
        """The window as SQL."""
        return f"{quote(self.column)} >= TIMESTAMP '{self.moment}'"


def window(properties: dict[str, Any], now: dt.datetime) -> Window:
    """The look-back window of refresh properties as of now."""
    look = properties["RefreshConfiguration"]["IncrementalRefresh"]["LookbackWindow"]
    try:
        start = now - dt.timedelta(**{UNITS[look["SizeUnit"]]: look["Size"]})
    except OverflowError:  # longer than there are dates
        start = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
    return Window(look["ColumnName"], start.replace(tzinfo=None).isoformat(" ", "microseconds"))


def write(
    store: Store, row: Row, ingestion: str, ending: Ending, since: Window | None = None
) -> Extract:
    """Fetch, prepare and write a data set's rows. Raises IngestionFailed, Ended."""
    name = hashlib.sha256(f"{row['id']}\0{ingestion}".encode()).hexdigest()[:32]
    with _scratch(store, name) as scratch, open_alone(scratch) as connection:
        ending.watch(connection.interrupt)
        try:
            return _Work(store, row, connection, scratch, ending).write(f"{name}.parquet", since)
        except duckdb.InterruptException as error:
            raise Ended from error
        except QueryRefused as error:
            raise IngestionFailed("SPICE_TABLE_NOT_FOUND", str(error)) from error
        except duckdb.Error as error:
            ending.check()
            raise IngestionFailed("SQL_EXCEPTION", str(error).splitlines()[0]) from error


@contextmanager
def _scratch(store: Store, name: str) -> Iterator[Path]:
    path = store.platform.scratch("spice") / name
    path.mkdir(exist_ok=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class _Work:
    """One ingestion's connection and files."""

    def __init__(
        self, store: Store, row: Row, connection: duckdb.DuckDBPyConnection, scratch: Path,
        ending: Ending,
    ) -> None:  # fmt: skip
        self.store, self.row, self.connection, self.ending = store, row, connection, ending
        self.folder = folder(store.platform)
        self.answers = Streamed(store, self.folder, scratch, ending)
        self.fresh = scratch / "fresh.parquet"

    def write(self, file: str, since: Window | None) -> Extract:
        self._refuse_secured_parents()
        made = plan(self.row["document"])
        before = self._before(made) if since else None
        window = since if before else None
        types = self._attach(made, window)
        if before and before[1] != types:
            changed = f"Columns of the source have changed: {_difference(before[1], types)}"
            raise IngestionFailed(
                "SQL_SCHEMA_MISMATCH_ERROR", f"{changed}. Edit the data set, or refresh it in full."
            )
        self._copy(_stored(made, window), self.fresh)
        rows, dropped = self._count(self.fresh), self._dropped(made)
        whole = self._whole(made, before[0], window) if before and window else self.fresh
        total = rows if whole == self.fresh else self._count(whole)
        target = self._publish(whole, file)
        return Extract(file, rows, dropped, total, target.stat().st_size, types)

    def _refuse_secured_parents(self) -> None:
        for ancestor in ancestors(self.store, self.row):
            if security.is_secured(ancestor["document"]):
                message = f"{ancestor['id']} has row- or column-level security: query it directly"
                raise IngestionFailed("PERMISSION_DENIED", message)

    def _before(self, made: Plan) -> tuple[Path, Types] | None:
        """The extract that a window's rows can be added to, and its sources' columns then."""
        extract = self.store.extract(self.row["id"])
        path = self.folder / extract["file"] if extract else None
        if extract is None or path is None or not path.exists():
            return None
        there = self._described(f"SELECT * FROM read_parquet({path_literal(path)})")  # noqa: S608
        types = json.loads(extract["source_types"])
        return (path, types) if list(there) == list(made.columns) and types else None

    def _attach(self, made: Plan, window: Window | None) -> Types:
        opening = Opening(self.store, self.connection, ACCOUNT, self.answers)
        sources = made.since(window.column, window.moment) if window else made.sources
        for source in sources:
            self.ending.check()
            opening.attach(source)
        return {s.name: self._described(f"SELECT * FROM {s.name}") for s in sources}  # noqa: S608

    def _described(self, query: str) -> dict[str, str]:
        answer = self.connection.execute(f"DESCRIBE {query}").fetchall()
        return {str(row[0]): str(row[1]) for row in answer}

    def _copy(self, query: str, target: Path) -> None:
        place = path_literal(target)
        self.connection.execute(f"COPY ({query}) TO {place} (FORMAT parquet, COMPRESSION zstd)")

    def _count(self, path: Path) -> int:
        counted = self.connection.execute(
            f"SELECT count(*) FROM read_parquet({path_literal(path)})"  # noqa: S608
        ).fetchone()
        return int(counted[0]) if counted else 0

    def _dropped(self, made: Plan) -> int:
        query = made.dropped_sql()
        counted = self.connection.execute(query).fetchone() if query else None
        return self.answers.dropped + (int(counted[0]) if counted else 0)

    def _whole(self, made: Plan, before: Path, window: Window) -> Path:
        """The old rows from outside of the window, then the new ones."""
        chosen = ", ".join(map(quote, made.columns))
        old, new = (f"SELECT {chosen} FROM read_parquet({path_literal(path)})"  # noqa: S608
                    for path in (before, self.fresh))  # fmt: skip
        target = self.fresh.with_name("whole.parquet")
        self._copy(f"{old} WHERE ({window.inside}) IS NOT TRUE UNION ALL {new}", target)
        return target

    def _publish(self, path: Path, file: str) -> Path:
        """Move the file to the extracts; a kill before leaves nothing there."""
        self.ending.check()
        target = self.folder / file
        disk.sync_path(path)
        path.replace(target)
        disk.sync_path(self.folder)
        return target


def _stored(made: Plan, window: Window | None) -> str:
    """The preparation with what SPICE keeps of each value."""
    chosen = ", ".join(
        f"left({quote(n)}, {MAX_TEXT}) AS {quote(n)}" if kind == "STRING" else quote(n)
        for n, kind in made.columns.items()
    )
    where = f" WHERE {window.inside}" if window else ""
    return f"SELECT {chosen} FROM ({made.sql()}) AS prepared{where}"  # noqa: S608


def _difference(before: Types, now: Types) -> str:
    """The columns that are not as they were."""
    old = {(s, c): kind for s, columns in before.items() for c, kind in columns.items()}
    new = {(s, c): kind for s, columns in now.items() for c, kind in columns.items()}
    changed = sorted({column for _, column in dict(old.items() ^ new.items())})
    return ", ".join(changed)
