"""Operators for what the Amazon provider's cannot do; docs/adr/0003-operators.md says why."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from tarn_errors import AirflowSkipException, task_errors
from tarn_links import AwsRunLink, airflow_conf

if TYPE_CHECKING:
    from tarn.aws import Aws
    from tarn.services.work import Status, Work

RUN_LINK = AwsRunLink()
LEFT = "left"  # the XCom of what AWS did for a task that failed


def deferrable_by_default() -> bool:
    return bool(airflow_conf.getboolean("operators", "default_deferrable", fallback=False))


def task_token(context: Mapping[str, Any], max_tries: int | None = None) -> str:
    """The key of one generation of attempts: the present one, or that of another max_tries.

    Airflow leaves max_tries alone when it retries, and raises it when a task that ended or is
    deferred is cleared (clear_task_instances: max_tries = try_number + retries). So a retry finds
    the run that it lost sight of, and a cleared task starts a new one. A task cleared while it
    runs keeps its token, but on_kill has stopped its run, and a stopped run is never found again.
    A DAG run that was deleted and made again has the same id: only its start tells them apart.
    """
    from tarn.services.work import make_token

    ti, started = context["ti"], context["dag_run"].start_date
    tries = ti.max_tries if max_tries is None else max_tries
    return make_token(ti.dag_id, ti.run_id, started, ti.task_id, ti.map_index, tries)


def former_tokens(context: Mapping[str, Any], retries: int) -> list[str]:
    """What `task_token` may have been before the task was cleared; none where it never was."""
    return [task_token(context, tries) for tries in range(retries, context["ti"].max_tries)]


@dataclass(frozen=True)
class Attempt:
    """What a step is told: where it runs, its idempotency key, the results it builds on, AWS."""

    context: Mapping[str, Any]
    token: str
    inputs: Mapping[str, Any]
    aws: Aws

    @classmethod
    def of(
        cls, context: Mapping[str, Any], reads: Sequence[str], inputs: Mapping[str, Any]
    ) -> Attempt:
        """`reads` names tasks whose results join the inputs.

        They are pulled here, not passed as XComArgs, which would draw an edge from each step to
        every later one that reads it.
        """
        from tarn.aws import Aws

        ti = context["ti"]
        results = {task_id: ti.xcom_pull(task_ids=task_id) for task_id in reads}
        return cls(context, task_token(context), {**inputs, **results}, Aws.from_environment())


class WorkFailed(Exception):
    """AWS ended the run without success. A retry starts a new run."""


class AwsWorkOperator(BaseOperator):  # type: ignore[misc]
    """Find or start one run on AWS, wait for it, and hold what it did against its gate.

    make_work(attempt) says what to run; gate(attempt, detail) raises GateFailed, or returns what
    it saw. The result is the Status's detail with token, run_id and the gate's answer as `gate`.
    """

    template_fields: Sequence[str] = ("inputs",)
    overwrite_rtif_after_execution = True  # the UI shows the inputs as they were pulled
    operator_extra_links = (RUN_LINK,)
    ui_color = "#d9ecf2"

    def __init__(
        self,
        *,
        make_work: Callable[[Attempt], Work],
        gate: Callable[[Attempt, Mapping[str, Any]], dict[str, Any]] | None = None,
        inputs: Mapping[str, Any] | None = None,
        reads: Sequence[str] = (),
        poll_seconds: float = 15.0,
        deferrable: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.make_work = make_work
        self.inputs = inputs or {}
        self.reads = reads
        self.gate = gate
        self.poll_seconds = poll_seconds
        self.deferrable = deferrable_by_default() if deferrable is None else deferrable
        self.run_link = ""
        self._work: Work | None = None
        self._run_id: str | None = None
        self._killed = False

    def execute(self, context: Mapping[str, Any]) -> dict[str, Any]:
        with task_errors(context["ti"]):
            attempt, work = self._prepare(context)
            self._run_id = run_id = self._find_or_start(work, attempt)
            if self._killed:  # while AWS started the run, whose id on_kill could not know
                work.stop(attempt.aws, run_id)
                raise self._stopped(work, run_id)
            self._show_link(context, work, attempt.aws)
            if self.deferrable:
                self._defer(work, run_id)
            return self._see_through(attempt, work, run_id)

    def execute_complete(
        self, context: Mapping[str, Any], event: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Back from the trigger: ask AWS again rather than believe the event."""
        with task_errors(context["ti"]):
            if error := event.get("error"):
                raise WorkFailed(f"Lost sight of run {event['run_id']}: {error}")
            attempt, work = self._prepare(context)
            self._run_id = run_id = event["run_id"]
            self.run_link = work.link(attempt.aws, run_id)
            return self._see_through(attempt, work, run_id)

    def on_kill(self) -> None:
        """Airflow's SIGTERM, or a timeout, while a worker waits: stop the run on AWS."""
        self._killed = True
        if self._work is None:
            return
        from tarn.aws import Aws

        aws = Aws.from_environment()
        # A signal between the start of a run and its answer leaves no id: then look for it.
        if run_id := self._run_id or self._work.find(aws):
            self.log.info("Stopping %s run %s on AWS.", self._work.kind, run_id)
            self._work.stop(aws, run_id)

    def _prepare(self, context: Mapping[str, Any]) -> tuple[Attempt, Work]:
        attempt = Attempt.of(context, self.reads, self.inputs)
        self.inputs = attempt.inputs
        self._work = work = self.make_work(attempt)
        return attempt, work

    def _find_or_start(self, work: Work, attempt: Attempt) -> str:
        if run_id := work.find(attempt.aws):
            self.log.info("Reconnected to %s run %s (token %s).", work.kind, run_id, work.token)
            return run_id
        self._end_former(attempt)
        run_id = work.start(attempt.aws)
        self.log.info("Started %s run %s (token %s).", work.kind, run_id, work.token)
        return run_id

    def _end_former(self, attempt: Attempt) -> None:
        """Stop what the task began before it was cleared, and wait until it has ended.

        A task that is cleared while it is deferred begins again at once; the triggerer, whose
        part it is to stop the run, comes to it when it can.
        """
        for token in former_tokens(attempt.context, self.retries):
            work = self.make_work(replace(attempt, token=token))
            run_id = work.find(attempt.aws)
            if run_id and not work.status(attempt.aws, run_id).done:
                self.log.info("Stopping %s run %s of before the clear.", work.kind, run_id)
                work.stop(attempt.aws, run_id)
                self._wait(work, attempt.aws, run_id)

    def _show_link(self, context: Mapping[str, Any], work: Work, aws: Aws) -> None:
        self.run_link = work.link(aws, str(self._run_id))
        # Airflow itself pushes a link only at a task's end; this one serves while the run goes on.
        context["ti"].xcom_push(key=RUN_LINK.xcom_key, value=self.run_link)

    def _defer(self, work: Work, run_id: str) -> None:
        from tarn_triggers import WorkTrigger

        self.defer(
            trigger=WorkTrigger(work.to_dict(), run_id, self.poll_seconds),
            method_name="execute_complete",
            timeout=self.execution_timeout,
        )

    def _see_through(self, attempt: Attempt, work: Work, run_id: str) -> dict[str, Any]:
        """To the run's end and through the gate."""
        status = self._wait(work, attempt.aws, run_id)
        detail = {**status.detail, "token": work.token, "run_id": run_id}
        with left_behind(attempt, detail):
            if status.state == "FAILED":
                raise WorkFailed(f"{work.kind} run {run_id} failed on AWS: {status.message}")
            self.log.info("%s run %s succeeded. %s", work.kind, run_id, status.message)
            return detail if self.gate is None else {**detail, "gate": self.gate(attempt, detail)}

    def _wait(self, work: Work, aws: Aws, run_id: str) -> Status:
        while not (status := work.status(aws, run_id)).done:
            if self._killed:
                raise self._stopped(work, run_id)
            time.sleep(self.poll_seconds)
        return status

    def _stopped(self, work: Work, run_id: str) -> WorkFailed:
        return WorkFailed(f"{work.kind} run {run_id} was stopped, as Airflow ended the task")


@contextmanager
def left_behind(attempt: Attempt, detail: Mapping[str, Any]) -> Iterator[None]:
    """A task that fails has no result: leave what AWS did and what it cost where the ledger looks.

    An XCom of its own, as the retry of a task forgets those of the try before.
    """
    try:
        yield
    except Exception:
        attempt.context["ti"].xcom_push(key=LEFT, value=dict(detail))
        raise


class SettleOperator(BaseOperator):  # type: ignore[misc]
    """Wait for a burst of partitions to end; return the views to refresh, or skip.

    Airflow's own count of queued and running runs tells when a burst ends: a backfill queues all
    of its runs at once, while the ledger knows only those that have begun. After `at_most` the
    views are refreshed all the same. `pending(context)` says {"datasets", "views"}; the datasets
    go to an XCom of that name.
    """

    ui_color = "#f2ecd9"

    def __init__(
        self,
        *,
        dag_ids: list[str],
        pending: Callable[[Mapping[str, Any]], dict[str, list[str]]],
        at_most: timedelta,
        poll_seconds: float = 15.0,
        deferrable: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.dag_ids = dag_ids
        self.pending = pending
        self.at_most = at_most
        self.poll_seconds = poll_seconds
        self.deferrable = deferrable_by_default() if deferrable is None else deferrable
        self._killed = False

    def execute(self, context: Mapping[str, Any]) -> list[str]:
        from tarn_triggers import RunsEndedTrigger, open_runs

        seconds = self.at_most.total_seconds()
        if self.deferrable and open_runs(self.dag_ids):
            # The trigger keeps the time: a timeout of Airflow's would fail the task.
            self.defer(
                trigger=RunsEndedTrigger(self.dag_ids, self.poll_seconds, seconds),
                method_name="execute_complete",
            )
        deadline = time.monotonic() + seconds
        while (count := open_runs(self.dag_ids)) and time.monotonic() < deadline:
            if self._killed:
                raise WorkFailed("Stopped while waiting, as Airflow ended the task")
            time.sleep(self.poll_seconds)
        return self._what_changed(context, count)

    def execute_complete(self, context: Mapping[str, Any], event: Mapping[str, Any]) -> list[str]:
        return self._what_changed(context, event["open_runs"])

    def on_kill(self) -> None:
        self._killed = True

    def _what_changed(self, context: Mapping[str, Any], open_runs: int) -> list[str]:
        if open_runs:
            self.log.warning("%s partitions are still under way; not waiting longer.", open_runs)
        with task_errors(context["ti"]):
            pending = self.pending(context)
        if not pending["datasets"]:
            raise AirflowSkipException("Views and dashboards already show what is published.")
        context["ti"].xcom_push(key="datasets", value=pending["datasets"])
        return pending["views"]
