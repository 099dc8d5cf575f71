"""Job bookmarks: what a job's runs have processed, kept between runs.

https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
The state itself is the ``awsglue`` library's affair. A run whose bookmarks are not disabled is
given a folder by the variable LOCAL_AWS_GLUE_BOOKMARKS: ``run.json`` says what is asked of it,
``before.json`` is the state to go on from, ``from.json`` and ``to.json`` the states after two runs
(job-bookmark-pause between them). `Job.commit` leaves ``after.json``, which is kept whatever the
run's end is: a commit stands.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws.context import Platform
from local_aws.database import Row
from local_aws.services.glue.errors import EntityNotFoundException, InvalidInputException
from local_aws.services.glue.jobs.model import JobStore, Run

VARIABLE = "LOCAL_AWS_GLUE_BOOKMARKS"
ENABLE, PAUSE, DISABLE = "job-bookmark-enable", "job-bookmark-pause", "job-bookmark-disable"
OPTIONS = (ENABLE, PAUSE, DISABLE)
LARGEST = 64 << 20  # bytes of a state
SCHEMA = """
CREATE TABLE IF NOT EXISTS glue_bookmarks (
    job TEXT NOT NULL, version INTEGER NOT NULL, run INTEGER NOT NULL, attempt INTEGER NOT NULL,
    run_id TEXT NOT NULL, previous_run_id TEXT, state TEXT, PRIMARY KEY (job, version));
"""


@dataclass(frozen=True)
class Asked:
    """What a run's arguments say of bookmarks; `begin` and `end` are run ids, with pause."""

    option: str = DISABLE
    begin: str | None = None
    end: str | None = None


def option_of(arguments: dict[str, str]) -> str:
    """--job-bookmark-option. Raises InvalidInputException where it is none that AWS has."""
    option = arguments.get("--job-bookmark-option") or DISABLE
    if option not in OPTIONS:
        raise InvalidInputException(
            f"--job-bookmark-option is one of {', '.join(OPTIONS)}, not '{option}'"
        )
    return option


def asked(arguments: dict[str, str]) -> Asked:
    """Read the three parameters. Raises InvalidInputException where they do not fit together."""
    option = option_of(arguments)
    begin, end = arguments.get("--job-bookmark-from"), arguments.get("--job-bookmark-to")
    if option != PAUSE or not (begin or end):
        return Asked(option)
    if not (begin and end):
        raise InvalidInputException(
            "--job-bookmark-from and --job-bookmark-to are given both or neither"
        )
    return Asked(option, begin, end)


class Bookmarks:
    """The bookmarks of all jobs: every state that a run left, the newest counts."""

    def __init__(self, platform: Platform) -> None:
        self._db = platform.db("glue")
        self._db.script(SCHEMA)
        # Not in the scratch folder, which a server's start empties: a commit outlives a kill.
        self._folders = platform.data_dir / "state" / "glue-bookmarks"

    def give(self, run: Run, what: Asked) -> dict[str, str]:
        """Prepare the run's folder; the environment that its process gets of it."""
        if what.option == DISABLE:
            return {}
        mine = self._folders / run.id
        mine.mkdir(parents=True, exist_ok=True)
        attempt = run.document["Attempt"]
        told = {"option": what.option, "job": run.job, "run_id": run.id, "attempt": attempt}
        (mine / "run.json").write_text(json.dumps(told))
        states = {
            "before": self._row(run.job),
            "from": self._at(run.job, what.begin),
            "to": self._at(run.job, what.end),
        }
        for name, row in states.items():
            if row and row["state"] is not None:
                (mine / f"{name}.json").write_text(row["state"])
        return {VARIABLE: str(mine)}

    def take(self, run: Run) -> None:
        """Keep what the run committed, if it did. A second time changes nothing.

        Raises ValueError where what the script left is no state that a later run could read.
        """
        mine = self._folders / run.id
        try:
            if option_of(run.plan["Arguments"]) == ENABLE and (mine / "after.json").is_file():
                self._keep(run, _checked(mine / "after.json"))
        finally:
            shutil.rmtree(mine, ignore_errors=True)

    def _keep(self, run: Run, state: str) -> None:
        with self._db.transaction():
            last = self._row(run.job)
            if last and (last["run_id"], last["state"]) == (run.id, state):
                return
            self._add(
                run.job,
                run=(last["run"] if last else 0) + 1,
                attempt=run.document["Attempt"],
                run_id=run.id,
                previous=last["run_id"] if last and last["state"] is not None else None,
                state=state,
            )

    def get(self, job: str, run_id: str | None = None) -> dict[str, Any]:
        """AWS's JobBookmarkEntry: the newest, or that which this run left."""
        row = self._row(job, run_id)
        if row is None or row["state"] is None:
            raise EntityNotFoundException(f"Continuation for job {job} not found")
        return _entry(row)

    def reset(self, job: str, run_id: str | None = None) -> dict[str, Any]:
        """Forget what was processed: everything, or everything behind this run."""
        with self._db.transaction():
            self.get(job)
            goal = self.get(job, run_id) if run_id else {}
            self._add(
                job,
                run=goal.get("Run", 0),
                attempt=goal.get("Attempt", 0),
                run_id=run_id or "",
                previous=goal.get("PreviousRunId"),
                state=goal.get("JobBookmark"),
            )
            row = self._row(job)
        return _entry(row) if row else {}

    def forget(self, job: str) -> None:
        """The job is gone."""
        self._db.execute("DELETE FROM glue_bookmarks WHERE job = ?", (job,))

    def _add(
        self,
        job: str,
        *,
        run: int,
        attempt: int,
        run_id: str,
        previous: str | None,
        state: str | None,
    ) -> None:
        self._db.execute(
            "INSERT INTO glue_bookmarks"
            " SELECT ?, coalesce(max(version), 0) + 1, ?, ?, ?, ?, ? FROM glue_bookmarks"
            " WHERE job = ?",
            (job, run, attempt, run_id, previous, state, job),
        )

    def _row(self, job: str, run_id: str | None = None) -> Row | None:
        sql = "SELECT * FROM glue_bookmarks WHERE job = ? AND (? IS NULL OR run_id = ?)"
        return self._db.one(f"{sql} ORDER BY version DESC LIMIT 1", (job, run_id, run_id))

    def _at(self, job: str, run_id: str | None) -> Row | None:
        """The state after this run, or after the last before it that left one."""
        if run_id is None:
            return None
        sql = """
            SELECT b.* FROM glue_bookmarks b JOIN glue_job_runs r ON r.id = b.run_id
            WHERE b.job = ? AND r.sequence <= (SELECT sequence FROM glue_job_runs WHERE id = ?)
            ORDER BY r.sequence DESC, b.version DESC LIMIT 1
        """
        return self._db.one(sql, (job, run_id))


def check_runs(store: JobStore, job: str, what: Asked) -> None:
    """The runs that --job-bookmark-from and -to name must be runs of this job."""
    for run_id in (what.begin, what.end):
        if run_id:
            store.run(run_id, job)


def _checked(file: Path) -> str:
    if file.stat().st_size > LARGEST:
        raise ValueError(f"it has more than {LARGEST} bytes")
    state = file.read_text()
    json.loads(state)
    return state


def _entry(row: Row) -> dict[str, Any]:
    found = {
        "JobName": row["job"],
        "Version": row["version"],
        "Run": row["run"],
        "Attempt": row["attempt"],
        "PreviousRunId": row["previous_run_id"],
        "RunId": row["run_id"] or None,
        "JobBookmark": row["state"],
    }
    return {name: value for name, value in found.items() if value is not None}
