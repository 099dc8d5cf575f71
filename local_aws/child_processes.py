"""Child processes: told apart after a restart, and ended with all that they started."""

import os
import signal

import psutil


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
