"""Connections: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-connections.html.

A connection is written down and shown; nothing here opens one. Its passwords are not kept at all:
where one was given, GetConnection shows the connection to those only who ask for it without
(HidePassword), and a list shows none. AWS would show both with it: whoever asks for one connection
wants to open it (awswrangler does), and is told so rather than left without its PASSWORD.
Credentials belong into Secrets Manager, whose name or ARN a connection holds as SECRET_ID.
"""

import re
from typing import Any

from local_aws.database import Database
from local_aws.services.glue.catalog.entries import document
from local_aws.services.glue.documents import Document, dump, now
from local_aws.services.glue.errors import AlreadyExistsException, EntityNotFoundException

HIDDEN = re.compile("PASSWORD")
"""Found in the names of properties whose values are secrets: KAFKA_CLIENT_KEY_PASSWORD."""


class Connections:
    """The account's connections. `hidden` is what was taken away: names of properties."""

    def __init__(self, db: Database, made_by: str) -> None:
        self.db = db
        self.made_by = made_by

    def create(self, given: Document) -> None:
        """Raises AlreadyExistsException."""
        moment = now()
        body = self._body(given) | {"CreationTime": moment, "LastUpdatedTime": moment}
        sql = "INSERT OR IGNORE INTO connections VALUES (?, ?)"
        if not self.db.execute(sql, (given["Name"], dump(body))):
            raise AlreadyExistsException(f"Connection {given['Name']} already exists.")

    def get(self, name: str) -> tuple[Document, list[str]]:
        """The connection, and the names of its secrets. Raises EntityNotFoundException."""
        row = self.db.one("SELECT body FROM connections WHERE name = ?", (name,))
        if row is None:
            raise EntityNotFoundException(f"Connection {name} not found.")
        return _shown(row)

    def all(self) -> list[tuple[Document, list[str]]]:
        """All of them, by name."""
        return [_shown(row) for row in self.db.all("SELECT body FROM connections ORDER BY name")]

    def update(self, name: str, given: Document) -> None:
        """Replace the definition; its name stays."""
        with self.db.transaction():
            old, _ = self.get(name)
            kept = {"CreationTime": old["CreationTime"], "LastUpdatedTime": now()}
            body = self._body({**given, "Name": name}) | kept
            self.db.execute("UPDATE connections SET body = ? WHERE name = ?", (dump(body), name))

    def delete(self, name: str) -> None:
        """Raises EntityNotFoundException."""
        if not self.db.execute("DELETE FROM connections WHERE name = ?", (name,)):
            raise EntityNotFoundException(f"Connection {name} not found.")

    def _body(self, given: Document) -> Document:
        properties = given["ConnectionProperties"]
        hidden = sorted(name for name in properties if HIDDEN.search(name))
        shown = {name: value for name, value in properties.items() if name not in hidden}
        facts = {"ConnectionProperties": shown, "LastUpdatedBy": self.made_by, "hidden": hidden}
        return {**given, **facts}


def _shown(row: dict[str, Any]) -> tuple[Document, list[str]]:
    body = document(row)
    hidden: list[str] = body.pop("hidden")
    return body, hidden
