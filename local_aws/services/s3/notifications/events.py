"""Events as S3 words them for SNS and SQS, and for EventBridge.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from local_aws.context import Platform

Message = dict[str, Any]
S3_ITSELF = "s3.amazonaws.com"

# The versions of the structure that AWS names for these families; the others are 2.1.
VERSIONS = {"LifecycleExpiration": "2.3", "LifecycleTransition": "2.3", "ObjectTagging": "2.3"}
DETAIL_TYPES = {
    "ObjectCreated": "Object Created",
    "ObjectRemoved": "Object Deleted",
    "LifecycleExpiration": "Object Deleted",
    "LifecycleTransition": "Object Storage Class Changed",
    "ObjectTagging:Put": "Object Tags Added",
    "ObjectTagging:Delete": "Object Tags Deleted",
}
REASONS = {
    "ObjectCreated:Put": "PutObject",
    "ObjectCreated:Post": "POST Object",
    "ObjectCreated:Copy": "CopyObject",
    "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "ObjectRemoved": "DeleteObject",
    "LifecycleExpiration": "Lifecycle Expiration",
}
DELETIONS = {"Delete": "Permanently Deleted", "DeleteMarkerCreated": "Delete Marker Created"}


@dataclass(frozen=True)
class Event:
    """What happened, as it is kept until it is told; ``name`` such as ``ObjectCreated:Put``."""

    name: str
    bucket: str
    key: str
    time: str
    request_id: str
    requester: str
    source_ip: str
    size: int | None = None
    etag: str | None = None
    version: str | None = None
    storage_class: str | None = None

    @property
    def family(self) -> str:
        return self.name.partition(":")[0]


def record(platform: Platform, event: Event, configuration: str, sequencer: str) -> Message:
    """The message to a topic or a queue."""
    thing = {
        "key": quote_plus(event.key, safe="/"),
        "size": event.size,
        "eTag": event.etag,
        "versionId": event.version,
        "sequencer": sequencer,
    }
    owner = {"principalId": platform.account_id}
    bucket = {"name": event.bucket, "ownerIdentity": owner, "arn": f"arn:aws:s3:::{event.bucket}"}
    told = {
        "eventVersion": VERSIONS.get(event.family, "2.1"),
        "eventSource": "aws:s3",
        "awsRegion": platform.region,
        "eventTime": event.time,
        "eventName": event.name,
        "userIdentity": {"principalId": event.requester},
        "requestParameters": {"sourceIPAddress": event.source_ip},
        "responseElements": {"x-amz-request-id": event.request_id, "x-amz-id-2": event.request_id},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration,
            "bucket": bucket,
            "object": _known(thing),
        },
    }
    if event.storage_class:
        restored = {"transitionEventData": {"destinationStorageClass": event.storage_class}}
        told["lifecycleEventData"] = restored
    return {"Records": [told]}


def bridged(platform: Platform, event: Event, sequencer: str) -> Message:
    """The event on the default bus of EventBridge."""
    by_name = {event.family, event.name}
    kind = next(value for name, value in DETAIL_TYPES.items() if name in by_name)
    thing = {
        "key": event.key,
        "size": event.size,
        "etag": event.etag,
        "version-id": event.version,
        "sequencer": sequencer,
    }
    itself = event.requester == S3_ITSELF
    detail = {
        "version": "0",
        "bucket": {"name": event.bucket},
        "object": _known(thing),
        "request-id": event.request_id,
        "requester": S3_ITSELF if itself else platform.account_id,
        "source-ip-address": None if itself else event.source_ip,
        "reason": next((value for name, value in REASONS.items() if name in by_name), None),
        "deletion-type": DELETIONS.get(event.name.partition(":")[2])
        if kind == "Object Deleted"
        else None,
        "destination-storage-class": event.storage_class,
    }
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": kind,
        "source": "aws.s3",
        "account": platform.account_id,
        "time": datetime.fromisoformat(event.time).timestamp(),  # moto words it
        "region": platform.region,
        "resources": [f"arn:aws:s3:::{event.bucket}"],
        "detail": _known(detail),
    }


def test_event(bucket: str) -> Message:
    """What a topic or a queue gets when a bucket is told of it."""
    request = uuid.uuid4().hex
    return {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": now(),
        "Bucket": bucket,
        "RequestId": request[:16].upper(),
        "HostId": request,
    }


def now() -> str:
    """The time of an event, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _known(members: Message) -> Message:
    return {name: value for name, value in members.items() if value is not None}
