"""Job run queuing, retries, and what happens to both when the server is killed."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support import Glue, until

WAITS = """
import sys, time
from pathlib import Path
print("runs")
file = Path(sys.argv[sys.argv.index("--until") + 1])
while not file.exists():
    time.sleep(0.02)
"""


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """The file that lets the runs end."""
    return tmp_path / "gate"


def queued(glue: Glue, gate: Path, **members: Any) -> str:
    """A job of one run at a time, whose others wait."""
    given = {"JobRunQueuingEnabled": True, "DefaultArguments": {"--until": str(gate)}}
    return glue.job(WAITS, **(given | members))


def state(glue: Glue, name: str, run_id: str) -> str:
    return str(glue.show(name, run_id)["JobRunState"])


def test_runs_wait_and_start_in_their_order(glue: Glue, gate: Path) -> None:
    name = queued(glue, gate)
    runs = [glue.start(name) for _ in range(3)]
    glue.wait(name, runs[0], ("RUNNING",))
    waiting = glue.show(name, runs[1])
    assert waiting["JobRunState"] == "WAITING"
    assert "Max concurrent job runs per job exceeded" in waiting["StateDetail"]
    assert waiting["JobRunQueuingEnabled"] is True
    gate.touch()
    ended = [glue.wait(name, run_id) for run_id in runs]
    assert [run["JobRunState"] for run in ended] == ["SUCCEEDED"] * 3
    assert all("StateDetail" not in run for run in ended)
    begun = [glue.logs.get_log_events(
        logGroupName="/aws-glue/jobs/output", logStreamName=run_id
    )["events"][0]["timestamp"] for run_id in runs]  # fmt: skip
    assert begun == sorted(begun)


def test_the_runs_own_word_counts(glue: Glue, gate: Path) -> None:
    name = queued(glue, gate, JobRunQueuingEnabled=False)
    first = glue.start(name)
    second = glue.start(name, JobRunQueuingEnabled=True)
    assert state(glue, name, second) == "WAITING"
    with pytest.raises(ClientError, match="Concurrent runs exceeded"):
        glue.start(name)
    gate.touch()
    assert [glue.wait(name, r)["JobRunState"] for r in (first, second)] == ["SUCCEEDED"] * 2


def test_a_job_with_retries_has_no_queue(glue: Glue, gate: Path) -> None:
    name = queued(glue, gate, MaxRetries=1)
    first = glue.start(name)
    with pytest.raises(ClientError, match="Concurrent runs exceeded"):
        glue.start(name)
    gate.touch()
    glue.wait(name, first)


def test_a_waiting_run_is_stopped_at_once(glue: Glue, gate: Path) -> None:
    name = queued(glue, gate)
    first, second = glue.start(name), glue.start(name)
    answer = glue.client.batch_stop_job_run(JobName=name, JobRunIds=[second])
    assert answer["SuccessfulSubmissions"] == [{"JobName": name, "JobRunId": second}]
    assert state(glue, name, second) == "STOPPED"
    gate.touch()
    glue.wait(name, first)
    assert glue.log(second) == []


def test_a_larger_limit_lets_waiting_runs_start(glue: Glue, gate: Path) -> None:
    name = queued(glue, gate)
    first, second = glue.start(name), glue.start(name)
    job = glue.client.get_job(JobName=name)["Job"]
    update = {
        "Role": job["Role"],
        "Command": job["Command"],
        "ExecutionProperty": {"MaxConcurrentRuns": 2},
    }
    glue.client.update_job(JobName=name, JobUpdate=update)
    glue.wait(name, second, ("RUNNING",))
    assert state(glue, name, first) == "RUNNING"
    gate.touch()
    glue.wait(name, first)
    glue.wait(name, second)


def test_waiting_runs_go_with_their_job(glue: Glue, gate: Path) -> None:
    name = queued(glue, gate)
    first, second = glue.start(name), glue.start(name)
    glue.wait(name, first, ("RUNNING",))
    glue.client.delete_job(JobName=name)
    with pytest.raises(ClientError, match="not found"):
        glue.show(name, second)
    assert state(glue, name, first) == "RUNNING"
    gate.touch()
    glue.wait(name, first)


@pytest.mark.restart
def test_kill_9_while_runs_wait(tmp_path: Path, gate: Path) -> None:
    """The one that ran has failed; those that waited run one after another."""
    from tests.conftest import start_server

    server: Any = start_server(tmp_path / "data")
    try:
        glue = Glue(server)
        name = queued(glue, gate)
        runs = [glue.start(name) for _ in range(3)]
        until(lambda: glue.log(runs[0]))
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        server = start_server(tmp_path / "data")
        glue.client, glue.logs = server.client("glue"), server.client("logs")
        assert state(glue, name, runs[0]) == "FAILED"
        glue.wait(name, runs[1], ("RUNNING",))
        assert state(glue, name, runs[2]) == "WAITING"
        gate.touch()
        assert [glue.wait(name, r)["JobRunState"] for r in runs[1:]] == ["SUCCEEDED"] * 2
    finally:
        server.stop()
