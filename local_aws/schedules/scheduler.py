"""What starts by itself: crawls, DataBrew's jobs, QuickSight's refreshes.

The schedules are what the store says at each turn; when each fires next is worked out from now on.
So a server that was down, or a laptop that slept, does not make up for what it missed: at most one
start is made up for when it wakes, and none when the server starts.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from local_aws.schedules import cron

logger = logging.getLogger(__name__)

_LONGEST_SLEEP = 60.0  # seconds: the clock may be set meanwhile, and a laptop's lid be closed


@dataclass
class _Due:
    expression: str
    moment: datetime | None  # None: never again


def _of_cron(expression: str, now: datetime) -> datetime | None:
    return next(cron.parse(expression).after(now), None)


class Scheduler:
    """One thread. `schedules` tells expressions by name; `fire` starts what has the name.

    `next_of` reads an expression: when it fires next after a moment, None for never again.
    """

    def __init__(
        self,
        schedules: Callable[[], dict[str, str]],
        fire: Callable[[str], None],
        next_of: Callable[[str, datetime], datetime | None] = _of_cron,
    ) -> None:
        self._schedules = schedules
        self._fire = fire
        self._next = next_of
        self._due: dict[str, _Due] = {}
        self._changed = threading.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="schedules", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """A schedule has changed."""
        self._changed.set()

    def stop(self) -> None:
        self._stopped = True
        self._changed.set()
        if self._thread is not None:
            self._thread.join()

    def turn(self, now: datetime) -> float:
        """Fire what is due; seconds until there may be something to do again."""
        wanted = self._schedules()
        self._due = {name: due for name, due in self._due.items() if name in wanted}
        for name, expression in wanted.items():
            due = self._due.get(name)
            if due is None or due.expression != expression:
                self._due[name] = _Due(expression, self._next(expression, now))
            elif due.moment is not None and due.moment <= now:
                due.moment = self._next(expression, now)
                self._fire(name)
        moments = [due.moment for due in self._due.values() if due.moment is not None]
        seconds = (min(moments) - now).total_seconds() if moments else _LONGEST_SLEEP
        return min(max(seconds, 0.0), _LONGEST_SLEEP)

    def _run(self) -> None:
        while True:
            self._changed.clear()
            if self._stopped:  # after the clear, which may have taken the call of stop away
                return
            try:
                wait = self.turn(datetime.now(UTC))
            except Exception:
                logger.exception("schedules")
                wait = _LONGEST_SLEEP
            self._changed.wait(wait if self._due else None)
