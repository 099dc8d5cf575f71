"""Schedules: jobs that start by themselves.

https://docs.aws.amazon.com/databrew/latest/dg/jobs.recipe.html#jobs.cron: the six fields of
cron, as they are or in ``Cron(...)``; 5 minutes lie between two starts at least. A server that was
down starts nothing that it missed.
"""

import logging

from local_aws.context import Request, Response
from local_aws.schedules import cron
from local_aws.schedules.scheduler import Scheduler
from local_aws.services.databrew.errors import ResourceNotFoundException, ValidationException
from local_aws.services.databrew.model import Document, Store
from local_aws.services.databrew.paging import page
from local_aws.services.databrew.runs import Runner
from local_aws.services.databrew.shapes import dated, only

logger = logging.getLogger(__name__)

SCHEDULE = ("Name", "CronExpression", "JobNames", "Tags")


class Schedules:
    """The operations on schedules, and what becomes of them."""

    store: Store
    runner: Runner
    scheduler: Scheduler

    def add_run(self, name: str, started_by: str) -> str:
        raise NotImplementedError

    def create_schedule(self, request: Request) -> Response:
        self.store.create("schedule", request["Name"], self._schedule(request))
        self.scheduler.wake()
        return {"Name": request["Name"]}

    def update_schedule(self, request: Request) -> Response:
        """Without JobNames the schedule has none any more: the request replaces what it said."""
        self.store.update("schedule", request["Name"], self._schedule(request))
        self.scheduler.wake()
        return {"Name": request["Name"]}

    def _schedule(self, request: Request) -> Document:
        read_cron(request["CronExpression"])
        for job in request.get("JobNames") or ():
            try:
                self.store.get("job", job)
            except ResourceNotFoundException as error:
                raise ValidationException(error.message) from error
        return {"JobNames": [], **only(request, SCHEDULE)}

    def describe_schedule(self, request: Request) -> Response:
        return self._shown_schedule(self.store.get("schedule", request["Name"]))

    def delete_schedule(self, request: Request) -> Response:
        self.store.delete("schedule", request["Name"])
        self.scheduler.wake()
        return {"Name": request["Name"]}

    def list_schedules(self, request: Request) -> Response:
        job = request.get("JobName")
        found = [
            self._shown_schedule(schedule)
            for schedule in self.store.all("schedule")
            if job is None or job in schedule["JobNames"]
        ]
        return page(request, "Schedules", found)

    def _shown_schedule(self, document: Document) -> Response:
        return dated(document | {"ResourceArn": self.store.arn("schedule", document["Name"])})

    def expressions(self) -> dict[str, str]:
        """What the scheduler follows: cron's expressions by the schedules' names."""
        return {
            schedule["Name"]: cron_form(schedule["CronExpression"])
            for schedule in self.store.all("schedule")
            if schedule["JobNames"]
        }

    def fire(self, name: str) -> None:
        """Start the schedule's jobs: all of them, or none where a kill comes first.

        What is queued when a kill comes is started by the server's next start.
        """
        with self.store.db.transaction():
            jobs = self.store.get("schedule", name)["JobNames"]
            runs = [run for job in jobs if (run := self._scheduled(name, job))]
        for run in runs:
            self.runner.submit(run)

    def _scheduled(self, name: str, job: str) -> str | None:
        """A run's id. A job that cannot start holds up no other."""
        try:
            return self.add_run(job, self.store.arn("schedule", name))
        except Exception:
            logger.warning("schedule %s did not start the job %s", name, job, exc_info=True)
            return None


def cron_form(expression: str) -> str:
    """``cron(...)``, whichever of DataBrew's spellings was given."""
    inside = expression.strip()
    if inside[:5].lower() == "cron(" and inside.endswith(")"):
        inside = inside[5:-1]
    return f"cron({inside})"


def read_cron(expression: str) -> cron.Schedule:
    """Raises ValidationException, saying what is wrong."""
    try:
        return cron.parse(cron_form(expression))
    except cron.InvalidSchedule as error:
        raise ValidationException(str(error)) from error
