"""The record of exports and imports. An id may be used again when its job has ended."""

import json
import time
from typing import Any

from local_aws.database import Database, Row
from local_aws.services.quicksight.errors import ResourceExists, ResourceNotFound

SCHEMA = """
CREATE TABLE IF NOT EXISTS bundle_jobs (
    kind TEXT NOT NULL, id TEXT NOT NULL, request TEXT NOT NULL, status TEXT NOT NULL,
    result TEXT NOT NULL, created REAL NOT NULL, PRIMARY KEY (kind, id)
);
"""
EXPORT, IMPORT = "export", "import"
RUNNING, SUCCESSFUL, FAILED = "IN_PROGRESS", "SUCCESSFUL", "FAILED"
KILLED = {"Type": "InternalFailureException", "Message": "The server stopped during the job"}


class BundleJobs:
    """Jobs by kind and id."""

    def __init__(self, db: Database) -> None:
        self.db = db
        db.script(SCHEMA)

    def begin(self, kind: str, job: str, request: dict[str, Any]) -> None:
        """Record a job that runs. Raises ResourceExists while one of that id does."""
        with self.db.transaction():
            row = self._find(kind, job)
            if row is not None and row["status"] == RUNNING:
                raise ResourceExists(f"ASSET_BUNDLE_{kind.upper()}_JOB", job)
            values = (kind, job, json.dumps(request), RUNNING, "{}", time.time())
            self.db.execute("INSERT OR REPLACE INTO bundle_jobs VALUES (?, ?, ?, ?, ?, ?)", values)

    def end(self, kind: str, job: str, status: str, result: dict[str, Any]) -> None:
        """Record how a job ended."""
        self.db.execute(
            "UPDATE bundle_jobs SET status = ?, result = ? WHERE kind = ? AND id = ?",
            (status, json.dumps(result), kind, job),
        )

    def get(self, kind: str, job: str) -> Row:
        """One job, parsed. Raises ResourceNotFound."""
        row = self._find(kind, job)
        if row is None:
            raise ResourceNotFound(f"ASSET_BUNDLE_{kind.upper()}_JOB", job)
        return _parsed(row)

    def all(self, kind: str) -> list[Row]:
        """Every job of a kind, the newest first."""
        rows = self.db.all(
            "SELECT * FROM bundle_jobs WHERE kind = ? ORDER BY created DESC, id", (kind,)
        )
        return [_parsed(row) for row in rows]

    def recover(self) -> None:
        """Jobs that a killed server left have failed."""
        result = json.dumps({"Errors": [KILLED]})
        self.db.execute(
            "UPDATE bundle_jobs SET status = ?, result = ? WHERE status = ?",
            (FAILED, result, RUNNING),
        )

    def _find(self, kind: str, job: str) -> Row | None:
        return self.db.one("SELECT * FROM bundle_jobs WHERE kind = ? AND id = ?", (kind, job))


def _parsed(row: Row) -> Row:
    return row | {"request": json.loads(row["request"]), "result": json.loads(row["result"])}
