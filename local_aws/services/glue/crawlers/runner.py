"""Crawls in background threads: StartCrawler answers at once, the crawler is RUNNING by then."""

import logging
import threading
import time
import uuid
from collections import Counter
from typing import TYPE_CHECKING

from local_aws.acting.errors import Denied, RoleRefused
from local_aws.errors import ServiceError
from local_aws.schedules.scheduler import Scheduler
from local_aws.services.glue.classifiers.definitions import ClassifierStore
from local_aws.services.glue.crawlers.events import EventQueue
from local_aws.services.glue.crawlers.model import KILLED, LOG_GROUP, CrawlerStore
from local_aws.services.glue.crawlers.refusals import SERVICE, in_words
from local_aws.services.glue.crawlers.settings import EVENT_MODE
from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import (
    CrawlerRunningException,
    EntityNotFoundException,
    InvalidInputException,
)

if TYPE_CHECKING:
    from local_aws.context import Platform

logger = logging.getLogger(__name__)

SESSION = "AWS-Crawler"
UNTRUSTED = "Service is unable to assume provided role. Please verify role's TrustPolicy"
AT_ONCE = 2  # crawls that read at the same time; others are RUNNING and wait
_PATIENCE = 5.0  # seconds that a closing server gives its crawls


class Runner:
    """The threads of the crawls that run now."""

    def __init__(
        self, platform: "Platform", store: CrawlerStore, classifiers: ClassifierStore
    ) -> None:
        self.platform = platform
        self.store = store
        self.classifiers = classifiers
        self._turn = threading.Semaphore(AT_ONCE)
        self._running: dict[str, tuple[threading.Thread, threading.Event]] = {}
        self._lock = threading.Lock()
        self._closing = False
        self.scheduler = Scheduler(store.schedules, self._fire)

    def recover(self) -> None:
        """Settle what a killed server left."""
        for name in self.store.recover():
            crawl = self.store.crawls(name)[0]
            self._say(name, crawl["CrawlId"], f"ERROR : {KILLED}")

    def start(self, name: str) -> None:
        """Raises CrawlerRunningException."""
        cancelled = threading.Event()
        with self._lock:
            crawl = self.store.begin(name)
            self.platform.faults.started(crawl["CrawlId"])
            thread = threading.Thread(
                target=self._run, args=(crawl, cancelled), name=f"crawler-{name}", daemon=True
            )
            self._running[name] = (thread, cancelled)
        thread.start()

    def _fire(self, name: str) -> None:
        """Start a crawl because it is time."""
        try:
            self.start(name)
        except CrawlerRunningException as error:
            self._say(name, str(uuid.uuid4()), f"WARN : The scheduled crawl is left out: {error}")
        except EntityNotFoundException:
            pass  # deleted a moment ago

    def cancel(self, name: str) -> None:
        """Raises CrawlerNotRunningException."""
        with self._lock:
            self.store.stopping(name)
            if name in self._running:
                self._running[name][1].set()

    def close(self) -> None:
        """Cancel what runs. What does not end in time is settled by the next start."""
        self._closing = True
        self.scheduler.stop()
        threads = list(self._running.values())
        for _, cancelled in threads:
            cancelled.set()
        deadline = time.monotonic() + _PATIENCE
        for thread, _ in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self, crawl: Document, cancelled: threading.Event) -> None:
        name, identity = crawl["LogStream"], crawl["CrawlId"]
        self._say(name, identity, f"BENCHMARK : Running Start Crawl for Crawler {name}")
        with self._turn:
            state, counts, message = self._outcome(name, identity, cancelled)
        if message:
            self._say(name, identity, f"ERROR : {message}")
        # Before the state: whoever sees READY finds the whole log.
        done = "BENCHMARK : Crawler has finished running and is in state READY"
        self._say(name, identity, done)
        with self._lock:
            del self._running[name]
            self.store.end(name, state, counts, message)

    def _outcome(
        self, name: str, identity: str, cancelled: threading.Event
    ) -> tuple[str, Counter[str], str]:
        from local_aws.services.glue.crawlers import engine  # pyarrow comes with it

        try:
            self.platform.faults.check(identity)
            crawler = self.store.get(name)
            platform = self._in_role(crawler["Role"])
            platform.logs.append(LOG_GROUP, name, ())  # who may not write its log crawls nothing
            around = engine.Surroundings(
                platform.s3,
                platform.glue,
                lambda line: self._say(name, identity, line),
                cancelled.is_set,
                [self.classifiers.get(named) for named in crawler["Classifiers"]],
                self._events(crawler),
            )
            return "COMPLETED", engine.crawl(crawler, around), ""
        except engine.Cancelled:
            return ("FAILED", Counter(), KILLED) if self._closing else ("STOPPED", Counter(), "")
        except Denied as error:
            return "FAILED", Counter(), in_words(error)
        except ServiceError as error:
            return "FAILED", Counter(), error.message
        except Exception as error:
            logger.exception("crawler %s", name)
            return "FAILED", Counter(), f"Internal Service Exception: {error!r}"

    def _in_role(self, role: str) -> "Platform":
        """The platform as the crawler's role may use it. Raises InvalidInputException."""
        try:
            return self.platform.acting.in_role(role, SERVICE, SESSION)
        except RoleRefused as error:
            raise InvalidInputException(UNTRUSTED) from error

    def check_role(self, role: str) -> None:
        """Raises InvalidInputException for a role that does not trust Glue."""
        try:
            self.platform.acting.check_trust(role, SERVICE)
        except RoleRefused as error:
            raise InvalidInputException(UNTRUSTED) from error

    def _events(self, crawler: Document) -> EventQueue | None:
        """The queue of an event crawl; the first since the crawler changed lists all."""
        if crawler["RecrawlPolicy"].get("RecrawlBehavior") != EVENT_MODE:
            return None
        (target,) = crawler["Targets"]["S3Targets"]
        queue = EventQueue(
            self.platform.moto, target["EventQueueArn"], target.get("DlqEventQueueArn")
        )
        queue.check()
        return queue if self.store.has_crawled(crawler) else None

    def _say(self, name: str, identity: str, line: str) -> None:
        moment = time.time_ns() // 1_000_000
        self.platform.logs.append(LOG_GROUP, name, [(moment, f"[{identity}] {line}")])
