"""S3's events in a queue: which folders changed since the last crawl.

https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-event-notifications.html: the first crawl
lists the target, the next ones look into the folders that the events in the queue are about. A
message is deleted when the catalog has what it told of: a crawl that fails leaves it in the queue.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from local_aws.services.glue.errors import InvalidInputException
from local_aws.services.s3.model import parse_uri

if TYPE_CHECKING:
    from local_aws.moto_services import MotoServices

MOST = 100_000  # messages that one crawl takes

_AT_ONCE = 10
_HIDDEN = 600  # seconds for which no other reader gets a message that a crawl has taken


@dataclass
class Changes:
    """The addresses of folders, each with its slash; `taken` ends their messages."""

    taken: Callable[[], None]
    folders: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return True  # no change is an answer too


class EventQueue:
    """A queue of moto's, by its ARN, and the one for messages that cannot be read."""

    def __init__(self, moto: "MotoServices", arn: str, dead_letters: str | None = None) -> None:
        self._moto = moto
        self._arn = arn
        self._dead_letters = dead_letters

    def check(self) -> None:
        """Raises InvalidInputException where there is no such queue."""
        for arn in filter(None, (self._arn, self._dead_letters)):
            known = self._call(lambda sqs: {queue.queue_arn for queue in sqs.queues.values()})
            if arn not in known:
                raise InvalidInputException(f"The queue {arn} does not exist")

    def changes(self, target: str, say: Callable[[str], None]) -> Changes:
        """What the queue holds of a target's folders. Other events are taken as well."""
        name = self._arn.rpartition(":")[2]
        messages = self._call(lambda sqs: _received(sqs, name))
        receipts = [message.receipt_handle for message in messages]
        changes = Changes(lambda: self._call(lambda sqs: _deleted(sqs, name, receipts)))
        bucket, key = parse_uri(target)
        prefix = f"{key.rstrip('/')}/" if key.rstrip("/") else ""
        for message in messages:
            try:
                changes.folders |= _folders(message.body, bucket, prefix)
            except (ValueError, KeyError, TypeError, AttributeError):
                say(f"WARN : Message {message.id} of {self._arn} is no event of S3")
                self._bury(message.body)
        return changes

    def _bury(self, body: str) -> None:
        if self._dead_letters:
            name = self._dead_letters.rpartition(":")[2]
            self._call(lambda sqs: sqs.send_message(name, body))

    def _call(self, work: Callable[[Any], Any]) -> Any:
        return self._moto.call(lambda backend: work(backend("sqs")))


def _received(sqs: Any, name: str) -> list[Any]:
    found: list[Any] = []
    while len(found) < MOST:
        batch = sqs.receive_message(name, _AT_ONCE, 0, _HIDDEN)
        if not batch:
            break
        found += batch
    return found


def _deleted(sqs: Any, name: str, receipts: list[str]) -> None:
    for receipt in receipts:
        sqs.delete_message(name, receipt)


def _folders(body: str, bucket: str, prefix: str) -> set[str]:
    """The folders that a message tells of; a topic wraps S3's own message."""
    told = json.loads(body)
    if "Message" in told:
        told = json.loads(told["Message"])
    if told.get("Event") == "s3:TestEvent":
        return set()
    keys = [
        unquote_plus(record["s3"]["object"]["key"])
        for record in told["Records"]
        if record["s3"]["bucket"]["name"] == bucket
    ]
    inside = (key for key in keys if key.startswith(prefix))
    return {f"s3://{bucket}/{key.rpartition('/')[0]}".rstrip("/") + "/" for key in inside}
