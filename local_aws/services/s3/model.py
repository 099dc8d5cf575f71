"""The buckets and objects: the one way to S3's data for every other service.

What S3 does: a flat map from keys to bytes. What we do: a key is its own path below the bucket's
folder, written as a temporary file, renamed, then described in SQLite. The file is the truth: a
description counts only while size and modification time match, so a file that an engine wrote
is an object at once, without metadata and with an ETag computed when someone asks for it.
The difference: `a` beside `a/b` and other keys that are no paths live elsewhere (see `keys`), and
engines do not see those.
"""

import contextlib
import hashlib
import heapq
import itertools
import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from local_aws.context import Platform
from local_aws.database import Database, Row
from local_aws.services.s3 import files, keys, listing
from local_aws.services.s3.errors import (
    BucketAlreadyOwnedByYou,
    BucketNotEmpty,
    InvalidArgument,
    InvalidBucketName,
    KeyTooLong,
    NoSuchBucket,
    NoSuchKey,
)

BLOCK = 1 << 20
LOCKS = 64
DEFAULT_TYPE = "binary/octet-stream"
BUCKET_NAME = re.compile(r"(?!xn--|sthree-)(?!.*(\.\.|-s3alias$))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
SCHEMA = """
CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY, created TEXT NOT NULL, region TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT, key TEXT, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, etag TEXT NOT NULL,
    attributes TEXT NOT NULL, PRIMARY KEY (bucket, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS encoded (bucket TEXT, key TEXT, PRIMARY KEY (bucket, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settings (
    bucket TEXT, kind TEXT, body BLOB NOT NULL, PRIMARY KEY (bucket, kind)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, created TEXT NOT NULL,
    algorithm TEXT NOT NULL, checksum_type TEXT NOT NULL, attributes TEXT NOT NULL,
    etag TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS parts (
    upload TEXT, number INTEGER, file TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
    modified TEXT NOT NULL, checksums TEXT NOT NULL, PRIMARY KEY (upload, number)) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Attributes:
    """What is known of an object beside its bytes."""

    content_type: str = DEFAULT_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    checksums: dict[str, str] = field(default_factory=dict)
    checksum_type: str = ""
    parts: list[int] = field(default_factory=list)

    def dump(self) -> str:
        kept = {name: value for name, value in vars(self).items() if value}
        return json.dumps(kept, ensure_ascii=False)

    @classmethod
    def load(cls, text: str) -> "Attributes":
        return cls(**json.loads(text))


@dataclass(frozen=True)
class ObjectInfo:
    key: str
    size: int
    mtime_ns: int
    root: Path
    place: keys.Place
    attributes: Attributes
    known_etag: str | None
    compute_etag: Callable[["ObjectInfo"], str] = field(repr=False, compare=False)

    @property
    def path(self) -> Path:
        return self.root.joinpath(*self.place)

    @property
    def last_modified(self) -> datetime:
        return datetime.fromtimestamp(self.mtime_ns // 10**9, UTC)

    @cached_property
    def etag(self) -> str:
        """Without quotes. Reads the file, once, where an engine wrote it."""
        return self.known_etag or self.compute_etag(self)


@dataclass(frozen=True)
class Bucket:
    name: str
    created: datetime
    region: str


Check = Callable[[ObjectInfo | None], None]


def parse_uri(uri: str) -> tuple[str, str]:
    """``s3://bucket/key`` (also s3a, s3n) as bucket and key."""
    scheme, slashes, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme not in ("s3", "s3a", "s3n") or not slashes or not bucket:
        raise InvalidArgument(f"'{uri}' is not an S3 address: s3://bucket/key", "uri", uri)
    return bucket, key


class S3Store:
    def __init__(self, platform: Platform) -> None:
        self.db: Database = platform.db("s3")
        self.db.script(SCHEMA)
        self.region = platform.region
        self.root = platform.data_dir / "s3"
        self.scratch = platform.data_dir / "tmp"
        self.root.mkdir(parents=True, exist_ok=True)
        self.scratch.mkdir(parents=True, exist_ok=True)
        self._locks = [threading.RLock() for _ in range(LOCKS)]

    # Buckets.

    def bucket_exists(self, bucket: str) -> bool:
        return self.db.one("SELECT 1 FROM buckets WHERE name = ?", (bucket,)) is not None

    def require_bucket(self, bucket: str) -> None:
        if not self.bucket_exists(bucket):
            raise NoSuchBucket(bucket)

    def buckets(self) -> list[Bucket]:
        rows = self.db.all("SELECT * FROM buckets ORDER BY name")
        return [_bucket(row) for row in rows]

    def bucket(self, bucket: str) -> Bucket:
        row = self.db.one("SELECT * FROM buckets WHERE name = ?", (bucket,))
        if row is None:
            raise NoSuchBucket(bucket)
        return _bucket(row)

    def create_bucket(self, bucket: str, region: str = "") -> None:
        if not BUCKET_NAME.fullmatch(bucket):
            raise InvalidBucketName(bucket)
        self._folder(bucket).mkdir(exist_ok=True)
        created = datetime.now(UTC).isoformat(timespec="milliseconds")
        row = (bucket, created, region or self.region)
        if not self.db.execute("INSERT OR IGNORE INTO buckets VALUES (?, ?, ?)", row):
            raise BucketAlreadyOwnedByYou(bucket)

    def delete_bucket(self, bucket: str) -> None:
        self.require_bucket(bucket)
        with contextlib.ExitStack() as stack:
            for lock in self._locks:
                stack.enter_context(lock)
            if next(self.names(bucket), None) is not None:
                raise BucketNotEmpty(bucket)
            with self.db.transaction():
                self.db.execute(
                    "DELETE FROM parts WHERE upload IN (SELECT id FROM uploads WHERE bucket = ?)",
                    (bucket,),
                )
                for table in ("objects", "encoded", "settings", "uploads"):
                    self.db.execute(f"DELETE FROM {table} WHERE bucket = ?", (bucket,))  # noqa: S608
                self.db.execute("DELETE FROM buckets WHERE name = ?", (bucket,))
            shutil.rmtree(self._folder(bucket), ignore_errors=True)

    def bucket_path(self, bucket: str) -> Path:
        self.require_bucket(bucket)
        return self._folder(bucket)

    # Objects.

    def path(self, bucket: str, key: str) -> Path:
        """Where the key's bytes are or will be."""
        root = self.bucket_path(bucket)
        place = self._find(root, key)[0]
        return root.joinpath(*place)

    def stat(self, bucket: str, key: str) -> ObjectInfo | None:
        root = self.bucket_path(bucket)
        with self.lock(bucket, key):
            place, status = self._find(root, key)
            if status is None:
                return None
            row = self._row(bucket, key)
        return self._info(bucket, key, root, place, status, row)

    def list(self, bucket: str, prefix: str = "", start_after: str = "") -> Iterator[ObjectInfo]:
        """Every object below the prefix, by key. One that vanishes meanwhile is left out."""
        names = self.names(bucket, prefix, start_after)
        while batch := list(itertools.islice(names, LOCKS * 8)):
            yield from self.infos(bucket, batch)

    def names(
        self, bucket: str, prefix: str = "", after: str = "", fold: bool = False
    ) -> Iterator[str]:
        """Keys in order; `fold` gives a folder below the prefix as one name ending in "/"."""
        root = self.bucket_path(bucket)
        walked = listing.walk(root, prefix, after, fold)
        rows = self.db.all(
            "SELECT key FROM encoded WHERE bucket = ? AND key > ? AND key >= ? AND key < ? "
            "ORDER BY key",
            (bucket, after, prefix, prefix + listing.LAST),
        )
        odd = (row["key"] for row in rows if files.status(root, keys.encoded(row["key"])))
        previous = None
        for name in heapq.merge(walked, odd):
            if name != previous:
                yield name
            previous = name

    def infos(self, bucket: str, names: "Names") -> Iterator[ObjectInfo]:
        """The objects of some keys, with one look into the database."""
        root = self._folder(bucket)
        marks = ", ".join("?" * len(names))
        rows = self.db.all(
            f"SELECT * FROM objects WHERE bucket = ? AND key IN ({marks})",  # noqa: S608
            (bucket, *names),
        )
        by_key = {row["key"]: row for row in rows}
        statuses = files.statuses(root, [keys.readable(name) for name in names])
        for name, (place, status) in zip(names, statuses, strict=True):
            if status is None:
                place, status = keys.encoded(name), files.status(root, keys.encoded(name))
            if place and status:
                yield self._info(bucket, name, root, place, status, by_key.get(name))

    def read(self, bucket: str, key: str) -> bytes:
        with self.open(bucket, key) as file:
            return file.read()

    def open(self, bucket: str, key: str) -> BinaryIO:
        return os.fdopen(self.open_object(bucket, key)[0], "rb")

    def open_object(self, bucket: str, key: str) -> tuple[int, ObjectInfo]:
        """A file descriptor, which the caller closes, and what it is."""
        root = self.bucket_path(bucket)
        with self.lock(bucket, key):
            for place in keys.places(key):
                opened = files.open_file(root, place)
                if opened:
                    descriptor, status = opened
                    row = self._row(bucket, key)
                    break
            else:
                raise NoSuchKey(key)
        return descriptor, self._info(bucket, key, root, place, status, row)

    def put(
        self,
        bucket: str,
        key: str,
        data: bytes | BinaryIO,
        content_type: str = DEFAULT_TYPE,
        metadata: dict[str, str] | None = None,
    ) -> ObjectInfo:
        self.require_bucket(bucket)
        incoming = self.incoming()
        try:
            stream = BytesIO(data) if isinstance(data, bytes) else data
            while block := stream.read(BLOCK):
                incoming.write(block)
            attributes = Attributes(content_type=content_type, metadata=metadata or {})
            return self.commit(incoming, bucket, key, attributes)
        finally:
            incoming.discard()

    def check_key(self, key: str) -> None:
        size = len(key.encode())
        if not key:
            raise InvalidArgument("A key has at least one byte.", "key", key)
        if size > keys.MAX_KEY:
            raise KeyTooLong(size, keys.MAX_KEY)

    def incoming(self) -> files.Incoming:
        return files.Incoming(self.scratch)

    def commit(
        self,
        incoming: files.Incoming,
        bucket: str,
        key: str,
        attributes: Attributes,
        check: Check | None = None,
        etag: str | None = None,
    ) -> ObjectInfo:
        """Make a temporary file the object: rename, then row. `check` may refuse, in the lock."""
        self.check_key(key)
        status = incoming.close()
        with self.lock(bucket, key):
            root = self.bucket_path(bucket)
            if check:
                check(self.stat(bucket, key))
            place = self._move_in(incoming.path, root, bucket, key)
            row = (bucket, key, status.st_size, status.st_mtime_ns, etag or incoming.md5)
            self._save(row, attributes)
        return ObjectInfo(
            key,
            status.st_size,
            status.st_mtime_ns,
            root,
            place,
            attributes,
            etag or incoming.md5,
            lambda info: info.known_etag or "",
        )

    def take(self, bucket: str, key: str, path: Path) -> None:
        """Make a file of this disk the object, as if an engine had written it there."""
        self.check_key(key)
        with self.lock(bucket, key):
            self._move_in(path, self.bucket_path(bucket), bucket, key)

    def delete(self, bucket: str, key: str, check: Check | None = None) -> None:
        """Remove the key. Removing one that is not there is no error, as in S3."""
        root = self.bucket_path(bucket)
        with self.lock(bucket, key):
            if check:
                check(self.stat(bucket, key))
            for place in keys.places(key):
                files.remove(root, place)
            with self.db.transaction():
                for table in ("objects", "encoded"):
                    self.db.execute(
                        f"DELETE FROM {table} WHERE bucket = ? AND key = ?",  # noqa: S608
                        (bucket, key),
                    )

    def set_tags(self, bucket: str, key: str, tags: dict[str, str]) -> None:
        with self.lock(bucket, key):
            info = self.stat(bucket, key)
            if info is None:
                raise NoSuchKey(key)
            row = (bucket, key, info.size, info.mtime_ns, info.etag)
            self._save(row, replace(info.attributes, tags=tags))

    def lock(self, bucket: str, key: str) -> threading.RLock:
        """Held while a key's file and row are taken together."""
        return self._locks[hash((bucket, key)) % LOCKS]

    def sweep(self) -> None:
        """Remove the temporary files of a server that was killed; only the server calls this."""
        for path in self.scratch.glob("s3-*"):
            path.unlink(missing_ok=True)

    def _folder(self, bucket: str) -> Path:
        return self.root / bucket

    def _find(self, root: Path, key: str) -> tuple[keys.Place, os.stat_result | None]:
        for place in keys.places(key):
            status = files.status(root, place)
            if status:
                return place, status
        path = keys.readable(key)
        return (path if path and keys.is_plain(key) else keys.encoded(key)), None

    def _move_in(self, source: Path, root: Path, bucket: str, key: str) -> keys.Place:
        path = keys.readable(key)
        odd = keys.encoded(key)
        if path and (keys.is_plain(key) or files.status(root, path)):
            with contextlib.suppress(files.Obstructed):
                files.move_in(source, root, path)
                if files.status(root, odd):
                    files.remove(root, odd)
                    self.db.execute(
                        "DELETE FROM encoded WHERE bucket = ? AND key = ?", (bucket, key)
                    )
                return path
        # The name first: a file without its name would never be listed.
        self.db.execute("INSERT OR IGNORE INTO encoded VALUES (?, ?)", (bucket, key))
        files.move_in(source, root, odd)
        return odd

    def _row(self, bucket: str, key: str) -> Row | None:
        return self.db.one("SELECT * FROM objects WHERE bucket = ? AND key = ?", (bucket, key))

    def _save(self, row: tuple[str, str, int, int, str], attributes: Attributes) -> None:
        self.db.execute(
            "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?)", (*row, attributes.dump())
        )

    def _info(
        self,
        bucket: str,
        key: str,
        root: Path,
        place: keys.Place,
        status: os.stat_result,
        row: Row | None,
    ) -> ObjectInfo:
        known = row and (row["size"], row["mtime_ns"]) == (status.st_size, status.st_mtime_ns)
        return ObjectInfo(
            key,
            status.st_size,
            status.st_mtime_ns,
            root,
            place,
            Attributes.load(row["attributes"]) if row and known else Attributes(),
            row["etag"] if row and known else None,
            lambda info: self._compute_etag(bucket, info),
        )

    def _compute_etag(self, bucket: str, info: ObjectInfo) -> str:
        """The MD5 of a file that an engine wrote, remembered while the file stays as it is."""
        opened = files.open_file(info.root, info.place)
        if opened is None:
            raise NoSuchKey(info.key)
        with os.fdopen(opened[0], "rb") as file:
            digest = hashlib.file_digest(file, _md5).hexdigest()
            after = os.fstat(file.fileno())
        with self.lock(bucket, info.key):
            if (after.st_size, after.st_mtime_ns) == (info.size, info.mtime_ns):
                row = (bucket, info.key, info.size, info.mtime_ns, digest)
                self._save(row, info.attributes)
        return digest


Names = list[str]  # `list` names a method in the class


def _bucket(row: Row) -> Bucket:
    return Bucket(row["name"], datetime.fromisoformat(row["created"]), row["region"])


def _md5() -> "hashlib._Hash":
    return hashlib.md5(usedforsecurity=False)
