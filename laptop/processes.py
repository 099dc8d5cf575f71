"""Background processes of the stack, each with a pid file and a log.

A pid alone may belong to somebody else by tomorrow: the file also holds when the process was
started, and only a process that matches both is ever signalled.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from laptop.home import Home


class StartFailed(Exception):
    """A process ended, or did not answer in time. The message holds the end of its log."""

    def __init__(self, name: str, reason: str, log: Path) -> None:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""
        super().__init__(f"{name} {reason}. The end of {log}:\n{tail}")


@dataclass(frozen=True)
class Process:
    """One named process of a stack."""

    name: str
    home: Home

    @property
    def log(self) -> Path:
        """Its log file."""
        return self.home.logs / f"{self.name}.log"

    @property
    def _pid_file(self) -> Path:
        return self.home.run / f"{self.name}.json"

    def running(self) -> psutil.Process | None:
        """The live process, or None."""
        try:
            kept = json.loads(self._pid_file.read_text())
            process = psutil.Process(kept["pid"])
            alive = process.status() != psutil.STATUS_ZOMBIE
            same = abs(process.create_time() - kept["started"]) < 1
        except (OSError, ValueError, KeyError, psutil.Error):
            return None
        return process if alive and same else None

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it in a session of its own, unless it runs.

        What a killed one left behind is ended first: the workers of Airflow's scheduler wait for
        ever, and hold its connections, and so its locks, in the database.
        """
        if self.running():
            return
        self._end_what_it_left()
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.home.folder,
            )
        started = psutil.Process(child.pid).create_time()
        self._pid_file.write_text(json.dumps({"pid": child.pid, "started": started}))

    def wait(self, ready: Callable[[], bool], seconds: float) -> None:
        """Until it is ready. Raises StartFailed where it ends first or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running():
                raise StartFailed(self.name, "ended while it started", self.log)
            if time.monotonic() > deadline:
                raise StartFailed(self.name, f"did not answer within {seconds:.0f} s", self.log)
            time.sleep(0.2)

    def stop(self, gentle: signal.Signals = signal.SIGTERM, patience: float = 20) -> bool:
        """End it and what it started; True where it ran. Kills what does not listen."""
        process = self.running()
        if process is None:
            self._end_what_it_left()
            self._pid_file.unlink(missing_ok=True)
            return False
        family = [process, *process.children(recursive=True)]
        process.send_signal(gentle)
        _, stubborn = psutil.wait_procs([process], timeout=patience)
        for left in [*stubborn, *(p for p in family[1:] if p.is_running())]:
            _kill(left)
        self._pid_file.unlink(missing_ok=True)
        return True

    def _end_what_it_left(self) -> None:
        try:
            kept = json.loads(self._pid_file.read_text())
        except (OSError, ValueError):
            return
        for orphan in [p for p in psutil.process_iter() if _is_orphan_of(kept, p)]:
            for left in (orphan, *orphan.children(recursive=True)):
                _kill(left)


def _is_orphan_of(kept: Mapping[str, float], process: psutil.Process) -> bool:
    """Whether it is of the session that the process of a pid file led, and in nobody's care."""
    try:
        of_session = os.getsid(process.pid) == kept["pid"] != process.pid
        return of_session and process.ppid() == 1 and process.create_time() >= kept["started"]
    except (OSError, KeyError, psutil.Error):
        return False


def _kill(process: psutil.Process) -> None:
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
