"""A bucket's settings: how each is written in a template, put, taken back and read.

A property that a template loses goes back to what a new bucket has; versioning, which a bucket
never loses, is suspended.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_aws.services.cloudformation.resources.calls import call, find, truth
from local_aws.services.cloudformation.resources.s3 import lifecycle

Value = dict[str, Any]


def _same(value: Value) -> Value:
    return value


@dataclass(frozen=True)
class Setting:
    """`operation` is what follows ``put_`` and ``get_``; `argument` what it is put by.

    `to_api` and `to_template` bring the value from one grammar to the other. `default` is put
    where there is no operation that deletes, or where what that leaves is less than a new bucket
    has. `absent` is how S3 says that the setting is not there.
    """

    property: str
    operation: str
    argument: str
    absent: str = ""
    default: Value | None = None
    to_api: Callable[[Value], Value] = _same
    to_template: Callable[[Value], Value] = _same
    answered_in: str = ""

    def put(self, s3: Any, bucket: str, value: Value | None) -> None:
        """Set it; None takes it back."""
        if value is None and self.default is None:
            call(s3, f"delete_{self.operation}".removesuffix("_configuration"), Bucket=bucket)
            return
        wanted = self.default if value is None else self.to_api(value)
        arguments = {self.argument: wanted} if self.argument else wanted or {}
        call(s3, f"put_{self.operation}", Bucket=bucket, **arguments)

    def get(self, s3: Any, bucket: str) -> Value | None:
        """As a template writes it; None where it is not set."""
        found = find(s3, f"get_{self.operation}", [self.absent], Bucket=bucket)
        if found is None:
            return None
        answer = {key: value for key, value in found.items() if key != "ResponseMetadata"}
        return self.to_template(answer.get(self.answered_in, answer)) or None


def _encryption_to_api(value: Value) -> Value:
    return {"Rules": [_default_key(rule) for rule in value["ServerSideEncryptionConfiguration"]]}


def _default_key(rule: Value) -> Value:
    named = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
    return {named.get(key, key): value for key, value in rule.items()}


def _encryption_to_template(value: Value) -> Value:
    named = {"ApplyServerSideEncryptionByDefault": "ServerSideEncryptionByDefault"}
    rules = [{named.get(key, key): one for key, one in rule.items()} for rule in value["Rules"]]
    return {"ServerSideEncryptionConfiguration": rules}


DESTINATIONS = {"TopicConfigurations": "Topic", "QueueConfigurations": "Queue"}


def _notification_to_api(value: Value) -> Value:
    found: Value = {}
    for kind, target in DESTINATIONS.items():
        if value.get(kind):
            found[kind] = [_destination_to_api(one, target) for one in value[kind]]
    bridge = value.get("EventBridgeConfiguration")
    if bridge and truth(bridge["EventBridgeEnabled"]):
        found["EventBridgeConfiguration"] = {}
    return found


def _destination_to_api(one: Value, target: str) -> Value:
    found = {f"{target}Arn": one[target], "Events": [one["Event"]]}
    if "Filter" in one:
        found["Filter"] = {"Key": {"FilterRules": one["Filter"]["S3Key"]["Rules"]}}
    return found


def _notification_to_template(value: Value) -> Value:
    """An entry of several events, which a template cannot write, is one entry for each."""
    found: Value = {}
    for kind, target in DESTINATIONS.items():
        told = [
            {"Event": event, target: one[f"{target}Arn"]} | _filter(one)
            for one in value.get(kind, [])
            for event in one["Events"]
        ]
        if told:
            found[kind] = told
    if "EventBridgeConfiguration" in value:
        found["EventBridgeConfiguration"] = {"EventBridgeEnabled": True}
    return found


def _filter(one: Value) -> Value:
    rules = one.get("Filter", {}).get("Key", {}).get("FilterRules")
    return {"Filter": {"S3Key": {"Rules": rules}}} if rules else {}


LOGGING = {
    "DestinationBucketName": "TargetBucket",
    "LogFilePrefix": "TargetPrefix",
    "TargetObjectKeyFormat": "TargetObjectKeyFormat",
}


def _logging_to_api(value: Value) -> Value:
    enabled = {LOGGING[name]: given for name, given in value.items()}
    return {"LoggingEnabled": {"TargetPrefix": ""} | enabled}


def _logging_to_template(value: Value) -> Value:
    enabled = value.get("LoggingEnabled", {})
    return {name: enabled[there] for name, there in LOGGING.items() if enabled.get(there)}


PUBLIC_ACCESS = dict.fromkeys(
    ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
)
SETTINGS = (
    Setting(
        "OwnershipControls",
        "bucket_ownership_controls",
        "OwnershipControls",
        "OwnershipControlsNotFoundError",
        default={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        answered_in="OwnershipControls",
    ),
    Setting(
        "PublicAccessBlockConfiguration",
        "public_access_block",
        "PublicAccessBlockConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        default=PUBLIC_ACCESS,
        answered_in="PublicAccessBlockConfiguration",
    ),
    Setting(
        "BucketEncryption",
        "bucket_encryption",
        "ServerSideEncryptionConfiguration",
        "ServerSideEncryptionConfigurationNotFoundError",
        to_api=_encryption_to_api,
        to_template=_encryption_to_template,
        answered_in="ServerSideEncryptionConfiguration",
    ),
    Setting(
        "VersioningConfiguration",
        "bucket_versioning",
        "VersioningConfiguration",
        default={"Status": "Suspended"},
    ),
    Setting(
        "LifecycleConfiguration",
        "bucket_lifecycle_configuration",
        "",
        "NoSuchLifecycleConfiguration",
        to_api=lifecycle.to_api,
        to_template=lifecycle.to_template,
    ),
    Setting(
        "NotificationConfiguration",
        "bucket_notification_configuration",
        "NotificationConfiguration",
        default={},
        to_api=_notification_to_api,
        to_template=_notification_to_template,
    ),
    Setting(
        "LoggingConfiguration",
        "bucket_logging",
        "BucketLoggingStatus",
        default={},
        to_api=_logging_to_api,
        to_template=_logging_to_template,
    ),
)
"""In the order in which they are put: who owns objects decides which ACLs a bucket takes."""
