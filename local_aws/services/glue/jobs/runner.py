"""All runs that are under way, one thread each: start, stop, retry, and what a restart finds."""

import logging
import shutil
import threading

from local_aws import child_processes
from local_aws.context import Platform
from local_aws.services.glue.documents import now
from local_aws.services.glue.jobs.bookmarks import Bookmarks
from local_aws.services.glue.jobs.errors import ConcurrentRunsExceededException
from local_aws.services.glue.jobs.events import Events
from local_aws.services.glue.jobs.execution import TEMPORARY, Execution
from local_aws.services.glue.jobs.launcher import Launcher
from local_aws.services.glue.jobs.model import JobStore, Run
from local_aws.services.glue.jobs.outcome import Outcome
from local_aws.services.glue.jobs.pool import JvmPool
from local_aws.services.glue.jobs.processes import MARK

logger = logging.getLogger(__name__)

KILLED = "local_aws ended while this job was running; start the job again"
JOIN_SECONDS = 10.0
SCRATCH = ("glue", "glue-jvm", TEMPORARY)


class Runner:
    """Executes the runs that the store holds."""

    def __init__(
        self,
        platform: Platform,
        store: JobStore,
        pool: JvmPool | None = None,
        minute: float = 60.0,
    ) -> None:
        self._platform = platform
        self._store = store
        self._pool = pool
        self._minute = minute
        self._bookmarks = Bookmarks(platform)
        self._lock = threading.Lock()
        self._executions: dict[str, tuple[Execution, threading.Thread]] = {}
        self._closed = False

    @property
    def pool(self) -> JvmPool:
        """Made when the first job runs."""
        with self._lock:
            if self._pool is None:
                self._pool = JvmPool(Launcher(self._platform))
            return self._pool

    def prepare(self) -> None:
        """A Spark job was defined: its first run should find a JVM that is warm."""
        self.pool.prepare()

    def submit(self, run_id: str) -> None:
        """Run it, in a thread of its own."""
        self._platform.faults.started(run_id)
        run = self._store.run(run_id)
        execution = Execution(self._platform, self._store, self.pool, run, self._minute)
        thread = threading.Thread(
            target=self._execute, args=(execution,), name=f"glue-{run_id}", daemon=True
        )
        with self._lock:
            self._executions[run_id] = (execution, thread)
        if self._store.run(run_id).state == "STOPPING":  # asked for before we were registered
            execution.interrupt(Outcome("STOPPED"))
        thread.start()

    def stop(self, run_id: str) -> None:
        """End it as BatchStopJobRun does."""
        if self._store.advance(
            run_id, "STOPPED", of=("WAITING",), StateDetail=None, CompletedOn=now()
        ):
            return
        self._store.advance(run_id, "STOPPING", of=("STARTING", "RUNNING"))
        with self._lock:
            found = self._executions.get(run_id)
        if found:
            found[0].interrupt(Outcome("STOPPED"))

    def admit(self, job: str) -> None:
        """Start what waits in the job's queue, as far as there are free slots."""
        with self._lock:
            if self._closed:
                return
        for run_id in self._store.admit(job):
            self.submit(run_id)

    def recover(self) -> None:
        """After a restart: fail what was running, resume what still waited for its turn."""
        unfinished = self._store.unfinished()
        for run in unfinished:
            if run.state != "WAITING":
                self._settle(run)
        for folder in SCRATCH:
            shutil.rmtree(self._platform.data_dir / "tmp" / folder, ignore_errors=True)
        for run in unfinished:
            if run.state == "STARTING" and not run.processes:
                self.submit(run.id)
            elif run.state != "WAITING":
                self._fail(run)
        for job in {run.job for run in unfinished}:
            self.admit(job)

    def _settle(self, run: Run) -> None:
        """End what a killed server left of the run, and keep what it had committed."""
        for pid, created in run.processes:
            child_processes.end_orphan(pid, created)
        child_processes.end_marked(MARK, run.id)
        try:
            self._bookmarks.take(run)
        except ValueError as error:
            logger.warning("the bookmark of %s could not be kept: %s", run.id, error)

    def close(self) -> None:
        """End every run and every JVM; the runs say why they failed."""
        with self._lock:
            self._closed = True
            running = list(self._executions.values())
        for execution, _ in running:
            execution.interrupt(Outcome("FAILED", KILLED))
        if self._pool:
            self._pool.close()
        for _, thread in running:
            thread.join(JOIN_SECONDS)

    def _execute(self, execution: Execution) -> None:
        try:
            outcome = execution.execute()
            if outcome.state == "FAILED" and not self._closed:
                self._retry(execution.run)
        finally:
            with self._lock:
                self._executions.pop(execution.run.id, None)
            self.admit(execution.run.job)

    def _retry(self, run: Run) -> None:
        """MaxRetries: another run, whose id and Attempt say so.

        Where others took its place meanwhile it is FAILED, and the last
        (https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html).
        """
        attempt = run.document["Attempt"] + 1
        if attempt > run.plan.get("MaxRetries", 0):
            return
        origin = run.id.split("_attempt_")[0]
        again = {k: v for k, v in run.document.items() if k not in ("JobRunState", "ErrorMessage")}
        again |= {
            "Id": f"{origin}_attempt_{attempt}",
            "Attempt": attempt,
            "PreviousRunId": run.id,
            "JobRunState": "STARTING",
            "StartedOn": now(),
            "LastModifiedOn": now(),
        }
        try:
            self._store.begin(again, run.plan)
        except ConcurrentRunsExceededException as error:
            self._store.refuse(again, run.plan, f"{error.code}: {error.message}")
            Events(self._platform).ended(self._store.run(again["Id"]))
            return
        self.submit(again["Id"])

    def _fail(self, run: Run) -> None:
        stopping = run.state == "STOPPING"
        members = {} if stopping else {"ErrorMessage": KILLED}
        self._store.finish(run.id, "STOPPED" if stopping else "FAILED", members)
        Events(self._platform).ended(self._store.run(run.id))
