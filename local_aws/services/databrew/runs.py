"""The runs' processes: at most two at once, the others wait in STARTING.

A run works in its scratch folder and its files are put into the bucket once the process has ended
well, so that a run that failed, was stopped or timed out leaves nothing to be seen.
"""

import json
import logging
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from local_aws import child_processes
from local_aws.context import Platform
from local_aws.errors import ServiceError
from local_aws.faults.board import InjectedFailure
from local_aws.services.databrew import events, worker
from local_aws.services.databrew.model import Store
from local_aws.services.databrew.plan import Plan, make_plan, publication

logger = logging.getLogger(__name__)

AT_ONCE = 2
SERVICE = "databrew.amazonaws.com"
LOG_GROUP = "/aws-glue-databrew/jobs"
ENDED_WITH_SERVER = "The run was executing when local_aws ended; start the job again"


class Runner:
    """Starts, watches, stops."""

    def __init__(self, platform: Platform, store: Store) -> None:
        self.platform = platform
        self.store = store
        self._lock = threading.Lock()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="databrew")
        self._closing = False

    def start(self) -> None:
        """After a kill: runs that were executing have failed, runs that waited go on waiting."""
        for run in self.store.unfinished():
            if run["State"] == "STARTING":
                self.submit(run["RunId"])
                continue
            _end_orphan(run["pid"], run["RunId"])
            self._finish(run["RunId"], *self._left(run))
            self._clean(run["RunId"])

    def _left(self, run: dict[str, Any]) -> tuple[str, str]:
        """What became of a run that the kill found at work.

        One whose files were on their way into the bucket is finished now, so that no half of them
        is seen: the same files go under the same keys, however many were there already.
        """
        if run["State"] == "STOPPING":
            return "STOPPED", ""
        kept = self._kept(run["RunId"])
        if not kept.exists():
            return "FAILED", ENDED_WITH_SERVER
        try:
            plan = publication(self._in_role(run), run, kept)
        except ServiceError as error:
            return "FAILED", _said(error)
        return self._publish(run["RunId"], plan)

    def stop(self) -> None:
        """End every process; runs that have not begun stay for the next start."""
        with self._lock:
            self._closing = True
            for process in self._processes.values():
                _kill(process)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, run_id: str) -> None:
        """Queue a run."""
        self.platform.faults.started(run_id)
        self._pool.submit(self._guarded, run_id)

    def stop_run(self, run_id: str) -> bool:
        """Stop a run that has not ended; whether there was something to stop."""
        with self._lock:
            if self.store.move(run_id, ("STARTING",), "STOPPED", CompletedOn=time.time()):
                events.ended(self.platform, self.store.run(run_id))
                return True
            if not self.store.move(run_id, ("RUNNING",), "STOPPING"):
                return False
            process = self._processes.get(run_id)
            if process is not None:
                _kill(process)
            return True

    def _in_role(self, run: dict[str, Any]) -> Platform:
        """The platform as the job's role may use it. Raises `RoleRefused`."""
        role = run["job"].get("RoleArn", "")
        return self.platform.acting.in_role(role, SERVICE, run["RunId"], quiet=True)

    def _scratch(self, run_id: str) -> Path:
        return self.platform.scratch("databrew") / run_id

    def _kept(self, run_id: str) -> Path:
        """Where a run's files lie while they go into the bucket: a start leaves it alone."""
        return self.platform.data_dir / "state" / "databrew-runs" / run_id

    def _clean(self, run_id: str) -> None:
        for folder in (self._scratch(run_id), self._kept(run_id)):
            shutil.rmtree(folder, ignore_errors=True)

    def _guarded(self, run_id: str) -> None:
        try:
            self.platform.faults.check(run_id)
            self._execute(run_id)
        except InjectedFailure as error:
            self._finish(run_id, "FAILED", error.message)
        except ServiceError as error:
            self._finish(run_id, "FAILED", _said(error))
        except Exception as error:
            logger.exception("databrew run %s", run_id)
            self._finish(run_id, "FAILED", f"{type(error).__name__}: {error}")
        finally:
            self._clean(run_id)

    def _execute(self, run_id: str) -> None:
        run = self.store.run(run_id)
        scratch = self._scratch(run_id)
        scratch.mkdir(parents=True, exist_ok=True)
        for attempt in range(int(run["job"].get("MaxRetries", 0)) + 1):
            process = self._launch(run_id, scratch, attempt)
            if process is None:
                return
            plan = make_plan(self._in_role(run), self.store.run(run_id), scratch)
            state, message = self._watch(run_id, process, plan)
            if state != "FAILED" or self._closing:
                break
        self._finish(run_id, state, message)

    def _launch(self, run_id: str, scratch: Path, attempt: int) -> subprocess.Popen[bytes] | None:
        """Claim the run and start its process; None when it was stopped or we are closing."""
        began = {} if attempt else {"ExecutionStart": time.time()}
        with self._lock:
            states = ("RUNNING",) if attempt else ("STARTING",)
            claimed = not self._closing and self.store.move(
                run_id, states, "RUNNING", Attempt=attempt, **began
            )
            if not claimed:
                return None
            run = self.store.run(run_id)
            plan = make_plan(self._in_role(run), run, scratch)
            run_file = scratch / "run.json"
            run_file.touch(mode=0o600)  # it may hold the key of a hash
            run_file.write_text(json.dumps(plan.instructions))
            (scratch / "result.json").unlink(missing_ok=True)
            process = _spawn(run_file, scratch)
            self._processes[run_id] = process
            self.store.set_pid(run_id, process.pid)
            return process

    def _watch(self, run_id: str, process: subprocess.Popen[bytes], plan: Plan) -> tuple[str, str]:
        """Wait for the process; its state and what went wrong."""
        try:
            process.wait(plan.timeout)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.wait()
            return "TIMEOUT", f"The job run exceeded its timeout of {plan.timeout:g} seconds"
        finally:
            with self._lock:
                self._processes.pop(run_id, None)
            self._append_log(self.store.run(run_id), plan.scratch / "log")
        if self.store.run(run_id)["State"] == "STOPPING":
            return "STOPPED", ""
        return self._outcome(run_id, process.returncode, plan)

    def _outcome(self, run_id: str, code: int, plan: Plan) -> tuple[str, str]:
        result_file = plan.scratch / "result.json"
        if self._closing:
            return "FAILED", ENDED_WITH_SERVER
        if not result_file.exists():
            return "FAILED", f"The run's process ended with code {code} and without a result"
        result = json.loads(result_file.read_text())
        if result["state"] != "SUCCEEDED":
            return "FAILED", str(result["message"])
        kept = self._kept(run_id)
        kept.parent.mkdir(parents=True, exist_ok=True)
        plan.scratch.rename(kept)  # from here on a kill leaves what a start can finish
        return self._publish(run_id, plan.moved(kept))

    def _publish(self, run_id: str, plan: Plan) -> tuple[str, str]:
        """Put the run's files into their buckets and tell what was validated."""
        result = json.loads((plan.scratch / "result.json").read_text())
        try:
            plan.publish(self._in_role(self.store.run(run_id)).s3, result["outputs"])
        except ServiceError as error:
            return "FAILED", _said(error)
        validations = plan.validated(result.get("validations") or {})
        events.validated(self.platform, self.store.run(run_id), validations)
        return "SUCCEEDED", ""

    def _finish(self, run_id: str, state: str, message: str) -> None:
        fields: dict[str, Any] = {"CompletedOn": time.time()}
        if message and state != "STOPPED":
            fields["ErrorMessage"] = message
        if self.store.move(run_id, ("RUNNING", "STARTING"), state, **fields) or self.store.move(
            run_id, ("STOPPING",), "STOPPED", **fields
        ):
            events.ended(self.platform, self.store.run(run_id))

    def _append_log(self, run: dict[str, Any], log: Path) -> None:
        """The process's output, under the stream that DescribeJobRun's reader looks for."""
        now = int(time.time() * 1000)
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        stream = f"{run['job']['Name']}-{run['RunId']}"
        if run["job"].get("LogSubscription") != "DISABLE" and lines:
            self._in_role(run).logs.append(LOG_GROUP, stream, [(now, line) for line in lines])
        log.unlink(missing_ok=True)


def _said(error: ServiceError) -> str:
    return f"{error.code}: {error.message}"


def _spawn(run_file: Path, scratch: Path) -> subprocess.Popen[bytes]:
    """The worker in a process group of its own."""
    with (scratch / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, worker.__file__, str(run_file)],
            cwd=scratch,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        child_processes.end_tree(process.pid)


def _end_orphan(pid: int | None, run_id: str) -> None:
    """End the process that a killed server left, if the number still is that process."""
    if pid is not None and child_processes.mentions(pid, run_id):
        child_processes.end_tree(pid)
