"""The buckets and objects: the one way to S3's data for every other service.

What S3 does: a flat map from keys to bytes, with older versions behind each. What we do: a key is
its own path below the bucket's folder, written as a temporary file, described in SQLite, then
renamed into place. The file is the truth: a description counts only while size and modification
time match, so a file that an engine wrote is an object at once, without metadata and with an
ETag computed when someone asks for it. Older versions lie beside (see `bucket_files`).
The difference: `a` beside `a/b` and other keys that are no paths live elsewhere (see `keys`); an
engine that lists the folder finds their names there. To a versioned bucket an engine writes as a
client does while versioning is suspended: its file is the null version, and what it overwrites or
removes itself is gone.
"""

import contextlib
import heapq
import itertools
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from local_aws import disk
from local_aws.context import Platform
from local_aws.database import Database, Row
from local_aws.services.s3.errors import (
    BucketAlreadyOwnedByYou,
    BucketNotEmpty,
    InvalidArgument,
    InvalidBucketName,
    KeyTooLong,
    NoSuchBucket,
    NoSuchKey,
)
from local_aws.services.s3.store import files, keys
from local_aws.services.s3.store.bucket_files import BucketFiles, unique
from local_aws.services.s3.store.objects import (
    DEFAULT_TYPE,
    LISTED,
    Attributes,
    Deletion,
    Entry,
    ObjectInfo,
)
from local_aws.services.s3.store.records import Records
from local_aws.services.s3.store.versions import Versions

BLOCK = 1 << 20
LOCKS = 64
BUCKET_NAME = re.compile(r"(?!xn--|sthree-)(?!.*(\.\.|-s3alias$))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
SCHEMA = """
CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY, created TEXT NOT NULL, region TEXT NOT NULL) WITHOUT ROWID;
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
class Bucket:
    name: str
    created: datetime
    region: str


Check = Callable[[ObjectInfo | None], None]


class Listener(Protocol):
    """Told of a change in the lock of its key."""

    def created(self, bucket: str, info: ObjectInfo) -> None: ...
    def removed(self, bucket: str, key: str, deletion: Deletion, marked: bool) -> None: ...
    def tagged(self, bucket: str, info: ObjectInfo, tags: dict[str, str]) -> None: ...
    def moved(self, bucket: str, info: ObjectInfo, storage_class: str) -> None: ...


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
        self.files = BucketFiles(self.db, self.root)
        self.records = Records(self.db)
        self._versions = Versions(self.files, self.records, self._remember_etag)
        self._locks = [threading.RLock() for _ in range(LOCKS)]
        rows = self.db.all("SELECT bucket, body FROM settings WHERE kind = 'versioning'")
        self._names = {row["name"] for row in self.db.all("SELECT name FROM buckets")}
        self._versioning = {row["bucket"]: bytes(row["body"]).decode() for row in rows}
        self.watchers: list[Callable[[str], None]] = []  # told of a bucket that is no more
        self.listener: Listener | None = None

    # Buckets.

    def bucket_exists(self, bucket: str) -> bool:
        return bucket in self._names

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
        created = datetime.now(UTC).isoformat(timespec="milliseconds")
        row = (bucket, created, region or self.region)
        with self.every_lock():  # a delete of the bucket ends first, or begins after
            self.files.folder(bucket).mkdir(exist_ok=True)
            if not self.db.execute("INSERT OR IGNORE INTO buckets VALUES (?, ?, ?)", row):
                raise BucketAlreadyOwnedByYou(bucket)
            self._names.add(bucket)

    def delete_bucket(self, bucket: str) -> None:
        with self.every_lock():
            self.require_bucket(bucket)
            if next(self.versions(bucket), None) is not None:
                raise BucketNotEmpty(bucket)
            with self.db.transaction():
                self.db.execute(
                    "DELETE FROM parts WHERE upload IN (SELECT id FROM uploads WHERE bucket = ?)",
                    (bucket,),
                )
                for table in ("versions", "encoded", "settings", "uploads"):
                    self.db.execute(f"DELETE FROM {table} WHERE bucket = ?", (bucket,))  # noqa: S608
                self.db.execute("DELETE FROM buckets WHERE name = ?", (bucket,))
            self._names.discard(bucket)
            self._versioning.pop(bucket, None)
            shutil.rmtree(self.files.folder(bucket), ignore_errors=True)
            for told in self.watchers:
                told(bucket)

    @contextlib.contextmanager
    def every_lock(self) -> Iterator[None]:
        """Held while what is of a whole bucket changes: nothing is written to it meanwhile."""
        with contextlib.ExitStack() as stack:
            for lock in self._locks:
                stack.enter_context(lock)
            yield

    def bucket_path(self, bucket: str) -> Path:
        self.require_bucket(bucket)
        return self.files.folder(bucket)

    def versioning(self, bucket: str) -> str:
        """``Enabled``, ``Suspended`` or, where it never was either, empty."""
        return self._versioning.get(bucket, "")

    def set_versioning(self, bucket: str, status: str) -> None:
        row = (bucket, status.encode())
        with self.every_lock():
            self.require_bucket(bucket)
            self.db.execute("INSERT OR REPLACE INTO settings VALUES (?, 'versioning', ?)", row)
            self._versioning[bucket] = status

    # Objects.

    def path(self, bucket: str, key: str) -> Path:
        """Where the key's bytes are or will be."""
        return self.bucket_path(bucket).joinpath(*self.files.find(bucket, key)[0])

    def stat(self, bucket: str, key: str, version: str | None = None) -> ObjectInfo | None:
        """The current version (None where that is a delete marker), or the one that is named."""
        self.require_bucket(bucket)
        with self.lock(bucket, key):
            if version is None:
                return self._versions.current(bucket, key)
            found = self._versions.history(bucket, key)
        return next((info for info in found if info.version == version), None)

    def versions(
        self, bucket: str, prefix: str = "", key_after: str = "", version_after: str = ""
    ) -> Iterator[ObjectInfo]:
        """Every version and delete marker: keys ascending, each key's newest first.

        Starts behind `key_after`, or behind that key's version `version_after`.
        """
        self.require_bucket(bucket)
        if version_after and key_after.startswith(prefix):
            infos = self.history(bucket, key_after)
            ids = [info.version for info in infos]
            # One that was deleted between two pages: better told again than left out.
            yield from infos[ids.index(version_after) + 1 if version_after in ids else 0 :]
        there = self.names(bucket, prefix, key_after)
        recorded = self.records.keys(bucket, prefix, key_after)
        for key in unique(heapq.merge(there, recorded)):
            yield from self.history(bucket, key)

    def history(self, bucket: str, key: str) -> "Infos":
        """A key's versions and delete markers, the newest first."""
        with self.lock(bucket, key):
            return self._versions.history(bucket, key)

    def list(self, bucket: str, prefix: str = "", start_after: str = "") -> Iterator[ObjectInfo]:
        """Every object below the prefix, by key. One that vanishes meanwhile is left out."""
        names = self.names(bucket, prefix, start_after)
        while batch := list(itertools.islice(names, LOCKS * 8)):
            yield from self.infos(bucket, batch)

    def names(
        self, bucket: str, prefix: str = "", after: str = "", fold: bool = False
    ) -> Iterator[str]:
        """Keys in order; `fold` gives a folder below the prefix as one name ending in "/"."""
        self.require_bucket(bucket)
        return self.files.names(bucket, prefix, after, fold)

    def infos(self, bucket: str, names: "Names") -> Iterator[ObjectInfo]:
        """The objects of some keys, with one look into the database."""
        known = self.records.newest_of(bucket, names)
        for key, place, status in self.files.statuses(bucket, names):
            record = known.get(key)
            if record is None or record.fits(status):
                yield self._versions.info(bucket, key, place, status, record)
            elif info := self._versions.of_bytes(bucket, key, place, status):
                yield info

    def entries(self, bucket: str, names: "Names") -> Iterator[Entry]:
        """As `infos`, with no more than a listing tells: a page has a thousand of them."""
        known = self.records.newest_of(bucket, names)
        for key, place, status in self.files.statuses(bucket, names):
            record = known.get(key)
            if record and record.fits(status):
                told = LISTED.decode(record.attributes)
                yield Entry(key, record.size, record.mtime_ns, record.etag, told)
            elif info := self._versions.of_bytes(bucket, key, place, status):
                with contextlib.suppress(NoSuchKey):  # it vanished before its MD5 was known
                    told = LISTED.decode(info.attributes.dump())
                    yield Entry(key, info.size, info.mtime_ns, info.etag, told)

    def path_of(self, bucket: str, info: ObjectInfo) -> Path:  # noqa: ARG002 - an actor is asked of it
        """Where an engine reads the bytes of an object that it listed."""
        return info.path

    def read(self, bucket: str, key: str) -> bytes:
        with self.open(bucket, key) as file:
            return file.read()

    def open(self, bucket: str, key: str) -> BinaryIO:
        return os.fdopen(self.open_object(bucket, key)[0], "rb")

    def open_object(
        self, bucket: str, key: str, version: str | None = None
    ) -> tuple[int, ObjectInfo]:
        """A file descriptor, which the caller closes, and what it is."""
        self.require_bucket(bucket)
        with self.lock(bucket, key):
            opened = self._open(bucket, key, version)
        if opened is None:
            raise NoSuchKey(key)
        return opened

    def put(
        self,
        bucket: str,
        key: str,
        data: bytes | BinaryIO,
        content_type: str = DEFAULT_TYPE,
        metadata: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> ObjectInfo:
        self.require_bucket(bucket)
        incoming = self.incoming()
        try:
            stream = BytesIO(data) if isinstance(data, bytes) else data
            while block := stream.read(BLOCK):
                incoming.write(block)
            attributes = Attributes(content_type, headers or {}, metadata or {})
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
        """Make a temporary file the object. `check` may refuse, in the lock."""
        self.check_key(key)
        status = incoming.close()
        with self.lock(bucket, key):
            self.require_bucket(bucket)
            if check:
                check(self.stat(bucket, key))
            mode, etag = self.versioning(bucket), etag or incoming.md5
            path = incoming.path
            info = self._versions.write(bucket, key, mode, path, status, etag, attributes)
            if self.listener:
                self.listener.created(bucket, info)
        incoming.moved()
        return info

    def take(self, bucket: str, key: str, path: Path) -> None:
        """Make a file of this disk the object, as if an engine had written it there."""
        self.check_key(key)
        with self.lock(bucket, key):
            self.require_bucket(bucket)
            if self.versioning(bucket):
                with path.open("rb") as file:
                    self.put(bucket, key, file)
                path.unlink()
            else:
                disk.sync_path(path)
                self.files.move_in(path, bucket, key)

    def delete(
        self, bucket: str, key: str, check: Check | None = None, version: str | None = None
    ) -> Deletion:
        """Remove the key, put a delete marker over it, or remove one of its versions.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
        Removing what is not there is no error, as in S3.
        """
        self.require_bucket(bucket)
        with self.lock(bucket, key):
            if check:
                check(self.stat(bucket, key, version))
            deletion = self._delete(bucket, key, version)
            if self.listener:
                marked = version is None and deletion.marker
                self.listener.removed(bucket, key, deletion, marked)
        return deletion

    def _delete(self, bucket: str, key: str, version: str | None) -> Deletion:
        if version is not None:
            return self._versions.delete(bucket, key, version)
        if mode := self.versioning(bucket):
            return self._versions.put_marker(bucket, key, mode)
        self._versions.remove(bucket, key)
        return Deletion(None, False)

    def set_tags(
        self, bucket: str, key: str, tags: dict[str, str], version: str | None = None
    ) -> ObjectInfo:
        return self._describe(bucket, key, version, tags=tags)

    def set_acl(self, bucket: str, key: str, acl: str, version: str | None = None) -> ObjectInfo:
        return self._describe(bucket, key, version, acl=acl)

    def set_attributes(self, bucket: str, key: str, **change: Any) -> ObjectInfo:
        """Members of `Attributes` that an engine knows of an object which it wrote as a file."""
        return self._describe(bucket, key, None, **change)

    def _describe(self, bucket: str, key: str, version: str | None, **change: Any) -> ObjectInfo:
        with self.lock(bucket, key):
            info = self.stat(bucket, key, version)
            if info is None:
                raise NoSuchKey(key)
            attributes = replace(info.attributes, **change)
            self._versions.describe(bucket, info, attributes, self.versioning(bucket))
            if self.listener and "tags" in change:
                self.listener.tagged(bucket, info, change["tags"])
        return info

    def set_class(
        self, bucket: str, key: str, storage_class: str, version: str, check: Check
    ) -> None:
        """Change a version's storage class; its bytes and its date stay as they are."""
        with self.lock(bucket, key):
            info = self.stat(bucket, key, version)
            check(info)
            if info is None:
                raise NoSuchKey(key)
            kept = info.attributes.headers | {"x-amz-storage-class": storage_class}
            attributes = replace(info.attributes, headers=kept)
            self._versions.describe(bucket, info, attributes, self.versioning(bucket))
            if self.listener:
                self.listener.moved(bucket, info, storage_class)

    # What engines ask before they touch files: raise where who works here may not.

    def locate(self, bucket: str) -> None:
        """Ask where the bucket is, as clients do first of all."""

    def require_listing(self, bucket: str, prefix: str) -> None:
        """List what is below the prefix."""

    def require_reading(self, bucket: str, key: str) -> None:
        """Read the object."""

    def require_writing(
        self, bucket: str, key: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Put an object there with those headers."""

    def require_deleting(self, bucket: str, key: str) -> None:
        """Delete the object."""

    def lock(self, bucket: str, key: str) -> threading.RLock:
        """Held while a key's files and records are taken together."""
        return self._locks[hash((bucket, key)) % LOCKS]

    def sweep(self) -> None:
        """Finish what a killed server had begun; only the server calls this."""
        self._versions.finish_deletions()

    def _open(self, bucket: str, key: str, version: str | None) -> tuple[int, ObjectInfo] | None:
        if version is not None:
            info = self.stat(bucket, key, version)
            opened = files.open_file(info.root, info.place) if info and info.place else None
            return (opened[0], info) if info and opened else None
        found = self.files.open(bucket, key)
        if found is None:
            return None
        place, descriptor, status = found
        info = self._versions.of_bytes(bucket, key, place, status)
        if info is None:
            os.close(descriptor)
            return None
        return descriptor, info

    def _remember_etag(self, bucket: str, info: ObjectInfo, etag: str) -> None:
        with self.lock(bucket, info.key):
            self._versions.remember_etag(bucket, info, etag, self.versioning(bucket))


Infos = list[ObjectInfo]
Names = list[str]  # `list` names a method in the class


def _bucket(row: Row) -> Bucket:
    return Bucket(row["name"], datetime.fromisoformat(row["created"]), row["region"])
