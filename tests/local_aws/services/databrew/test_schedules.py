"""Schedules: what is kept and refused through boto3, and what fires, told the time."""

import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.context import Credentials, Platform
from local_aws.services.databrew.api import DataBrewApi
from local_aws.services.logs.model import LogStore
from local_aws.services.s3.model import S3Store
from tests.conftest import LocalServer, start_server
from tests.local_aws.services.databrew.test_runs import STEPS, Lake

DAILY = "Cron(15 12 * * ? *)"
NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.fixture
def lake(aws: LocalServer) -> Lake:
    return Lake(aws)


def test_a_schedules_life(lake: Lake) -> None:
    job, databrew = lake.profile_job(), lake.databrew
    databrew.create_schedule(
        Name=lake.name, CronExpression=DAILY, JobNames=[job], Tags={"team": "lake"}
    )
    found = databrew.describe_schedule(Name=lake.name)
    assert (found["CronExpression"], found["JobNames"]) == (DAILY, [job])
    assert found["ResourceArn"].endswith(f":schedule/{lake.name}")
    assert [s["Name"] for s in databrew.list_schedules(JobName=job)["Schedules"]] == [lake.name]
    assert databrew.list_schedules(JobName=f"{job}-2")["Schedules"] == []
    databrew.tag_resource(ResourceArn=found["ResourceArn"], Tags={"x": "1"})
    databrew.update_schedule(Name=lake.name, CronExpression="15 12 * * ? *")
    changed = databrew.describe_schedule(Name=lake.name)
    assert (changed["JobNames"], changed["Tags"]) == ([], {"team": "lake", "x": "1"})
    assert changed["CreateDate"] == found["CreateDate"]
    with pytest.raises(ClientError) as error:
        databrew.create_schedule(Name=lake.name, CronExpression=DAILY)
    assert error.value.response["Error"]["Code"] == "ConflictException"
    databrew.delete_schedule(Name=lake.name)
    for operation in (databrew.describe_schedule, databrew.delete_schedule):
        with pytest.raises(ClientError) as error:
            operation(Name=lake.name)
        assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ({"CronExpression": "Cron(0/1 * * * ? *)"}, "faster than 5 minutes"),
        ({"CronExpression": "rate(1 hour)"}, "not valid"),
        ({"CronExpression": "Cron(0 0 * * * *)"}, "must be"),
        ({"CronExpression": DAILY, "JobNames": ["nobody"]}, "job nobody was not found"),
    ],
)
def test_refused(lake: Lake, request_: dict[str, Any], named: str) -> None:
    with pytest.raises(ClientError, match=named) as error:
        lake.databrew.create_schedule(Name=lake.name, **request_)
    assert error.value.response["Error"]["Code"] == "ValidationException"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[DataBrewApi]:
    platform = Platform(tmp_path, 1, Credentials("key", "secret"))
    platform.s3, platform.logs = S3Store(platform), LogStore(platform)
    made = DataBrewApi(platform)
    location = {"S3InputDefinition": {"Bucket": "raw", "Key": "none/"}}
    made.create_dataset({"Name": "d", "Input": location})
    for name in ("first", "second"):
        made.create_profile_job(
            {"Name": name, "DatasetName": "d", "OutputLocation": {"Bucket": "b"}, "RoleArn": "r"}
        )
    yield made
    made.stop()


def runs(api: DataBrewApi, job: str) -> list[str]:
    return [run["StartedBy"] for run in api.list_job_runs({"Name": job})["JobRuns"]]


def test_what_is_due_starts_and_one_that_is_gone_holds_up_no_other(api: DataBrewApi) -> None:
    jobs = ["first", "second"]
    api.create_schedule({"Name": "s", "CronExpression": DAILY, "JobNames": jobs})
    api.delete_job({"Name": "first"})
    api.scheduler.turn(NOON)
    assert runs(api, "second") == []
    api.scheduler.turn(NOON + timedelta(minutes=15))
    (by,) = runs(api, "second")
    assert by.endswith(":schedule/s")


@pytest.mark.restart
def test_a_killed_server_keeps_its_schedules_and_starts_nothing_by_itself(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data")
    try:
        lake = Lake(server)
        name, job = uuid.uuid4().hex, lake.profile_job()
        lake.databrew.create_schedule(Name=name, CronExpression=DAILY, JobNames=[job])
        server.process.kill()
        server.process.wait()
        server.process = start_server(server.data, server.port).process
        assert lake.databrew.describe_schedule(Name=name)["JobNames"] == [job]
        assert lake.databrew.list_job_runs(Name=job)["JobRuns"] == []
    finally:
        server.process.kill()
        server.process.wait()


# Fires the schedule that it is told in the server's data folder, and ends as by `kill -9` when the
# second of its runs is added, or the first is queued.
FIRE = """
import os, signal, sys
from pathlib import Path
from local_aws.context import Credentials, Platform
from local_aws.services.databrew.api import DataBrewApi
from local_aws.services.logs.model import LogStore
from local_aws.services.s3.model import S3Store

def killed_at(call, number):
    count = 0
    def counted(*arguments):
        nonlocal count
        count += 1
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments)
    return counted

platform = Platform(Path(sys.argv[1]), 1, Credentials("key", "secret"))
platform.s3, platform.logs = S3Store(platform), LogStore(platform)
api = DataBrewApi(platform)
if sys.argv[3] == "added":
    api.store.add_run = killed_at(api.store.add_run, 2)
else:
    api.runner.submit = killed_at(api.runner.submit, 1)
api.fire(sys.argv[2])
"""


@pytest.mark.restart
def test_a_kill_while_a_schedule_fires_starts_all_its_jobs_once_or_none(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data")
    try:
        lakes = {when: Lake(server) for when in ("added", "queued")}
        jobs = {w: [lake.profile_job(), lake.recipe_job(STEPS)] for w, lake in lakes.items()}
        for when, lake in lakes.items():
            lake.databrew.create_schedule(Name=when, CronExpression=DAILY, JobNames=jobs[when])
        server.process.kill()
        server.process.wait()
        for when in lakes:
            command = [sys.executable, "-c", FIRE, str(server.data), when, when]
            assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        server.process = start_server(server.data, server.port).process
        databrew = server.client("databrew")
        for job in jobs["queued"]:
            (run,) = databrew.list_job_runs(Name=job)["JobRuns"]
            assert lakes["queued"].wait(job, run["RunId"])["State"] == "SUCCEEDED"
            assert len(databrew.list_job_runs(Name=job)["JobRuns"]) == 1
        for job in jobs["added"]:
            assert databrew.list_job_runs(Name=job)["JobRuns"] == []
    finally:
        server.process.kill()
        server.process.wait()
