"""Work that AWS does while we wait: what a task, a trigger or a test needs to know of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal, Protocol, runtime_checkable

from tarn.aws import Aws
from tarn.errors import Terminal

State = Literal["RUNNING", "SUCCEEDED", "FAILED"]


@dataclass(frozen=True)
class Status:
    """Where a run is. `detail` is JSON: on success `uri` (what it wrote), `read` (the uri that it
    read), `token`, `run_id`, `seconds`, `cost` (tarn.costs) and what else the step knows."""

    state: State
    message: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        return self.state != "RUNNING"


@runtime_checkable
class Work(Protocol):
    """One run on AWS, keyed by its token: the same token never starts a second run.

    Every implementation is a frozen dataclass whose fields are JSON (and a Partition).
    """

    @property
    def kind(self) -> str: ...

    @property
    def token(self) -> str: ...

    def find(self, aws: Aws) -> str | None:
        """The id of this token's running or succeeded run, if there is one: reconnect to it."""

    def start(self, aws: Aws) -> str:
        """Prepare (upsert) what the run needs, start it, and return its id."""
        ...

    def status(self, aws: Aws, run_id: str) -> Status:
        """Where the run is; a run that AWS failed is FAILED with AWS's own message."""
        ...

    def stop(self, aws: Aws, run_id: str) -> None:
        """Stop the run on AWS; one that has already ended is left as it is."""

    def link(self, aws: Aws, run_id: str) -> str:
        """The run's address in the AWS console, or ""."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Itself as JSON, for a trigger; `work_from_dict` reads it."""
        ...


# kind -> where the class is; imported when it is needed, so that a trigger starts fast.
KINDS = {
    "profile": "tarn.steps.profile:ProfileWork",
    "clean": "tarn.steps.clean:CleanWork",
    "convert": "tarn.steps.convert:ConvertWork",
    "crawl": "tarn.steps.crawl:CrawlWork",
    "ingest": "tarn.steps.dashboards:IngestWork",
}


def work_from_dict(data: Mapping[str, Any]) -> Work:
    """The Work that `to_dict` wrote."""
    fields = dict(data)
    kind = fields.pop("kind")
    if kind not in KINDS:
        raise Terminal(f"There is no work of kind {kind!r}. Known: {', '.join(KINDS)}.")
    module, name = KINDS[kind].split(":")
    work: Work = getattr(import_module(module), name).from_dict(fields)
    return work


def make_token(*parts: object) -> str:
    """The idempotency key of one attempt generation of a step: 12 hex characters.

    Airflow's parts: dag_id, run_id and its start, task_id, map_index, max_tries. A retry keeps all
    of them; a clear raises max_tries, and so starts afresh.
    """
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()[:12]


def run_to_end(work: Work, aws: Aws) -> Status:
    """Find or start the work and wait for its end: for scripts and tests, not for Airflow."""
    import time

    run_id = work.find(aws) or work.start(aws)
    while not (status := work.status(aws, run_id)).done:
        time.sleep(aws.settings.poll_seconds)
    if status.state == "FAILED":
        raise Terminal(f"{work.kind}: {status.message}")
    return status
