"""Lines between a request and the object that tells of it.

A line is appended to a file of the data folder, which a kill leaves there. A thread makes objects
of the files every few minutes. AWS delivers "on a best effort basis", within hours, and so does
this: what the target bucket does not take (its policy does not let ``logging.s3.amazonaws.com``
in, or it encrypts with KMS by default) is logged as a warning and lost, as on AWS.
"""

import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from local_aws.access import evaluate, facts
from local_aws.access.network import Network
from local_aws.access.principal import service_of
from local_aws.errors import ServiceError
from local_aws.services.s3.access import acl
from local_aws.services.s3.access_logs.configuration import Destination, destination
from local_aws.services.s3.access_logs.line import Exchange, line
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.settings import LOGGING

logger = logging.getLogger(__name__)

DELIVERER = "logging.s3.amazonaws.com"


class NotTaken(ServiceError):
    """A target bucket that does not take a log."""

    code = "AccessDenied"


class Journal:
    """The access logs of all buckets."""

    def __init__(self, s3: Backend) -> None:
        self._s3 = s3
        self._folder = s3.platform.data_dir / "state" / "s3-access-logs"
        self._known: tuple[object, dict[str, Destination]] = (None, {})
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def logs(self, bucket: str) -> bool:
        """Whether requests to the bucket are logged: a look into a dictionary."""
        return bucket in self._destinations()

    def add(self, exchange: Exchange) -> None:
        """Keep a request until its log is delivered."""
        text = line(exchange, self._s3.owner[0][1])
        with self._lock:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / exchange.request.bucket).open("ab") as file:
                file.write(text)

    def start(self) -> None:
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="s3-access-logs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """What was logged is delivered."""
        self._stopped.set()
        if self._thread:
            self._thread.join()
        self.deliver()

    def deliver(self) -> None:
        """Make objects of all that is there."""
        for path in self._taken():
            try:
                self._deliver(path.stem, path.read_bytes())
            except (ServiceError, OSError) as error:
                logger.warning("an access log of %s is lost: %s", path.stem, error)
            path.unlink(missing_ok=True)

    def _run(self) -> None:
        while not self._stopped.wait(self._s3.platform.access_log_seconds):
            try:
                self.deliver()
            except Exception:
                logger.exception("access logs were not delivered, the next round tries again")

    def _taken(self) -> list[Path]:
        """The files, moved aside; also those that a killed server had moved and not delivered."""
        with self._lock:
            if not self._folder.exists():
                return []
            for path in [p for p in self._folder.iterdir() if p.suffix != ".taken"]:
                path.rename(path.with_name(f"{path.name}.{time.time_ns()}.taken"))
        return sorted(self._folder.glob("*.taken"))

    def _deliver(self, name: str, lines: bytes) -> None:
        source = name.rpartition(".")[0]
        where = self._destinations().get(source)
        if where is None:
            return  # switched off meanwhile
        self._check(where, source)
        platform = self._s3.platform
        for when, part in _parts(where, lines):
            key = where.key(source, platform.account_id, platform.region, when)
            self._s3.store.put(where.bucket, key, part, content_type="text/plain")

    def _check(self, where: Destination, source: str) -> None:
        """Raise where AWS would not deliver."""
        if b"aws:kms" in self._s3.settings.held(where.bucket).get("encryption", b""):
            raise NotTaken(f"{where.bucket} encrypts with KMS by default")
        who = service_of(DELIVERER, self._s3.account_id)
        region, now = self._s3.platform.region, datetime.now(UTC)
        found = facts.of_request(who, Network(secure=True, source_ip=""), {}, region, now) | {
            "aws:sourcearn": (f"arn:aws:s3:::{source}",),
            "aws:sourceaccount": (self._s3.account_id,),
        }
        resource = f"arn:aws:s3:::{where.bucket}/{where.prefix}-"
        query = evaluate.Query(who, "s3:PutObject", resource, facts.lookup(found))
        rules = self._s3.rules.get(where.bucket)
        decision = self._s3.platform.record.decide(query, rules.policy, DELIVERER)
        by_acl = rules.acls_count and rules.acl == acl.DELIVERS and not decision.explicit
        if not (decision.allowed or by_acl):
            raise NotTaken(f"the policy of {where.bucket} does not let {DELIVERER} write")

    def _destinations(self) -> dict[str, Destination]:
        version = self._s3.settings.version
        if self._known[0] is not version:
            found = self._s3.settings.buckets_with(LOGGING)
            self._known = (version, {bucket: destination(body) for bucket, body in found})
        return self._known[1]


def _parts(where: Destination, lines: bytes) -> Iterator[tuple[datetime, bytes]]:
    """The log, or one for each day of its requests."""
    now = datetime.now(UTC)
    for day, group in groupby(lines.splitlines(keepends=True), key=where.day):
        yield day or now, b"".join(group)
