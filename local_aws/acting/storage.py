"""S3 as an actor may use it: each method asks first for what a client of S3 would be asked for."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from local_aws.access.evaluate import Decision, Query
from local_aws.access.patterns import Values
from local_aws.acting.actor import Actor
from local_aws.acting.errors import S3Denied
from local_aws.services.s3.access import keys
from local_aws.services.s3.access.authorise import Gate, arn_of
from local_aws.services.s3.access.facts import Target
from local_aws.services.s3.access.keys import Use
from local_aws.services.s3.errors import S3Error
from local_aws.services.s3.model import S3Store
from local_aws.services.s3.store.objects import Deletion, ObjectInfo

GET, PUT, DELETE = "s3:GetObject", "s3:PutObject", "s3:DeleteObject"
LIST, LOCATE = "s3:ListBucket", "s3:GetBucketLocation"


class GuardedStore(S3Store):
    """The methods of the store that engines use. What is not here fails, as it was not decided."""

    def __init__(self, store: S3Store, actor: Actor, gate: Gate) -> None:
        self._store = store
        self._actor = actor
        self._gate = gate
        self._written: set[tuple[str, str]] = set()
        self._uses: dict[tuple[str, str, str], Decision] = {}

    # Buckets.

    def bucket_exists(self, bucket: str) -> bool:
        """The name alone: who may do nothing in a bucket is told at the first attempt."""
        return self._store.bucket_exists(bucket)

    def locate(self, bucket: str) -> None:
        """What clients do first of all: ask where the bucket is."""
        self._require(LOCATE, bucket)

    # Reads.

    def stat(self, bucket: str, key: str, version: str | None = None) -> ObjectInfo | None:
        if (bucket, key) not in self._written:
            self._require(GET, bucket, key)
        return self._store.stat(bucket, key, version)

    def list(self, bucket: str, prefix: str = "", start_after: str = "") -> Iterator[ObjectInfo]:
        self.require_listing(bucket, prefix)
        return self._store.list(bucket, prefix, start_after)

    def names(
        self, bucket: str, prefix: str = "", after: str = "", fold: bool = False
    ) -> Iterator[str]:
        self.require_listing(bucket, prefix)
        return self._store.names(bucket, prefix, after, fold)

    def infos(self, bucket: str, names: "Names") -> Iterator[ObjectInfo]:
        return self._store.infos(bucket, names)

    def open(self, bucket: str, key: str) -> BinaryIO:
        self.require_reading(bucket, key)
        return self._store.open(bucket, key)

    def read(self, bucket: str, key: str) -> bytes:
        self.require_reading(bucket, key)
        return self._store.read(bucket, key)

    def path(self, bucket: str, key: str) -> Path:
        self.require_reading(bucket, key)
        return self._store.path(bucket, key)

    def path_of(self, bucket: str, info: ObjectInfo) -> Path:
        self.require_reading(bucket, info.key)
        return self._store.path_of(bucket, info)

    # Writes.

    def put(
        self,
        bucket: str,
        key: str,
        data: bytes | BinaryIO,
        content_type: str = "binary/octet-stream",
        metadata: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> ObjectInfo:
        self.require_writing(bucket, key, headers)
        return self._store.put(bucket, key, data, content_type, metadata, headers)

    def take(self, bucket: str, key: str, path: Path) -> None:
        self.require_writing(bucket, key)
        self._store.take(bucket, key, path)

    def set_attributes(self, bucket: str, key: str, **change: Any) -> ObjectInfo:
        """Of an object that the actor has written: a client would have said it with the upload."""
        if (bucket, key) not in self._written:
            self.require_writing(bucket, key, change.get("headers"))
        return self._store.set_attributes(bucket, key, **change)

    def delete(
        self,
        bucket: str,
        key: str,
        check: Callable[[Any], None] | None = None,
        version: str | None = None,
    ) -> Deletion:
        self.require_deleting(bucket, key)
        return self._store.delete(bucket, key, check, version)

    # The questions.

    def require_deleting(self, bucket: str, key: str) -> None:
        self._require(DELETE, bucket, key)

    def require_writing(
        self, bucket: str, key: str, headers: Mapping[str, str] | None = None
    ) -> None:
        headers = headers or {}
        target = Target(bucket, key)
        own: dict[str, Values] = {f"s3:{name}": (value,) for name, value in headers.items()}
        self._require(PUT, bucket, key, own)
        with suppress(S3Error):  # a key that cannot be used fails the write itself
            for use in keys.writing(self._gate.backend, target, headers):
                self._require_use(use)
        self._written.add((bucket, key))

    def require_reading(self, bucket: str, key: str) -> None:

        self._require(GET, bucket, key)
        with suppress(S3Error):
            for use in keys.reading(self._gate.backend, Target(bucket, key)):
                self._require_use(use)

    def require_listing(self, bucket: str, prefix: str) -> None:
        self._require(LIST, bucket, own={"s3:prefix": (prefix,)}, uri=f"s3://{bucket}/{prefix}")

    def _require(
        self,
        action: str,
        bucket: str,
        key: str = "",
        own: Mapping[str, Values] | None = None,
        uri: str = "",
    ) -> None:

        actor, arn = self._actor, arn_of(bucket, key)
        query = actor.record.watch(Query(actor.principal, action, arn, actor.lookup(own)))
        allowed = actor.principal.is_root
        decision = Decision(True) if allowed else self._gate.decide(query, Target(bucket, key))
        actor.record.note(query, decision.allowed, actor.service)
        if not decision.allowed:
            told = actor.denied(action, f'"{arn}"', decision)
            raise S3Denied(told.message, action, arn, uri or f"s3://{bucket}/{key}")

    def _require_use(self, use: Use) -> None:
        """Of a key: decided once for each way of using it on a bucket, as bucket keys do."""

        actor, kind = self._actor, (use.action, use.key, use.target.bucket)
        decision = self._uses.get(kind)
        if decision is None:
            backend = self._gate.backend
            lookup = actor.lookup()
            decision = keys.decide(backend, actor.principal, use, lookup, actor.service)
            self._uses[kind] = decision
        if not decision.allowed:
            told = keys.refusal(actor.principal, use, decision)
            uri = f"s3://{use.target.bucket}/{use.target.key}"
            raise S3Denied(told.message, use.action, use.key, uri)


Names = list[str]  # `list` names a method in the class
