"""Stacks in SQLite. Each change of a state and the event that tells of it are one transaction."""

import dataclasses
import json
import time
from contextlib import AbstractContextManager
from typing import Any

from local_aws.context import Platform
from local_aws.database import Row
from local_aws.services.cloudformation.stacks.records import (
    Event,
    Operation,
    Resource,
    Revision,
    Stack,
)
from local_aws.services.cloudformation.stacks.schema import SCHEMA
from local_aws.services.cloudformation.stacks.statuses import DELETE_COMPLETE


class Store:
    """All state of CloudFormation."""

    def __init__(self, platform: Platform) -> None:
        self.db = platform.db("cloudformation")
        self.db.script(SCHEMA)

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, with no other writer in between."""
        return self.db.transaction()

    # Stacks.
    def put_stack(self, stack: Stack) -> None:
        self.db.execute(
            "INSERT INTO stacks VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " status = excluded.status, body = excluded.body",
            (stack.id, stack.name, stack.status, stack.parent, stack.created, _text(stack)),
        )

    def stack(self, stack_id: str) -> Stack:
        """The stack of an id that is known to be there."""
        row = self.db.one("SELECT body FROM stacks WHERE id = ?", (stack_id,))
        if row is None:
            raise KeyError(stack_id)
        return _stack(row)

    def find(self, name_or_id: str) -> Stack | None:
        """By its id, deleted or not, or by the name of one that is not deleted."""
        row = self.db.one(
            "SELECT body FROM stacks WHERE id = ?1 OR (name = ?1 AND status != ?2)",
            (name_or_id, DELETE_COMPLETE),
        )
        return _stack(row) if row else None

    def stacks(self, *, deleted: bool = False) -> list[Stack]:
        """The newest first."""
        rows = self.db.all(
            "SELECT body FROM stacks WHERE ? OR status != ? ORDER BY created DESC, id",
            (deleted, DELETE_COMPLETE),
        )
        return [_stack(row) for row in rows]

    def change_stack(self, stack_id: str, **changes: Any) -> Stack:
        """The stack with other values in some fields."""
        with self.db.transaction():
            changed = dataclasses.replace(self.stack(stack_id), **changes)
            self.put_stack(changed)
        return changed

    # Resources.
    def put_resource(self, resource: Resource) -> None:
        self.db.execute(
            "INSERT OR REPLACE INTO resources VALUES (?, ?, ?)",
            (resource.stack, resource.logical_id, _text(resource)),
        )

    def resource(self, stack: str, logical_id: str) -> Resource | None:
        """Of a stack, and not deleted from it."""
        found = self.any_resource(stack, logical_id)
        return found if found and found.status not in GONE else None

    def any_resource(self, stack: str, logical_id: str) -> Resource | None:
        """Deleted or not."""
        row = self.db.one(
            "SELECT body FROM resources WHERE stack = ? AND logical_id = ?", (stack, logical_id)
        )
        return Resource(**json.loads(row["body"])) if row else None

    def resources(self, stack: str, *, deleted: bool = False) -> dict[str, Resource]:
        """By logical id."""
        rows = self.db.all(
            "SELECT body FROM resources WHERE stack = ? ORDER BY logical_id", (stack,)
        )
        found = (Resource(**json.loads(row["body"])) for row in rows)
        return {one.logical_id: one for one in found if deleted or one.status not in GONE}

    def forget_resource(self, stack: str, logical_id: str) -> None:
        """One that never was."""
        self.db.execute(
            "DELETE FROM resources WHERE stack = ? AND logical_id = ?", (stack, logical_id)
        )

    def owner(self, type_name: str, physical_id: str) -> Resource | None:
        """The resource of any stack that has a physical id."""
        rows = self.db.all(
            "SELECT body FROM resources WHERE json_extract(body, '$.physical_id') = ?"
            " AND json_extract(body, '$.type') = ?",
            (physical_id, type_name),
        )
        found = (Resource(**json.loads(row["body"])) for row in rows)
        return next((one for one in found if one.status not in GONE), None)

    # What a resource was.
    def keep_former(self, stack: str, logical_id: str, former: Resource | None) -> None:
        """As it was when the stack was last whole: a later one of the same is not kept."""
        self.db.execute(
            "INSERT OR IGNORE INTO undo VALUES (?, ?, ?)",
            (stack, logical_id, _text(former) if former else None),
        )

    def formers(self, stack: str) -> dict[str, Resource | None]:
        rows = self.db.all("SELECT * FROM undo WHERE stack = ?", (stack,))
        return {
            row["logical_id"]: Resource(**json.loads(row["body"])) if row["body"] else None
            for row in rows
        }

    def forget_former(self, stack: str, logical_id: str = "") -> None:
        """Of one resource that is again as it was; of all, where the stack is whole."""
        self.db.execute(
            "DELETE FROM undo WHERE stack = ?1 AND (?2 = '' OR logical_id = ?2)",
            (stack, logical_id),
        )

    # What is to be deleted.
    def discard(self, resource: Resource) -> None:
        self.db.execute(
            "INSERT INTO garbage (stack, body) VALUES (?, ?)", (resource.stack, _text(resource))
        )

    def garbage(self, stack: str) -> dict[int, Resource]:
        rows = self.db.all("SELECT * FROM garbage WHERE stack = ? ORDER BY id", (stack,))
        return {row["id"]: Resource(**json.loads(row["body"])) for row in rows}

    def forget_garbage(self, number: int) -> None:
        self.db.execute("DELETE FROM garbage WHERE id = ?", (number,))

    # Operations.
    def put_operation(self, operation: Operation) -> None:
        self.db.execute(
            "INSERT OR REPLACE INTO operations VALUES (?, ?, ?)",
            (operation.stack, operation.id, _text(operation)),
        )

    def operation(self, stack: str) -> Operation | None:
        """What is being done to the stack."""
        row = self.db.one("SELECT body FROM operations WHERE stack = ?", (stack,))
        return _operation(row) if row else None

    def operations(self) -> list[Operation]:
        return [_operation(row) for row in self.db.all("SELECT body FROM operations")]

    def move_operation(self, stack: str, **changes: Any) -> Operation:
        with self.db.transaction():
            found = self.operation(stack)
            if found is None:
                raise KeyError(stack)
            moved = dataclasses.replace(found, **changes)
            self.put_operation(moved)
        return moved

    def end_operation(self, stack: str) -> None:
        self.db.execute("DELETE FROM operations WHERE stack = ?", (stack,))

    def token(self, stack: str, token: str) -> Row | None:
        """``operation, kind`` that the client asked for with that token."""
        return self.db.one("SELECT * FROM tokens WHERE stack = ? AND token = ?", (stack, token))

    def keep_token(self, operation: Operation) -> None:
        if operation.token:
            self.db.execute(
                "INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?)",
                (operation.stack, operation.token, operation.id, operation.kind),
            )

    # Events.
    def add_event(self, event: Event) -> None:
        self.db.execute(
            "INSERT INTO events (stack, body) VALUES (?, ?)",
            (event.stack, json.dumps(dataclasses.asdict(event))),
        )

    def events(self, stack: str, before: int | None, limit: int) -> list[tuple[int, Event]]:
        """The newest first, with their numbers; those under a number where one is given."""
        rows = self.db.all(
            "SELECT seq, body FROM events WHERE stack = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
            (stack, before if before is not None else 1 << 62, limit),
        )
        return [(row["seq"], Event(**json.loads(row["body"]))) for row in rows]

    def add_notice(self, topic: str, message: str, holder: str) -> None:
        self.db.execute(
            "INSERT INTO notices (topic, message, holder) VALUES (?, ?, ?)",
            (topic, message, holder),
        )

    def notices(self) -> list[Row]:
        """Some of those that nobody has published yet, the oldest first."""
        return self.db.all("SELECT * FROM notices ORDER BY id LIMIT 100")

    def forget_notice(self, number: int) -> None:
        self.db.execute("DELETE FROM notices WHERE id = ?", (number,))

    # Change sets, drift detections.
    def put_document(self, kind: str, key: str, stack: str, document: dict[str, Any]) -> None:
        self.db.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET body = excluded.body",
            (kind, key, stack, time.time(), json.dumps(document)),
        )

    def document(self, kind: str, key: str) -> dict[str, Any] | None:
        row = self.db.one("SELECT body FROM documents WHERE kind = ? AND id = ?", (kind, key))
        return json.loads(row["body"]) if row else None

    def documents(self, kind: str, stack: str) -> list[dict[str, Any]]:
        """Those of a stack, the oldest first."""
        rows = self.db.all(
            "SELECT body FROM documents WHERE kind = ? AND stack = ? ORDER BY at, id",
            (kind, stack),
        )
        return [json.loads(row["body"]) for row in rows]

    def documents_of(self, kind: str) -> list[dict[str, Any]]:
        """Those of all stacks."""
        rows = self.db.all("SELECT body FROM documents WHERE kind = ?", (kind,))
        return [json.loads(row["body"]) for row in rows]

    def forget_documents(self, kind: str, stack: str, key: str = "") -> None:
        self.db.execute(
            "DELETE FROM documents WHERE kind = ?1 AND stack = ?2 AND (?3 = '' OR id = ?3)",
            (kind, stack, key),
        )


GONE = (DELETE_COMPLETE, "DELETE_SKIPPED")


def _text(record: Stack | Resource | Operation) -> str:
    return json.dumps(dataclasses.asdict(record))


def _stack(row: Row) -> Stack:
    body = json.loads(row["body"])
    return Stack(**(body | {"revision": Revision(**body["revision"])}))


def _operation(row: Row) -> Operation:
    body = json.loads(row["body"])
    target = Revision(**body["target"]) if body["target"] else None
    return Operation(**(body | {"target": target}))
