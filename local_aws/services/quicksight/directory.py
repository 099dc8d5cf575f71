"""Users and groups: whom row- and column-level security know.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_User.html
There is one namespace, `default`. An IAM user is called after itself, a role's session
``<role>/<session>``.
"""

import json
import uuid
from typing import Any

from local_aws.context import Platform
from local_aws.database import Row
from local_aws.services.quicksight.errors import ResourceExists, ResourceNotFound

NAMESPACE = "default"
SCHEMA = """
CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS groups (
    name TEXT PRIMARY KEY, description TEXT, principal TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS memberships (
    group_name TEXT NOT NULL, user_name TEXT NOT NULL, PRIMARY KEY (group_name, user_name)
);
"""
USER, GROUP, MEMBERSHIP = "USER", "GROUP", "GROUP_MEMBERSHIP"
Rows = list[Row]


class Directory:
    """The users and groups of the namespace."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db("quicksight")
        self.db.script(SCHEMA)

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a user or group, whether it exists or not."""
        return self.platform.arn("quicksight", f"{kind.lower()}/{NAMESPACE}/{name}")

    # Users

    def add_user(self, name: str, document: dict[str, Any]) -> None:
        """Raises ResourceExists."""
        with self.db.transaction():
            if self.find_user(name) is not None:
                raise ResourceExists(USER, name)
            self.db.execute("INSERT INTO users VALUES (?, ?)", (name, json.dumps(document)))

    def find_user(self, name: str) -> dict[str, Any] | None:
        """What was registered, or None."""
        row = self.db.one("SELECT document FROM users WHERE name = ?", (name,))
        return json.loads(row["document"]) if row else None

    def user(self, name: str) -> dict[str, Any]:
        """Raises ResourceNotFound."""
        found = self.find_user(name)
        if found is None:
            raise ResourceNotFound(USER, name)
        return found

    def users(self) -> list[tuple[str, dict[str, Any]]]:
        """Every user's name and document, by name."""
        rows = self.db.all("SELECT * FROM users ORDER BY name")
        return [(row["name"], json.loads(row["document"])) for row in rows]

    def update_user(self, name: str, changes: dict[str, Any]) -> None:
        """Raises ResourceNotFound."""
        with self.db.transaction():
            document = json.dumps(self.user(name) | changes)
            self.db.execute("UPDATE users SET document = ? WHERE name = ?", (document, name))

    def delete_user(self, name: str) -> None:
        """Raises ResourceNotFound."""
        with self.db.transaction():
            self.user(name)
            self.db.execute("DELETE FROM memberships WHERE user_name = ?", (name,))
            self.db.execute("DELETE FROM users WHERE name = ?", (name,))

    # Groups

    def add_group(self, name: str, description: str | None) -> None:
        """Raises ResourceExists."""
        with self.db.transaction():
            if self._find_group(name) is not None:
                raise ResourceExists(GROUP, name)
            values = (name, description, f"group/{uuid.uuid4()}")
            self.db.execute("INSERT INTO groups VALUES (?, ?, ?)", values)

    def group(self, name: str) -> Row:
        """Raises ResourceNotFound."""
        found = self._find_group(name)
        if found is None:
            raise ResourceNotFound(GROUP, name)
        return found

    def _find_group(self, name: str) -> Row | None:
        return self.db.one("SELECT * FROM groups WHERE name = ?", (name,))

    def groups(self) -> Rows:
        """Every group, by name."""
        return self.db.all("SELECT * FROM groups ORDER BY name")

    def describe_group(self, name: str, description: str | None) -> None:
        """Raises ResourceNotFound."""
        self.group(name)
        self.db.execute("UPDATE groups SET description = ? WHERE name = ?", (description, name))

    def delete_group(self, name: str) -> None:
        """Raises ResourceNotFound."""
        with self.db.transaction():
            self.group(name)
            self.db.execute("DELETE FROM memberships WHERE group_name = ?", (name,))
            self.db.execute("DELETE FROM groups WHERE name = ?", (name,))

    # Memberships

    def add_member(self, group: str, user: str) -> None:
        """Again is no error. Raises ResourceNotFound."""
        with self.db.transaction():
            self.group(group)
            self.user(user)
            self.db.execute("INSERT OR IGNORE INTO memberships VALUES (?, ?)", (group, user))

    def remove_member(self, group: str, user: str) -> None:
        """Raises ResourceNotFound."""
        gone = self.db.execute(
            "DELETE FROM memberships WHERE group_name = ? AND user_name = ?", (group, user)
        )
        if not gone:
            raise ResourceNotFound(MEMBERSHIP, f"{group}/{user}")

    def members(self, group: str) -> list[str]:
        """The users of a group, by name. Raises ResourceNotFound."""
        self.group(group)
        rows = self.db.all(
            "SELECT user_name FROM memberships WHERE group_name = ? ORDER BY user_name", (group,)
        )
        return [row["user_name"] for row in rows]

    def groups_of(self, user: str) -> Rows:
        """The groups of a user, by name."""
        return self.db.all(
            "SELECT groups.* FROM groups JOIN memberships ON group_name = name"
            " WHERE user_name = ? ORDER BY name",
            (user,),
        )
