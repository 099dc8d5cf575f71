"""Ingestions and extracts as the store keeps them.

An extract becomes a data set's data in the same transaction that completes its ingestion, so
readers see the old one or the new one.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from local_aws.database import Database, Row
from local_aws.services.quicksight.errors import ResourceExists

SCHEMA = """
CREATE TABLE IF NOT EXISTS extracts (
    data_set TEXT PRIMARY KEY, file TEXT NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL,
    refreshed REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS ingestions (
    data_set TEXT NOT NULL, id TEXT NOT NULL, status TEXT NOT NULL, request_type TEXT NOT NULL,
    created REAL NOT NULL, started REAL, finished REAL, rows INTEGER, dropped INTEGER,
    bytes INTEGER, error_type TEXT, error_message TEXT,
    PRIMARY KEY (data_set, id)
);
CREATE INDEX IF NOT EXISTS ingestions_by_time ON ingestions (data_set, created);
"""
LATER = (
    ("extracts", "source_types", "TEXT NOT NULL DEFAULT '{}'"),
    ("ingestions", "total", "INTEGER"),
    ("ingestions", "request_source", "TEXT NOT NULL DEFAULT 'MANUAL'"),
)
"""Columns that a folder of an earlier version lacks."""

UNFINISHED = ("INITIALIZED", "QUEUED", "RUNNING")
DAY = 24 * 3600.0
Rows = list[Row]


@dataclass(frozen=True)
class Extract:
    """A finished file: its name, the rows that came, those dropped, all rows in it, its bytes.

    ``source_types`` are the sources' columns as they were: a later window is held against them.
    """

    file: str
    rows: int
    dropped: int
    total: int
    bytes: int
    source_types: dict[str, dict[str, str]]


def prepare(db: Database) -> None:
    """Make the tables, or bring those of an earlier version up to date."""
    db.script(SCHEMA)
    db.widen(LATER)


class IngestionRecords:
    """The part of the store that ingestions are in."""

    db: Database

    def add_ingestion(
        self, data_set: str, ingestion: str, request_type: str, source: str = "MANUAL"
    ) -> None:
        """Record an ingestion that was asked for. Raises ResourceExists."""
        with self.db.transaction():
            if self.ingestion(data_set, ingestion) is not None:
                raise ResourceExists("INGESTION", ingestion)
            self.db.execute(
                "INSERT INTO ingestions (data_set, id, status, request_type, request_source,"
                " created) VALUES (?, ?, 'INITIALIZED', ?, ?, ?)",
                (data_set, ingestion, request_type, source, time.time()),
            )

    def ingestion(self, data_set: str, ingestion: str) -> Row | None:
        """One ingestion, or None."""
        return self.db.one(
            "SELECT * FROM ingestions WHERE data_set = ? AND id = ?", (data_set, ingestion)
        )

    def ingestions(self, data_set: str) -> Rows:
        """A data set's ingestions, the newest first."""
        return self.db.all(
            "SELECT * FROM ingestions WHERE data_set = ? ORDER BY created DESC, rowid DESC",
            (data_set,),
        )

    def recent_ingestions(self, limit: int) -> Rows:
        """The newest of all data sets, the newest first."""
        return self.db.all("SELECT * FROM ingestions ORDER BY created DESC LIMIT ?", (limit,))

    def manual_refreshes(self, data_set: str) -> int:
        """How many full refreshes were asked for by hand in the last 24 hours."""
        row = self.db.one(
            "SELECT count(*) AS n FROM ingestions WHERE data_set = ? AND created > ?"
            " AND request_source = 'MANUAL' AND request_type = 'FULL_REFRESH'",
            (data_set, time.time() - DAY),
        )
        return int(row["n"]) if row else 0

    def move_ingestion(self, data_set: str, ingestion: str, status: str, **columns: Any) -> bool:
        """Change an ingestion that has not ended; False where it has, or is gone."""
        names = ["status", *columns]
        assignments = ", ".join(f"{name} = ?" for name in names)
        changed = self.db.execute(
            f"UPDATE ingestions SET {assignments} WHERE data_set = ? AND id = ?"  # noqa: S608
            " AND status IN ('INITIALIZED', 'QUEUED', 'RUNNING')",
            (status, *columns.values(), data_set, ingestion),
        )
        return changed > 0

    def fail_ingestion(self, data_set: str, ingestion: str, kind: str, message: str) -> bool:
        """End an ingestion that has not ended yet."""
        return self.move_ingestion(
            data_set, ingestion, "FAILED", finished=time.time(), error_type=kind,
            error_message=message,
        )  # fmt: skip

    def complete_ingestion(self, data_set: str, ingestion: str, extract: Extract) -> bool:
        """End the ingestion and let its extract be the data set's data, in one step."""
        now = time.time()
        with self.db.transaction():
            done = self.move_ingestion(
                data_set, ingestion, "COMPLETED", finished=now, rows=extract.rows,
                dropped=extract.dropped, total=extract.total, bytes=extract.bytes,
            )  # fmt: skip
            if done:
                self.db.execute(
                    "INSERT OR REPLACE INTO extracts"
                    " (data_set, file, rows, bytes, refreshed, source_types)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (data_set, extract.file, extract.total, extract.bytes, now,
                     json.dumps(extract.source_types)),
                )  # fmt: skip
        return done

    def unfinished(self) -> Rows:
        """Ingestions that a killed server left behind, or that wait; the oldest first."""
        return self.db.all(
            "SELECT * FROM ingestions WHERE status IN (?, ?, ?) ORDER BY created, rowid",
            UNFINISHED,
        )

    def extract(self, data_set: str) -> Row | None:
        """Which file holds the data set's rows, how many, since when."""
        return self.db.one("SELECT * FROM extracts WHERE data_set = ?", (data_set,))

    def extract_files(self) -> set[str]:
        """Every file that is some data set's data."""
        return {row["file"] for row in self.db.all("SELECT file FROM extracts")}
