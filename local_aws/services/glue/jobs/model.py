"""Jobs and their runs in SQLite. A run's state changes only through `advance`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from local_aws.context import Platform
from local_aws.database import Row
from local_aws.services.glue.documents import dump, load, now
from local_aws.services.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
)
from local_aws.services.glue.jobs.errors import ConcurrentRunsExceededException

Document = dict[str, Any]

UNDER_WAY = ("STARTING", "RUNNING", "STOPPING")
"""What counts for MaxConcurrentRuns."""
ACTIVE = ("WAITING", *UNDER_WAY)
IS_UNDER_WAY = f"state IN {UNDER_WAY}"
IS_ACTIVE = f"state IN {ACTIVE}"
QUEUED = "Max concurrent job runs per job exceeded; the run waits for one of the others to end"
SCHEMA = """
CREATE TABLE IF NOT EXISTS glue_jobs (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS glue_job_runs (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, job TEXT NOT NULL,
    state TEXT NOT NULL, body TEXT NOT NULL, plan TEXT NOT NULL, processes TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS glue_job_runs_by_job ON glue_job_runs (job, state);
"""


@dataclass(frozen=True)
class Run:
    """A run: AWS's JobRun, and the job as it was when the run was asked for."""

    id: str
    job: str
    sequence: int
    document: Document
    plan: Document
    processes: list[tuple[int, float]]

    @property
    def state(self) -> str:
        return str(self.document["JobRunState"])

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


class JobStore:
    """What the job operations and the runner remember."""

    def __init__(self, platform: Platform) -> None:
        self._db = platform.db("glue")
        self._db.script(SCHEMA)

    def create(self, job: Document) -> None:
        with self._db.transaction():
            if self._db.one("SELECT 1 FROM glue_jobs WHERE name = ?", (job["Name"],)):
                raise AlreadyExistsException(f"Job with name {job['Name']} already exists")
            self._db.execute("INSERT INTO glue_jobs VALUES (?, ?)", (job["Name"], dump(job)))

    def replace(self, job: Document) -> None:
        """The new definition, with the time of the old one's creation."""
        with self._db.transaction():
            job["CreatedOn"] = self.get(job["Name"])["CreatedOn"]
            self._db.execute(
                "UPDATE glue_jobs SET body = ? WHERE name = ?", (dump(job), job["Name"])
            )

    def get(self, name: str) -> Document:
        row = self._db.one("SELECT body FROM glue_jobs WHERE name = ?", (name,))
        if row is None:
            raise EntityNotFoundException(f"Job with name: {name} not found.")
        return dict(load(row["body"]))

    def all(self) -> list[Document]:
        return [load(row["body"]) for row in self._db.all("SELECT * FROM glue_jobs ORDER BY name")]

    def delete(self, name: str) -> None:
        """Unknown names are no error, as AWS documents; the runs go with the job.

        What is under way goes on to its end, what waits for its turn will have none.
        """
        with self._db.transaction():
            self._db.execute("DELETE FROM glue_jobs WHERE name = ?", (name,))
            self._db.execute(
                f"DELETE FROM glue_job_runs WHERE job = ? AND NOT {IS_UNDER_WAY}",  # noqa: S608
                (name,),
            )

    def begin(self, run: Document, plan: Document, *, queue: bool = False) -> str:
        """A new run; its state: WAITING, with `queue`, where the job has as many as it may have.

        Raises ConcurrentRunsExceededException there without.
        """
        name = run["JobName"]
        most = plan["ExecutionProperty"].get("MaxConcurrentRuns", 1)
        with self._db.transaction():
            full = self._under_way(name) >= most
            if full or (queue and self._waiting(name)):
                if not queue:
                    raise ConcurrentRunsExceededException(
                        f"Concurrent runs exceeded for {name}: {most} of {most} running"
                    )
                run = run | {"JobRunState": "WAITING", "StateDetail": QUEUED}
            self._insert(run, plan)
        return str(run["JobRunState"])

    def refuse(self, run: Document, plan: Document, message: str) -> None:
        """A run that could not begin."""
        moment = now()
        failed = {"JobRunState": "FAILED", "ErrorMessage": message, "CompletedOn": moment}
        self._insert(run | failed | {"ExecutionTime": 0}, plan)

    def admit(self, name: str) -> list[str]:
        """Let waiting runs start, the oldest first, as far as the job allows; their ids."""
        admitted: list[str] = []
        with self._db.transaction():
            if waiting := self._waiting(name):
                most = self.get(name)["ExecutionProperty"].get("MaxConcurrentRuns", 1)
                admitted = waiting[: max(0, most - self._under_way(name))]
            for run_id in admitted:
                self.advance(run_id, "STARTING", of=("WAITING",), StateDetail=None)
        return admitted

    def _waiting(self, name: str) -> list[str]:
        """The oldest first."""
        sql = "SELECT id FROM glue_job_runs WHERE job = ? AND state = 'WAITING' ORDER BY sequence"
        return [str(row["id"]) for row in self._db.all(sql, (name,))]

    def _under_way(self, name: str) -> int:
        sql = f"SELECT count(*) AS n FROM glue_job_runs WHERE job = ? AND {IS_UNDER_WAY}"  # noqa: S608
        row = self._db.one(sql, (name,))
        return int(row["n"]) if row else 0

    def _insert(self, run: Document, plan: Document) -> None:
        self._db.execute(
            "INSERT INTO glue_job_runs (id, job, state, body, plan, processes)"
            " VALUES (?, ?, ?, ?, ?, '[]')",
            (run["Id"], run["JobName"], run["JobRunState"], dump(run), dump(plan)),
        )

    def run(self, run_id: str, job: str | None = None) -> Run:
        row = self._db.one("SELECT * FROM glue_job_runs WHERE id = ?", (run_id,))
        if row is None or (job is not None and row["job"] != job):
            raise EntityNotFoundException(f"Job run with id: {run_id} not found.")
        return _run(row)

    def runs(self, job: str, limit: int = -1) -> list[Run]:
        """The newest first."""
        rows = self._db.all(
            "SELECT * FROM glue_job_runs WHERE job = ? ORDER BY sequence DESC LIMIT ?", (job, limit)
        )
        return [_run(row) for row in rows]

    def recent(self, limit: int) -> list[Run]:
        """The newest of all jobs, the newest first."""
        sql = "SELECT * FROM glue_job_runs ORDER BY sequence DESC LIMIT ?"
        return [_run(row) for row in self._db.all(sql, (limit,))]

    def unfinished(self) -> list[Run]:
        sql = f"SELECT * FROM glue_job_runs WHERE {IS_ACTIVE} ORDER BY sequence"  # noqa: S608
        return [_run(row) for row in self._db.all(sql)]

    def advance(self, run_id: str, state: str, of: Iterable[str] = ACTIVE, **members: Any) -> bool:
        """Move the run on, if it is still in one of these states; None takes a member away."""
        with self._db.transaction():
            row = self._db.one("SELECT * FROM glue_job_runs WHERE id = ?", (run_id,))
            if row is None or row["state"] not in of:
                return False
            body = load(row["body"]) | members
            body |= {"JobRunState": state, "LastModifiedOn": now()}
            body = {name: value for name, value in body.items() if value is not None}
            self._db.execute(
                "UPDATE glue_job_runs SET state = ?, body = ? WHERE id = ?",
                (state, dump(body), run_id),
            )
            return True

    def finish(self, run_id: str, state: str, members: Document) -> None:
        """The run's end, whatever active state it was in."""
        self.advance(run_id, state, CompletedOn=now(), **members)

    def remember_processes(self, run_id: str, processes: list[tuple[int, float]]) -> None:
        """So that a later server can end what a killed one left behind."""
        self._db.execute(
            "UPDATE glue_job_runs SET processes = ? WHERE id = ?", (dump(processes), run_id)
        )


def _run(row: Row) -> Run:
    processes = [(int(pid), float(created)) for pid, created in load(row["processes"])]
    return Run(
        row["id"], row["job"], row["sequence"], load(row["body"]), load(row["plan"]), processes
    )
