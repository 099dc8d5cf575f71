"""Ingestions: one thread takes them in turn, so the data sets of a burst do not pile up in memory.

AWS: asynchronous, INITIALIZED, QUEUED, RUNNING, then COMPLETED, FAILED or CANCELLED
(https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Ingestion.html).
Here: the same. A cancelled ingestion's query runs to its end, and its rows are thrown away.
"""

import logging
import queue
import threading
import time

from local_aws.context import Platform
from local_aws.errors import ServiceError
from local_aws.services.quicksight import spice
from local_aws.services.quicksight.errors import IngestionFailed
from local_aws.services.quicksight.model import DATA_SET, Store

logger = logging.getLogger(__name__)

Job = tuple[str, str]
INTERNAL = "INTERNAL_SERVICE_ERROR"


class Ingestions:
    """The queue of ingestions and the thread that works on it."""

    def __init__(self, platform: Platform, store: Store) -> None:
        self.platform, self.store = platform, store
        self.jobs: queue.Queue[Job | None] = queue.Queue()
        self.thread: threading.Thread | None = None
        self.lock = threading.Lock()
        self.closing = threading.Event()

    def recover(self) -> None:
        """After a kill: what was under way has failed, what waited goes on."""
        for row in self.store.unfinished():
            job = row["data_set"], row["id"]
            if row["status"] == "RUNNING":
                self._fail(job, INTERNAL, "The server stopped while the ingestion ran")
            else:
                self.submit(*job)
        spice.sweep(self.platform, self.store.extract_files())

    def submit(self, data_set: str, ingestion: str) -> None:
        """Take an ingestion that the store has."""
        with self.lock:
            if self.thread is None:
                self.thread = threading.Thread(target=self._work, name="spice", daemon=True)
                self.thread.start()
        self.platform.faults.started(f"{data_set}/{ingestion}")
        self.store.move_ingestion(data_set, ingestion, "QUEUED")
        self.jobs.put((data_set, ingestion))

    def cancel(self, data_set: str, ingestion: str) -> bool:
        """Cancel; False where it has ended already."""
        return self.store.move_ingestion(data_set, ingestion, "CANCELLED", finished=time.time())

    def close(self) -> None:
        """End the thread after the ingestion that it is working on; what waits stays queued."""
        self.closing.set()
        if self.thread is not None:
            self.jobs.put(None)
            self.thread.join(timeout=5)

    def _work(self) -> None:
        while (job := self.jobs.get()) is not None and not self.closing.is_set():
            try:
                self._run(job)
            except Exception as error:
                logger.exception("ingestion %s failed", job)
                self._fail(job, INTERNAL, f"{type(error).__name__}: {error}")

    def _run(self, job: Job) -> None:
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
            extract = spice.write(self.platform, *job, row["document"])
        except IngestionFailed as error:
            self._fail(job, error.type, error.message)
        except ServiceError as error:
            self._fail(job, "SQL_EXCEPTION", error.message)
        else:
            self._complete(job, extract)

    def _complete(self, job: Job, extract: spice.Extract) -> None:
        old = self.store.extract(job[0])
        done = self.store.complete_ingestion(
            *job, extract.file, extract.rows, extract.dropped, extract.bytes
        )
        if not done:  # cancelled, or its data set deleted, while it ran
            self._discard(extract.file)
        elif old and old["file"] != extract.file:
            self._discard(old["file"])

    def _discard(self, file: str) -> None:
        (spice.folder(self.platform) / file).unlink(missing_ok=True)

    def _fail(self, job: Job, error_type: str, message: str) -> None:
        self.store.move_ingestion(
            *job, "FAILED", finished=time.time(), error_type=error_type, error_message=message
        )
