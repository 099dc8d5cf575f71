"""How an ingestion that is under way is ended from another thread."""

import threading
from collections.abc import Callable
from contextlib import suppress

import duckdb


class Ended(Exception):
    """The ingestion was cancelled or superseded."""


class Ending:
    """Knows what to call so that the work stops; what is watched too late is stopped at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ends: list[Callable[[], None]] = []
        self._wanted = False

    def watch(self, end: Callable[[], None]) -> None:
        """The work is at something that ``end`` stops."""
        with self._lock:
            self._ends.append(end)
            wanted = self._wanted
        if wanted:
            _call(end)

    def end(self) -> None:
        """Stop the work."""
        with self._lock:
            self._wanted = True
            ends = list(self._ends)
        for end in ends:
            _call(end)

    def check(self) -> None:
        """Raises Ended where the work is to stop."""
        if self._wanted:
            raise Ended


def _call(end: Callable[[], None]) -> None:
    with suppress(duckdb.ConnectionException):  # it has ended by itself, and is closed
        end()
