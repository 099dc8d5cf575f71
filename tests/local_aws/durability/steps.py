"""Kills a process before each step of an action: every call that changes a file, every SQL write.

The action runs in a forked process whose n-th step is SIGKILL instead; n grows until the action
gets through. What a random kill hits once in thousands is hit each time.
"""

import os
import shutil
import signal
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FILE_STEPS = ("rename", "replace", "unlink", "remove", "link", "mkdir", "rmdir", "ftruncate")
READS = ("SELECT", "PRAGMA")
MOST_STEPS = 200

Action = Callable[[Path, Callable[[], None]], None]
"""Works on a data folder; calls its second argument when it is set up and the steps begin."""


class Killer:
    """Counts steps, and ends the process before the chosen one."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.armed = False

    def step(self) -> None:
        if self.armed:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def arm(self) -> None:
        self.armed = True

    def install(self) -> None:
        for name in FILE_STEPS:
            setattr(os, name, self._before(getattr(os, name)))
        killer = self

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
                if not sql.lstrip().upper().startswith(READS):
                    killer.step()
                return super().execute(sql, *parameters)

        connect = sqlite3.connect
        sqlite3.connect = lambda *a, **k: connect(*a, factory=Connection, **k)  # type: ignore

    def _before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*arguments: Any, **named: Any) -> Any:
            self.step()
            return call(*arguments, **named)

        return stepped


def kills(template: Path, work: Path, action: Action) -> Iterator[int]:
    """Copies of the folder in which the action was killed before step 1, 2, ... at `work`.

    The last one yields 0: there the action got through.
    """
    for step in range(1, MOST_STEPS):
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(template, work, symlinks=True)  # with modification times, which count
        if _ended_well(work, action, step):
            yield 0
            return
        yield step
    raise AssertionError(f"the action takes more than {MOST_STEPS} steps")


def _ended_well(work: Path, action: Action, step: int) -> bool:
    child = os.fork()
    if child == 0:
        _run(work, action, Killer(step))
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.waitstatus_to_exitcode(status) == 0, "the action failed; see its traceback above"
    return True


def _run(work: Path, action: Action, killer: Killer) -> None:
    """In the child, which never returns."""
    try:
        killer.install()
        action(work, killer.arm)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)
