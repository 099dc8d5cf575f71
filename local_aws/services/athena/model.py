"""Athena's engine without its calls: analyses, translates and runs queries on DuckDB.

What a real Trino behind the same calls would have to offer is `AthenaEngine`'s public methods.
"""

# ruff: noqa: S608 - writing SQL is what this module does; values go through quote()
from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from local_aws.context import Platform
from local_aws.services.athena import results
from local_aws.services.athena.catalog_reader import GlueReader
from local_aws.services.athena.duck.failures import as_failure
from local_aws.services.athena.duck.session import connect
from local_aws.services.athena.emit import Emitter
from local_aws.services.athena.errors import QueryCancelled, QueryFailed
from local_aws.services.athena.serdes.spool import Spool
from local_aws.services.athena.statements import without_comments
from local_aws.services.athena.tables import read_table
from local_aws.services.athena.trino import types as t
from local_aws.services.athena.trino.dialect import parse_query
from local_aws.services.athena.trino.queries import QueryAnalyzer

MEMORY_LIMIT = "1GB"
THREADS = 2


@dataclass
class Translation:
    """A query in the engine's SQL: its columns, and the bytes that its tables' files take."""

    sql: str
    columns: list[tuple[str, t.Type]]
    bytes: int
    names: list[str | None]
    # Its files are there for as long as the translation is.
    spool: Spool


class AthenaEngine:
    """Runs queries; one DuckDB for the server, one cursor for each query."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._interrupted: weakref.WeakSet[duckdb.DuckDBPyConnection] = weakref.WeakSet()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._connection is None:
                scratch = self.platform.scratch("athena")
                self._connection = connect(scratch, MEMORY_LIMIT, THREADS)
            return self._connection.cursor()

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
        text = Emitter().query(tree)
        size = 0
        spool = Spool(self.platform, lambda: cursor in self._interrupted)
        for scan in analyzer.scans:
            reading = read_table(scan, self.platform, cursor, spool)
            text = text.replace(scan.placeholder, reading.sql)
            size += reading.bytes
        columns = [(o.name or f"_col{i}", o.type) for i, o in enumerate(outputs)]
        return Translation(text, columns, size, [o.name for o in outputs], spool)

    def run_to_csv(
        self, translation: Translation, target: Path, cursor: duckdb.DuckDBPyConnection
    ) -> int:
        """Runs a query into its result file; the number of rows."""
        rows: int = self.guarded(
            lambda: results.write_csv(cursor, translation.sql, translation.columns, target)
        )
        return rows

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
            names = [f"q{i}" for i in range(len(translation.columns))]
            items = ", ".join(
                f"{_portable(f'q.{n}', kind)} AS {n}"
                for n, (_, kind) in zip(names, translation.columns, strict=True)
            )
            text = f"SELECT {items} FROM ({translation.sql}) AS q({', '.join(names)})"
            table = self.guarded(lambda: cursor.execute(text).to_arrow_table())
            return table.rename_columns([name for name, _ in translation.columns])
        finally:
            cursor.close()


def _portable(sql: str, kind: t.Type) -> str:
    """Types that Arrow has no word for leave as text or as their moment."""
    if kind.name == "timestamp with time zone":
        return f"({sql}).u"
    return results.result_text(sql, kind) if t.is_interval(kind) else sql


__all__ = ["AthenaEngine", "QueryFailed", "Translation"]
