"""One run from its script in S3 to its end: the Python process, its JVM, its logs, its outcome.

What AWS does: provisions a cluster and runs the script on its driver. What we do: a Python
process of the run's own, in a process group of its own, joined to a warm JVM (see `jvm`).
"""

import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from local_aws.acting.errors import RoleRefused
from local_aws.context import Platform
from local_aws.errors import ServiceError
from local_aws.services.glue.errors import EntityNotFoundException, InvalidInputException
from local_aws.services.glue.jobs import arguments, observability, spark_conf
from local_aws.services.glue.jobs.bookmarks import Bookmarks
from local_aws.services.glue.jobs.events import Events
from local_aws.services.glue.jobs.files import fetch, import_path
from local_aws.services.glue.jobs.gate import Gate
from local_aws.services.glue.jobs.jvm import RUNTIME, Jvm, spark_environment
from local_aws.services.glue.jobs.logs import RunLog
from local_aws.services.glue.jobs.metrics import RunMetrics
from local_aws.services.glue.jobs.model import JobStore, Run
from local_aws.services.glue.jobs.modules import Modules
from local_aws.services.glue.jobs.outcome import (
    LaunchFailed,
    Outcome,
    Report,
    judge,
    launch_error,
    without_jvm,
)
from local_aws.services.glue.jobs.pool import JvmPool
from local_aws.services.glue.jobs.pricing import dpu_seconds
from local_aws.services.glue.jobs.processes import MARK, Interrupted, Processes, identities

SERVICE, SESSION = "glue.amazonaws.com", "GlueJobRunnerSession"
TEMPORARY = "glue-tmp"
LONGEST_TEMPORARY = 60  # of the 107 letters that Linux lets a socket's path have
LAST_WORDS = 200_000  # bytes of a JVM's log that may say why it died


class Execution:
    """A run while it runs."""

    def __init__(
        self, platform: Platform, store: JobStore, pool: JvmPool, run: Run, minute: float
    ) -> None:
        self.run = run
        self.reason = Outcome("STOPPED")
        self._minute = minute
        self._platform = platform
        self._role = _in_role(platform, run)
        self._own_environment: dict[str, str] = {}
        self._store = store
        self._pool = pool
        self._folder = platform.scratch("glue") / run.id
        self._started: float | None = None
        self._log = _log_of(self._role, run)
        self._metrics = RunMetrics(self._role, run, self._folder)
        self._processes = Processes(run.id, self._folder, self._log)
        self._bookmarks = Bookmarks(platform)

    @cached_property
    def _launch(self) -> arguments.Launch:
        return arguments.resolve(self.run.plan["Arguments"], self.run.job, self.run.id)

    def interrupt(self, reason: Outcome) -> None:
        """End it soon, with this outcome."""
        self.reason = reason
        self._processes.interrupted.set()

    def execute(self) -> Outcome:
        """Run to the end and record it."""
        try:
            check_role(self._platform, self.run.plan.get("Role", ""))
            with self._platform.acting.environment(self._role) as environment:
                self._own_environment = environment
                outcome = self._prepare_and_run()
        except Interrupted:
            outcome = self.reason
        except (ServiceError, LaunchFailed) as error:
            outcome = launch_error(error)
        except Exception as error:
            outcome = Outcome("FAILED", f"Error Category: LAUNCH_ERROR; {error}")
        outcome = self._bookmarks_kept(outcome)
        self._record(outcome)
        observability.publish(self._role, self.run, outcome)
        shutil.rmtree(self._folder, ignore_errors=True)
        return outcome

    def _bookmarks_kept(self, outcome: Outcome) -> Outcome:
        """Whatever the end is: a commit stands."""
        try:
            self._bookmarks.take(self.run)
        except ValueError as error:
            if outcome.state == "SUCCEEDED":
                return Outcome("FAILED", f"The job bookmark could not be kept: {error}")
        return outcome

    def _prepare_and_run(self) -> Outcome:
        self._platform.faults.check(self.run.id)
        self._log.open()
        shutil.rmtree(self._folder, ignore_errors=True)
        (self._folder / "work").mkdir(parents=True)
        spec = {
            "script": str(self._fetch(self._script, "script")),
            "argv": self._launch.argv,
            "report": str(self._folder / "report.json"),
            "spark": None,
        }
        paths = self._bring()
        if self.run.plan["Command"]["Name"] == "pythonshell":
            return self._run(spec, paths, None)
        return self._run_with_jvm(spec, paths)

    @property
    def _script(self) -> str:
        return self._launch.script or str(self.run.plan["Command"]["ScriptLocation"])

    def _fetch(self, uri: str, folder: str) -> Path:
        return fetch(self._role, uri, self._folder / folder)

    def _bring(self) -> list[str]:
        """Fetch and install what the run asks for; the folders to import from, the first wins."""
        for uri in self._launch.extra_files:
            self._fetch(uri, "work")
        modules = [self._fetch(uri, "modules") for uri in self._launch.extra_py_files]
        paths = list(dict.fromkeys(import_path(module) for module in modules))
        if self._launch.modules:
            installer = Modules(self._role)
            scratch = self._folder / "installer"
            paths.append(installer.install(self._launch.modules, scratch, self._install))
        return [*map(str, paths), str(RUNTIME)]

    def _install(self, command: list[str], folder: Path) -> int:
        """Run the installer, its output in the run's log."""
        environment = self._own_environment
        child = self._processes.start(
            command, environment, folder, self._log.error, "installer-output"
        )
        self._store.remember_processes(self.run.id, identities(child.pid))
        try:
            self._processes.watch(child)
        finally:
            self._processes.end(child)
        self._store.remember_processes(self.run.id, [])
        return child.returncode

    def _run_with_jvm(self, spec: dict[str, Any], paths: list[str]) -> Outcome:
        jvm = self._pool.acquire(self._processes.interrupted)
        if jvm is None:
            return self.reason
        gate = Gate(self._role.s3) if self._role.actor else None
        clean = False
        try:
            offset = jvm.log.stat().st_size
            spec["spark"] = {
                "connection": str(jvm.connection),
                "classes": str(jvm.classes),
                "conf": spark_conf.defaults(self._platform, self.run.job, self._folder, paths)
                | {f"spark.executorEnv.{MARK}": self.run.id}
                | self._metrics.settings
                | self._launch.conf
                | (gate.settings if gate else {}),
                "metastore": jvm.pid if self._launch.data_catalog else None,
            }
            self._log.follow(jvm.log, self._log.error, offset)
            outcome = self._run(spec, paths, jvm)
            clean = self._report.clean and not self._processes.interrupted.is_set()
            self._log.pump()
            if jvm.alive or outcome.state != "FAILED":
                return outcome
            return without_jvm(outcome, _end_of(jvm.log, offset))
        finally:
            if gate:
                gate.close()
            self._pool.release(jvm, clean)
            self._processes.end_marked()

    def _run(self, spec: dict[str, Any], paths: list[str], jvm: Jvm | None) -> Outcome:
        spec_file = self._folder / "spec.json"
        spec_file.write_text(json.dumps(spec))
        command = [sys.executable, str(RUNTIME / "launch.py"), str(spec_file)]
        # Beside the run's folder: a socket's path is short, and scripts make some among temporary
        # files. Where even that is long, among the system's.
        scratch = str(self._platform.scratch(TEMPORARY))
        place = scratch if len(scratch) <= LONGEST_TEMPORARY else None
        with tempfile.TemporaryDirectory(dir=place, ignore_cleanup_errors=True) as temporary:
            code = self._run_script(command, self._environment(paths) | {"TMPDIR": temporary}, jvm)
        report = self._report
        if report.traceback:
            self._log.write(self._log.error, f"Error from Python:{report.traceback}")
        return judge(report, code)

    def _run_script(self, command: list[str], environment: dict[str, str], jvm: Jvm | None) -> int:
        """The exit code."""
        work, group = self._folder / "work", self._log.output
        child = self._processes.start(command, environment, work, group, "output")
        family = identities(child.pid, *([jvm.pid] if jvm else []))
        self._store.remember_processes(self.run.id, family)
        self._started = time.monotonic()
        self._store.advance(self.run.id, "RUNNING", of=("STARTING",))
        try:
            self._processes.watch(child, self._look())
        finally:
            self._processes.end(child)
            self._metrics.pump()
        return child.returncode

    def _environment(self, paths: list[str]) -> dict[str, str]:
        return (
            spark_environment(self._own_environment)
            | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}
            | self._bookmarks.give(self.run, self._launch.bookmark)
        )

    def _look(self) -> Callable[[float], None]:
        """What is done now and then while the run runs."""
        clock = self._clock()

        def look(seconds: float) -> None:
            clock(seconds)
            self._metrics.pump()

        return look

    def _clock(self) -> Callable[[float], None]:
        """Ends the run at its Timeout; tells of it once at its NotifyDelayAfter."""
        timeout, delay = self.run.plan["Timeout"], self._delay_to_tell
        told = False

        def look(seconds: float) -> None:
            nonlocal told
            passed = seconds / self._minute
            if passed > timeout:
                self.interrupt(Outcome("TIMEOUT", f"Job run timed out after {timeout} min"))
            if delay and passed > delay and not told:
                told = True
                Events(self._platform).delayed(self._store.run(self.run.id))

        return look

    @property
    def _delay_to_tell(self) -> int | None:
        """NotifyDelayAfter, in minutes."""
        found: int | None = self.run.document.get("NotificationProperty", {}).get(
            "NotifyDelayAfter"
        )
        return found

    @property
    def _report(self) -> Report:
        return Report.read(self._folder / "report.json")

    def _record(self, outcome: Outcome) -> None:
        seconds = 0 if self._started is None else round(time.monotonic() - self._started)
        members: dict[str, Any] = {"ExecutionTime": seconds}
        members |= dpu_seconds(self.run.document, self.run.plan, seconds)
        if outcome.message:
            members["ErrorMessage"] = outcome.message
        self._store.finish(self.run.id, outcome.state, members)
        with contextlib.suppress(EntityNotFoundException):  # its job was deleted meanwhile
            Events(self._platform).ended(self._store.run(self.run.id))


def _in_role(platform: Platform, run: Run) -> Platform:
    """The platform as the run's role may use it; itself where the run will fail by its role."""
    try:
        return platform.acting.in_role(run.plan.get("Role", ""), SERVICE, SESSION, quiet=True)
    except RoleRefused:
        return platform


def check_role(platform: Platform, role: str) -> None:
    """Raises InvalidInputException for a role that IAM has and that does not trust Glue."""
    try:
        platform.acting.check_trust(role, SERVICE)
    except RoleRefused as error:
        raise InvalidInputException(
            f"Role {error.role} should be given assume role permissions for Glue Service."
        ) from error


def _log_of(platform: Platform, run: Run) -> RunLog:
    spark = run.plan["Command"]["Name"] == "glueetl"
    return RunLog(
        platform,
        run.id,
        run.document["LogGroupName"],
        has_third=spark and run.plan["GlueVersion"] < "5",
        continuous=arguments.is_continuous(run.plan["Arguments"]),
    )


def _end_of(file: Path, offset: int) -> str:
    try:
        with file.open("rb") as stream:
            stream.seek(max(offset, file.stat().st_size - LAST_WORDS))
            return stream.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
