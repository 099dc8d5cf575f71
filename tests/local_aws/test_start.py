"""What a start brings up, and what waits for its first request."""

import subprocess
import sys
from pathlib import Path

import pytest

from local_aws.deferred import Deferred

START = """
import sys
from pathlib import Path
from local_aws import server
from local_aws.app import App
from local_aws.context import Credentials, Platform
app = App(Platform(Path(sys.argv[1]), 0, Credentials("a", "b")))
app.services.start()
heavy = {"duckdb", "sqlglot", "pyarrow", "pandas", "numpy", "plotly", "moto", "botocore.model"}
heavy |= {"cfnlint", "jsonschema"}
print(*sorted(heavy & set(sys.modules)))
"""


def test_a_start_imports_none_of_the_heavy_libraries(tmp_path: Path) -> None:
    command = [sys.executable, "-c", START, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


class Made:
    def __init__(self, log: list[str]) -> None:
        self.log = log

    def start(self) -> None:
        self.log.append("start")

    def stop(self) -> None:
        self.log.append("stop")

    def answer(self) -> int:
        return 42


def test_what_is_deferred_starts_before_its_first_answer_and_once() -> None:
    log: list[str] = []
    service = Deferred(lambda: Made(log))
    service.start()
    assert log == []
    assert service.answer() == service.answer() == 42
    service.stop()
    assert log == ["start", "stop"]


def test_what_never_was_asked_is_not_built_to_be_stopped() -> None:
    log: list[str] = []
    Deferred(lambda: Made(log)).stop()
    assert log == []


def test_what_has_work_waiting_is_built_at_the_start() -> None:
    log: list[str] = []
    Deferred(lambda: Made(log), at_once=True).start()
    assert log == ["start"]


def test_what_cannot_be_built_says_so_each_time() -> None:
    def fail() -> Made:
        raise OSError("no")

    service = Deferred(fail)
    for _ in range(2):
        with pytest.raises(OSError, match="no"):
            service.answer()
