"""The queue: so many queries run at once, the others wait in their order.

Athena's quotas count DDL apart from DML, and what waits as well as what runs
(https://docs.aws.amazon.com/athena/latest/ug/service-limits.html). So a slow query never keeps a
CREATE TABLE waiting.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from local_aws.services.athena.errors import TooManyRequests


class Lane:
    """The queries of one quota."""

    def __init__(self, name: str, at_once: int, active: int) -> None:
        self._name = name
        self._active = active
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix=f"athena-{name}")
        self._members: dict[str, Future[None] | None] = {}
        self._lock = threading.Lock()

    def admit(self, query_id: str) -> None:
        """Take a place. Raises TooManyRequests where every one is taken."""
        with self._lock:
            if len(self._members) >= self._active:
                raise TooManyRequests(
                    f"You have exceeded the limit of {self._active} active {self._name} queries."
                    " Please wait for some of them to end and try again."
                )
            self._members[query_id] = None

    def submit(self, query_id: str, work: Callable[[], None]) -> None:
        """Run the work of a query that was admitted, when its turn has come."""
        with self._lock:
            self._members[query_id] = self._threads.submit(work)

    def withdraw(self, query_id: str) -> bool:
        """Whether the query was still waiting and now never runs."""
        with self._lock:
            waiting = self._members.get(query_id)
            return waiting is not None and waiting.cancel()

    def leave(self, query_id: str) -> None:
        """Give the place back."""
        with self._lock:
            self._members.pop(query_id, None)

    def close(self) -> None:
        """Nothing that waits is begun any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
