import subprocess
import sys
import time
from pathlib import Path

import psutil

from local_aws import child_processes

FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"],
                         start_new_session=True)
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(60)
"""


def test_end_tree_reaches_a_child_that_left_the_group(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", FAMILY, str(note)], start_new_session=True)
    deadline = time.monotonic() + 10
    while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    child = psutil.Process(int(note.read_text()))
    child_processes.end_tree(parent.pid)
    parent.wait(5)
    child.wait(5)
    assert not child.is_running()


def test_another_process_of_the_same_number_is_left_alone() -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    child_processes.end_orphan(other.pid, created=1.0)
    assert other.poll() is None
    created = child_processes.identity(other.pid)
    assert created is not None
    other.kill()
    other.wait()
    assert child_processes.identity(other.pid) is None


def test_end_marked_reaches_what_carries_the_mark_and_nothing_else() -> None:
    sleeps = [sys.executable, "-c", "import time; time.sleep(60)"]
    ours = subprocess.Popen(sleeps, env={"MARK_OF_TEST": "a"}, start_new_session=True)
    other = subprocess.Popen(sleeps, env={"MARK_OF_TEST": "ab"}, start_new_session=True)
    try:
        child_processes.end_marked("MARK_OF_TEST", "a")
        assert ours.wait(5) == -9
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
