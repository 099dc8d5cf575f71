"""From a change of the store to an event in the outbox.

The store calls in the lock of the key, so that events lie in the order of the changes. A bucket
without a configuration costs a look into a dictionary. Files that engines write into a bucket's
folder do not pass through the store and make no events.
"""

import threading
import uuid
from dataclasses import dataclass
from typing import Protocol

from local_aws.context import Platform
from local_aws.services.s3.http.request import S3Request
from local_aws.services.s3.notifications import configuration, events
from local_aws.services.s3.notifications.events import S3_ITSELF, Event
from local_aws.services.s3.notifications.outbox import Outbox
from local_aws.services.s3.settings import NOTIFICATION, Settings
from local_aws.services.s3.store.objects import Deletion, ObjectInfo

CREATED = {
    "PostObject": "Post",
    "CopyObject": "Copy",
    "CompleteMultipartUpload": "CompleteMultipartUpload",
}
"""How an object came to be, by the operation; every other way is a Put."""
LIFECYCLE = "lifecycle"


@dataclass
class Cause:
    """What this thread is at work for."""

    operation: str = ""
    request: S3Request | None = None


class _Current(threading.local):
    cause = Cause()


_current = _Current()


def act_for(operation: str, request: S3Request | None = None) -> None:
    """Say what this thread's changes are made for, until it says something else."""
    _current.cause = Cause(operation, request)


class HasVersioning(Protocol):
    def versioning(self, bucket: str) -> str: ...


class Listener:
    def __init__(
        self, platform: Platform, store: HasVersioning, settings: Settings, outbox: Outbox
    ) -> None:
        self._platform = platform
        self._store = store
        self._settings = settings
        self._outbox = outbox

    def created(self, bucket: str, info: ObjectInfo) -> None:
        if body := self._settings.held(bucket).get(NOTIFICATION.query):
            way = CREATED.get(_current.cause.operation, "Put")
            self._record(bucket, body, f"ObjectCreated:{way}", info.key, info)

    def removed(self, bucket: str, key: str, deletion: Deletion, marked: bool) -> None:
        """`marked`: a delete marker was put over the object, which is still there."""
        if body := self._settings.held(bucket).get(NOTIFICATION.query):
            expired = _current.cause.operation == LIFECYCLE
            family = "LifecycleExpiration" if expired else "ObjectRemoved"
            kind = "DeleteMarkerCreated" if marked else "Delete"
            self._record(bucket, body, f"{family}:{kind}", key, version=deletion.version)

    def tagged(self, bucket: str, info: ObjectInfo, tags: dict[str, str]) -> None:
        if body := self._settings.held(bucket).get(NOTIFICATION.query):
            kind = "Put" if tags else "Delete"
            self._record(bucket, body, f"ObjectTagging:{kind}", info.key, info)

    def moved(self, bucket: str, info: ObjectInfo, storage_class: str) -> None:
        if body := self._settings.held(bucket).get(NOTIFICATION.query):
            name = "LifecycleTransition"
            self._record(bucket, body, name, info.key, info, storage_class=storage_class)

    def _record(
        self,
        bucket: str,
        body: bytes,
        name: str,
        key: str,
        info: ObjectInfo | None = None,
        version: str | None = None,
        storage_class: str | None = None,
    ) -> None:
        wanted = [one for one in configuration.targets(body) if one.wants(name, key)]
        if not wanted:
            return
        request_id, requester, source_ip = self._circumstances()
        event = Event(
            name,
            bucket,
            key,
            events.now(),
            request_id,
            requester,
            source_ip,
            size=info.size if info else None,
            etag=info.etag if info else None,
            version=(info.version if info else version) if self._store.versioning(bucket) else None,
            storage_class=storage_class,
        )
        self._outbox.add(event, wanted)

    def _circumstances(self) -> tuple[str, str, str]:
        """Request id, who asked, from where."""
        cause = _current.cause
        if cause.operation == LIFECYCLE:
            return uuid.uuid4().hex[:16].upper(), S3_ITSELF, S3_ITSELF
        requester = f"AWS:{self._platform.account_id}"
        if cause.request is None:  # a service of ours wrote it
            return uuid.uuid4().hex[:16].upper(), requester, "127.0.0.1"
        # The answer will carry the same.
        cause.request.request_id = cause.request.request_id or uuid.uuid4().hex[:16].upper()
        return cause.request.request_id, requester, cause.request.client
