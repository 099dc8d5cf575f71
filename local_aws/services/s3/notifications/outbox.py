"""Events between a write and its being told: rows of S3's own database, and one thread.

A row is written before the write is acknowledged and goes once SNS, SQS or EventBridge have the
event on disk, so a kill repeats an event and never loses one. Rows are told in their order, which
is the order of the writes of a key. What a destination refuses (it was deleted, say) is logged
and dropped, as AWS does in the end.
"""

import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from local_aws import event_bus
from local_aws.context import Platform
from local_aws.database import Database, Row
from local_aws.services.s3.notifications import events
from local_aws.services.s3.notifications.configuration import Target
from local_aws.services.s3.notifications.events import Event, Message

logger = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, targets TEXT NOT NULL);
"""
BATCH = 100
SUBJECT = "Amazon S3 Notification"
RETRY_SECONDS = 5.0


class Outbox:
    def __init__(self, platform: Platform, db: Database) -> None:
        self._platform = platform
        self._db = db
        self._db.script(SCHEMA)
        self._wake = threading.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None

    def add(self, event: Event | Message, targets: Sequence[Target]) -> None:
        """Keep an event (or a message that is ready) until its targets have it."""
        body = event if isinstance(event, dict) else asdict(event)
        kept = [(target.id, target.service, target.arn) for target in targets]
        row = (json.dumps(body), json.dumps(kept))
        self._db.execute("INSERT INTO outbox (event, targets) VALUES (?, ?)", row)
        self._wake.set()

    def start(self) -> None:
        """Begin to tell, with what an earlier process left over."""
        self._stopped = False
        self._wake.set()
        self._thread = threading.Thread(target=self._run, name="s3-events", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped = True
        self._wake.set()
        if self._thread:
            self._thread.join()

    def deliver(self) -> int:
        """Tell the next rows; how many they were."""
        rows = self._db.all("SELECT * FROM outbox ORDER BY id LIMIT ?", (BATCH,))
        if rows:
            self._platform.moto.call(lambda backend: self._tell(backend, rows))
            self._db.execute("DELETE FROM outbox WHERE id <= ?", (rows[-1]["id"],))
        return len(rows)

    def _run(self) -> None:
        wait: float | None = None
        while not self._stopped:
            self._wake.wait(wait)
            self._wake.clear()
            wait = None
            try:
                while not self._stopped and self.deliver():
                    pass
            except Exception:
                logger.exception("events could not be told, they are kept")
                wait = RETRY_SECONDS

    def _tell(self, backend: Any, rows: list[Row]) -> None:
        for row in rows:
            for name, service, arn in json.loads(row["targets"]):
                try:
                    message = self._message(row, name, service)
                    TELL[service](backend, arn, message)
                except Exception:
                    # moto's errors have no base of their own; none may hold up the others.
                    logger.warning("%s did not take an event", arn or service, exc_info=True)

    def _message(self, row: Row, configuration: str, service: str) -> Message:
        body = json.loads(row["event"])
        if "Service" in body:  # a test event
            return dict(body)
        event, sequencer = Event(**body), f"{row['id']:016X}"
        if service == "events":
            return events.bridged(self._platform, event, sequencer)
        return events.record(self._platform, event, configuration, sequencer)


def _publish(backend: Any, arn: str, message: Message) -> None:
    backend("sns").publish(json.dumps(message), arn, subject=SUBJECT)


def _send(backend: Any, arn: str, message: Message) -> None:
    backend("sqs").send_message(arn.rpartition(":")[2], json.dumps(message))


def _put_event(backend: Any, _arn: str, message: Message) -> None:
    event_bus.put_by(backend, message)


TELL = {"sns": _publish, "sqs": _send, "events": _put_event}
