"""The thread that carries out lifecycle rules.

What S3 does: it queues what is due at a midnight (UTC) and gets to it within a day or so. What we
do: go through every bucket with rules at an interval (`Platform.lifecycle_seconds`) and act at
once. A change of storage class is a change of record: bytes stay where they are.
"""

import itertools
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from local_aws.errors import ServiceError
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.lifecycle.rules import SMALL, Rule, after_days, enabled
from local_aws.services.s3.model import Check
from local_aws.services.s3.notifications.listener import LIFECYCLE, act_for
from local_aws.services.s3.settings import kind_of
from local_aws.services.s3.store.objects import ObjectInfo

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
STORAGE_CLASS = "x-amz-storage-class"
WATERFALL = (
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "ONEZONE_IA",
    "GLACIER_IR",
)
"""Objects only move down.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
"""


class Changed(ServiceError):
    """An object is no more what a rule was asked about; the next sweep looks again."""


class Sweeper:
    def __init__(self, s3: Backend, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._s3 = s3
        self._clock = clock
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="s3-lifecycle", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread:
            self._thread.join()

    def sweep(self) -> None:
        """Do what is due by now in every bucket."""
        act_for(LIFECYCLE)
        for bucket, body in self._s3.settings.buckets_with(kind_of("lifecycle")):
            try:
                self._bucket(bucket, enabled(body), self._clock())
            except ServiceError as error:  # the bucket was deleted meanwhile
                logger.info("lifecycle of %s: %s", bucket, error.message)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.sweep()
            except Exception:
                logger.exception("lifecycle rules were not carried out, the next sweep tries again")
            self._stopped.wait(self._s3.platform.lifecycle_seconds)

    def _bucket(self, bucket: str, rules: Sequence[Rule], now: datetime) -> None:
        if not rules:
            return
        every = self._s3.store.versions(bucket)
        for _, group in itertools.groupby(every, key=lambda info: info.key):
            if self._stopped.is_set():
                return
            try:
                self._key(bucket, rules, list(group), now)
            except (ServiceError, OSError) as error:
                logger.info("lifecycle of %s: %s", bucket, error)
        for upload in self._s3.uploads.list(bucket, "", "", ""):
            mine = [rule for rule in rules if upload.key.startswith(rule.scope.prefix)]
            if any(_is_due(rule.aborts(upload.created), now) for rule in mine):
                self._s3.uploads.abort(upload)

    def _key(
        self, bucket: str, rules: Sequence[Rule], versions: list[ObjectInfo], now: datetime
    ) -> None:
        """`versions`: the newest first. Older ones go first, so that their order still holds."""
        for newer, info in enumerate(versions[1:]):
            since = versions[newer].last_modified
            self._noncurrent(bucket, rules, info, since, newer, now)
        latest = versions[0]
        if latest.is_latest and latest.is_marker:
            self._marker(bucket, rules, latest, len(versions) == 1, now)
        elif latest.is_latest:
            self._current(bucket, rules, latest, now)

    def _current(self, bucket: str, rules: Sequence[Rule], info: ObjectInfo, now: datetime) -> None:
        mine = _covering(rules, info)
        if any(_is_due(rule.expires(info.last_modified), now) for rule in mine):
            self._s3.store.delete(bucket, info.key, _unchanged(info))
            return
        moves = [move for rule in mine for move in rule.moves(info.last_modified)]
        self._move(bucket, info, [name for due, name in moves if due <= now])

    def _marker(
        self, bucket: str, rules: Sequence[Rule], info: ObjectInfo, alone: bool, now: datetime
    ) -> None:
        """A delete marker with nothing behind it serves nobody."""
        expired = any(
            rule.removes_markers or _is_due(rule.expires(info.last_modified), now)
            for rule in _covering(rules, info)
        )
        if alone and expired:
            self._s3.store.delete(bucket, info.key, version=info.version)

    def _noncurrent(
        self,
        bucket: str,
        rules: Sequence[Rule],
        info: ObjectInfo,
        since: datetime,
        newer: int,
        now: datetime,
    ) -> None:
        """`since`: when it ceased to be current; `newer`: how many such versions came after."""
        reached = [
            (name, action)
            for rule in _covering(rules, info)
            for name, action in rule.noncurrent
            if newer >= action.get("NewerNoncurrentVersions", 0)
            and after_days(since, action["NoncurrentDays"]) <= now
        ]
        if any(name == "NoncurrentVersionExpiration" for name, _ in reached):
            # A marker has no bytes that a check could compare.
            check = None if info.is_marker else _unchanged(info)
            self._s3.store.delete(bucket, info.key, check, info.version)
        elif not info.is_marker:
            self._move(bucket, info, [action["StorageClass"] for _, action in reached])

    def _move(self, bucket: str, info: ObjectInfo, classes: list[str]) -> None:
        """To the lowest of the classes, where that is below the object's own."""
        own = info.attributes.headers.get(STORAGE_CLASS, "STANDARD")
        lowest = max([own, *classes], key=WATERFALL.index)
        if lowest != own and info.size >= SMALL:
            self._s3.store.set_class(bucket, info.key, lowest, info.version, _unchanged(info))


def _covering(rules: Sequence[Rule], info: ObjectInfo) -> list[Rule]:
    """Rules by tag or size mean no delete markers, which have neither."""
    return [
        rule
        for rule in rules
        if rule.scope.covers(info.key, info.size, info.attributes.tags)
        and not (info.is_marker and rule.scope.is_narrow)
    ]


def _is_due(due: datetime | None, now: datetime) -> bool:
    return due is not None and due <= now


def _unchanged(info: ObjectInfo) -> Check:
    """A client may have written the key since it was looked at."""

    def check(found: ObjectInfo | None) -> None:
        if found is None or (found.seq, found.mtime_ns) != (info.seq, info.mtime_ns):
            raise Changed(f"{info.key} changed meanwhile")

    return check
