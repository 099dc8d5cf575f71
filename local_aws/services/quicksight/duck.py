"""One DuckDB in memory for the whole service; each query takes a cursor of it.

A database costs 12 ms of CPU to open, a cursor nothing, and one database keeps one memory limit.
What a query needs are temporary views: they belong to its cursor and go with it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb

from local_aws.duckdb_memory import RETURNED

MEMORY = "512MB"
_opening = threading.Lock()


@cache
def _database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config=RETURNED)
    connection.execute(
        f"SET threads = 2; SET memory_limit = '{MEMORY}'; SET TimeZone = 'UTC';"
        "SET autoinstall_known_extensions = false"
    )
    return connection


def connect() -> duckdb.DuckDBPyConnection:
    """A cursor of one's own: close it, or use it in a ``with``."""
    with _opening:
        return _database().cursor()


@contextmanager
def open_alone(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database for one ingestion, which spills into ``scratch`` and goes with it."""
    options = RETURNED | {"threads": 2, "memory_limit": MEMORY, "temp_directory": str(scratch)}
    with duckdb.connect(config=options) as connection:
        connection.execute("SET TimeZone = 'UTC'; SET autoinstall_known_extensions = false")
        yield connection
