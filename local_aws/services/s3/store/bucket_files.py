"""A bucket's bytes: where those of a key and of its older versions are.

The current version is at the key's own path or, where it has none, at its encoded place, whose
name SQLite keeps. An older version is at ``.~v/<hh>/<sha256 of the key>/<seq>``.
"""

import contextlib
import heapq
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from local_aws import disk
from local_aws.database import Database
from local_aws.services.s3.store import files, keys, listing

SCHEMA = """
CREATE TABLE IF NOT EXISTS encoded (bucket TEXT, key TEXT, PRIMARY KEY (bucket, key)) WITHOUT ROWID;
"""


class BucketFiles:
    """Callers hold the key's lock where they change something."""

    def __init__(self, db: Database, root: Path) -> None:
        self._db = db
        self.root = root
        self._folders: dict[str, Path] = {}  # joining a path costs more than a look
        db.script(SCHEMA)
        self._settle_names()

    def folder(self, bucket: str) -> Path:
        found = self._folders.get(bucket)
        if found is None:
            found = self._folders[bucket] = self.root / bucket
        return found

    def find(self, bucket: str, key: str) -> tuple[keys.Place, os.stat_result | None]:
        """Where the current bytes are or, without a status, would be."""
        for place in keys.places(key):
            status = files.status(self.folder(bucket), place)
            if status:
                return place, status
        path = keys.readable(key)
        return (path if path and keys.is_plain(key) else keys.encoded(key)), None

    def open(self, bucket: str, key: str) -> tuple[keys.Place, int, os.stat_result] | None:
        """As `find`, with a file descriptor that the caller closes."""
        for place in keys.places(key):
            opened = files.open_file(self.folder(bucket), place)
            if opened:
                return place, *opened
        return None

    def move_in(self, source: Path, bucket: str, key: str) -> keys.Place:
        """Make a file the current bytes; its place."""
        root, path, odd = self.folder(bucket), keys.readable(key), keys.encoded(key)
        if path and (keys.is_plain(key) or files.status(root, path)):
            with contextlib.suppress(files.Obstructed):
                files.move_in(source, root, path)
                if files.status(root, odd):
                    self._remove_encoded(bucket, key)
                return path
        # The name first: a file without its name would never be listed.
        self._db.execute("INSERT OR IGNORE INTO encoded VALUES (?, ?)", (bucket, key))
        self._write_name(bucket, key)
        files.move_in(source, root, odd)
        return odd

    def remove(self, bucket: str, key: str) -> None:
        """Take the current bytes away."""
        path = keys.readable(key)
        if path:
            files.remove(self.folder(bucket), path)
        self._remove_encoded(bucket, key)

    def keep(self, bucket: str, key: str, place: keys.Place, seq: int) -> None:
        """Give the current bytes a second name, which stays when they are replaced."""
        files.link(self.folder(bucket), place, keys.kept(key, seq))

    def restore(self, bucket: str, key: str, seq: int) -> None:
        """Make an older version's bytes the current ones; they keep their second name."""
        data = self.root.parent
        temporary = data / "tmp" / f"s3-{uuid.uuid4().hex}"
        kept = (self.root.name, bucket, *keys.kept(key, seq))
        files.link(data, kept, ("tmp", temporary.name))
        self.move_in(temporary, bucket, key)

    def remove_kept(self, bucket: str, key: str, seq: int) -> None:
        files.remove(self.folder(bucket), keys.kept(key, seq))

    def names(self, bucket: str, prefix: str, after: str, fold: bool) -> Iterator[str]:
        """Keys in order; `fold` gives a folder below the prefix as one name ending in "/"."""
        root = self.folder(bucket)
        walked = listing.walk(root, prefix, after, fold)
        rows = self._db.all(
            "SELECT key FROM encoded WHERE bucket = ? AND key > ? AND key >= ? AND key < ? "
            "ORDER BY key",
            (bucket, after, prefix, prefix + listing.LAST),
        )
        if not rows:
            return walked
        odd = (row["key"] for row in rows if files.status(root, keys.encoded(row["key"])))
        return unique(heapq.merge(walked, odd))

    def statuses(
        self, bucket: str, names: list[str]
    ) -> Iterator[tuple[str, keys.Place, os.stat_result]]:
        """Each key that is there, with the place and status of its bytes."""
        root = self.folder(bucket)
        found = files.statuses(root, [keys.readable(name) for name in names])
        for name, (place, status) in zip(names, found, strict=True):
            if status is None:
                place, status = keys.encoded(name), files.status(root, keys.encoded(name))
            if place and status:
                yield name, place, status

    def _write_name(self, bucket: str, key: str) -> None:
        root, place = self.folder(bucket), keys.name_of(key)
        name, status = key.encode(), files.status(root, place)
        if status is None or status.st_size != len(name):
            temporary = self.root.parent / "tmp" / f"s3-{uuid.uuid4().hex}"
            temporary.write_bytes(name)
            disk.sync_path(temporary)
            files.move_in(temporary, root, place)

    def _settle_names(self) -> None:
        """Of each encoded object its name, of one that a kill left without bytes none."""
        for row in self._db.all("SELECT bucket, key FROM encoded"):
            bucket, key = row["bucket"], row["key"]
            if files.status(self.folder(bucket), keys.encoded(key)):
                self._write_name(bucket, key)
            else:
                files.remove(self.folder(bucket), keys.name_of(key))

    def _remove_encoded(self, bucket: str, key: str) -> None:
        files.remove(self.folder(bucket), keys.encoded(key))
        files.remove(self.folder(bucket), keys.name_of(key))
        self._db.execute("DELETE FROM encoded WHERE bucket = ? AND key = ?", (bucket, key))


def unique(ordered: Iterator[str]) -> Iterator[str]:
    """Each name once."""
    previous = None
    for name in ordered:
        if name != previous:
            yield name
        previous = name
