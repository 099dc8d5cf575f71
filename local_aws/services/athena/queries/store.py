"""Athena's durable state: workgroups, executions, prepared statements and named queries."""

from __future__ import annotations

import json
import time
from typing import Any

from local_aws.context import Platform
from local_aws.services.athena.errors import InvalidRequest

_TABLES = """
CREATE TABLE IF NOT EXISTS workgroups (name TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS executions (
    id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, workgroup TEXT NOT NULL, state TEXT NOT NULL,
    token TEXT, reuse_key TEXT, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS executions_by_workgroup ON executions (workgroup, sequence);
CREATE INDEX IF NOT EXISTS executions_by_time ON executions (sequence);
CREATE INDEX IF NOT EXISTS executions_by_reuse ON executions (reuse_key, sequence);
CREATE UNIQUE INDEX IF NOT EXISTS executions_by_token ON executions (token) WHERE token IS NOT NULL;
CREATE TABLE IF NOT EXISTS prepared (
    workgroup TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (workgroup, name));
CREATE TABLE IF NOT EXISTS named_queries (
    id TEXT PRIMARY KEY, workgroup TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tags (arn TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (arn, key));
"""
ACTIVE = ("QUEUED", "RUNNING")


class Store:
    """Bodies are JSON; times in them are seconds since 1970."""

    def __init__(self, platform: Platform) -> None:
        self.db = platform.db("athena")
        self.db.script(_TABLES)

    # --- executions

    def add_execution(self, body: dict[str, Any], token: str | None, reuse_key: str) -> bool:
        """False where another execution has the token."""
        added = self.db.execute(
            "INSERT INTO executions VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (token)"
            " WHERE token IS NOT NULL DO NOTHING",
            (
                body["id"],
                time.time_ns(),
                body["workgroup"],
                body["state"],
                token,
                reuse_key,
                json.dumps(body),
            ),
        )
        return bool(added)

    def save_execution(self, body: dict[str, Any]) -> None:
        self.db.execute(
            "UPDATE executions SET state = ?, body = ? WHERE id = ?",
            (body["state"], json.dumps(body), body["id"]),
        )

    def execution(self, query_id: str) -> dict[str, Any] | None:
        return self._body("SELECT body FROM executions WHERE id = ?", query_id)

    def execution_by_token(self, token: str) -> dict[str, Any] | None:
        return self._body("SELECT body FROM executions WHERE token = ?", token)

    def reusable(self, reuse_key: str) -> dict[str, Any] | None:
        """The latest success of the same text in the same place that was worked for."""
        return self._body(
            "SELECT body FROM executions WHERE reuse_key = ? AND state = 'SUCCEEDED'"
            " AND json_extract(body, '$.reused') IS NULL ORDER BY sequence DESC LIMIT 1",
            reuse_key,
        )

    def active(self) -> list[dict[str, Any]]:
        rows = self.db.all("SELECT body FROM executions WHERE state IN (?, ?)", ACTIVE)
        return [json.loads(row["body"]) for row in rows]

    def execution_ids(self, workgroup: str, limit: int, before: int) -> list[tuple[str, int]]:
        """The newest first, from `before` on."""
        rows = self.db.all(
            "SELECT id, sequence FROM executions WHERE workgroup = ? AND sequence < ?"
            " ORDER BY sequence DESC LIMIT ?",
            (workgroup, before, limit),
        )
        return [(row["id"], row["sequence"]) for row in rows]

    def recent(
        self,
        limit: int,
        *,
        before: int | None = None,
        workgroup: str = "",
        state: str = "",
        text: str = "",
    ) -> list[tuple[dict[str, Any], int]]:
        """The newest first, each with what goes on as `before`; empty conditions hold for all."""
        rows = self.db.all(
            "SELECT body, sequence FROM executions WHERE sequence < ?"
            " AND ? IN ('', workgroup) AND ? IN ('', state)"
            " AND (? = '' OR instr(lower(json_extract(body, '$.query')), lower(?)))"
            " ORDER BY sequence DESC LIMIT ?",
            (2**62 if before is None else before, workgroup, state, text, text, limit),
        )
        return [(json.loads(row["body"]), row["sequence"]) for row in rows]

    def since(self, seconds: float) -> list[dict[str, Any]]:
        """The executions that were asked for after a time."""
        sql = "SELECT body FROM executions WHERE sequence > ?"
        return [json.loads(row["body"]) for row in self.db.all(sql, (int(seconds * 1e9),))]

    # --- workgroups

    def workgroup(self, name: str) -> dict[str, Any] | None:
        return self._body("SELECT body FROM workgroups WHERE name = ?", name)

    def workgroups(self) -> list[dict[str, Any]]:
        return [
            json.loads(r["body"]) for r in self.db.all("SELECT body FROM workgroups ORDER BY name")
        ]

    def put_workgroup(self, body: dict[str, Any]) -> None:
        self.db.execute(
            "INSERT INTO workgroups VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET body = excluded.body",
            (body["Name"], json.dumps(body)),
        )

    def delete_workgroup(self, name: str, arn: str) -> None:
        """With its statements, named queries and tags; executions stay known by their ids."""
        with self.db.transaction():
            for table in ("prepared", "named_queries"):
                self.db.execute(f"DELETE FROM {table} WHERE workgroup = ?", (name,))  # noqa: S608
            self.db.execute("DELETE FROM tags WHERE arn = ?", (arn,))
            self.db.execute("DELETE FROM workgroups WHERE name = ?", (name,))

    # --- prepared statements and named queries

    def prepared(self, workgroup: str, name: str) -> dict[str, Any] | None:
        row = self.db.one(
            "SELECT body FROM prepared WHERE workgroup = ? AND name = ?", (workgroup, name)
        )
        return json.loads(row["body"]) if row else None

    def all_prepared(self, workgroup: str) -> list[dict[str, Any]]:
        rows = self.db.all(
            "SELECT body FROM prepared WHERE workgroup = ? ORDER BY name", (workgroup,)
        )
        return [json.loads(row["body"]) for row in rows]

    def put_prepared(self, workgroup: str, name: str, text: str, description: str) -> None:
        body = {
            "StatementName": name,
            "WorkGroupName": workgroup,
            "QueryStatement": text,
            "Description": description,
            "LastModifiedTime": time.time(),
        }
        self.db.execute(
            "INSERT INTO prepared VALUES (?, ?, ?)"
            " ON CONFLICT (workgroup, name) DO UPDATE SET body = excluded.body",
            (workgroup, name, json.dumps(body)),
        )

    def delete_prepared(self, workgroup: str, name: str) -> bool:
        return bool(
            self.db.execute(
                "DELETE FROM prepared WHERE workgroup = ? AND name = ?", (workgroup, name)
            )
        )

    def named_query(self, query_id: str) -> dict[str, Any] | None:
        return self._body("SELECT body FROM named_queries WHERE id = ?", query_id)

    def named_query_ids(self, workgroup: str) -> list[str]:
        rows = self.db.all(
            "SELECT id FROM named_queries WHERE workgroup = ? ORDER BY rowid", (workgroup,)
        )
        return [row["id"] for row in rows]

    def put_named_query(self, body: dict[str, Any]) -> None:
        self.db.execute(
            "INSERT INTO named_queries VALUES (?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (body["NamedQueryId"], body["WorkGroup"], json.dumps(body)),
        )

    def delete_named_query(self, query_id: str) -> bool:
        return bool(self.db.execute("DELETE FROM named_queries WHERE id = ?", (query_id,)))

    # --- tags

    def tags(self, arn: str) -> list[dict[str, str]]:
        rows = self.db.all("SELECT key, value FROM tags WHERE arn = ? ORDER BY key", (arn,))
        return [{"Key": row["key"], "Value": row["value"]} for row in rows]

    def tag(self, arn: str, tags: list[dict[str, str]]) -> None:
        """Add or replace tags. Raises InvalidRequest for one without a key: the model allows it."""
        with self.db.transaction():
            for tag in tags:
                if not tag.get("Key"):
                    raise InvalidRequest("A tag has no Key")
                self.db.execute(
                    "INSERT INTO tags VALUES (?, ?, ?)"
                    " ON CONFLICT (arn, key) DO UPDATE SET value = excluded.value",
                    (arn, tag["Key"], tag.get("Value", "")),
                )

    def untag(self, arn: str, keys: list[str]) -> None:
        for key in keys:
            self.db.execute("DELETE FROM tags WHERE arn = ? AND key = ?", (arn, key))

    def _body(self, sql: str, parameter: str) -> dict[str, Any] | None:
        row = self.db.one(sql, (parameter,))
        return json.loads(row["body"]) if row else None
