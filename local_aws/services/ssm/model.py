"""Parameters and their versions in SQLite.

The newest version of a parameter is the parameter. What each version was made with (its type,
pattern, description) stays with it, as GetParameterHistory tells it.
"""

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from local_aws.services.ssm.errors import ParameterLimitExceeded, TooManyTags

if TYPE_CHECKING:
    from local_aws.context import Platform

SCHEMA = """
CREATE TABLE IF NOT EXISTS versions (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,
    value TEXT NOT NULL,
    key_id TEXT,
    description TEXT,
    pattern TEXT,
    modified REAL NOT NULL,
    modified_by TEXT NOT NULL,
    PRIMARY KEY (name, version)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tags (
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name, key)
) WITHOUT ROWID;
"""

Row = dict[str, Any]

MAX_PARAMETERS = 10_000
MAX_VERSIONS = 100
MAX_TAGS = 50
NEWEST = "SELECT *, max(version) AS newest FROM versions"


class ParameterStore:
    """All parameters of the server."""

    def __init__(self, platform: "Platform") -> None:
        self.db = platform.db("ssm")
        self.db.script(SCHEMA)

    def newest(self, name: str) -> Row | None:
        return self.version(name, 0)

    def version(self, name: str, version: int) -> Row | None:
        """One version; 0 is the newest."""
        sql = (
            "SELECT * FROM versions WHERE name = ?1 AND (version = ?2 OR ?2 = 0)"
            " ORDER BY version DESC LIMIT 1"
        )
        return self.db.one(sql, (name, version))

    def history(self, name: str) -> list[Row]:
        """The versions that are kept, the oldest first."""
        return self.db.all("SELECT * FROM versions WHERE name = ? ORDER BY version", (name,))

    def all(self) -> list[Row]:
        """The newest versions, by name."""
        return self.db.all(f"{NEWEST} GROUP BY name ORDER BY name")

    def put(self, name: str, fields: Mapping[str, Any]) -> int:
        """Add a version (type, value, key_id, description, pattern, modified_by); its number.

        The oldest goes where there are too many. Raises ParameterLimitExceeded.
        """
        with self.db.transaction():
            last = self.newest(name)
            if last is None:
                self._limit()
            number: int = last["version"] + 1 if last else 1
            self.db.execute(
                "INSERT INTO versions VALUES (:name, :version, :type, :value, :key_id,"
                " :description, :pattern, :modified, :modified_by)",
                {**fields, "name": name, "version": number, "modified": time.time()},
            )
            sql = "DELETE FROM versions WHERE name = ? AND version <= ?"
            self.db.execute(sql, (name, number - MAX_VERSIONS))
        return number

    def _limit(self) -> None:
        count = self.db.all("SELECT count(DISTINCT name) AS there FROM versions")[0]["there"]
        if count >= MAX_PARAMETERS:
            raise ParameterLimitExceeded(
                f"You have exceeded the number of parameters for this account: {MAX_PARAMETERS}"
            )

    def delete(self, name: str) -> bool:
        """Delete it with its versions and tags; whether it was there."""
        with self.db.transaction():
            self.db.execute("DELETE FROM tags WHERE name = ?", (name,))
            return self.db.execute("DELETE FROM versions WHERE name = ?", (name,)) > 0

    def tags(self, name: str) -> dict[str, str]:
        rows = self.db.all("SELECT key, value FROM tags WHERE name = ?", (name,))
        return {row["key"]: row["value"] for row in rows}

    def tag(self, name: str, tags: Mapping[str, str]) -> None:
        """Set tags beside those that it has. Raises TooManyTags."""
        with self.db.transaction():
            if len({*self.tags(name), *tags}) > MAX_TAGS:
                raise TooManyTags(f"A parameter can have up to {MAX_TAGS} tags.")
            for key, value in tags.items():
                self.db.execute("INSERT OR REPLACE INTO tags VALUES (?, ?, ?)", (name, key, value))

    def untag(self, name: str, keys: Iterable[str]) -> None:
        """Remove tags; one that it has not is no error."""
        with self.db.transaction():
            for key in keys:
                self.db.execute("DELETE FROM tags WHERE name = ? AND key = ?", (name, key))
