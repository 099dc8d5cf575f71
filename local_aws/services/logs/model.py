"""Log groups, streams and events in SQLite.

Events are read in the order of their timestamps, and of their arrival where those are equal. A
`Position` between two events is what AWS's opaque tokens stand for.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.services.logs.errors import (
    ResourceAlreadyExistsException,
    ResourceNotFoundException,
    TooManyTagsException,
)

if TYPE_CHECKING:
    from local_aws.context import Platform

SCHEMA = """
CREATE TABLE IF NOT EXISTS log_groups (
    name TEXT PRIMARY KEY,
    created INTEGER NOT NULL,
    retention INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS group_tags (
    log_group TEXT NOT NULL REFERENCES log_groups ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (log_group, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS group_keys (
    log_group TEXT PRIMARY KEY REFERENCES log_groups ON DELETE CASCADE,
    kms_key TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS streams (
    id INTEGER PRIMARY KEY,
    log_group TEXT NOT NULL REFERENCES log_groups ON DELETE CASCADE,
    name TEXT NOT NULL,
    created INTEGER NOT NULL,
    first INTEGER,
    last INTEGER,
    ingested INTEGER,
    bytes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (log_group, name)
);
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE,
    timestamp INTEGER NOT NULL,
    ingested INTEGER NOT NULL,
    message TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS events_in_order ON events (stream, timestamp, id);
"""

Row = dict[str, Any]

MAX_TAGS = 50
PAGE_BYTES = 1_000_000  # a response of GetLogEvents or FilterLogEvents holds at most about 1 MB
EVENT_OVERHEAD = 26  # bytes that AWS counts for each event beside its message
_CHUNK = 500
_DAY = 86_400_000


@dataclass(frozen=True, order=True)
class Position:
    """A place in the order of events; events at or before it were already seen."""

    timestamp: int
    event: int


BEGINNING = Position(-1, 0)
END = Position(2**62, 0)


@dataclass(frozen=True)
class Window:
    """The events asked for: strictly between two positions, and how many at most."""

    after: Position = BEGINNING
    before: Position = END
    limit: int = 10_000
    backward: bool = False


class LogStore:
    """All logs of the server. Other services write with `append`."""

    def __init__(self, platform: "Platform") -> None:
        self.db = platform.db("logs")
        self.db.script(SCHEMA)

    def append(self, group: str, stream: str, messages: Iterable[tuple[int, str]]) -> None:
        """Add (milliseconds, message) events; makes the group and the stream where missing."""
        moment = _milliseconds()
        with self.db.transaction():
            sql = "INSERT OR IGNORE INTO log_groups (name, created) VALUES (?, ?)"
            self.db.execute(sql, (group, moment))
            sql = "INSERT OR IGNORE INTO streams (log_group, name, created) VALUES (?, ?, ?)"
            self.db.execute(sql, (group, stream, moment))
            self.put(group, stream, messages)

    # Groups

    def create_group(
        self, name: str, tags: Mapping[str, str] | None = None, kms_key: str | None = None
    ) -> None:
        """Raises ResourceAlreadyExistsException."""
        sql = "INSERT OR IGNORE INTO log_groups (name, created) VALUES (?, ?)"
        with self.db.transaction():
            if not self.db.execute(sql, (name, _milliseconds())):
                said = f"The specified log group already exists: {name}"
                raise ResourceAlreadyExistsException(said)
            self.tag(name, tags or {})
            self.set_key(name, kms_key)

    def group(self, name: str) -> Row:
        """Raises ResourceNotFoundException."""
        row = self.db.one("SELECT * FROM log_groups WHERE name = ?", (name,))
        if row is None:
            raise ResourceNotFoundException(f"The specified log group does not exist: {name}")
        return row

    def groups(self) -> list[Row]:
        """All groups by name, with the bytes that they hold."""
        sql = (
            "SELECT g.*, (SELECT coalesce(sum(bytes), 0) FROM streams WHERE log_group = g.name)"
            " AS bytes, kms_key FROM log_groups g LEFT JOIN group_keys ON log_group = g.name"
            " ORDER BY name"
        )
        return self.db.all(sql)

    def delete_group(self, name: str) -> None:
        """Delete it with its streams and events."""
        self.group(name)
        self.db.execute("DELETE FROM log_groups WHERE name = ?", (name,))

    def set_retention(self, name: str, days: int | None) -> None:
        """Keep events for so many days; None keeps them for ever."""
        self.group(name)
        self.db.execute("UPDATE log_groups SET retention = ? WHERE name = ?", (days, name))
        self.expire()

    def set_key(self, group: str, kms_key: str | None) -> None:
        """The ARN of the key that the group is under; None for the service's own."""
        self.group(group)
        if kms_key is None:
            self.db.execute("DELETE FROM group_keys WHERE log_group = ?", (group,))
        else:
            sql = "INSERT OR REPLACE INTO group_keys (log_group, kms_key) VALUES (?, ?)"
            self.db.execute(sql, (group, kms_key))

    def tags(self, group: str) -> dict[str, str]:
        self.group(group)
        rows = self.db.all("SELECT key, value FROM group_tags WHERE log_group = ?", (group,))
        return {row["key"]: row["value"] for row in rows}

    def tag(self, group: str, tags: Mapping[str, str]) -> None:
        """Set tags beside those that it has. Raises TooManyTagsException."""
        with self.db.transaction():
            if len({*self.tags(group), *tags}) > MAX_TAGS:
                raise TooManyTagsException(f"A log group can have up to {MAX_TAGS} tags.")
            rows = [(group, key, value) for key, value in tags.items()]
            sql = "INSERT OR REPLACE INTO group_tags (log_group, key, value) VALUES (?, ?, ?)"
            self.db.connection.executemany(sql, rows)

    def untag(self, group: str, keys: Iterable[str]) -> None:
        """Remove tags; one that it has not is no error."""
        self.group(group)
        with self.db.transaction():
            sql = "DELETE FROM group_tags WHERE log_group = ? AND key = ?"
            self.db.connection.executemany(sql, [(group, key) for key in keys])

    def expire(self) -> None:
        """Delete the events that are older than their group's retention."""
        sql = (
            "DELETE FROM events WHERE id IN (SELECT e.id FROM events e"
            " JOIN streams s ON s.id = e.stream JOIN log_groups g ON g.name = s.log_group"
            " WHERE g.retention IS NOT NULL AND e.timestamp < ? - g.retention * ?)"
        )
        self.db.execute(sql, (_milliseconds(), _DAY))

    # Streams

    def create_stream(self, group: str, name: str) -> None:
        """Raises ResourceAlreadyExistsException."""
        self.group(group)
        sql = "INSERT OR IGNORE INTO streams (log_group, name, created) VALUES (?, ?, ?)"
        if not self.db.execute(sql, (group, name, _milliseconds())):
            raise ResourceAlreadyExistsException(f"The specified log stream already exists: {name}")

    def stream(self, group: str, name: str) -> Row:
        """Raises ResourceNotFoundException, naming the group or the stream."""
        sql = "SELECT * FROM streams WHERE log_group = ? AND name = ?"
        row = self.db.one(sql, (group, name))
        if row is None:
            self.group(group)
            raise ResourceNotFoundException(
                f"The specified log stream does not exist: {name} in {group}"
            )
        return row

    def streams(self, group: str) -> list[Row]:
        """The group's streams, by name."""
        self.group(group)
        return self.db.all("SELECT * FROM streams WHERE log_group = ? ORDER BY name", (group,))

    def delete_stream(self, group: str, name: str) -> None:
        """Delete it with its events."""
        stream = self.stream(group, name)
        self.db.execute("DELETE FROM streams WHERE id = ?", (stream["id"],))

    # Events

    def put(self, group: str, stream: str, messages: Iterable[tuple[int, str]]) -> None:
        """Add events to a stream that exists."""
        moment = _milliseconds()
        with self.db.transaction():
            row = self.stream(group, stream)
            events = [(row["id"], at, moment, text) for at, text in messages]
            if not events:
                return
            sql = "INSERT INTO events (stream, timestamp, ingested, message) VALUES (?, ?, ?, ?)"
            self.db.connection.executemany(sql, events)
            self._count(row, [event[1] for event in events], moment, _size(events))

    def _count(self, stream: Row, times: Sequence[int], moment: int, size: int) -> None:
        first = min([*times, *([stream["first"]] if stream["first"] is not None else [])])
        last = max([*times, *([stream["last"]] if stream["last"] is not None else [])])
        sql = "UPDATE streams SET first = ?, last = ?, ingested = ?, bytes = bytes + ? WHERE id = ?"
        self.db.execute(sql, (first, last, moment, size, stream["id"]))

    def events(
        self, group: str, streams: Sequence[str], window: Window, terms: Sequence[str] = ()
    ) -> list[Row]:
        """The window's first events, or its last when it is read backward; oldest first.

        At most the window's limit and about `PAGE_BYTES`.
        """
        names = {self.stream(group, name)["id"]: name for name in streams}
        found: list[Row] = []
        size = 0
        for row in self._chunks(list(names), window, terms):
            size += len(row["message"].encode()) + EVENT_OVERHEAD
            if len(found) == window.limit or (found and size > PAGE_BYTES):
                break
            found.append(row | {"stream": names[row["stream"]]})
        return found[::-1] if window.backward else found

    def _chunks(
        self, streams: Sequence[int], window: Window, terms: Sequence[str]
    ) -> Iterable[Row]:
        after, before = window.after, window.before
        while True:
            rows = self._chunk(streams, after, before, terms, window.backward)
            yield from rows
            if len(rows) < _CHUNK:
                return
            edge = position(rows[-1])
            after, before = (after, edge) if window.backward else (edge, before)

    def _chunk(
        self,
        streams: Sequence[int],
        after: Position,
        before: Position,
        terms: Sequence[str],
        backward: bool,
    ) -> list[Row]:
        marks = ", ".join("?" for _ in streams)
        holds = "".join(" AND instr(message, ?) > 0" for _ in terms)
        order = "DESC" if backward else "ASC"
        sql = (
            f"SELECT * FROM events WHERE stream IN ({marks})"  # noqa: S608 marks, never values
            " AND (timestamp, id) > (?, ?) AND (timestamp, id) < (?, ?)"
            f"{holds} ORDER BY timestamp {order}, id {order} LIMIT {_CHUNK}"
        )
        edges = (after.timestamp, after.event, before.timestamp, before.event)
        return self.db.all(sql, (*streams, *edges, *terms))


def position(event: Row) -> Position:
    """Where an event stands."""
    return Position(event["timestamp"], event["id"])


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


def _size(events: Iterable[tuple[int, int, int, str]]) -> int:
    return sum(len(event[3].encode()) + EVENT_OVERHEAD for event in events)
