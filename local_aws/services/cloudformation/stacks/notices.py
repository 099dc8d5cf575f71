"""Events for the topics of NotificationARNs, in the text that AWS sends.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
A notice is kept with its event, in the same transaction, and is gone once its topic has it: a kill
in between sends one twice, never none. A topic that refuses is not a stack's failure.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable

from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError

from local_aws.errors import ServiceError
from local_aws.services.cloudformation.stacks.credentials import Holders
from local_aws.services.cloudformation.stacks.model import Store
from local_aws.services.cloudformation.stacks.records import Event, Operation, Stack

logger = logging.getLogger(__name__)

SUBJECT = "AWS CloudFormation Notification"
PAUSE_SECONDS = 0.2


def topics(stack: Stack, operation: Operation | None) -> list[str]:
    """Who is told of what happens now: an update's own topics from its beginning on."""
    target = operation.target if operation else None
    return (target or stack.revision).notified


def message(stack: Stack, event: Event, account: str, principal: str) -> str:
    """The notice: a line for each fact."""
    moment = dt.datetime.fromtimestamp(event.at, dt.UTC).isoformat(timespec="milliseconds")
    facts = {
        "StackId": stack.id,
        "Timestamp": moment.replace("+00:00", "Z"),
        "EventId": event.id,
        "LogicalResourceId": event.logical_id,
        "Namespace": account,
        "PhysicalResourceId": event.physical_id,
        "PrincipalId": principal,
        "ResourceProperties": event.properties or "null",
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "ResourceType": event.type,
        "StackName": stack.name,
        "ClientRequestToken": event.token or "null",
    }
    return "".join(f"{name}='{value}'\n" for name, value in facts.items())


class Notices:
    """Publishes what waits, in the order in which it happened, on a thread of its own."""

    def __init__(
        self, store: Store, holders: Callable[[], Holders], closing: threading.Event
    ) -> None:
        self.store, self.holders, self.closing = store, holders, closing
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Something waits, or will when a transaction ends."""
        with self._lock:
            running = self._thread is not None and self._thread.is_alive()
            if running or self.closing.is_set() or not self.store.notices():
                return
            self._thread = threading.Thread(target=self._work, name="notices", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while not self.closing.is_set() and (waiting := self.store.notices()):
            for row in waiting:
                if not self._publish(row["topic"], row["message"], row["holder"]):
                    break
                self.store.forget_notice(row["id"])
            else:
                continue
            self.closing.wait(PAUSE_SECONDS)

    def _publish(self, topic: str, text: str, holder: str) -> bool:
        """False where the server cannot be asked now."""
        try:
            sns = self.holders().clients(holder)("sns")
            sns.publish(TopicArn=topic, Subject=SUBJECT, Message=text)
        except (EndpointConnectionError, HTTPClientError):
            return False
        except (ClientError, ServiceError) as error:
            logger.warning("%s was not told of an event: %s", topic, error)
        return True
