"""Multipart uploads: parts are files under `.~u/<upload>/` of the bucket until they are one.

An upload that was completed is remembered with its ETag for a day, so that the retry of a client
whose answer was lost, in a kill of this server say, succeeds as it does on AWS.
"""

import hashlib
import json
import os
import shutil
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local_aws.database import Row
from local_aws.services.s3.errors import (
    BadDigest,
    EntityTooSmall,
    InvalidArgument,
    InvalidPart,
    InvalidPartOrder,
    InvalidRequest,
    NoSuchUpload,
)
from local_aws.services.s3.http import checksums
from local_aws.services.s3.model import LOCKS, Check, S3Store
from local_aws.services.s3.store import files, keys
from local_aws.services.s3.store.objects import Attributes, ObjectInfo

MIN_PART = 5 << 20
MAX_PARTS = 10_000
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Upload:
    id: str
    bucket: str
    key: str
    created: datetime
    algorithm: str
    checksum_type: str
    attributes: Attributes
    etag: str


@dataclass(frozen=True)
class Part:
    number: int
    file: str
    size: int
    etag: str
    modified: datetime
    checksums: dict[str, str]


@dataclass(frozen=True)
class PartClaim:
    """A part as CompleteMultipartUpload names it."""

    number: int
    etag: str
    checksums: dict[str, str]


class Uploads:
    def __init__(self, store: S3Store) -> None:
        self.store = store
        self.db = store.db
        # Not the store's locks: one of those is taken inside of these, never the other way round.
        self._locks = [threading.Lock() for _ in range(LOCKS)]

    def create(
        self, bucket: str, key: str, attributes: Attributes, algorithm: str, checksum_type: str
    ) -> Upload:
        self.store.check_key(key)
        upload_id = uuid.uuid4().hex + uuid.uuid4().hex
        now = _now()
        row = (upload_id, bucket, key, now.isoformat(), algorithm, checksum_type)
        with self.store.lock(bucket, key):  # the bucket is not deleted meanwhile
            self.store.require_bucket(bucket)
            self.db.execute(
                "INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, '')", (*row, attributes.dump())
            )
        return Upload(upload_id, bucket, key, now, algorithm, checksum_type, attributes, "")

    def get(self, bucket: str, key: str, upload_id: str) -> Upload:
        """The upload, which must still be open."""
        upload = self._any(bucket, key, upload_id)
        if upload.etag:
            raise NoSuchUpload(upload_id)
        return upload

    def completed(self, bucket: str, key: str, upload_id: str) -> ObjectInfo | None:
        """What a finished upload made, while that is still the object."""
        upload = self._any(bucket, key, upload_id)
        info = self.store.stat(bucket, key) if upload.etag else None
        if upload.etag and (info is None or info.etag != upload.etag):
            raise NoSuchUpload(upload_id)
        return info

    def list(self, bucket: str, prefix: str, key_after: str, id_after: str) -> "Listed":
        """Open uploads by key, then by time of creation."""
        self.store.require_bucket(bucket)
        rows = self.db.all(
            "SELECT * FROM uploads WHERE bucket = ? AND etag = '' ORDER BY key, created, id",
            (bucket,),
        )
        found = [_upload(row) for row in rows if row["key"].startswith(prefix)]
        if not key_after:
            return found
        at = next((n for n, u in enumerate(found) if (u.key, u.id) == (key_after, id_after)), None)
        if at is not None:
            return found[at + 1 :]
        return [upload for upload in found if upload.key > key_after]

    def add_part(
        self, upload: Upload, number: int, incoming: files.Incoming, sums: dict[str, str]
    ) -> Part:
        check_number(number)
        self._check_algorithm(upload, sums)
        incoming.close()
        part = Part(number, uuid.uuid4().hex, incoming.size, incoming.md5, _now(), sums)
        with self._lock(upload), self.store.lock(upload.bucket, upload.key):
            self.get(upload.bucket, upload.key, upload.id)
            old = self._part(upload.id, number)
            files.move_in(incoming.path, self._root(upload), self._place(upload, part.file))
            row = (part.file, part.size, part.etag, part.modified.isoformat(), json.dumps(sums))
            self.db.execute(
                "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?)",
                (upload.id, number, *row),
            )
            if old:
                self._folder(upload).joinpath(old.file).unlink(missing_ok=True)
        return part

    def parts(self, upload: Upload, after: int = 0) -> "Parts":
        rows = self.db.all(
            "SELECT * FROM parts WHERE upload = ? AND number > ? ORDER BY number",
            (upload.id, after),
        )
        return [_part(row) for row in rows]

    def complete(
        self, upload: Upload, claims: Sequence[PartClaim], checksum: str, check: Check | None
    ) -> ObjectInfo:
        """Join the named parts into the object. `checksum`: what the client says of the whole."""
        with self._lock(upload):
            made = self.completed(upload.bucket, upload.key, upload.id)
            if made:  # by the same request, sent twice at once
                return made
            parts = self._claimed(upload, claims)
            whole = _whole_checksum(upload, parts)
            if checksum and not whole:
                raise InvalidRequest(
                    f"The upload was created using a {upload.algorithm} checksum. The complete "
                    "request must include the checksum for each part."
                )
            if checksum and checksum.partition("-")[0] != whole.partition("-")[0]:
                raise BadDigest(upload.algorithm.upper())
            attributes = replace(
                upload.attributes,
                checksums={upload.algorithm: whole} if whole else {},
                checksum_type=upload.checksum_type if whole else "",
                parts=[part.size for part in parts],
                part_sums=[part.checksums[upload.algorithm] for part in parts] if whole else [],
                upload=upload.id,
            )
            info = self._join(upload, parts, attributes, check)
            self._forget(upload, info.etag)
        return info

    def abort(self, upload: Upload) -> None:
        with self._lock(upload):
            self.db.execute("DELETE FROM uploads WHERE id = ?", (upload.id,))
            self._forget(upload, "")

    def sweep(self) -> None:
        """Finish what a killed server had begun, and forget uploads completed long ago."""
        for row in self.db.all("SELECT * FROM uploads WHERE etag = ''"):
            upload = _upload(row)
            versions = self.store.history(upload.bucket, upload.key)
            made = next((info for info in versions if info.attributes.upload == upload.id), None)
            if made:
                self._forget(upload, made.etag)
        before = (_now() - KEPT).isoformat()
        self.db.execute("DELETE FROM uploads WHERE etag <> '' AND created < ?", (before,))
        self.db.execute("DELETE FROM parts WHERE upload NOT IN (SELECT id FROM uploads)")
        for bucket in self.store.buckets():
            self._sweep_files(bucket.name)

    def _sweep_files(self, bucket: str) -> None:
        """Remove the files of parts that were never acknowledged, or have been joined."""
        parts = self.db.all(
            "SELECT upload, file FROM parts JOIN uploads ON upload = id WHERE bucket = ?", (bucket,)
        )
        known = {(part["upload"], part["file"]) for part in parts}
        for folder in self.store.bucket_path(bucket).glob(f"{keys.UPLOADS}/*"):
            for path in folder.iterdir():
                if (folder.name, path.name) not in known:
                    path.unlink()
            files.remove_empty(folder)

    def _lock(self, upload: Upload) -> threading.Lock:
        return self._locks[hash(upload.id) % LOCKS]

    def _join(
        self, upload: Upload, parts: "Parts", attributes: Attributes, check: Check | None
    ) -> ObjectInfo:
        incoming = self.store.incoming()
        try:
            for part in parts:
                self._append(upload, part, incoming)
            digest = hashlib.md5(usedforsecurity=False)
            for part in parts:
                digest.update(bytes.fromhex(part.etag))
            etag = f"{digest.hexdigest()}-{len(parts)}"
            return self.store.commit(incoming, upload.bucket, upload.key, attributes, check, etag)
        finally:
            incoming.discard()

    def _append(self, upload: Upload, part: Part, incoming: files.Incoming) -> None:
        opened = files.open_file(self._root(upload), self._place(upload, part.file))
        if opened is None:
            raise InvalidPart(upload.id, part.number)
        try:
            incoming.append(opened[0], part.size)
        finally:
            os.close(opened[0])

    def _claimed(self, upload: Upload, claims: Sequence[PartClaim]) -> "Parts":
        numbers = [claim.number for claim in claims]
        if numbers != sorted(set(numbers)):
            raise InvalidPartOrder
        known = {part.number: part for part in self.parts(upload)}
        parts = [_matching(upload, claim, known.get(claim.number)) for claim in claims]
        for part in parts[:-1]:
            if part.size < MIN_PART:
                raise EntityTooSmall(part.number, part.size, MIN_PART)
        return parts

    def _check_algorithm(self, upload: Upload, sums: dict[str, str]) -> None:
        if upload.algorithm and sums and upload.algorithm not in sums:
            raise InvalidRequest(
                f"Checksum Type mismatch occurred, expected checksum Type: {upload.algorithm}, "
                f"actual checksum Type: {next(iter(sums))}"
            )

    def _any(self, bucket: str, key: str, upload_id: str) -> Upload:
        self.store.require_bucket(bucket)
        row = self.db.one(
            "SELECT * FROM uploads WHERE id = ? AND bucket = ? AND key = ?",
            (upload_id, bucket, key),
        )
        if row is None:
            raise NoSuchUpload(upload_id)
        return _upload(row)

    def _forget(self, upload: Upload, etag: str) -> None:
        with self.db.transaction():
            self.db.execute("UPDATE uploads SET etag = ? WHERE id = ?", (etag, upload.id))
            self.db.execute("DELETE FROM parts WHERE upload = ?", (upload.id,))
        shutil.rmtree(self._folder(upload), ignore_errors=True)
        files.remove_empty(self._folder(upload).parent)

    def _part(self, upload_id: str, number: int) -> Part | None:
        row = self.db.one(
            "SELECT * FROM parts WHERE upload = ? AND number = ?", (upload_id, number)
        )
        return _part(row) if row else None

    def _root(self, upload: Upload) -> Path:
        return self.store.bucket_path(upload.bucket)

    def _folder(self, upload: Upload) -> Path:
        return self._root(upload) / keys.UPLOADS / upload.id

    def _place(self, upload: Upload, file: str) -> keys.Place:
        return (keys.UPLOADS, upload.id, file)


Listed = list[Upload]  # `list` names a method in the class
Parts = list[Part]


def check_number(number: int) -> None:
    if not 1 <= number <= MAX_PARTS:
        raise InvalidArgument(
            f"Part number must be an integer between 1 and {MAX_PARTS}, inclusive",
            "partNumber",
            str(number),
        )


def _matching(upload: Upload, claim: PartClaim, part: Part | None) -> Part:
    if part is None or part.etag != claim.etag:
        raise InvalidPart(upload.id, claim.number)
    if any(part.checksums.get(name, value) != value for name, value in claim.checksums.items()):
        raise InvalidPart(upload.id, claim.number)
    return part


def _whole_checksum(upload: Upload, parts: Parts) -> str:
    """Of the parts' checksums; none where a part came without."""
    name = upload.algorithm
    if not name or not all(name in part.checksums for part in parts):
        return ""
    if upload.checksum_type == checksums.FULL_OBJECT:
        return checksums.full_object(name, [(part.checksums[name], part.size) for part in parts])
    return checksums.composite(name, [part.checksums[name] for part in parts])


def _upload(row: Row) -> Upload:
    fields = row | {
        "created": datetime.fromisoformat(row["created"]),
        "attributes": Attributes.load(row["attributes"]),
    }
    return Upload(**fields)


def _part(row: Row) -> Part:
    return Part(
        number=row["number"],
        file=row["file"],
        size=row["size"],
        etag=row["etag"],
        modified=datetime.fromisoformat(row["modified"]),
        checksums=json.loads(row["checksums"]),
    )


def _now() -> datetime:
    return datetime.now(UTC)
