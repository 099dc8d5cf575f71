"""What the tests of Glue jobs share: a bucket of scripts, a job, a run waited for."""

import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from local_aws.services.glue.jobs.api import JobsApi

SLEEPS = "import os, time\nprint(os.getpid())\ntime.sleep(60)"
ENDED = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT")


class Glue:
    """Jobs of one test, through boto3."""

    def __init__(self, server: Any) -> None:
        self.client = server.client("glue")
        self.s3 = server.client("s3")
        self.logs = server.client("logs")
        self.data = server.data
        self.bucket = f"jobs-{uuid.uuid4().hex[:8]}"
        self.s3.create_bucket(Bucket=self.bucket)

    def put(self, key: str, text: str) -> str:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=text.encode())
        return f"s3://{self.bucket}/{key}"

    def job(self, script: str, kind: str = "pythonshell", **members: Any) -> str:
        name = f"job-{uuid.uuid4().hex[:8]}"
        location = self.put(f"scripts/{name}.py", script)
        command = {"Name": kind, "ScriptLocation": location}
        self.client.create_job(Name=name, Role="lake", Command=command, **members)
        return name

    def start(self, name: str, **members: Any) -> str:
        return str(self.client.start_job_run(JobName=name, **members)["JobRunId"])

    def show(self, name: str, run_id: str) -> dict[str, Any]:
        return dict(self.client.get_job_run(JobName=name, RunId=run_id)["JobRun"])

    def wait(
        self, name: str, run_id: str, states: tuple[str, ...] = ENDED, patience: float = 90
    ) -> dict[str, Any]:
        return dict(
            until(
                lambda: run if (run := self.show(name, run_id))["JobRunState"] in states else None,
                patience,
            )
        )

    def run(self, name: str, **members: Any) -> dict[str, Any]:
        return self.wait(name, self.start(name, **members))

    def log(self, run_id: str, stream: str = "output") -> list[str]:
        group = f"/aws-glue/jobs/{stream}"
        try:
            answer = self.logs.get_log_events(logGroupName=group, logStreamName=run_id)
        except self.logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in answer["events"]]


def until(found: Callable[[], Any], patience: float = 60) -> Any:
    deadline = time.monotonic() + patience
    while not (answer := found()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return answer


def script(lines: str, **values: Any) -> str:
    """The script text, with ``@name@`` replaced."""
    text = lines
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    return text


def subset(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: given.get(name) for name in names}


def start(api: JobsApi, text: str, **members: Any) -> str:
    api.platform.s3.put("scripts", "x.py", text.encode())
    command = {"Name": "pythonshell", "ScriptLocation": "s3://scripts/x.py"}
    api.create_job({"Name": "j", "Role": "r", "Command": command, **members})
    return str(api.start_job_run({"JobName": "j"})["JobRunId"])


def ended(api: JobsApi, run_id: str) -> dict[str, Any]:
    until(lambda: not api.jobs.run(run_id).active)
    return api.jobs.run(run_id).document
