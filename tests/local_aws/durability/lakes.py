"""S3's state as its clients see it, for comparing; each object is checked to be whole."""

import hashlib
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from local_aws.context import Credentials, Platform
from local_aws.data_folder import DataFolder
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.model import S3Store
from local_aws.services.s3.settings import KINDS
from local_aws.services.s3.store.objects import Attributes, ObjectInfo
from local_aws.services.s3.store.uploads import PartClaim, Upload

State = dict[str, Any]


class Lake:
    """A store without HTTP, with what the steps of a test need."""

    def __init__(self, folder: Path) -> None:
        self.platform = Platform(folder, 0, Credentials("key", "secret"))
        self.platform.s3 = self.store = S3Store(self.platform)
        self.backend = Backend.of(self.platform)
        self.uploads = self.backend.uploads

    @classmethod
    def recovered(cls, folder: Path) -> "Lake":
        """As the server does at its start."""
        DataFolder(folder).release()
        lake = cls(folder)
        lake.store.sweep()
        lake.uploads.sweep()
        return lake

    def put(self, key: str, content: bytes, bucket: str = "lake", **known: Any) -> ObjectInfo:
        incoming = self.store.incoming()
        attributes = Attributes(metadata={"of": content[:8].decode()}, **known)
        try:
            incoming.write(content)
            return self.store.commit(incoming, bucket, key, attributes)
        finally:
            incoming.discard()

    def upload(self, key: str, **known: Any) -> Upload:
        attributes = Attributes(metadata={"of": "upload"}, **known)
        return self.uploads.create("lake", key, attributes, "", "")

    def open_upload(self) -> Upload:
        return self.uploads.list("lake", "", "", "")[0]

    def add_part(self, upload: Upload, number: int, content: bytes) -> None:
        incoming = self.store.incoming()
        incoming.write(content)
        try:
            self.uploads.add_part(upload, number, incoming, {})
        finally:
            incoming.discard()

    def complete(self, upload: Upload) -> None:
        claims = [PartClaim(part.number, part.etag, {}) for part in self.uploads.parts(upload)]
        self.uploads.complete(upload, claims, "", None)

    def engine_file(self, key: str, content: bytes) -> None:
        path = self.store.bucket_path("lake") / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def state(self) -> State:
        """Everything that a client can ask. Version ids are random, so only their order counts."""
        return {bucket.name: self._bucket(bucket.name) for bucket in self.store.buckets()}

    def _bucket(self, bucket: str) -> State:
        infos = list(self.store.versions(bucket))
        listed = [info.key for info in self.store.list(bucket)]
        current = [info.key for info in infos if info.is_latest and not info.is_marker]
        assert listed == current, f"listed {listed}, current versions of {current}"
        return {
            "versions": [self._version(bucket, info) for info in infos],
            "current": {key: self._current(bucket, key) for key in listed},
            "versioning": self.store.versioning(bucket),
            "settings": {kind.query: self._setting(bucket, kind) for kind in KINDS},
            "uploads": [
                (upload.key, [(p.number, p.etag, p.size) for p in self.uploads.parts(upload)])
                for upload in self.uploads.list(bucket, "", "", "")
            ],
        }

    def _setting(self, bucket: str, kind: Any) -> Any:
        try:
            return self.backend.settings.get(bucket, kind)
        except Exception as error:
            return type(error).__name__

    def _current(self, bucket: str, key: str) -> Any:
        return self._whole(bucket, key, None)

    def _version(self, bucket: str, info: ObjectInfo) -> Any:
        named = info.version if info.version == "null" else "id"
        if info.is_marker:
            return (info.key, named, "marker", info.is_latest)
        return (info.key, named, self._whole(bucket, info.key, info.version), info.is_latest)

    def _whole(self, bucket: str, key: str, version: str | None) -> Any:
        """Bytes and attributes of one version, once they are seen to belong together."""
        descriptor, info = self.store.open_object(bucket, key, version)
        with os.fdopen(descriptor, "rb") as file:
            content = file.read()
        digest = hashlib.md5(content).hexdigest()
        assert info.size == len(content), key
        if info.attributes.parts:
            assert info.etag.endswith(f"-{len(info.attributes.parts)}"), key
            assert sum(info.attributes.parts) == info.size, key
        else:
            assert info.etag == digest, key
        if known := info.attributes.metadata.get("of"):
            assert known == "upload" or content[:8].decode() == known, f"{key}: {known}'s metadata"
        shown = {**asdict(info.attributes), "etag": info.etag}
        return (digest, info.size, sorted(shown.items(), key=str))
