"""Athena's engine without its calls: analyses, translates and runs queries on DuckDB.

What a real Trino behind the same calls would have to offer is `AthenaEngine`'s public methods.
"""

# ruff: noqa: S608 - writing SQL is what this module does; values go through quote()
from __future__ import annotations

import copy
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from local_aws.context import Platform
from local_aws.services.athena.catalog_reader import GlueReader
from local_aws.services.athena.duck.failures import as_failure
from local_aws.services.athena.duck.session import connect
from local_aws.services.athena.emit import Emitter
from local_aws.services.athena.errors import QueryCancelled, QueryFailed
from local_aws.services.athena.queries import results
from local_aws.services.athena.queries.store import Store
from local_aws.services.athena.reading.tables import read_table
from local_aws.services.athena.serdes.spool import Spool
from local_aws.services.athena.statements import without_comments
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.dialect import parse_query
from local_aws.services.athena.trino.queries import QueryAnalyzer

MEMORY_LIMIT = "1GB"
THREADS = 2

Watch = Callable[[Callable[[], None]], None]


@dataclass
class Translation:
    """A query in the engine's SQL: its columns, and the bytes that its tables' files take.

    `narrow` is faster and fails where a decimal has more digits than the engine's short ones.
    """

    sql: str
    columns: list[tuple[str, t.Type]]
    bytes: int
    names: list[str | None]
    # Its files are there for as long as the translation is.
    spool: Spool
    narrow: str | None = None


class AthenaEngine:
    """Runs queries, each in a DuckDB of its own: one that asks for too much harms itself only."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._lock = threading.Lock()
        self._free: list[duckdb.DuckDBPyConnection] = []
        self._lent: dict[int, duckdb.DuckDBPyConnection] = {}
        self._interrupted: weakref.WeakSet[duckdb.DuckDBPyConnection] = weakref.WeakSet()

    def acting(self, platform: Platform) -> AthenaEngine:
        """The same engine, reading and writing as the platform lets it."""
        if platform is self.platform:
            return self
        found = copy.copy(self)
        found.platform = platform
        return found

    def result_location(self, workgroup: str) -> str:
        """Where the workgroup's answers go; empty where each query has to say."""
        found = (Store(self.platform).workgroup(workgroup) or {}).get("Configuration") or {}
        return str((found.get("ResultConfiguration") or {}).get("OutputLocation") or "")

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Of a DuckDB that no other query has: its memory and threads are this query's alone.

        Give it back with `release`.
        """
        with self._lock:
            found = self._free.pop() if self._free else None
        database = found or connect(self.platform.scratch("athena"), MEMORY_LIMIT, THREADS)
        cursor = database.cursor()
        with self._lock:
            self._lent[id(cursor)] = database
        return cursor

    def release(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """The query is over: the next may have its DuckDB, unless a bug of the engine broke it."""
        with self._lock:
            database = self._lent.pop(id(cursor))
        try:
            cursor.execute("SELECT 1")
        except duckdb.Error:
            return
        finally:
            cursor.close()
        with self._lock:
            self._free.append(database)

    def interrupt(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Ends what the cursor does, be it the engine's work or the decoding of files before."""
        self._interrupted.add(cursor)
        cursor.interrupt()

    def analyse(self, sql: str, database: str) -> list[tuple[str, t.Type]]:
        """The query's columns, or the error that Athena reports; nothing is read."""
        analyzer = QueryAnalyzer(GlueReader(self.platform), database)
        outputs = analyzer.query(parse_query(sql))
        return [(o.name or f"_col{i}", o.type) for i, o in enumerate(outputs)]

    def view_columns(self, sql: str, database: str, place: str) -> list[tuple[str | None, t.Type]]:
        """The columns of a view that is to be at `place`, which its query must not read."""
        analyzer = QueryAnalyzer(GlueReader(self.platform), database)
        analyzer.views = (place,)
        return [(o.name, o.type) for o in analyzer.query(parse_query(sql))]

    def translate(self, sql: str, database: str, cursor: duckdb.DuckDBPyConnection) -> Translation:
        """The query in DuckDB's SQL with its tables' files in it."""
        analyzer = QueryAnalyzer(GlueReader(self.platform), database)
        tree = parse_query(sql)
        outputs = analyzer.query(tree)
        text, narrow = Emitter().query(tree), Emitter(narrow=True).query(tree)
        quick = narrow if narrow != text else None
        size = 0
        spool = Spool(self.platform, lambda: cursor in self._interrupted)
        for scan in analyzer.scans:
            reading = read_table(scan, self.platform, cursor, spool)
            text = text.replace(scan.placeholder, reading.sql)
            quick = quick and quick.replace(scan.placeholder, reading.sql)
            size += reading.bytes
        columns = [(o.name or f"_col{i}", o.type) for i, o in enumerate(outputs)]
        return Translation(text, columns, size, [o.name for o in outputs], spool, quick)

    def run_to_csv(
        self, translation: Translation, target: Path, cursor: duckdb.DuckDBPyConnection
    ) -> int:
        """Runs a query into its result file; the number of rows."""

        def write(sql: str) -> int:
            return results.write_csv(cursor, sql, translation.columns, target)

        if translation.narrow is not None:
            # A failure may be the short decimals' alone: the exact translation has the last word.
            with suppress(QueryFailed):
                return int(self.guarded(lambda: write(str(translation.narrow))))
        return int(self.guarded(lambda: write(translation.sql)))

    @staticmethod
    def guarded(work: Any) -> Any:
        """Runs `work`, the engine's failures turned into Athena's."""
        try:
            return work()
        except duckdb.InterruptException as error:
            raise QueryCancelled("Query was cancelled by user") from error
        except (duckdb.Error, duckdb.InvalidInputException) as error:
            raise as_failure(error) from error

    def query(self, sql: str, database: str) -> Any:
        """A SELECT's answer as a pyarrow Table, for QuickSight and the like."""
        cursor = self.cursor()
        try:
            translation = self.translate(without_comments(sql), database, cursor)
            text = _portable_query(translation)
            table = self.guarded(lambda: cursor.execute(text).to_arrow_table())
            return table.rename_columns([name for name, _ in translation.columns])
        finally:
            self.release(cursor)

    def export(self, sql: str, database: str, target: Path, watch: Watch) -> list[str]:
        """A SELECT's answer as a Parquet file, at no time whole in memory; its columns' names.

        In the file they are q0, q1, ...: an answer may have a name twice. `watch` is given what
        ends the query, and may call it from another thread.
        """
        cursor = self.cursor()
        try:
            watch(lambda: self.interrupt(cursor))
            translation = self.translate(without_comments(sql), database, cursor)
            place = "'" + str(target).replace("'", "''") + "'"
            text = f"COPY ({_portable_query(translation)}) TO {place} (FORMAT parquet)"
            self.guarded(lambda: cursor.execute(text))
            return [name for name, _ in translation.columns]
        finally:
            self.release(cursor)


def _portable_query(translation: Translation) -> str:
    """The query with its columns called by their places."""
    names = [f"q{i}" for i in range(len(translation.columns))]
    items = ", ".join(
        f"{_portable(f'q.{n}', kind)} AS {n}"
        for n, (_, kind) in zip(names, translation.columns, strict=True)
    )
    return f"SELECT {items} FROM ({translation.sql}) AS q({', '.join(names)})"


def _portable(sql: str, kind: t.Type) -> str:
    """Types that Arrow has no word for leave as text or as their moment."""
    if kind.name == "timestamp with time zone":
        return f"({sql}).u"
    return results.result_text(sql, kind) if t.is_interval(kind) else sql


__all__ = ["AthenaEngine", "QueryFailed", "Translation"]
