"""Durable state: one SQLite file a service, shared by the server's threads.

WAL with ``synchronous=NORMAL`` survives a kill of the process at any moment; a power cut may lose
the last commits, never the file. With ``FULL`` each commit is on the disk when it returns
(https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from local_aws import disk

T = TypeVar("T")
Row = dict[str, Any]
Parameters = Sequence[Any] | dict[str, Any]

BUSY_SECONDS = 60
WAL_BYTES = 16 << 20  # what a burst of writes may leave of the log beside the file
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class DatabaseDamaged(Exception):
    """SQLite cannot read the file."""

    def __init__(self, path: Path, error: sqlite3.Error) -> None:
        super().__init__(
            f"{path} is damaged ({error}): stop the server and put back a copy of it, or move it "
            "and its -wal and -shm away to begin that service anew; nothing was changed in it"
        )
        self.path = path


class Database:
    """A SQLite file with one connection a thread; rows are dicts."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._synchronous = "FULL" if disk.waits() else "NORMAL"
        self._local = threading.local()

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit: `transaction` opens one where it is wanted."""
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            held = self._local.held = _Held(self._connect())
        return held.connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = _as_dict
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={self._synchronous}")
        connection.execute(f"PRAGMA journal_size_limit={WAL_BYTES}")
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one statement; the number of rows that it changed."""
        return self._run(lambda: self.connection.execute(sql, parameters).rowcount)

    def script(self, sql: str) -> None:
        """Run several statements: the tables of a service at its start."""
        self._run(lambda: self.connection.executescript(sql))

    def widen(self, columns: Iterable[tuple[str, str, str]]) -> None:
        """Add the columns (table, name, type) that tables of an earlier version lack."""
        with self.transaction():
            for table, column, kind in columns:
                there = self.all("SELECT name FROM pragma_table_info(?)", (table,))
                if column not in {row["name"] for row in there}:
                    self.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")

    def one(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row, or None."""
        row: Row | None = self._run(lambda: self.connection.execute(sql, parameters).fetchone())
        return row

    def all(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Every row."""
        return self._run(lambda: self.connection.execute(sql, parameters).fetchall())

    def tuples(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row as a tuple: for the thousands of a listing, which dicts would double."""
        cursor = self.connection.cursor()
        cursor.row_factory = None
        return cursor.execute(sql, parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and no other writer in between; inside of another one, a part of it."""
        connection = self.connection
        begin, commit, rollback = "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"
        if connection.in_transaction:
            begin, commit, rollback = "SAVEPOINT part", "RELEASE part", "ROLLBACK TO part"
        connection.execute(begin)
        try:
            yield
            connection.execute(commit)
        except BaseException:
            if connection.in_transaction:  # a full disk has ended it already
                connection.execute(rollback)
            raise

    def _run(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGED:
                raise DatabaseDamaged(self.path, error) from error
            raise


class _Held:
    """A connection that its thread's end closes: it is in a cycle with its statements' cache."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


def _as_dict(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}
