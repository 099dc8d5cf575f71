"""Only what we started is ever ended."""

import json
import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from laptop.home import Home
from laptop.processes import Process, StartFailed


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("LAKE_HOME", str(tmp_path))
    return Home.from_environment()


def sleeper(code: str = "import time; time.sleep(60)") -> list[str]:
    return [sys.executable, "-c", code]


def test_start_is_remembered_and_stop_ends_it(home: Home) -> None:
    process = Process("sleeper", home)
    process.start(sleeper(), os.environ)
    running = process.running()
    assert running is not None
    process.start(sleeper(), os.environ)
    assert process.running() == running, "a second start must not start a second process"
    assert process.stop()
    assert not running.is_running()
    assert not process.stop()


def test_stop_ends_children_and_what_does_not_listen(home: Home) -> None:
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "time.sleep(60)"
    )
    process = Process("stubborn", home)
    process.start(sleeper(code), os.environ)
    parent = process.running()
    assert parent is not None
    deadline = time.monotonic() + 10
    while not parent.children() and time.monotonic() < deadline:
        time.sleep(0.05)
    family = [parent, *parent.children()]
    assert len(family) == 2
    process.stop(patience=0.5)
    _gone, alive = psutil.wait_procs(family, timeout=5)
    assert not alive


def test_another_process_with_our_old_pid_is_left_alone(home: Home) -> None:
    stranger = psutil.Process(os.getpid())
    kept = {"pid": stranger.pid, "started": stranger.create_time() - 3600}
    (home.run / "recycled.json").write_text(json.dumps(kept))
    process = Process("recycled", home)
    assert process.running() is None
    assert not process.stop()


def test_a_torn_pid_file_is_no_process(home: Home) -> None:
    (home.run / "torn.json").write_text('{"pid": 12')
    assert Process("torn", home).running() is None


def test_a_process_that_ends_says_why(home: Home) -> None:
    process = Process("broken", home)
    process.start(sleeper("import sys; sys.exit('no such data folder')"), os.environ)
    with pytest.raises(StartFailed, match="no such data folder"):
        process.wait(lambda: False, seconds=10)


SLEEP = "import time; time.sleep(60)"
WORK = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{SLEEP}'])"
PARENT = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "{SLEEP}"])
subprocess.Popen([sys.executable, "-c", "{WORK}"])
time.sleep(60)
"""


def test_what_a_killed_process_left_is_ended_at_the_next_start(home: Home) -> None:
    process = Process("killed", home)
    process.start(sleeper(PARENT), os.environ)
    parent = process.running()
    assert parent is not None
    while len(family := parent.children(recursive=True)) < 3:
        time.sleep(0.02)
    parent.kill()
    parent.wait(10)
    process.start(sleeper(), os.environ)
    psutil.wait_procs(family, timeout=10)
    assert not any(_lives(left) for left in family)
    process.stop()


def test_stop_ends_all_that_a_killed_process_left(home: Home) -> None:
    process = Process("killed", home)
    process.start(sleeper(PARENT), os.environ)
    parent = process.running()
    assert parent is not None
    while len(family := parent.children()) < 2:
        time.sleep(0.02)
    parent.kill()
    parent.wait(10)
    assert process.stop() is False
    psutil.wait_procs(family, timeout=10)
    assert not any(_lives(left) for left in family)


def _lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
