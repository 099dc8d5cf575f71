"""DataBrew's durable state: data sets, recipes and their versions, rulesets, jobs, runs."""

import json
import time
from typing import Any

from local_aws.caller import CALLER
from local_aws.context import Platform
from local_aws.services.databrew.errors import ConflictException, ResourceNotFoundException
from local_aws.services.databrew.shapes import only

Document = dict[str, Any]
TABLES = """
CREATE TABLE IF NOT EXISTS things (
    kind TEXT, name TEXT, document TEXT NOT NULL, PRIMARY KEY (kind, name));
CREATE TABLE IF NOT EXISTS recipe_versions (
    name TEXT, version INTEGER, document TEXT NOT NULL, PRIMARY KEY (name, version));
CREATE TABLE IF NOT EXISTS runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, job TEXT NOT NULL,
    state TEXT NOT NULL, pid INTEGER, document TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS runs_by_job ON runs (job);
"""
# Version 0 is the recipe's working version.
WORKING = 0
KEPT = ("CreateDate", "CreatedBy", "Tags")
UNFINISHED = ("STARTING", "RUNNING", "STOPPING")


class Store:
    """Documents by kind and name; recipes by version; runs in the order of their starts."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db("databrew")
        self.db.script(TABLES)

    def arn(self, kind: str, name: str) -> str:
        return self.platform.arn("databrew", f"{kind}/{name}")

    def create(self, kind: str, name: str, document: Document) -> None:
        """Keep a new thing; a name that is taken is refused."""
        stamped = document | self.created()
        added = self.db.execute(
            "INSERT OR IGNORE INTO things VALUES (?, ?, ?)", (kind, name, json.dumps(stamped))
        )
        if not added:
            raise ConflictException(f"The {kind} {name} already exists")

    def caller(self) -> str:
        """The ARN of who calls; the account's own where the server works by itself."""
        return CALLER.get() or f"arn:aws:iam::{self.platform.account_id}:root"

    def modified(self) -> Document:
        return {"LastModifiedDate": time.time(), "LastModifiedBy": self.caller()}

    def created(self) -> Document:
        stamp = self.modified()
        by = {"CreateDate": stamp["LastModifiedDate"], "CreatedBy": stamp["LastModifiedBy"]}
        return stamp | by

    def get(self, kind: str, name: str) -> Document:
        row = self.db.one("SELECT document FROM things WHERE kind=? AND name=?", (kind, name))
        if row is None:
            raise ResourceNotFoundException(kind, name)
        found: Document = json.loads(row["document"])
        return found

    def update(self, kind: str, name: str, document: Document) -> None:
        """Replace what a thing says; its creation and its tags stay."""
        with self.db.transaction():
            old = self.get(kind, name)
            self.put(kind, name, document | only(old, KEPT) | self.modified())

    def put(self, kind: str, name: str, document: Document) -> None:
        self.db.execute(
            "UPDATE things SET document=? WHERE kind=? AND name=?",
            (json.dumps(document), kind, name),
        )

    def delete(self, kind: str, name: str) -> None:
        if not self.db.execute("DELETE FROM things WHERE kind=? AND name=?", (kind, name)):
            raise ResourceNotFoundException(kind, name)

    def all(self, kind: str) -> list[Document]:
        rows = self.db.all("SELECT document FROM things WHERE kind=? ORDER BY name", (kind,))
        return [json.loads(row["document"]) for row in rows]

    def recipe(self, name: str, version: int) -> Document:
        """One version of a recipe."""
        row = self.db.one(
            "SELECT document FROM recipe_versions WHERE name=? AND version=?", (name, version)
        )
        if row is None:
            raise ResourceNotFoundException("recipe version", f"{name} {version_name(version)}")
        found: Document = json.loads(row["document"])
        return found

    def put_recipe(self, name: str, version: int, document: Document) -> None:
        self.db.execute(
            "INSERT OR REPLACE INTO recipe_versions VALUES (?, ?, ?)",
            (name, version, json.dumps(document)),
        )

    def delete_recipe(self, name: str, version: int) -> None:
        self.db.execute("DELETE FROM recipe_versions WHERE name=? AND version=?", (name, version))

    def recipe_versions(self, name: str) -> list[int]:
        """The numbers of the published versions, the newest last."""
        rows = self.db.all(
            "SELECT version FROM recipe_versions WHERE name=? AND version>0 ORDER BY version",
            (name,),
        )
        return [row["version"] for row in rows]

    def recipe_names(self) -> list[str]:
        rows = self.db.all("SELECT DISTINCT name FROM recipe_versions ORDER BY name")
        return [row["name"] for row in rows]

    def add_run(self, run_id: str, job: str, document: Document) -> None:
        self.db.execute(
            "INSERT INTO runs (id, job, state, document) VALUES (?, ?, 'STARTING', ?)",
            (run_id, job, json.dumps(document)),
        )

    def run(self, run_id: str) -> Document:
        """A run with its state and its process."""
        row = self.db.one("SELECT * FROM runs WHERE id=?", (run_id,))
        if row is None:
            raise ResourceNotFoundException("job run", run_id)
        return _run(row)

    def runs(self, job: str) -> list[Document]:
        """A job's runs, the newest first."""
        rows = self.db.all("SELECT * FROM runs WHERE job=? ORDER BY number DESC", (job,))
        return [_run(row) for row in rows]

    def recent(self, limit: int) -> list[Document]:
        """The newest runs of all jobs, the newest first."""
        rows = self.db.all("SELECT * FROM runs ORDER BY number DESC LIMIT ?", (limit,))
        return [_run(row) for row in rows]

    def unfinished(self) -> list[Document]:
        """The runs that had not ended, the oldest first."""
        marks = ", ".join("?" * len(UNFINISHED))
        sql = " ".join(["SELECT * FROM runs WHERE state IN (", marks, ") ORDER BY number"])
        return [_run(row) for row in self.db.all(sql, UNFINISHED)]

    def move(self, run_id: str, states: tuple[str, ...], to: str, **fields: Any) -> bool:
        """Change a run's state if it is in one of these, and what it says; whether it did."""
        with self.db.transaction():
            row = self.db.one("SELECT state, document FROM runs WHERE id=?", (run_id,))
            if row is None or row["state"] not in states:
                return False
            document = json.loads(row["document"]) | fields
            self.db.execute(
                "UPDATE runs SET state=?, document=? WHERE id=?",
                (to, json.dumps(document), run_id),
            )
            return True

    def set_pid(self, run_id: str, pid: int) -> None:
        self.db.execute("UPDATE runs SET pid=? WHERE id=?", (pid, run_id))


def _run(row: dict[str, Any]) -> Document:
    document: Document = json.loads(row["document"])
    return document | {"State": row["state"], "RunId": row["id"], "pid": row["pid"]}


def version_name(version: int) -> str:
    """``LATEST_WORKING``, or ``3.0``."""
    return "LATEST_WORKING" if version == WORKING else f"{version}.0"
