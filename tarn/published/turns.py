"""One at a time: who moves readers of a partition holds its turn, an object of the ops zone.

Glue's UpdateTable can be held against a version of the table, its UpdatePartition against none; so
moves are kept apart by S3's conditional writes. A turn ends with its holder, or TURN_SECONDS after
it was taken, by S3's own clock: who was killed holds up nobody for longer.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
https://docs.aws.amazon.com/glue/latest/webapi/API_UpdatePartition.html
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from botocore.exceptions import ClientError

from tarn import moments
from tarn.aws import Aws, is_missing, is_refused
from tarn.errors import Transient
from tarn.partition import Partition

log = logging.getLogger(__name__)

TURNS = "turns/"
TURN_SECONDS = 30
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Turn:
    """The right to move readers of a partition, for half of what others wait for."""

    partition: Partition
    taken: float = field(default_factory=time.monotonic)

    def require(self) -> None:
        """Raise Transient where so much time has passed that another may soon take the turn."""
        if time.monotonic() - self.taken > TURN_SECONDS / 2:
            raise Transient(
                f"Readers of {self.partition} were not moved: it took longer than "
                f"{TURN_SECONDS // 2} seconds to get there. The same call may do it."
            )


@contextmanager
def turn(partition: Partition, holder: str, aws: Aws) -> Iterator[Turn]:
    """Wait until nobody else moves readers of the partition, and keep others waiting meanwhile.

    holder: who it is, as another who waits is told. Raises Transient where one after the other
    was first.
    """
    deadline = time.monotonic() + 2 * TURN_SECONDS
    while (etag := _take(partition, holder, aws)) is None:
        if time.monotonic() > deadline:
            said = aws.get_json("ops", key(partition)) or {"holder": "another"}
            raise Transient(f"Readers of {partition} are being moved by {said['holder']}.")
        time.sleep(LOOK_SECONDS)
    try:
        yield Turn(partition)
    finally:
        _end(partition, etag, aws)


def key(partition: Partition) -> str:
    return f"{TURNS}{partition.dataset}/{partition.slug}.json"


def _take(partition: Partition, holder: str, aws: Aws) -> str | None:
    """The turn's ETag, or None where it is another's."""
    # `id`: no two turns have the same bytes, and so the same ETag.
    mine = {"holder": holder, "taken_at": moments.now(), "id": uuid.uuid4().hex}
    if etag := aws.put_json_if("ops", key(partition), mine, IfNoneMatch="*"):
        return etag
    try:
        found = aws.s3.head_object(Bucket=aws.settings.bucket("ops"), Key=key(partition))
    except ClientError as error:
        if is_missing(error):
            return None  # it has just ended: the next look takes it
        raise
    answered = parsedate_to_datetime(found["ResponseMetadata"]["HTTPHeaders"]["date"])
    if (answered - found["LastModified"]).total_seconds() <= TURN_SECONDS:
        return None
    return aws.put_json_if("ops", key(partition), mine, IfMatch=found["ETag"])


def _end(partition: Partition, etag: str, aws: Aws) -> None:
    try:
        aws.s3.delete_object(Bucket=aws.settings.bucket("ops"), Key=key(partition), IfMatch=etag)
    except ClientError as error:
        if not (is_missing(error) or is_refused(error)):
            raise
        log.warning("Another has taken the turn to move readers of %s meanwhile.", partition)
