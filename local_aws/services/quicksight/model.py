"""QuickSight's state: resources, their versions, permissions and tags in SQLite.

Ingestions, refresh schedules, users and groups are parts of it in modules of their own.

A resource is kept as the request that made it, with times as seconds.
"""

import json
import time
from collections.abc import Sequence
from typing import Any

from local_aws.context import Platform
from local_aws.database import Row
from local_aws.services.quicksight.directory import Directory
from local_aws.services.quicksight.errors import ResourceExists, ResourceNotFound
from local_aws.services.quicksight.ingestions.records import (
    UNFINISHED,
    IngestionRecords,
    prepare,
)
from local_aws.services.quicksight.refreshes.records import RefreshRecords
from local_aws.services.quicksight.versions import TYPES, Versions, stored

__all__ = [
    "ANALYSIS",
    "DASHBOARD",
    "DATA_SET",
    "DATA_SOURCE",
    "RESOURCE_TYPES",
    "TEMPLATE",
    "THEME",
    "UNFINISHED",
    "Store",
]

SCHEMA = """
CREATE TABLE IF NOT EXISTS resources (
    kind TEXT NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL,
    created REAL NOT NULL, updated REAL NOT NULL, published INTEGER,
    PRIMARY KEY (kind, id)
);
CREATE TABLE IF NOT EXISTS permissions (
    arn TEXT NOT NULL, principal TEXT NOT NULL, actions TEXT NOT NULL, PRIMARY KEY (arn, principal)
);
CREATE TABLE IF NOT EXISTS tags (
    arn TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (arn, key)
);
"""
# What a kind is called in ARNs and in errors' ResourceType.
DATA_SOURCE, DATA_SET, DASHBOARD = "datasource", "dataset", "dashboard"
ANALYSIS, TEMPLATE, THEME = "analysis", "template", "theme"
RESOURCE_TYPES = {DATA_SOURCE: "DATA_SOURCE", DATA_SET: "DATA_SET"} | TYPES
Rows = list[Row]
Tags = list[dict[str, str]]
Documents = list[dict[str, Any]]


class Store(IngestionRecords, RefreshRecords):
    """Everything that QuickSight remembers."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db("quicksight")
        self.db.script(SCHEMA)
        prepare(self.db)
        self.prepare_refreshes()
        self.directory = Directory(platform)
        self.versions = Versions(self.db)

    def arn(self, kind: str, resource_id: str) -> str:
        """The ARN of a resource, whether it exists or not."""
        return self.platform.arn("quicksight", f"{kind}/{resource_id}")

    def id_of(self, kind: str, arn: str) -> str:
        """The id in an ARN of ours. Raises ResourceNotFound for any other ARN."""
        prefix = self.arn(kind, "")
        if not arn.startswith(prefix):
            raise ResourceNotFound(RESOURCE_TYPES[kind], arn)
        return arn.removeprefix(prefix)

    def create(self, kind: str, resource_id: str, document: dict[str, Any]) -> None:
        """Add a resource. Raises ResourceExists."""
        with self.db.transaction():
            if self.find(kind, resource_id) is not None:
                raise ResourceExists(RESOURCE_TYPES[kind], resource_id)
            now = time.time()
            self.db.execute(
                "INSERT INTO resources VALUES (?, ?, ?, ?, ?, NULL)",
                (kind, resource_id, stored(document), now, now),
            )

    def find(self, kind: str, resource_id: str) -> Row | None:
        """The resource with its document parsed, or None."""
        row = self.db.one("SELECT * FROM resources WHERE kind = ? AND id = ?", (kind, resource_id))
        return row and row | {"document": json.loads(row["document"])}

    def get(self, kind: str, resource_id: str) -> Row:
        """The resource. Raises ResourceNotFound."""
        row = self.find(kind, resource_id)
        if row is None:
            raise ResourceNotFound(RESOURCE_TYPES[kind], resource_id)
        return row

    def update(self, kind: str, resource_id: str, document: dict[str, Any]) -> None:
        """Replace a resource's document. Raises ResourceNotFound."""
        changed = self.db.execute(
            "UPDATE resources SET document = ?, updated = ? WHERE kind = ? AND id = ?",
            (stored(document), time.time(), kind, resource_id),
        )
        if not changed:
            raise ResourceNotFound(RESOURCE_TYPES[kind], resource_id)

    def delete(self, kind: str, resource_id: str) -> None:
        """Remove a resource and all that hangs on it. Raises ResourceNotFound."""
        arn = self.arn(kind, resource_id)
        with self.db.transaction():
            self.get(kind, resource_id)
            self.db.execute("DELETE FROM resources WHERE kind = ? AND id = ?", (kind, resource_id))
            self.db.execute("DELETE FROM permissions WHERE arn = ?", (arn,))
            self.db.execute("DELETE FROM tags WHERE arn = ?", (arn,))
            self.versions.delete_all(kind, resource_id)
            if kind == DATA_SET:
                self.db.execute("DELETE FROM ingestions WHERE data_set = ?", (resource_id,))
                self.db.execute("DELETE FROM extracts WHERE data_set = ?", (resource_id,))
                self.forget_refreshes(resource_id)

    def list(self, kind: str) -> Rows:
        """Every resource of a kind, by id."""
        rows = self.db.all("SELECT * FROM resources WHERE kind = ? ORDER BY id", (kind,))
        return [row | {"document": json.loads(row["document"])} for row in rows]

    # Which version readers see

    def publish(self, dashboard: str, number: int) -> None:
        """Make a version of a dashboard the one that readers see."""
        self.db.execute(
            "UPDATE resources SET published = ?, updated = ? WHERE kind = ? AND id = ?",
            (number, time.time(), DASHBOARD, dashboard),
        )

    # Permissions and tags

    def grant(self, arn: str, permissions: Documents) -> None:
        """Add each principal's actions."""
        with self.db.transaction():
            for permission in permissions:
                held = self._actions(arn, permission["Principal"]) | set(permission["Actions"])
                self._set_actions(arn, permission["Principal"], held)

    def revoke(self, arn: str, permissions: Documents) -> None:
        """Take each principal's actions away."""
        with self.db.transaction():
            for permission in permissions:
                held = self._actions(arn, permission["Principal"]) - set(permission["Actions"])
                self._set_actions(arn, permission["Principal"], held)

    def permissions(self, arn: str) -> Documents:
        """Who may do what with the resource."""
        rows = self.db.all("SELECT * FROM permissions WHERE arn = ? ORDER BY principal", (arn,))
        return [{"Principal": r["principal"], "Actions": json.loads(r["actions"])} for r in rows]

    def _actions(self, arn: str, principal: str) -> set[str]:
        row = self.db.one(
            "SELECT actions FROM permissions WHERE arn = ? AND principal = ?", (arn, principal)
        )
        return set(json.loads(row["actions"])) if row else set()

    def _set_actions(self, arn: str, principal: str, actions: set[str]) -> None:
        self.db.execute("DELETE FROM permissions WHERE arn = ? AND principal = ?", (arn, principal))
        if actions:
            values = (arn, principal, json.dumps(sorted(actions)))
            self.db.execute("INSERT INTO permissions VALUES (?, ?, ?)", values)

    def tag(self, arn: str, tags: Tags) -> None:
        """Add or replace tags."""
        with self.db.transaction():
            for tag in tags:
                values = (arn, tag["Key"], tag["Value"])
                self.db.execute("INSERT OR REPLACE INTO tags VALUES (?, ?, ?)", values)

    def untag(self, arn: str, keys: Sequence[str]) -> None:
        """Remove tags by key."""
        with self.db.transaction():
            for key in keys:
                self.db.execute("DELETE FROM tags WHERE arn = ? AND key = ?", (arn, key))

    def tags(self, arn: str) -> Tags:
        """The resource's tags."""
        rows = self.db.all("SELECT key, value FROM tags WHERE arn = ? ORDER BY key", (arn,))
        return [{"Key": row["key"], "Value": row["value"]} for row in rows]
