"""A stack that tests kill piece by piece: held inside a step, struck, and started again.

A step is held where it hurts: local_aws keeps one call of it waiting (`slow`), the fault's count
tells when, and then a process dies by SIGKILL. `./lake up` starts what fell, as a user would.
"""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import boto3
import httpx
import psutil
import pyarrow.parquet as pq
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from laptop import stack
from laptop.airflow import FINISHED, AirflowApi
from laptop.home import ROOT, Home
from laptop.processes import Process
from tarn.aws import Aws
from tests.chaos.runs import NEWEST_FIRST, runs
from tests.faults import Faults

HELD_SECONDS = 4
PATIENCE = 300
ENDED = FINISHED | {"upstream_failed", "skipped"}
SLOW: dict[str, dict[str, Any]] = {
    "land": {"service": "s3", "operation": "PutObject", "after": 2},  # the manifest
    "profile": {"service": "databrew", "operation": "DescribeJobRun"},
    "clean": {"service": "databrew", "operation": "DescribeJobRun"},
    "convert": {"service": "glue", "operation": "GetJobRun"},
    "crawl": {"service": "glue", "operation": "GetCrawlerMetrics"},
    "validate": {"service": "athena", "operation": "GetQueryExecution"},
    "publish": {"service": "glue", "operation": "UpdateTable"},
    "views": {"service": "athena", "operation": "GetQueryExecution"},
    "dashboards": {"service": "quicksight", "operation": "CreateIngestion"},
}
# A task that defers is held while it starts its run: afterwards no process of its own is left.
STARTING: dict[str, dict[str, Any]] = {
    "profile": {"service": "databrew", "operation": "StartJobRun"},
    "clean": {"service": "databrew", "operation": "StartJobRun"},
    "convert": {"service": "glue", "operation": "StartJobRun"},
    "crawl": {"service": "glue", "operation": "StartCrawler"},
    "views": {"service": "athena", "operation": "StartQueryExecution"},
    "dashboards": {"service": "quicksight", "operation": "CreateIngestion"},
}
# Calls of Glue that one step alone makes: what holds them may stand before the step is near.
OF_ONE_STEP = ("StartJobRun", "GetJobRun", "StartCrawler", "GetCrawlerMetrics", "UpdateTable")
PARTITION_STEPS = tuple(SLOW)[:7]
VIEW_STEPS = tuple(SLOW)[7:]
FIRST = {"airlines": "land", "lake_views": "settle"}
BEFORE = dict(zip(SLOW, ("", *SLOW), strict=False)) | {"views": "settle"}


def lake(command: str) -> None:
    """`./lake up`, or `down`, in a process of its own.

    Ours remembers the PostgreSQL that it once started, and would end no other.
    """
    done = subprocess.run(
        [sys.executable, "-m", "laptop", command],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


# -- who is killed


def _component(name: str) -> Callable[[Home], list[psutil.Process]]:
    def find(home: Home) -> list[psutil.Process]:
        found = Process(name, home).running()
        return [found] if found else []

    return find


def _workers(home: Home) -> list[psutil.Process]:
    """LocalExecutor's processes that supervise a task now."""
    found = Process("airflow-scheduler", home).running()
    children = found.children() if found else []
    return [c for c in children if "LocalExecutor" in _title(c) and "<idle>" not in _title(c)]


def _tasks(home: Home) -> list[psutil.Process]:
    """The processes that run a task's code."""
    return [task for worker in _workers(home) for task in worker.children()]


def _postgres(home: Home) -> list[psutil.Process]:
    return [psutil.Process(int((home.postgres / "postmaster.pid").read_text().split()[0]))]


def _title(process: psutil.Process) -> str:
    return " ".join(process.cmdline())


VICTIMS: dict[str, Callable[[Home], list[psutil.Process]]] = {
    "task": _tasks,
    "worker": _workers,
    "scheduler": _component("airflow-scheduler"),
    "dag-processor": _component("airflow-dag-processor"),
    "api-server": _component("airflow-api-server"),
    "triggerer": _component("airflow-triggerer"),
    "local_aws": _component("local_aws"),
    "postgres": _postgres,
}
# What is done in place of a kill: the step is cleared while it is held, or while it starts its
# run; the whole run is while the step is held; the step and all behind it, after the run's end.
CLEARS = ("clear", "clear start", "clear run", "clear ended")
DEAD = frozenset({"FAILED", "STOPPED", "CANCELLED", "TIMEOUT"})


class Missed(Exception):
    """The step had gone by before it was held."""


@dataclass(frozen=True)
class Outcome:
    """What a kill at a step came to."""

    step: str
    state: str
    tries: int
    runs: tuple[tuple[str, ...], ...]
    seconds: float
    down: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """It succeeded, each token has one run that lives or succeeded, nothing is down."""
        return (
            self.state == "success"
            and not self.down
            and all(sum(state not in DEAD for state in states) == 1 for states in self.runs)
        )

    def __str__(self) -> str:
        told = ", ".join(" then ".join(states).lower() for states in dict.fromkeys(self.runs))
        others = f"; {', '.join(self.down)} is down" if self.down else ""
        mark = "ok" if self.sound else "**NOT SOUND**"
        tried = f"{self.tries} {'try' if self.tries == 1 else 'tries'}"
        return f"{mark}: {tried}{f', {told}' if told else ''}, {self.seconds:.0f} s{others}"


@dataclass
class Chaos:
    """One stack, and what it takes to strike it."""

    home: Home
    faults: Faults
    deferring: bool = False
    seen: set[int] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.api = AirflowApi(self.home)

    def _trigger(self, dag_id: str, run_id: str) -> None:
        if run_id in self.begun:
            return
        self.begun.add(run_id)
        body = {"dag_run_id": run_id, "logical_date": None}
        self.api.call("POST", f"/dags/{dag_id}/dagRuns", json=body)

    def begin(self, dag_id: str, run_id: str) -> None:
        """A run that has ended, to be cleared."""
        self._trigger(dag_id, run_id)
        self.ended(dag_id, run_id)

    def first_run(self, dag_id: str) -> str:
        """The id of the run that the schedule makes once the DAG is unpaused."""
        self._until(lambda: self.api.runs(dag_id), f"{dag_id} runs")
        return str(self.api.runs(dag_id)[0]["dag_run_id"])

    def strike(self, what: str, dag_id: str, run_id: str, step: str) -> Outcome:
        """Kill, or clear, while the step is held; start what fell; see what becomes of the step.

        Raises Missed where the step had gone by.
        """
        if what != "clear ended":
            self._hold(what, dag_id, run_id, step)
        began, tries = time.monotonic(), self._tries(dag_id, run_id, step)
        if what in CLEARS:
            self._clear(what, dag_id, run_id, step)
        else:
            tries = 0  # the try that was held may be the one that succeeds
            self._kill(what)
            lake("up")
        self._until(
            lambda: (
                self._states(dag_id, run_id, step) <= ENDED
                and self._tries(dag_id, run_id, step) > tries
            ),
            f"{step} ends after {what}",
        )
        return self._outcome(dag_id, run_id, step, time.monotonic() - began)

    def _outcome(self, dag_id: str, run_id: str, step: str, seconds: float) -> Outcome:
        instances = self._instances(dag_id, run_id, step)
        return Outcome(
            step,
            "success" if self._succeeded(dag_id, run_id, step) else "failed",
            self._tries(dag_id, run_id, step),
            tuple(self._runs(step, i) for i in instances) if step in NEWEST_FIRST else (),
            seconds,
            self._down(),
        )

    def _down(self) -> tuple[str, ...]:
        """The parts that do not run."""
        return tuple(name for name, runs_now in stack.parts(self.home).items() if not runs_now)

    def _hold(self, what: str, dag_id: str, run_id: str, step: str) -> None:
        """Until the step waits for the answer that local_aws keeps from it.

        The rule stands before the step begins, and after the step before it has made its calls.
        """
        before = BEFORE[step]
        starting = what == "clear start" or (self.deferring and what in ("task", "worker"))
        rule = STARTING.get(step, SLOW[step]) if starting else SLOW[step]
        slow = {**rule, "fault": "slow", "seconds": HELD_SECONDS}
        ahead = rule["service"] == "glue" and rule["operation"] in OF_ONE_STEP
        if ahead:
            self.faults.set(slow)
        if before:
            self._trigger(dag_id, run_id)
            self._until(lambda: self._succeeded(dag_id, run_id, before), f"{before} succeeds")
        if not ahead:
            self.faults.set(slow)
        if not before:
            self._trigger(dag_id, run_id)
        self._until(
            lambda: self.faults.fired() == [1] or self._states(dag_id, run_id, step) <= ENDED,
            f"{step} is held",
        )
        if self.faults.fired() != [1]:
            raise Missed(f"{step} of {run_id}")

    def _clear(self, what: str, dag_id: str, run_id: str, step: str) -> None:
        """As a user does in Airflow: the step that is held alone, or with all that follow it."""
        wanted = {
            "dry_run": False,
            "dag_run_id": run_id,
            "task_ids": [FIRST[dag_id] if what == "clear run" else step],
            "include_downstream": what in ("clear run", "clear ended"),
            "only_failed": False,
        }
        self.api.call("POST", f"/dags/{dag_id}/clearTaskInstances", json=wanted)

    def ended(self, dag_id: str, run_id: str) -> str:
        """How the whole run ended."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}"
        self._until(lambda: self.api.call("GET", path)["state"] in FINISHED, f"{run_id} ends")
        return str(self.api.call("GET", path)["state"])

    def look(self) -> None:
        """Note how many rows readers of the published table find now."""
        self.seen.add(published_rows())

    def _kill(self, victim: str) -> None:
        found = VICTIMS[victim](self.home)
        assert found, f"no {victim} to kill"
        for process in found:
            process.kill()
        psutil.wait_procs(found, timeout=10)

    def _until(self, done: Callable[[], Any], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._ask(done):
            assert time.monotonic() < deadline, f"waited {PATIENCE} s in vain: {what}"
            self._ask(self.look)
            time.sleep(0.4)  # the api-server that is asked serves the tasks too

    def _ask(self, question: Callable[[], Any]) -> Any:
        """An answer, or None while what would answer is down."""
        try:
            return question()
        except (httpx.HTTPError, RuntimeError, BotoCoreError, ClientError, OSError):
            return None

    def _instances(self, dag_id: str, run_id: str, step: str) -> list[dict[str, Any]]:
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100&task_id={step}"
        found = self.api.call("GET", path)["task_instances"]
        mine = [one for one in found if one["task_id"] == step]
        assert mine, f"{dag_id} has no task {step}"
        return mine

    def _tries(self, dag_id: str, run_id: str, step: str) -> int:
        return max(int(i["try_number"]) for i in self._instances(dag_id, run_id, step))

    def _states(self, dag_id: str, run_id: str, step: str) -> set[str]:
        return {str(one["state"]) for one in self._instances(dag_id, run_id, step)}

    def _succeeded(self, dag_id: str, run_id: str, step: str) -> bool:
        return self._states(dag_id, run_id, step) == {"success"}

    def _runs(self, step: str, instance: dict[str, Any]) -> tuple[str, ...]:
        """The runs of a task instance's token; none where it has no result."""
        if instance["state"] != "success":
            return ()
        path = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}".format(**instance)
        entry = self.api.call(
            "GET", f"{path}/xcomEntries/return_value?map_index={instance['map_index']}"
        )
        result = entry["value"]
        result = json.loads(result) if isinstance(result, str) else result
        return tuple(runs(step, result, Aws()))


@lru_cache
def _client(service: str, endpoint: str) -> Any:
    """A client that does not wait for a server which is down: the next look comes soon."""
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=5)
    return boto3.Session().client(service, endpoint_url=endpoint, config=config)  # type: ignore[call-overload]


def published_rows() -> int:
    """Rows that readers find where the table of airlines points, counted from the files."""
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    glue, s3 = _client("glue", endpoint), _client("s3", endpoint)
    table = glue.get_table(DatabaseName="lake", Name="airlines")["Table"]
    bucket, _, prefix = table["StorageDescriptor"]["Location"].removeprefix("s3://").partition("/")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    files = (s3.get_object(Bucket=bucket, Key=o["Key"])["Body"].read() for o in listed)
    return sum(pq.read_metadata(io.BytesIO(file)).num_rows for file in files)
