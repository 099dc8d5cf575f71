"""Outputs that other stacks import.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from local_aws.services.cloudformation.errors import ValidationError
from local_aws.services.cloudformation.stacks.model import Store


class Exports:
    """Who exports what, and who uses it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.db = store.db

    def value(self, name: str) -> str | None:
        row = self.db.one("SELECT value FROM exports WHERE name = ?", (name,))
        return row["value"] if row else None

    def all(self) -> list[dict[str, str]]:
        """``name, stack, value`` in the order of their names."""
        return self.db.all("SELECT * FROM exports ORDER BY name")

    def users(self, name: str) -> list[str]:
        """The names of the stacks that import it."""
        rows = self.db.all(
            "SELECT stacks.name FROM imports JOIN stacks ON stacks.id = imports.stack"
            " WHERE imports.name = ? ORDER BY stacks.name",
            (name,),
        )
        return [row["name"] for row in rows]

    def set(self, stack: str, wanted: dict[str, str], used: set[str]) -> None:
        """What a stack exports and imports from now on. Raises ValidationError, in use or taken."""
        with self.store.transaction():
            had = self._of(stack)
            for name, value in had.items():
                if wanted.get(name) != value:
                    self._refuse_in_use(name, "delete" if name not in wanted else "update")
            for name in wanted.keys() - had.keys():
                self._refuse_taken(name)
            self.db.execute("DELETE FROM exports WHERE stack = ?", (stack,))
            self.db.execute("DELETE FROM imports WHERE stack = ?", (stack,))
            for name, value in wanted.items():
                self.db.execute("INSERT INTO exports VALUES (?, ?, ?)", (name, stack, value))
            for name in used:
                self.db.execute("INSERT INTO imports VALUES (?, ?)", (name, stack))

    def use(self, stack: str, name: str) -> None:
        """The stack imports it while it is made: it cannot go away meanwhile."""
        self.db.execute("INSERT OR IGNORE INTO imports VALUES (?, ?)", (name, stack))

    def refuse_removal(self, stack: str) -> None:
        """Raises ValidationError where another stack uses an export of this one."""
        for name in self._of(stack):
            self._refuse_in_use(name, "delete")

    def _of(self, stack: str) -> dict[str, str]:
        rows = self.db.all("SELECT * FROM exports WHERE stack = ?", (stack,))
        return {row["name"]: row["value"] for row in rows}

    def _refuse_in_use(self, name: str, verb: str) -> None:
        users = self.users(name)
        if users:
            raise ValidationError(
                f"Cannot {verb} export {name} as it is in use by {' and '.join(users)}."
            )

    def _refuse_taken(self, name: str) -> None:
        row = self.db.one(
            "SELECT stacks.name FROM exports JOIN stacks ON stacks.id = exports.stack"
            " WHERE exports.name = ?",
            (name,),
        )
        if row:
            raise ValidationError(
                f"Export with name {name} is already exported by stack {row['name']}."
            )
