"""How an ingestion that is under way is ended from another thread."""

import threading
from collections.abc import Callable
from contextlib import suppress

import duckdb

INTERVAL = 0.1  # seconds


class Ended(Exception):
    """The ingestion was cancelled or superseded."""


class Ending:
    """Knows what to call so that the work stops; what is watched too late is stopped at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ends: list[Callable[[], None]] = []
        self._wanted = False
        self._finished = threading.Event()

    def watch(self, end: Callable[[], None]) -> None:
        """The work is at something that ``end`` stops."""
        with self._lock:
            self._ends.append(end)
            wanted = self._wanted
        if wanted:
            _call(end)

    def end(self) -> None:
        """Stop the work, until it says that it is finished.

        An interrupt that comes before a query has quite begun is lost: so they are repeated.
        """
        with self._lock:
            begun, self._wanted = self._wanted, True
        self._call_all()
        if not begun:
            threading.Thread(target=self._insist, name="spice-end", daemon=True).start()

    def finish(self) -> None:
        """The work is over, however it ended."""
        self._finished.set()

    def _insist(self) -> None:
        while not self._finished.wait(INTERVAL):
            self._call_all()

    def _call_all(self) -> None:
        with self._lock:
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
