"""Child processes: told apart after a restart, and ended with all that they started."""

import os
import signal

import psutil

SWEEPS = 100


def identity(pid: int) -> float | None:
    """When the process was created, which with its number makes it unmistakable."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def end_tree(pid: int) -> None:
    """Kill the process, its group and every descendant, also those that left the group."""
    try:
        family = psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        family = []
    _kill_group(pid)
    for child in family:
        try:
            child.kill()  # psutil checks that the number still means the same process
        except psutil.Error:
            continue


def end_marked(name: str, value: str) -> None:
    """Kill every process that has this variable in its environment, whoever is its parent now.

    A script's child that forked twice into a session of its own is in no tree and in no group.
    """
    for _ in range(SWEEPS):  # what a process forked while we looked is found by the next look
        if not _kill_marked(name, value):
            return


def _kill_marked(name: str, value: str) -> int:
    killed = 0
    for process in psutil.process_iter():
        try:
            if (
                process.environ().get(name) == value
                and process.status() != psutil.STATUS_ZOMBIE
                and process.pid != os.getpid()
            ):
                process.kill()
                killed += 1
        except (psutil.Error, OSError):  # gone, or not ours to look at
            continue
    return killed


def end_orphan(pid: int, created: float) -> None:
    """End what an earlier server started, unless its number belongs to somebody else by now."""
    if identity(pid) == created:
        end_tree(pid)


def mentions(pid: int, word: str) -> bool:
    """Whether the process lives and has the word in its command line, as only ours would."""
    try:
        return any(word in part for part in psutil.Process(pid).cmdline())
    except psutil.Error:
        return False


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
