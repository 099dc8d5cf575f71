"""Glue's job operations: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs.html

Real: glueetl scripts run on PySpark 3.5.6 (Glue 5.1's), pythonshell scripts on Python; arguments,
additional modules, bookmarks, concurrency and its queue, time-outs, retries, logs and events are
Glue's. Not there: streaming and Ray jobs, extra jars, connections, security configurations; each
is refused by name (`definition`, `arguments`).
"""

import uuid
from typing import Any

from local_aws.context import Platform, Request, Response
from local_aws.services.glue.documents import now
from local_aws.services.glue.errors import (
    EntityNotFoundException,
    InvalidInputException,
    unsupported,
)
from local_aws.services.glue.jobs import arguments, definition
from local_aws.services.glue.jobs.bookmarks import Bookmarks, asked, check_runs
from local_aws.services.glue.jobs.execution import check_role
from local_aws.services.glue.jobs.model import JobStore, Run
from local_aws.services.glue.jobs.runner import Runner
from local_aws.services.glue.paging import page
from local_aws.services.glue.tags import Tags

MOST_STOPPED = 25
NEWEST_FIRST = 10**12
OF_THE_JOB = (
    "JobMode",
    "Timeout",
    "MaxCapacity",
    "AllocatedCapacity",
    "WorkerType",
    "NumberOfWorkers",
    "GlueVersion",
    "ExecutionClass",
    "NotificationProperty",
    "JobRunQueuingEnabled",
)
OF_THE_REQUEST = ("NotificationProperty", "ExecutionClass", "ExecutionRoleSessionPolicy")


class JobsApi:
    """The part of GlueApi that is about jobs."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.jobs = JobStore(platform)
        self.tags = Tags(platform)
        self.bookmarks = Bookmarks(platform)
        self.job_runs = Runner(platform, self.jobs)

    def start(self) -> None:
        """Settle what a killed server left."""
        self.job_runs.recover()

    def stop(self) -> None:
        """End what runs."""
        self.job_runs.close()

    def create_job(self, request: Request) -> Response:
        job = definition.define(request["Name"], request)
        with self.tags.db.transaction():
            self.jobs.create(job)
            self.tags.add(self._job_arn(job["Name"]), request.get("Tags") or {})
        if job["Command"]["Name"] == "glueetl":
            self.job_runs.prepare()
        return {"Name": request["Name"]}

    def update_job(self, request: Request) -> Response:
        self.jobs.get(request["JobName"])
        self.jobs.replace(definition.define(request["JobName"], request["JobUpdate"]))
        self.job_runs.admit(request["JobName"])  # MaxConcurrentRuns may be larger now
        return {"JobName": request["JobName"]}

    def get_job(self, request: Request) -> Response:
        return {"Job": self.jobs.get(request["JobName"])}

    def get_jobs(self, request: Request) -> Response:
        chosen, more = page(self.jobs.all(), request, key=_name)
        return {"Jobs": chosen, **more}

    def list_jobs(self, request: Request) -> Response:
        wanted = (request.get("Tags") or {}).items()
        names = [job["Name"] for job in self.jobs.all()]
        tagged = [name for name in names if wanted <= self.tags.get(self._job_arn(name)).items()]
        chosen, more = page(tagged, request, key=str)
        return {"JobNames": chosen, **more}

    def batch_get_jobs(self, request: Request) -> Response:
        known = {job["Name"]: job for job in self.jobs.all()}
        names = request["JobNames"]
        return {
            "Jobs": [known[name] for name in names if name in known],
            "JobsNotFound": [name for name in names if name not in known],
        }

    def delete_job(self, request: Request) -> Response:
        with self.tags.db.transaction():
            self.jobs.delete(request["JobName"])
            self.bookmarks.forget(request["JobName"])
            self.tags.forget(self._job_arn(request["JobName"]))
        return {"JobName": request["JobName"]}

    def start_job_run(self, request: Request) -> Response:
        try:
            job = self.jobs.get(request["JobName"])
        except EntityNotFoundException as error:
            raise EntityNotFoundException(
                f"Failed to start job run due to missing metadata: no job {request['JobName']}"
            ) from error
        given = request.get("Arguments") or {}
        check_role(self.platform, job["Role"])
        merged = arguments.merge(job, given)
        arguments.check(merged)
        check_runs(self.jobs, job["Name"], asked(merged))
        run = {
            **_run_of(job, request),
            **self._after(request),
            "Arguments": given,
            "LogGroupName": arguments.log_group(merged),
        }
        plan = job | {"Arguments": merged, "Timeout": run["Timeout"]}
        # AWS queues what is not to be retried by MaxRetries
        # (https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html).
        queue = run.get("JobRunQueuingEnabled", False) and not job["MaxRetries"]
        if self.jobs.begin(run, plan, queue=queue) == "STARTING":
            self.job_runs.submit(run["Id"])
        else:
            self.job_runs.admit(job["Name"])  # the last of the others may have just ended
        return {"JobRunId": run["Id"]}

    def get_job_run(self, request: Request) -> Response:
        return {"JobRun": _show(self.jobs.run(request["RunId"], request["JobName"]))}

    def get_job_runs(self, request: Request) -> Response:
        self.jobs.get(request["JobName"])
        chosen, more = page(
            self.jobs.runs(request["JobName"]),
            request,
            key=lambda run: f"{NEWEST_FIRST - run.sequence:013d}",
            default=200,
        )
        return {"JobRuns": [_show(run) for run in chosen], **more}

    def batch_stop_job_run(self, request: Request) -> Response:
        name, ids = request["JobName"], request["JobRunIds"]
        if len(ids) > MOST_STOPPED:
            raise InvalidInputException(f"JobRunIds holds {len(ids)} ids; {MOST_STOPPED} at most")
        errors = {run_id: error for run_id in ids if (error := self._stop_run(name, run_id))}
        return {
            "SuccessfulSubmissions": [
                {"JobName": name, "JobRunId": run_id} for run_id in ids if run_id not in errors
            ],
            "Errors": [
                {"JobName": name, "JobRunId": run_id, "ErrorDetail": detail}
                for run_id, detail in errors.items()
            ],
        }

    def get_job_bookmark(self, request: Request) -> Response:
        self.jobs.get(request["JobName"])
        entry = self.bookmarks.get(request["JobName"], request.get("RunId"))
        return {"JobBookmarkEntry": entry}

    def reset_job_bookmark(self, request: Request) -> Response:
        self.jobs.get(request["JobName"])
        entry = self.bookmarks.reset(request["JobName"], request.get("RunId"))
        return {"JobBookmarkEntry": entry}

    def _job_arn(self, name: str) -> str:
        return self.platform.arn("glue", f"job/{name}")

    def _stop_run(self, name: str, run_id: str) -> dict[str, str] | None:
        try:
            run = self.jobs.run(run_id, name)
        except EntityNotFoundException as error:
            return {"ErrorCode": error.code, "ErrorMessage": error.message}
        if not run.active:
            message = f"Job run {run_id} is {run.state} and cannot be stopped"
            return {"ErrorCode": "InvalidInputException", "ErrorMessage": message}
        self.job_runs.stop(run_id)
        return None

    def _after(self, request: Request) -> dict[str, Any]:
        """StartJobRun with an earlier run's id is a retry of that run."""
        if not request.get("JobRunId"):
            return {"Attempt": 0}
        before = self.jobs.run(request["JobRunId"], request["JobName"])
        return {"Attempt": before.document["Attempt"] + 1, "PreviousRunId": before.id}


def _run_of(job: dict[str, Any], request: Request) -> dict[str, Any]:
    if request.get("SecurityConfiguration"):
        raise unsupported("SecurityConfiguration of a job run")
    definition.check_class(request, job["Command"]["Name"])
    sized = any(request.get(m) for m in ("WorkerType", "NumberOfWorkers", "MaxCapacity"))
    minutes = definition.timeout(request)
    return {
        "Id": f"jr_{uuid.uuid4().hex}{uuid.uuid4().hex}",
        "JobName": job["Name"],
        "JobRunState": "STARTING",
        "StartedOn": now(),
        "LastModifiedOn": now(),
        "ExecutionTime": 0,
        "PredecessorRuns": [],
        **{member: job[member] for member in OF_THE_JOB if member in job},
        **(definition.capacity(request, job["Command"]["Name"]) if sized else {}),
        **{member: request[member] for member in OF_THE_REQUEST if request.get(member)},
        **({"Timeout": minutes} if minutes else {}),
        **_queuing(request),
    }


def _queuing(request: Request) -> dict[str, Any]:
    """The run's own word goes before the job's, also where it is no."""
    member = "JobRunQueuingEnabled"
    return {member: request[member]} if request.get(member) is not None else {}


def _show(run: Run) -> dict[str, Any]:
    """AWS leaves Arguments out where none were given."""
    return {k: v for k, v in run.document.items() if k != "Arguments" or v}


def _name(job: dict[str, Any]) -> str:
    return str(job["Name"])
