"""Where a bucket's access logs go: its BucketLoggingStatus.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from local_aws.services.s3 import documents
from local_aws.services.s3.errors import NotSupported, S3Error
from local_aws.services.s3.http import xml

if TYPE_CHECKING:
    from local_aws.services.s3.backend import Backend

OPERATION, ROOT = "PutBucketLogging", "BucketLoggingStatus"


class InvalidTargetBucket(S3Error):
    """A bucket that cannot take logs."""

    code = "InvalidTargetBucketForLogging"
    status = 400

    def __init__(self, bucket: str, message: str) -> None:
        super().__init__(message, TargetBucket=bucket)


@dataclass(frozen=True)
class Destination:
    """`dated`: keys are partitioned by source and day; `by_event`: by the day of the requests."""

    bucket: str
    prefix: str
    dated: bool = False
    by_event: bool = False

    def key(self, source: str, account_id: str, region: str, when: datetime) -> str:
        """A new key for a log, after those before it: one thread makes them, by its clock.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
        """
        unique = f"{time.time_ns():016X}"
        name = f"{when:%Y-%m-%d-%H-%M-%S}-{unique}"
        if not self.dated:
            return f"{self.prefix}{name}"
        if self.by_event:  # the time of day says nothing: a log holds a day's requests
            name = f"{when:%Y-%m-%d}-00-00-00-{unique}"
        return f"{self.prefix}{account_id}/{region}/{source}/{when:%Y/%m/%d}/{name}"

    def day(self, line: bytes) -> datetime | None:
        """The day by which a line is kept apart from others; None where all go together."""
        if not self.by_event:
            return None
        text = line.split(b"[", 1)[1].split(b":", 1)[0].decode()
        return datetime.strptime(text, "%d/%b/%Y").replace(tzinfo=UTC)


def checked(s3: "Backend", bucket: str, body: bytes) -> bytes:
    """The document as it is kept, empty where logging is switched off. Raises as AWS does."""
    if any(node.all("TargetGrants") for node in xml.parse(body, ROOT).all("LoggingEnabled")):
        raise NotSupported(f"{OPERATION}'s TargetGrants")
    document = documents.read(OPERATION, body)
    enabled = document.get("LoggingEnabled")
    if not enabled:
        return b""
    target = enabled["TargetBucket"]
    if not s3.store.bucket_exists(target):
        raise InvalidTargetBucket(target, "The target bucket for logging does not exist")
    if s3.store.bucket(target).region != s3.store.bucket(bucket).region:
        raise InvalidTargetBucket(target, "The target bucket is in another region")
    return documents.write(OPERATION, document)


def destination(body: bytes) -> Destination:
    """Where logs go by a document that `checked` made."""
    enabled = documents.read(OPERATION, body)["LoggingEnabled"]
    formats = enabled.get("TargetObjectKeyFormat", {})
    partitioned = formats.get("PartitionedPrefix")
    return Destination(
        bucket=enabled["TargetBucket"],
        prefix=enabled["TargetPrefix"],
        dated=partitioned is not None,
        by_event=(partitioned or {}).get("PartitionDateSource") == "EventTime",
    )
