"""Versions of dashboards, templates and themes, and the aliases that name them.

A version is never changed. https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardVersion.html
"""

import datetime as dt
import json
import time
from typing import Any

from local_aws.database import Database, Row
from local_aws.services.quicksight.errors import ConflictException, ResourceExists, ResourceNotFound

SCHEMA = """
CREATE TABLE IF NOT EXISTS asset_versions (
    kind TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL, document TEXT NOT NULL,
    status TEXT NOT NULL, errors TEXT NOT NULL, created REAL NOT NULL,
    PRIMARY KEY (kind, id, number)
);
CREATE TABLE IF NOT EXISTS aliases (
    kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (kind, id, name)
);
"""
SUCCEEDED, FAILED = "CREATION_SUCCESSFUL", "CREATION_FAILED"
LATEST, PUBLISHED = "$LATEST", "$PUBLISHED"
# What a kind is called in errors.
TYPES = {"dashboard": "DASHBOARD", "template": "TEMPLATE", "theme": "THEME", "analysis": "ANALYSIS"}


def stored(document: dict[str, Any]) -> str:
    """A document as JSON; the times of a definition as the wire has them, in seconds."""
    return json.dumps(document, default=dt.datetime.timestamp)


class Versions:
    """The versions of every asset; kind is `dashboard`, `template` or `theme`."""

    def __init__(self, db: Database) -> None:
        self.db = db
        db.script(SCHEMA)
        self._take_over()

    def _take_over(self) -> None:
        """Dashboards' versions as a Tarn without other assets kept them."""
        if self.db.one("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'versions'"):
            with self.db.transaction():
                self.db.execute(
                    "INSERT INTO asset_versions SELECT 'dashboard', dashboard, number, document,"
                    " status, errors, created FROM versions"
                )
                self.db.execute("DROP TABLE versions")

    def add(self, kind: str, asset: str, document: dict[str, Any], errors: list[Any]) -> int:
        """Store the next version, failed where it has errors; its number."""
        with self.db.transaction():
            newest = self._newest(kind, asset)
            number = 1 + (newest["number"] if newest else 0)
            status = FAILED if errors else SUCCEEDED
            values = (kind, asset, number, stored(document), status, json.dumps(errors))
            self.db.execute(
                "INSERT INTO asset_versions VALUES (?, ?, ?, ?, ?, ?, ?)", (*values, time.time())
            )
        return number

    def get(self, kind: str, asset: str, number: int) -> Row:
        """One version, parsed. Raises ResourceNotFound."""
        row = self.db.one(
            "SELECT * FROM asset_versions WHERE kind = ? AND id = ? AND number = ?",
            (kind, asset, number),
        )
        if row is None:
            raise ResourceNotFound(TYPES[kind], f"{asset}/version/{number}")
        return _parsed(row)

    def all(self, kind: str, asset: str) -> list[Row]:
        """Every version, the first first."""
        rows = self.db.all(
            "SELECT * FROM asset_versions WHERE kind = ? AND id = ? ORDER BY number", (kind, asset)
        )
        return [_parsed(row) for row in rows]

    def latest(self, kind: str, asset: str) -> Row:
        """The newest version. Raises ResourceNotFound."""
        row = self._newest(kind, asset)
        if row is None:
            raise ResourceNotFound(TYPES[kind], asset)
        return _parsed(row)

    def _newest(self, kind: str, asset: str) -> Row | None:
        return self.db.one(
            "SELECT * FROM asset_versions WHERE kind = ? AND id = ? ORDER BY number DESC LIMIT 1",
            (kind, asset),
        )

    def delete(self, kind: str, asset: str, number: int) -> None:
        """Remove one version. Raises ResourceNotFound, ConflictException for an alias's."""
        self.get(kind, asset, number)
        named = [row["name"] for row in self.aliases(kind, asset) if row["number"] == number]
        if named:
            raise ConflictException(f"Version {number} of {asset} has the alias {named[0]}")
        self.db.execute(
            "DELETE FROM asset_versions WHERE kind = ? AND id = ? AND number = ?",
            (kind, asset, number),
        )

    def delete_all(self, kind: str, asset: str) -> None:
        """Forget an asset's versions and aliases."""
        for table in ("asset_versions", "aliases"):
            self.db.execute(f"DELETE FROM {table} WHERE kind = ? AND id = ?", (kind, asset))  # noqa: S608

    # Aliases

    def named(self, kind: str, asset: str, name: str) -> Row:
        """The version that an alias names. Raises ResourceNotFound."""
        if name == LATEST:
            return self.latest(kind, asset)
        return self.get(kind, asset, self.alias(kind, asset, name)["number"])

    def alias(self, kind: str, asset: str, name: str) -> Row:
        """One alias. Raises ResourceNotFound."""
        row = self.db.one(
            "SELECT * FROM aliases WHERE kind = ? AND id = ? AND name = ?", (kind, asset, name)
        )
        if row is None:
            raise ResourceNotFound("ALIAS", f"{asset}/alias/{name}")
        return row

    def aliases(self, kind: str, asset: str) -> list[Row]:
        """An asset's aliases, by name."""
        return self.db.all(
            "SELECT * FROM aliases WHERE kind = ? AND id = ? ORDER BY name", (kind, asset)
        )

    def create_alias(self, kind: str, asset: str, name: str, number: int) -> None:
        """Name a version. Raises ResourceExists, ResourceNotFound."""
        with self.db.transaction():
            if any(row["name"] == name for row in self.aliases(kind, asset)):
                raise ResourceExists("ALIAS", f"{asset}/alias/{name}")
            self._set_alias(kind, asset, name, number)

    def move_alias(self, kind: str, asset: str, name: str, number: int) -> None:
        """Let an alias name another version. Raises ResourceNotFound."""
        with self.db.transaction():
            self.alias(kind, asset, name)
            self._set_alias(kind, asset, name, number)

    def delete_alias(self, kind: str, asset: str, name: str) -> None:
        """Forget an alias. Raises ResourceNotFound."""
        self.alias(kind, asset, name)
        self.db.execute(
            "DELETE FROM aliases WHERE kind = ? AND id = ? AND name = ?", (kind, asset, name)
        )

    def _set_alias(self, kind: str, asset: str, name: str, number: int) -> None:
        self.get(kind, asset, number)
        self.db.execute(
            "INSERT OR REPLACE INTO aliases VALUES (?, ?, ?, ?)", (kind, asset, name, number)
        )


def _parsed(row: Row) -> Row:
    return row | {"document": json.loads(row["document"]), "errors": json.loads(row["errors"])}
