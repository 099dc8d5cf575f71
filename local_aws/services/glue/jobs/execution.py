"""One run from its script in S3 to its end: the Python process, its JVM, its logs, its outcome.

What AWS does: provisions a cluster and runs the script on its driver. What we do: a Python
process of the run's own, in a process group of its own, joined to a warm JVM (see `jvm`). Its
output goes to CloudWatch Logs while it runs, as in Glue 5
(https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html): the script's own
streams to /output, Spark's and GlueLogger's to /error.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws import child_processes
from local_aws.context import Platform
from local_aws.errors import ServiceError
from local_aws.services.glue.jobs import arguments, spark_conf
from local_aws.services.glue.jobs.jvm import RUNTIME, Jvm, spark_environment
from local_aws.services.glue.jobs.model import JobStore, Run
from local_aws.services.glue.jobs.pool import JvmPool
from local_aws.services.glue.jobs.tail import Tail
from local_aws.services.s3.model import parse_uri

OUTPUT = "/aws-glue/jobs/output"
ERROR = "/aws-glue/jobs/error"
TICK = 0.05
LOG_EVERY = 0.5


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    state: str
    message: str | None = None


class Execution:
    """A run while it runs."""

    def __init__(
        self, platform: Platform, store: JobStore, pool: JvmPool, run: Run, minute: float
    ) -> None:
        self.run = run
        self.interrupted = threading.Event()
        self.reason = Outcome("STOPPED")
        self._minute = minute
        self._platform = platform
        self._store = store
        self._pool = pool
        self._folder = platform.scratch("glue") / run.id
        self._started: float | None = None
        self._tails: list[Tail] = []

    def interrupt(self, reason: Outcome) -> None:
        """End it soon, with this outcome."""
        self.reason = reason
        self.interrupted.set()

    def execute(self) -> Outcome:
        """Run to the end and record it."""
        try:
            outcome = self._prepare_and_run()
        except ServiceError as error:
            outcome = Outcome("FAILED", f"{error.code}: {error.message}")
        except Exception as error:
            outcome = Outcome("FAILED", f"Error Category: LAUNCH_ERROR; {error}")
        self._record(outcome)
        shutil.rmtree(self._folder, ignore_errors=True)
        return outcome

    def _prepare_and_run(self) -> Outcome:
        self._platform.faults.check(self.run.id)
        launch = arguments.resolve(self.run.plan["Arguments"], self.run.job, self.run.id)
        shutil.rmtree(self._folder, ignore_errors=True)
        (self._folder / "work").mkdir(parents=True)
        script = self._fetch(self.run.plan["Command"]["ScriptLocation"], self._folder / "script")
        modules = [self._fetch(uri, self._folder / "modules") for uri in launch.extra_py_files]
        for uri in launch.extra_files:
            self._fetch(uri, self._folder / "work")
        spec = {
            "script": str(script),
            "argv": launch.argv,
            "report": str(self._folder / "report.json"),
            "spark": None,
        }
        paths = [*dict.fromkeys(_import_path(module) for module in modules), str(RUNTIME)]
        if self.run.plan["Command"]["Name"] == "pythonshell":
            return self._run(spec, paths, None)
        return self._run_with_jvm(spec, paths, launch)

    def _fetch(self, uri: str, folder: Path) -> Path:
        bucket, key = parse_uri(uri)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / key.rsplit("/", 1)[-1]
        target.write_bytes(self._platform.s3.read(bucket, key))
        return target

    def _run_with_jvm(
        self, spec: dict[str, Any], paths: list[str], launch: arguments.Launch
    ) -> Outcome:
        jvm = self._pool.acquire(self.interrupted)
        if jvm is None:
            return self.reason
        clean = False
        try:
            spec["spark"] = {
                "connection": str(jvm.connection),
                "classes": str(jvm.classes),
                "conf": spark_conf.defaults(self._platform, self.run.job, self._folder, paths)
                | launch.conf,
                "metastore": jvm.pid if launch.data_catalog else None,
            }
            self._tails.append(self._tail(jvm.log, ERROR, jvm.log.stat().st_size))
            outcome = self._run(spec, paths, jvm)
            clean = bool(self._report().get("clean")) and not self.interrupted.is_set()
            self._pump()
            return outcome if jvm.alive or outcome.state != "FAILED" else _without_jvm(outcome)
        finally:
            self._pool.release(jvm, clean)

    def _run(self, spec: dict[str, Any], paths: list[str], jvm: Jvm | None) -> Outcome:
        child = self._start(spec, paths)
        family = [pid for pid in (child.pid, jvm.pid if jvm else None) if pid]
        self._store.remember_processes(
            self.run.id, [(pid, child_processes.identity(pid) or 0.0) for pid in family]
        )
        self._started = time.monotonic()
        self._store.advance(self.run.id, "RUNNING", of=("STARTING",))
        interruption = self._watch(child)
        child_processes.end_tree(child.pid)
        code = child.wait()
        self._pump(last=True)
        return interruption or self._judge(code)

    def _start(self, spec: dict[str, Any], paths: list[str]) -> subprocess.Popen[bytes]:
        spec_file = self._folder / "spec.json"
        spec_file.write_text(json.dumps(spec))
        output = self._folder / "output"
        environment = spark_environment(self._platform.child_environment()) | {
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONUNBUFFERED": "1",
        }
        with output.open("wb") as stream:
            child = subprocess.Popen(
                [sys.executable, str(RUNTIME / "launch.py"), str(spec_file)],
                cwd=self._folder / "work",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        self._tails.append(self._tail(output, OUTPUT))
        return child

    def _watch(self, child: subprocess.Popen[bytes]) -> Outcome | None:
        """Until the process ends, or is to be ended."""
        deadline = time.monotonic() + self.run.plan["Timeout"] * self._minute
        logged = time.monotonic()
        while child.poll() is None:
            if self.interrupted.wait(TICK):
                return self.reason
            if time.monotonic() > deadline:
                return Outcome("TIMEOUT", f"Job run timed out after {self.run.plan['Timeout']} min")
            if time.monotonic() - logged > LOG_EVERY:
                self._pump()
                logged = time.monotonic()
        return None

    def _judge(self, code: int) -> Outcome:
        report = self._report()
        if report.get("traceback"):
            self._log(ERROR, f"Error from Python:{report['traceback']}")
        if report.get("error"):
            return Outcome("FAILED", report["error"])
        if code == 0:
            return Outcome("SUCCEEDED")
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return Outcome("FAILED", f"The job's Python process ended with {how}")

    def _report(self) -> dict[str, Any]:
        file = self._folder / "report.json"
        return dict(json.loads(file.read_text())) if file.exists() else {}

    def _record(self, outcome: Outcome) -> None:
        members: dict[str, Any] = {"ExecutionTime": 0}
        if self._started is not None:
            members["ExecutionTime"] = round(time.monotonic() - self._started)
        if outcome.message:
            members["ErrorMessage"] = outcome.message
        self._store.finish(self.run.id, outcome.state, members)

    def _tail(self, file: Path, group: str, offset: int = 0) -> Tail:
        return Tail(file, lambda lines: self._log(group, *lines), offset)

    def _pump(self, last: bool = False) -> None:
        for tail in self._tails:
            tail.pump(last)

    def _log(self, group: str, *lines: str) -> None:
        stamp = int(time.time() * 1000)
        self._platform.logs.append(group, self.run.id, [(stamp, line) for line in lines])


def _import_path(module: Path) -> str:
    """An archive is a path to import from; a single module's path is its folder."""
    return str(module if module.suffix in (".zip", ".egg", ".whl") else module.parent)


def _without_jvm(outcome: Outcome) -> Outcome:
    return Outcome("FAILED", f"{outcome.message} (Spark's JVM ended during the run)")
