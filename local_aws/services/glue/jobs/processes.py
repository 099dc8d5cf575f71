"""A run's processes: started in groups of their own, watched, ended with all that they started."""

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from local_aws import child_processes
from local_aws.services.glue.jobs.logs import RunLog

TICK = 0.05  # seconds
MARK = "LOCAL_AWS_GLUE_RUN"
"""The variable by which a run's processes are told from others, whoever started them."""

Child = subprocess.Popen[bytes]


class Interrupted(Exception):
    """The run is to end now."""


class Processes:
    """Of one run; once ``interrupted`` is set, to watch one raises Interrupted."""

    def __init__(self, run_id: str, folder: Path, log: RunLog) -> None:
        self.interrupted = threading.Event()
        self._run_id = run_id
        self._folder = folder
        self._log = log

    def start(
        self, command: list[str], environment: dict[str, str], folder: Path, group: str, output: str
    ) -> Child:
        """A process that works in the folder, its output in a log of this group."""
        file = self._folder / output
        with file.open("ab") as stream:
            child = subprocess.Popen(
                command,
                cwd=folder,
                env=environment | {MARK: self._run_id},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        self._log.follow(file, group)
        return child

    def watch(self, child: Child, look: Callable[[float], None] | None = None) -> None:
        """Until the process ends; now and then `look` is told how long it has run."""
        began = time.monotonic()
        while child.poll() is None:
            if self.interrupted.wait(TICK):
                raise Interrupted
            if look:
                look(time.monotonic() - began)
            self._log.pump_now_and_then()

    def end(self, child: Child) -> None:
        """The process and whatever it started, also what no longer is its child."""
        child_processes.end_tree(child.pid)
        self.end_marked()
        child.wait()
        self._log.pump(last=True)

    def end_marked(self) -> None:
        """Whatever bears the run's mark."""
        child_processes.end_marked(MARK, self._run_id)


def identities(*pids: int) -> list[tuple[int, float]]:
    """Each with when it began: a number alone is given to another process one day."""
    return [(pid, child_processes.identity(pid) or 0.0) for pid in pids]
