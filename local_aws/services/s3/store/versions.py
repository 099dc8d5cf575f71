"""A key's versions: which bytes and which record belong together, and what a write does to them.

What S3 does: https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html.
A versioned write gives the current bytes a second name first and then renames the new ones over
them, so the key is never without bytes. Each order of steps is chosen so that whoever reads after
a kill finds the state before or the state after. Callers hold the key's lock.
"""

import asyncio
import contextlib
import hashlib
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from local_aws.services.s3.errors import NoSuchKey
from local_aws.services.s3.store import files, keys
from local_aws.services.s3.store.bucket_files import BucketFiles
from local_aws.services.s3.store.listing import CLOCK_TICK
from local_aws.services.s3.store.objects import NULL, Attributes, Deletion, ObjectInfo
from local_aws.services.s3.store.records import FOREVER, Record, Records, fitting, is_deleted

Remember = Callable[[str, ObjectInfo, str], None]
ENABLED, SUSPENDED = "Enabled", "Suspended"
"""A bucket's versioning; the third is "", never switched on."""


class Versions:
    """`remember` is told the ETag that was computed of a file which an engine wrote."""

    def __init__(self, bucket_files: BucketFiles, records: Records, remember: Remember) -> None:
        self.files = bucket_files
        self.records = records
        self._remember = remember

    def current(self, bucket: str, key: str) -> ObjectInfo | None:
        """The object; None where there are no bytes or a delete marker stands above them."""
        place, status = self.files.find(bucket, key)
        return self.of_bytes(bucket, key, place, status) if status else None

    def of_bytes(
        self, bucket: str, key: str, place: keys.Place, status: os.stat_result
    ) -> ObjectInfo | None:
        """The object that the current bytes are."""
        record = self.records.newest(bucket, key)
        if record and not record.fits(status):
            known = self.records.of(bucket, key)
            record = fitting(known, status)
            if is_deleted(known, record):
                return None
        return self.info(bucket, key, place, status, record)

    def history(self, bucket: str, key: str) -> list[ObjectInfo]:
        """Every version of a key and its delete markers, the newest first."""
        place, status = self.files.find(bucket, key)
        known = self.records.of(bucket, key)
        current = fitting(known, status) if status else None
        found: list[ObjectInfo | None] = []
        if status and current is None:
            found.append(self.info(bucket, key, place, status, None))
        for record in known:
            if status and record is current:
                found.append(self.info(bucket, key, place, status, record))
            else:
                found.append(self._older(bucket, key, record))
        return _ordered(found)

    def write(
        self,
        bucket: str,
        key: str,
        mode: str,
        source: Path,
        status: os.stat_result,
        etag: str,
        attributes: Attributes,
    ) -> ObjectInfo:
        """Make the file `source` the current version."""
        if mode:
            self._keep_current(bucket, key, mode)
        version = _new_version() if mode == ENABLED else NULL
        size, mtime_ns = status.st_size, status.st_mtime_ns
        seq, has_older = self.records.add(
            bucket, key, version, size, mtime_ns, etag, attributes.dump()
        )
        try:
            place = self.files.move_in(source, bucket, key)
        except BaseException:
            self.records.remove(bucket, key, seq)
            raise
        if version == NULL and has_older:
            self._forget_nulls(bucket, key, mode, seq)
        root = self.files.folder(bucket)
        return ObjectInfo(key, size, mtime_ns, root, place, attributes, etag, version, seq)

    def put_marker(self, bucket: str, key: str, mode: str) -> Deletion:
        """What a delete without a version does to a versioned key."""
        self._keep_current(bucket, key, mode)
        version = _new_version() if mode == ENABLED else NULL
        seq, _ = self.records.add_marker(bucket, key, version)
        self.files.remove(bucket, key)
        if version == NULL:
            self._forget_nulls(bucket, key, mode, seq)
        return Deletion(version, True)

    def delete(self, bucket: str, key: str, version: str) -> Deletion:
        """Remove one version for good; the one below becomes current where it was the latest."""
        infos = self.history(bucket, key)
        at = next((n for n, info in enumerate(infos) if info.version == version), None)
        if at is None:
            return Deletion(version, False)
        target, below = infos[at], infos[at + 1 : at + 2]
        # A key whose current file an engine removed has no latest, and gets none by this.
        top = target.is_latest and below and _is_kept(below[0])
        restored = below[0].seq if top else None
        if restored is not None:
            # It keeps its second name until the record above is gone: bytes below a delete marker
            # are taken away.
            self.files.restore(bucket, key, restored)
            self.records.remove(bucket, key, target.seq)
            self.files.remove_kept(bucket, key, restored)
        else:
            self.files.remove_kept(bucket, key, target.seq)
            if not (target.is_marker or _is_kept(target)):
                self.files.remove(bucket, key)
            self.records.remove(bucket, key, target.seq)
        if version == NULL:
            self._drop_nulls(bucket, key, FOREVER)
        return Deletion(version, target.is_marker)

    def remove(self, bucket: str, key: str) -> None:
        """Remove a key of a bucket that never was versioned."""
        self.files.remove(bucket, key)
        self.records.remove_all(bucket, key)

    def describe(self, bucket: str, info: ObjectInfo, attributes: Attributes, mode: str) -> None:
        """Change what is known of a version."""
        seq = info.seq or self._record_engine_file(bucket, info, mode)
        self.records.describe(bucket, info.key, seq, attributes.dump())

    def finish_deletions(self) -> None:
        """Take away bytes below a delete marker, where a kill came before that was done."""
        for bucket, key in self.records.marked():
            place, status = self.files.find(bucket, key)
            if status and self.of_bytes(bucket, key, place, status) is None:
                self.files.remove(bucket, key)

    def remember_etag(self, bucket: str, info: ObjectInfo, etag: str, mode: str) -> None:
        """Record a file that an engine wrote, while it still is what the ETag was computed of."""
        if time.time_ns() - info.mtime_ns < CLOCK_TICK:
            return  # written once more within the tick, it would look the same
        now = self.current(bucket, info.key)
        if now and now.seq == 0 and (now.size, now.mtime_ns) == (info.size, info.mtime_ns):
            self._record_engine_file(bucket, replace(now, known_etag=etag), mode)

    def info(
        self,
        bucket: str,
        key: str,
        place: keys.Place,
        status: os.stat_result,
        record: Record | None,
    ) -> ObjectInfo:
        root = self.files.folder(bucket)
        size, mtime_ns = status.st_size, status.st_mtime_ns
        if record is None:
            return ObjectInfo(
                key,
                size,
                mtime_ns,
                root,
                place,
                Attributes(),
                None,
                compute_etag=lambda info: self._compute_etag(bucket, info),
            )
        known = Attributes.load(record.attributes)
        return ObjectInfo(
            key, size, mtime_ns, root, place, known, record.etag, record.version, record.seq
        )

    def _compute_etag(self, bucket: str, info: ObjectInfo) -> str:
        etag = md5_of(info)
        self._remember(bucket, info, etag)
        return etag

    def _older(self, bucket: str, key: str, record: Record) -> ObjectInfo | None:
        """A version below the current one; None where its write never was finished."""
        root = self.files.folder(bucket)
        if record.marker:
            return ObjectInfo(
                key,
                0,
                record.mtime_ns,
                root,
                (),
                Attributes(),
                "",
                record.version,
                record.seq,
                is_marker=True,
            )
        place = keys.kept(key, record.seq)
        status = files.status(root, place)
        return self.info(bucket, key, place, status, record) if status else None

    def _keep_current(self, bucket: str, key: str, mode: str) -> None:
        """Before the current version is replaced: all but a null that a null replaces."""
        info = self.current(bucket, key)
        if info is None or (info.version == NULL and mode == SUSPENDED):
            return
        seq = info.seq or self._record_engine_file(bucket, info, mode)
        self.files.keep(bucket, key, info.place, seq)

    def _record_engine_file(self, bucket: str, info: ObjectInfo, mode: str) -> int:
        etag = info.known_etag or md5_of(info)
        attributes = info.attributes.dump()
        seq, _ = self.records.add(
            bucket, info.key, NULL, info.size, info.mtime_ns, etag, attributes
        )
        self._forget_nulls(bucket, info.key, mode, seq)
        return seq

    def _forget_nulls(self, bucket: str, key: str, mode: str, seq: int) -> None:
        """A key has one null version at most: those before this one were replaced."""
        if not mode:
            self.records.remove_all(bucket, key, before=seq)
        else:
            self._drop_nulls(bucket, key, seq)

    def _drop_nulls(self, bucket: str, key: str, before: int) -> None:
        for record in self.records.nulls_before(bucket, key, before):
            self.files.remove_kept(bucket, key, record.seq)
            self.records.remove(bucket, key, record.seq)


class WouldWait(Exception):
    """A file would have to be read whole where nothing may wait."""


def md5_of(info: ObjectInfo) -> str:
    """The ETag of a file that an engine wrote.

    Raises NoSuchKey where it is gone, WouldWait on the event loop's own thread.
    """
    with contextlib.suppress(RuntimeError):
        asyncio.get_running_loop()
        raise WouldWait
    opened = files.open_file(info.root, info.place)
    if opened is None:
        raise NoSuchKey(info.key)
    with os.fdopen(opened[0], "rb") as file:
        return hashlib.file_digest(file, _md5).hexdigest()


def _md5() -> "hashlib._Hash":
    return hashlib.md5(usedforsecurity=False)


def _new_version() -> str:
    return uuid.uuid4().hex


def _is_kept(info: ObjectInfo) -> bool:
    return info.place[:1] == (keys.VERSIONS,)


def _ordered(found: "list[ObjectInfo | None]") -> list[ObjectInfo]:
    """Of several null versions the newest; the first is the latest unless its bytes were kept."""
    infos: dict[str, ObjectInfo] = {}
    for info in found:
        if info:
            infos.setdefault(info.version, info)
    return [
        replace(info, is_latest=number == 0 and not _is_kept(info))
        for number, info in enumerate(infos.values())
    ]
