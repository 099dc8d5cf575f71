"""Refresh schedules and refresh properties as the store keeps them."""

import json
import time
from typing import Any

from local_aws.database import Database, Row
from local_aws.services.quicksight.errors import LimitExceeded, ResourceExists, ResourceNotFound

SCHEMA = """
CREATE TABLE IF NOT EXISTS refresh_schedules (
    data_set TEXT NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL, created REAL NOT NULL,
    PRIMARY KEY (data_set, id)
);
CREATE TABLE IF NOT EXISTS refresh_properties (data_set TEXT PRIMARY KEY, document TEXT NOT NULL);
"""
KIND, PROPERTIES = "REFRESH_SCHEDULE", "REFRESH_PROPERTIES"
MAX_SCHEDULES = 5
"""Of one data set."""


class RefreshRecords:
    """The part of the store that refresh schedules and properties are in."""

    db: Database

    def prepare_refreshes(self) -> None:
        """Make the tables."""
        self.db.script(SCHEMA)

    def add_schedule(self, data_set: str, schedule: str, document: dict[str, Any]) -> None:
        """Raises ResourceExists, LimitExceeded."""
        with self.db.transaction():
            held = self.schedules(data_set)
            if schedule in {row["id"] for row in held}:
                raise ResourceExists(KIND, schedule)
            if len(held) >= MAX_SCHEDULES:
                raise LimitExceeded(KIND, f"{data_set} has {MAX_SCHEDULES} refresh schedules")
            self.db.execute(
                "INSERT INTO refresh_schedules VALUES (?, ?, ?, ?)",
                (data_set, schedule, json.dumps(document), time.time()),
            )

    def update_schedule(self, data_set: str, schedule: str, document: dict[str, Any]) -> None:
        """Raises ResourceNotFound."""
        changed = self.db.execute(
            "UPDATE refresh_schedules SET document = ? WHERE data_set = ? AND id = ?",
            (json.dumps(document), data_set, schedule),
        )
        if not changed:
            raise ResourceNotFound(KIND, schedule)

    def delete_schedule(self, data_set: str, schedule: str) -> None:
        """Raises ResourceNotFound."""
        values = (data_set, schedule)
        if not self.db.execute(
            "DELETE FROM refresh_schedules WHERE data_set = ? AND id = ?", values
        ):
            raise ResourceNotFound(KIND, schedule)

    def schedule(self, data_set: str, schedule: str) -> Row:
        """Raises ResourceNotFound."""
        for row in self.schedules(data_set):
            if row["id"] == schedule:
                return row
        raise ResourceNotFound(KIND, schedule)

    def schedules(self, data_set: str | None = None) -> list[Row]:
        """A data set's schedules, or all of them, by id."""
        where, values = ("WHERE data_set = ?", (data_set,)) if data_set else ("", ())
        rows = self.db.all(
            f"SELECT * FROM refresh_schedules {where} ORDER BY data_set, id",  # noqa: S608
            values,
        )
        return [row | {"document": json.loads(row["document"])} for row in rows]

    def put_refresh_properties(self, data_set: str, document: dict[str, Any]) -> None:
        """Set or replace them."""
        values = (data_set, json.dumps(document))
        self.db.execute("INSERT OR REPLACE INTO refresh_properties VALUES (?, ?)", values)

    def refresh_properties(self, data_set: str) -> dict[str, Any] | None:
        """What was put, or None."""
        row = self.db.one("SELECT * FROM refresh_properties WHERE data_set = ?", (data_set,))
        return json.loads(row["document"]) if row else None

    def delete_refresh_properties(self, data_set: str) -> bool:
        """False where there were none."""
        return bool(
            self.db.execute("DELETE FROM refresh_properties WHERE data_set = ?", (data_set,))
        )

    def forget_refreshes(self, data_set: str) -> None:
        """The data set is deleted."""
        self.db.execute("DELETE FROM refresh_schedules WHERE data_set = ?", (data_set,))
        self.delete_refresh_properties(data_set)
