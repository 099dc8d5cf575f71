"""What outlives a server: killed with kill -9, stopped, timed out."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from support import Glue, until

from local_aws.context import Credentials, Platform
from local_aws.services.glue.jobs.api import JobsApi
from local_aws.services.glue.jobs.runner import Runner
from local_aws.services.logs.model import LogStore
from local_aws.services.s3.model import S3Store

SLEEPS = "import os, time\nprint(os.getpid())\ntime.sleep(60)"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[JobsApi]:
    """Job operations without HTTP, whose minutes last half a second."""
    platform = Platform(tmp_path, 1, Credentials("a", "b"))
    platform.s3, platform.logs = S3Store(platform), LogStore(platform)
    platform.s3.create_bucket("scripts")
    api = JobsApi(platform)
    api.job_runs = Runner(platform, api.jobs, minute=0.5)
    yield api
    api.stop()


def start(api: JobsApi, text: str, **members: Any) -> str:
    api.platform.s3.put("scripts", "x.py", text.encode())
    command = {"Name": "pythonshell", "ScriptLocation": "s3://scripts/x.py"}
    api.create_job({"Name": "j", "Role": "r", "Command": command, **members})
    return str(api.start_job_run({"JobName": "j"})["JobRunId"])


def ended(api: JobsApi, run_id: str) -> dict[str, Any]:
    until(lambda: not api.jobs.run(run_id).active)
    return api.jobs.run(run_id).document


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
