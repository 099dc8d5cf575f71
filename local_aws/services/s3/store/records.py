"""What is known of each version of each key beside its bytes, the newest first.

A record is written before its bytes are renamed into place and counts once they are there: whoever
reads takes the record that fits the file's size and modification time. So a kill in between
leaves the old bytes with the old record, and one after it the new bytes with the new.
"""

import os
import time
from collections.abc import Iterator
from typing import NamedTuple

from local_aws.database import Database, Row
from local_aws.services.s3.store.listing import LAST
from local_aws.services.s3.store.objects import NULL

BATCH = 1000
FOREVER = 1 << 62  # later than every `seq`
SCHEMA = """
CREATE TABLE IF NOT EXISTS versions (
    bucket TEXT, key TEXT, seq INTEGER, version TEXT NOT NULL, marker INTEGER NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, etag TEXT NOT NULL, attributes TEXT NOT NULL,
    PRIMARY KEY (bucket, key, seq)) WITHOUT ROWID;
"""
# Data of format 1 had one row a key and no versions.
MIGRATION = """
BEGIN IMMEDIATE;
INSERT OR IGNORE INTO versions
    SELECT bucket, key, mtime_ns, 'null', 0, size, mtime_ns, etag, attributes FROM objects;
DROP TABLE objects;
COMMIT;
"""
INSERT = """
INSERT INTO versions
    SELECT ?1, ?2, max(?3, coalesce(max(seq) + 1, 0)), ?4, ?5, ?6, ?7, ?8, ?9
    FROM versions WHERE bucket = ?1 AND key = ?2
RETURNING seq, EXISTS(
    SELECT 1 FROM versions AS old
    WHERE old.bucket = ?1 AND old.key = ?2 AND old.seq < versions.seq) AS older
"""


class Record(NamedTuple):
    """`seq` orders a key's versions; `marker` is a delete marker, which has no bytes."""

    seq: int
    version: str
    marker: bool
    size: int
    mtime_ns: int
    etag: str
    attributes: str

    def fits(self, status: os.stat_result) -> bool:
        """Whether it describes these bytes."""
        found = (status.st_size, status.st_mtime_ns)
        return not self.marker and (self.size, self.mtime_ns) == found


class Added(NamedTuple):
    """The `seq` of a new record, and whether the key has older ones."""

    seq: int
    has_older: bool


class Records:
    """The table `versions`; callers hold the key's lock where they read and write."""

    def __init__(self, db: Database) -> None:
        self._db = db
        db.script(SCHEMA)
        if db.one("SELECT 1 FROM sqlite_master WHERE name = 'objects'"):
            db.script(MIGRATION)

    def add(
        self,
        bucket: str,
        key: str,
        version: str,
        size: int,
        mtime_ns: int,
        etag: str,
        attributes: str,
    ) -> "Added":
        """Write the newest record of the key."""
        values = (bucket, key, time.time_ns(), version, False, size, mtime_ns, etag, attributes)
        return self._insert(values)

    def add_marker(self, bucket: str, key: str, version: str) -> "Added":
        """Write a delete marker over the key."""
        now = time.time_ns()
        return self._insert((bucket, key, now, version, True, 0, now, "", "{}"))

    def _insert(self, values: tuple[object, ...]) -> "Added":
        row = self._db.one(INSERT, values)
        assert row is not None, "RETURNING gives the row"
        return Added(row["seq"], bool(row["older"]))

    def of(self, bucket: str, key: str) -> list[Record]:
        """All of a key, the newest first."""
        rows = self._db.all(
            "SELECT * FROM versions WHERE bucket = ? AND key = ? ORDER BY seq DESC", (bucket, key)
        )
        return [_record(row) for row in rows]

    def newest(self, bucket: str, key: str) -> Record | None:
        row = self._db.one(
            "SELECT * FROM versions WHERE bucket = ? AND key = ? ORDER BY seq DESC LIMIT 1",
            (bucket, key),
        )
        return _record(row) if row else None

    def newest_of(self, bucket: str, names: list[str]) -> dict[str, Record]:
        """The newest of each key, by one look into the database."""
        marks = ", ".join("?" * len(names))
        # SQLite takes bare columns from the row that has the maximum:
        # https://www.sqlite.org/lang_select.html#bareagg
        rows = self._db.tuples(
            "SELECT key, max(seq), version, marker, size, mtime_ns, etag, attributes "  # noqa: S608
            f"FROM versions WHERE bucket = ? AND key IN ({marks}) GROUP BY key",
            (bucket, *names),
        )
        return {key: Record(seq, ver, bool(mark), *rest) for key, seq, ver, mark, *rest in rows}

    def keys(self, bucket: str, prefix: str, after: str) -> Iterator[str]:
        """Keys that have a record, in order, read in batches."""
        while True:
            rows = self._db.all(
                "SELECT DISTINCT key FROM versions WHERE bucket = ? AND key > ? AND key >= ? "
                "AND key < ? ORDER BY key LIMIT ?",
                (bucket, after, prefix, prefix + LAST, BATCH),
            )
            yield from (row["key"] for row in rows)
            if len(rows) < BATCH:
                return
            after = rows[-1]["key"]

    def marked(self) -> list[tuple[str, str]]:
        """Bucket and key where the newest record is a delete marker."""
        rows = self._db.all(
            "SELECT bucket, key, marker, max(seq) FROM versions GROUP BY bucket, key HAVING marker"
        )
        return [(row["bucket"], row["key"]) for row in rows]

    def nulls_before(self, bucket: str, key: str, seq: int) -> list[Record]:
        """Older null versions: a key has one at most, so these were replaced."""
        rows = self._db.all(
            "SELECT * FROM versions WHERE bucket = ? AND key = ? AND seq < ? AND version = ?",
            (bucket, key, seq, NULL),
        )
        return [_record(row) for row in rows]

    def describe(self, bucket: str, key: str, seq: int, attributes: str) -> None:
        """Change what is known of a version, such as its tags."""
        self._db.execute(
            "UPDATE versions SET attributes = ? WHERE bucket = ? AND key = ? AND seq = ?",
            (attributes, bucket, key, seq),
        )

    def remove(self, bucket: str, key: str, seq: int) -> None:
        """One record; a `seq` that is not there is no error."""
        self._db.execute(
            "DELETE FROM versions WHERE bucket = ? AND key = ? AND seq = ?", (bucket, key, seq)
        )

    def remove_all(self, bucket: str, key: str, before: int = FOREVER) -> None:
        """Every record of a key that is older than a `seq`."""
        self._db.execute(
            "DELETE FROM versions WHERE bucket = ? AND key = ? AND seq < ?", (bucket, key, before)
        )


def fitting(records: list[Record], status: os.stat_result) -> Record | None:
    """The record that describes these bytes."""
    return next((record for record in records if record.fits(status)), None)


def is_deleted(records: list[Record], record: Record | None) -> bool:
    """Whether a delete marker stands above: a kill came before its bytes were taken away."""
    return record is not None and any(r.marker and r.seq > record.seq for r in records)


def _record(row: Row) -> Record:
    return Record(
        row["seq"],
        row["version"],
        bool(row["marker"]),
        row["size"],
        row["mtime_ns"],
        row["etag"],
        row["attributes"],
    )
