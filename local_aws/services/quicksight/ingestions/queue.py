"""Ingestions: one thread takes them in turn, so the data sets of a burst do not pile up in memory.

AWS: asynchronous, INITIALIZED, QUEUED, RUNNING, then COMPLETED, FAILED or CANCELLED
(https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Ingestion.html).
Here: the same. A cancelled ingestion's query is interrupted.
"""

import datetime as dt
import logging
import queue
import threading
import time

from local_aws.context import Platform
from local_aws.database import Row
from local_aws.errors import ServiceError
from local_aws.services.quicksight import spice
from local_aws.services.quicksight.errors import IngestionFailed
from local_aws.services.quicksight.ingestions.ending import Ended, Ending
from local_aws.services.quicksight.ingestions.records import Extract
from local_aws.services.quicksight.ingestions.write import Window, window, write
from local_aws.services.quicksight.model import DATA_SET, Store

logger = logging.getLogger(__name__)

Job = tuple[str, str]
INTERNAL = "INTERNAL_SERVICE_ERROR"
SUPERSEDED = "INGESTION_SUPERSEDED"
SUPPRESSED = "REFRESH_SUPPRESSED_BY_EDIT"
INCREMENTAL, EDIT = "INCREMENTAL_REFRESH", "EDIT"


class Ingestions:
    """The queue of ingestions and the thread that works on it."""

    def __init__(self, platform: Platform, store: Store) -> None:
        self.platform, self.store = platform, store
        self.jobs: queue.Queue[Job | None] = queue.Queue()
        self.thread: threading.Thread | None = None
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.running: tuple[Job, Ending] | None = None

    def recover(self) -> None:
        """After a kill: what was under way has failed, what waited goes on."""
        for row in self.store.unfinished():
            job = row["data_set"], row["id"]
            if row["status"] == "RUNNING":
                self._fail(job, INTERNAL, "The server stopped while the ingestion ran")
            else:
                self._submit(job)
        spice.sweep(self.platform, self.store.extract_files())

    def start(
        self, data_set: str, ingestion: str, request_type: str, source: str = "MANUAL"
    ) -> None:
        """Take a new ingestion. An edit ends what is under way. Raises ResourceExists."""
        waiting = [row for row in self.store.unfinished() if row["data_set"] == data_set]
        self.store.add_ingestion(data_set, ingestion, request_type, source)
        if request_type == EDIT:
            for row in waiting:
                self._end((data_set, row["id"]), "FAILED", SUPERSEDED, "The data set was edited")
        elif source == "SCHEDULED" and any(row["request_type"] == EDIT for row in waiting):
            self._fail((data_set, ingestion), SUPPRESSED, "The data set is being edited")
            return
        self._submit((data_set, ingestion))

    def _submit(self, job: Job) -> None:
        with self.lock:
            if self.thread is None:
                self.thread = threading.Thread(target=self._work, name="spice", daemon=True)
                self.thread.start()
        self.platform.faults.started("/".join(job))
        self.store.move_ingestion(*job, "QUEUED")
        self.jobs.put(job)

    def cancel(self, data_set: str, ingestion: str) -> bool:
        """Cancel, and end the query; False where it has ended already."""
        return self._end((data_set, ingestion), "CANCELLED", "INGESTION_CANCELED",
                         "The ingestion was cancelled")  # fmt: skip

    def forget(self, data_set: str) -> None:
        """The data set is deleted: stop what works on it."""
        if (running := self.running) and running[0][0] == data_set:
            running[1].end()

    def _end(self, job: Job, status: str, error_type: str, message: str) -> bool:
        ended = self.store.move_ingestion(
            *job, status, finished=time.time(), error_type=error_type, error_message=message
        )
        if (running := self.running) and running[0] == job:
            running[1].end()
        return ended

    def close(self) -> None:
        """End the thread after the ingestion that it is working on; what waits stays queued."""
        self.closing.set()
        if self.thread is not None:
            self.jobs.put(None)
            self.thread.join(timeout=5)

    def _work(self) -> None:
        while (job := self.jobs.get()) is not None and not self.closing.is_set():
            ending = Ending()
            self.running = job, ending
            try:
                self._run(job, ending)
            except Ended:
                pass  # the store knows why
            except Exception as error:
                logger.exception("ingestion %s failed", job)
                self._fail(job, INTERNAL, f"{type(error).__name__}: {error}")
            finally:
                self.running = None
                ending.finish()

    def _run(self, job: Job, ending: Ending) -> None:
        if not self.store.move_ingestion(*job, "RUNNING", started=time.time()):
            return
        row = self.store.find(DATA_SET, job[0])
        if row is None:
            return
        if row["document"]["ImportMode"] != "SPICE":
            self._fail(job, "DATA_SET_NOT_SPICE", f"The data set {job[0]} is not in SPICE")
            return
        try:
            self.platform.faults.check("/".join(job))
            extract = write(self.store, row, job[1], ending, self._window(job))
        except IngestionFailed as error:
            self._fail(job, error.type, error.message)
        except ServiceError as error:
            self._fail(job, "SQL_EXCEPTION", error.message)
        else:
            self._complete(job, row, extract)

    def _window(self, job: Job) -> Window | None:
        record = self.store.ingestion(*job)
        properties = self.store.refresh_properties(job[0]) or {}
        incremental = record is not None and record["request_type"] == INCREMENTAL
        if not incremental or "RefreshConfiguration" not in properties:
            return None
        return window(properties, dt.datetime.now(dt.UTC))

    def _complete(self, job: Job, row: Row, extract: Extract) -> None:
        old = self.store.extract(row["id"])
        if not self.store.complete_ingestion(*job, extract):
            self._discard(extract.file)  # cancelled, or its data set deleted, while it ran
        elif old and old["file"] != extract.file:
            self._discard(old["file"])

    def _discard(self, file: str) -> None:
        (spice.folder(self.platform) / file).unlink(missing_ok=True)

    def _fail(self, job: Job, error_type: str, message: str) -> None:
        self.store.fail_ingestion(*job, error_type, message)
