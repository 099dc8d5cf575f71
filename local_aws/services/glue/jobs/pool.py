"""The JVMs that serve Glue jobs: few, warm, one job each at a time.

A job that finds none free waits. A second JVM is started only when every other has been busy with
its job for a while: a queue of short jobs is served sooner by one warm JVM than by two cold ones,
and a long job must not hold up the others. A JVM that a job did not give back clean is killed, and
one that nobody used for a while ends too.
"""

import logging
import threading
import time
from collections.abc import Callable

from local_aws.services.glue.jobs.java import NoJava
from local_aws.services.glue.jobs.jvm import Jvm
from local_aws.services.glue.jobs.launcher import Launcher

MOST = 2
IDLE_SECONDS = 300.0
PATIENCE_SECONDS = 30.0
QUIET_SECONDS = 20.0
JOBS_PER_JVM = 100  # what a job's Python process held in the JVM may outlive it: start afresh

log = logging.getLogger(__name__)


class JvmPool:
    """Lends JVMs."""

    def __init__(
        self,
        launcher: Launcher,
        most: int = MOST,
        idle_seconds: float = IDLE_SECONDS,
        patience: float = PATIENCE_SECONDS,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> None:
        self._launcher = launcher
        self._most = most
        self._idle_seconds = idle_seconds
        self._patience = patience
        self._quiet_seconds = quiet_seconds
        self._changed = threading.Condition()
        self._free: list[Jvm] = []
        self._lent: list[Jvm] = []
        self._rehearsing: Jvm | None = None
        self._closed = False
        self._reaper: threading.Timer | None = None
        self._quiet: threading.Timer | None = None

    @property
    def size(self) -> int:
        with self._changed:
            return len(self._free) + len(self._lent)

    def acquire(self, cancelled: threading.Event) -> Jvm | None:
        """A JVM for one job, or None when the job was cancelled while it waited."""
        with self._changed:
            while not (cancelled.is_set() or self._closed):
                jvm = self._take()
                if jvm:
                    jvm.touched = time.monotonic()
                    self._lent.append(jvm)
                    return jvm
                if self._rehearsing:
                    self._rehearsing.hurry()
                self._changed.wait(0.2)
        return None

    def prepare(self) -> None:
        """Have a warm JVM for the next job, where there is none and the memory allows it."""
        with self._changed:
            if self._closed or self._free or self._lent or not self._launcher.may_prepare():
                return
            try:
                jvm = self._launcher.launch()
            except (OSError, NoJava) as error:  # a job that needs one will say so itself
                log.warning("No JVM was made ready: %s", error)
                return
            self._lent.append(jvm)
            self._rehearsing = jvm
        threading.Thread(target=self._rehearse, args=(jvm,), name="glue-warm", daemon=True).start()

    def release(self, jvm: Jvm, clean: bool) -> None:
        """Take it back; without `clean` it may hold another job's state and is ended."""
        if not self._take_back(jvm, clean):
            self.prepare()

    def _rehearse(self, jvm: Jvm) -> None:
        clean = self._launcher.rehearse(jvm)
        with self._changed:
            self._rehearsing = None
        self._take_back(jvm, clean)

    def _take_back(self, jvm: Jvm, clean: bool) -> bool:
        """Whether it can serve again."""
        jvm.served += 1
        jvm.touched = time.monotonic()
        self._launcher.judge(jvm)
        fit = clean and jvm.alive and jvm.served < JOBS_PER_JVM
        if fit:
            jvm.tidy()
        else:
            jvm.end()
        with self._changed:
            self._lent.remove(jvm)
            if self._closed:
                jvm.end()
            elif fit:
                self._free.append(jvm)
                self._watch_idle()
            self._wait_for_quiet()
            self._changed.notify_all()
        return fit

    def close(self) -> None:
        """End them all."""
        with self._changed:
            self._closed = True
            ending = self._free + self._lent
            self._free = []
            for timer in (self._reaper, self._quiet):
                if timer:
                    timer.cancel()
            self._changed.notify_all()
        self._launcher.close()
        for jvm in ending:
            jvm.end()

    def _take(self) -> Jvm | None:
        while self._free:
            jvm = self._free.pop()
            if jvm.alive:
                return jvm
            jvm.end()
        limit = time.monotonic() - self._patience
        if len(self._lent) < self._most and all(jvm.touched <= limit for jvm in self._lent):
            return self._launcher.launch()
        return None

    def _watch_idle(self) -> None:
        if self._reaper or self._closed:
            return
        self._reaper = _timer(self._idle_seconds, self._end_idle)

    def _wait_for_quiet(self) -> None:
        """When no job comes for a while, there is time for what makes later ones start sooner."""
        if self._quiet:
            self._quiet.cancel()
        self._quiet = None
        if not (self._closed or self._lent):
            self._quiet = _timer(self._quiet_seconds, self._use_the_quiet)

    def _use_the_quiet(self) -> None:
        with self._changed:
            busy = self._closed or self._lent
        if not busy:
            self._launcher.make_archive()

    def _end_idle(self) -> None:
        limit = time.monotonic() - self._idle_seconds
        with self._changed:
            self._reaper = None
            idle = [jvm for jvm in self._free if jvm.touched <= limit]
            self._free = [jvm for jvm in self._free if jvm.touched > limit]
            if self._free:
                self._watch_idle()
        for jvm in idle:
            jvm.end()


def _timer(seconds: float, act: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer
