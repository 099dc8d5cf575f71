"""What outlives a server: killed with kill -9, stopped, timed out."""

import os
import signal
from pathlib import Path

import psutil
import pytest
from support import SLEEPS, Glue, ended, start, until

from local_aws.services.glue.jobs.api import JobsApi
from local_aws.services.glue.jobs.events import Events
from local_aws.services.glue.jobs.model import Run


def test_time_out(api: JobsApi) -> None:
    run = ended(api, start(api, SLEEPS, Timeout=1))
    assert run["JobRunState"] == "TIMEOUT"
    assert "timed out" in run["ErrorMessage"]


def test_a_stopped_server_fails_its_runs_and_ends_their_processes(api: JobsApi) -> None:
    run_id = start(api, SLEEPS)
    until(lambda: api.jobs.run(run_id).processes)
    [(pid, _)] = api.jobs.run(run_id).processes
    api.stop()
    run = ended(api, run_id)
    assert run["JobRunState"] == "FAILED"
    assert "local_aws ended" in run["ErrorMessage"]
    assert not psutil.pid_exists(pid)


def test_a_retry_whose_place_is_taken_is_failed_and_seen(
    api: JobsApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def take_the_place(_: Events, run: Run) -> None:
        told.append(run.id)
        if len(told) == 1:
            api.start_job_run({"JobName": "j", "Arguments": {"--sleep": "yes"}})

    monkeypatch.setattr(Events, "ended", take_the_place)
    text = f"import sys\nif '--sleep' not in sys.argv: raise ValueError('again')\n{SLEEPS}"
    first = start(api, text, MaxRetries=3)
    until(lambda: len(told) == 2)
    retry = ended(api, f"{first}_attempt_1")
    assert told == [first, retry["Id"]]
    assert (retry["JobRunState"], retry["Attempt"], retry["PreviousRunId"]) == ("FAILED", 1, first)
    message = "ConcurrentRunsExceededException: Concurrent runs exceeded for j: 1 of 1 running"
    assert retry["ErrorMessage"] == message
    assert retry["CompletedOn"] >= retry["StartedOn"]
    assert len(api.get_job_runs({"JobName": "j"})["JobRuns"]) == 3


def test_scratch_is_cleaned(api: JobsApi) -> None:
    ended(api, start(api, "print(1)"))
    until(lambda: not list(api.platform.scratch("glue").iterdir()))


@pytest.mark.restart
def test_kill_9_of_the_server(tmp_path: Path) -> None:
    from tests.conftest import start_server

    server = start_server(tmp_path / "data")
    glue = Glue(server)
    name = glue.job(SLEEPS)
    run_id = glue.start(name)
    pid = int(until(lambda: glue.log(run_id))[0])
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    assert psutil.pid_exists(pid)
    server = start_server(tmp_path / "data")
    try:
        glue.client = server.client("glue")
        run = glue.show(name, run_id)
        assert run["JobRunState"] == "FAILED"
        assert "local_aws ended" in run["ErrorMessage"]
        until(lambda: not psutil.pid_exists(pid))
    finally:
        server.stop()


COMMITS_AND_SLEEPS = """
import os, time
from pathlib import Path
(Path(os.environ["LOCAL_AWS_GLUE_BOOKMARKS"]) / "after.json").write_text('{"seen": 1}')
print("committed")
time.sleep(60)
"""


@pytest.mark.restart
def test_a_commit_outlives_a_kill_of_the_server(tmp_path: Path) -> None:
    from tests.conftest import start_server

    server = start_server(tmp_path / "data")
    glue = Glue(server)
    arguments = {"--job-bookmark-option": "job-bookmark-enable"}
    name = glue.job(COMMITS_AND_SLEEPS, DefaultArguments=arguments)
    run_id = glue.start(name)
    until(lambda: glue.log(run_id))
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    server = start_server(tmp_path / "data")
    try:
        client = server.client("glue")
        assert client.get_job_run(JobName=name, RunId=run_id)["JobRun"]["JobRunState"] == "FAILED"
        entry = client.get_job_bookmark(JobName=name)["JobBookmarkEntry"]
        assert (entry["RunId"], entry["JobBookmark"]) == (run_id, '{"seen": 1}')
    finally:
        server.stop()
