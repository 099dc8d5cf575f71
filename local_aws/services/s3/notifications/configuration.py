"""A bucket's notification configuration: its grammar, and which target wants which event.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html. Refused
by name: Lambda functions, and events of what S3 does and we do not (replication, restores ...).
"""

import itertools
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from local_aws.context import Platform
from local_aws.services.s3 import documents
from local_aws.services.s3.documents import Document
from local_aws.services.s3.errors import InvalidArgument, NotSupported, S3Error
from local_aws.wire.models import service_model

OPERATION = "PutBucketNotificationConfiguration"
EVENTS = (
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:LifecycleTransition",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
)
"""What happens here; the model's other events are refused by name."""

KINDS = {"TopicConfigurations": ("TopicArn", "sns"), "QueueConfigurations": ("QueueArn", "sqs")}
ARN = re.compile(r"arn:aws:(?P<service>sns|sqs):(?P<region>[^:]+):(?P<account>\d{12}):(?P<name>.+)")
MAX_FILTER = 1024


class InvalidDestination(S3Error):
    """What AWS answers where it cannot reach a topic or queue."""

    code = "InvalidArgument"
    status = 400

    def __init__(self, arn: str, reason: str) -> None:
        super().__init__(
            "Unable to validate the following destination configurations",
            ArgumentName1=arn,
            ArgumentValue1=reason,
        )


@dataclass(frozen=True)
class Target:
    """Where events go: ``service`` is sns, sqs or events (EventBridge, which takes them all)."""

    id: str
    service: str
    arn: str
    events: tuple[str, ...]
    prefix: str
    suffix: str

    def wants(self, name: str, key: str) -> bool:
        """Whether an event such as ``ObjectCreated:Put`` of a key is to be told."""
        family = name.partition(":")[0]
        named = self.service == "events" or any(
            event in (f"s3:{name}", f"s3:{family}:*") for event in self.events
        )
        return named and key.startswith(self.prefix) and key.endswith(self.suffix)


def unsupported() -> list[str]:
    """The events that AWS has and we have not."""
    shape = service_model("s3").shape_for("Event")
    return [event for event in getattr(shape, "enum", ()) if event not in EVENTS]


@lru_cache(64)
def targets(body: bytes) -> tuple[Target, ...]:
    """The targets of a document that was put."""
    document = documents.read(OPERATION, body)
    found = [_target(one, arn, service) for one, arn, service in _entries(document)]
    if "EventBridgeConfiguration" in document:
        found.append(Target("", "events", "", (), "", ""))
    return tuple(found)


def _entries(document: Document) -> Iterator[tuple[Document, str, str]]:
    for kind, (arn, service) in KINDS.items():
        for one in document.get(kind, []):
            yield one, arn, service


def _target(one: Document, arn: str, service: str) -> Target:
    rules = {rule["Name"]: rule.get("Value", "") for rule in _filter(one)}
    return Target(
        one.get("Id", ""),
        service,
        one[arn],
        tuple(one["Events"]),
        rules.get("prefix", ""),
        rules.get("suffix", ""),
    )


def _filter(one: Document) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = one.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    return rules


def checked(body: bytes, platform: Platform, *, reachable: bool) -> bytes:
    """The document as it is kept, each entry with an id. Raises what AWS answers to a bad one.

    `reachable`: also ask SNS and SQS for the destinations.
    """
    document = documents.read(OPERATION, body)
    if "LambdaFunctionConfigurations" in document:
        raise NotSupported("A notification to a Lambda function")
    entries = list(_entries(document))
    for one, _, _ in entries:
        one["Id"] = one.get("Id") or uuid.uuid4().hex
        _check_events(one["Events"])
        _check_filter(_filter(one))
    ids = [one["Id"] for one, _, _ in entries]
    if len(set(ids)) != len(ids):
        raise InvalidArgument(
            "Same ID used for multiple configurations. IDs must be unique", "Id", ids[0]
        )
    found = [_target(*entry) for entry in entries]
    _check_overlap(found)
    for target in found:
        _check_arn(target, platform)
    if reachable:
        _check_destinations(found, platform)
    return documents.write(OPERATION, document)


def _check_events(events: Iterable[str]) -> None:
    for event in events:
        if event not in EVENTS:
            raise NotSupported(f"A notification of {event}")


def _check_filter(rules: list[dict[str, Any]]) -> None:
    names = [rule.get("Name", "") for rule in rules]
    for name in names:
        if not name:
            raise InvalidArgument("filter rule name must be either prefix or suffix", "FilterRule")
        if names.count(name) > 1:
            raise InvalidArgument(
                f"Cannot specify more than one {name} rule in a filter.", "FilterRule", name
            )
    for rule in rules:
        if len(rule.get("Value", "").encode()) > MAX_FILTER:
            raise InvalidArgument(
                "filter rule value cannot be longer than 1024 characters", "FilterRule.Value"
            )


def _check_overlap(found: list[Target]) -> None:
    """An event of a key must have one target at most, EventBridge aside."""
    for one, other in itertools.combinations(found, 2):
        if _share_event(one, other) and _share_key(one, other):
            raise InvalidArgument(
                "Configuration is ambiguously defined. Cannot have overlapping suffixes in two "
                "rules if the prefixes are overlapping for the same event type."
            )


def _share_event(one: Target, other: Target) -> bool:
    return any(
        a == b or (a.rpartition(":")[0] == b.rpartition(":")[0] and "*" in (a[-1], b[-1]))
        for a in one.events
        for b in other.events
    )


def _share_key(one: Target, other: Target) -> bool:
    prefixes = one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix)
    suffixes = one.suffix.endswith(other.suffix) or other.suffix.endswith(one.suffix)
    return prefixes and suffixes


def _check_arn(target: Target, platform: Platform) -> None:
    parts = ARN.fullmatch(target.arn)
    if parts is None or parts["service"] != target.service:
        raise InvalidArgument("The ARN could not be parsed", "arn", target.arn)
    if parts["region"] != platform.region:
        raise InvalidArgument(
            "The notification destination service region is not valid for the bucket location "
            "constraint",
            "arn",
            target.arn,
        )
    if target.arn.endswith(".fifo"):
        raise InvalidArgument("FIFO destinations are not supported by S3", "arn", target.arn)


def _check_destinations(found: list[Target], platform: Platform) -> None:
    def missing(backend: Any) -> list[Target]:
        known = {
            "sns": set(backend("sns").topics),
            "sqs": {queue.queue_arn for queue in backend("sqs").queues.values()},
        }
        return [target for target in found if target.arn not in known[target.service]]

    for target in platform.moto.call(missing, changes=False) if found else ():
        thing = "topic" if target.service == "sns" else "queue"
        raise InvalidDestination(target.arn, f"The destination {thing} does not exist")
