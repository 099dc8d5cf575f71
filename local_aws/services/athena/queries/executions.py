"""The life of a query: accepted, queued, run in a thread, ended."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import duckdb

from local_aws.acting.errors import Denied
from local_aws.caller import PRINCIPAL
from local_aws.context import Request
from local_aws.errors import ServiceError
from local_aws.faults.board import InjectedFailure
from local_aws.services.athena.errors import (
    SERVICE,
    InvalidRequest,
    QueryCancelled,
    QueryFailed,
    ServiceFailed,
)
from local_aws.services.athena.model import AthenaEngine
from local_aws.services.athena.queries import reuse
from local_aws.services.athena.queries.acceptance import Acceptance
from local_aws.services.athena.queries.executor import BytesExceeded, Executor, Job, Outcome
from local_aws.services.athena.queries.lanes import Lane
from local_aws.services.athena.queries.refusals import refused
from local_aws.services.athena.queries.store import ACTIVE, Store
from local_aws.services.athena.statements import CATALOG_ONLY, Kind
from local_aws.services.s3.model import parse_uri

logger = logging.getLogger(__name__)

AT_ONCE = 4
# us-east-1's quotas of active queries: https://docs.aws.amazon.com/general/latest/gr/athena.html
ACTIVE_DML, ACTIVE_DDL = 200, 20
_INTERRUPT_SECONDS = 0.05

Body = dict[str, Any]


class Executions:
    """Starts and stops queries."""

    def __init__(self, engine: AthenaEngine, store: Store) -> None:
        self.engine = engine
        self.store = store
        self.executor = Executor(engine, store)
        self._acting: dict[str, AthenaEngine] = {}
        self._dml = Lane("DML", AT_ONCE, ACTIVE_DML)
        self._ddl = Lane("DDL", AT_ONCE, ACTIVE_DDL)
        self._cursors: dict[str, duckdb.DuckDBPyConnection] = {}
        self._stopped: set[str] = set()
        self._lock = threading.Lock()

    def recover(self) -> None:
        """Queries that ran when the server was killed have failed."""
        for body in self.store.active():
            reason = "The server was stopped while the query was running"
            self._end(body, "FAILED", ServiceFailed(reason))

    def shut_down(self) -> None:
        with self._lock:
            for cursor in self._cursors.values():
                self.engine.interrupt(cursor)
        for lane in (self._dml, self._ddl):
            lane.close()

    def known(self, query_id: str) -> Body:
        body = self.store.execution(query_id)
        if body is None:
            raise InvalidRequest(
                f"QueryExecution {query_id} was not found", "QUERY_EXECUTION_NOT_FOUND"
            )
        return body

    # --- start

    def start(self, request: Request, workgroup: Body) -> str:
        """The query's id: a new one's, or that of the query which had the token before."""
        engine = self._as_caller()
        body = Acceptance(engine.platform, self.store).accept(request, workgroup)
        token = request["ClientRequestToken"]
        earlier = self.store.execution_by_token(token)
        if earlier is None:
            lane = self._lane(body)
            lane.admit(body["id"])
            if self.store.add_execution(body, token, body["reuse_key"]):
                self._acting[body["id"]] = engine
                self._begin(body, lane)
                return str(body["id"])
            lane.leave(body["id"])  # the same token came in twice at once
            earlier = self.store.execution_by_token(token)
        assert earlier is not None
        if earlier["fingerprint"] != body["fingerprint"]:
            raise InvalidRequest(
                "Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH"
            )
        return str(earlier["id"])

    def _as_caller(self) -> AthenaEngine:
        """The engine with the rights of whoever calls now: a query keeps them to its end."""
        if PRINCIPAL.get() is None:
            return self.engine
        return self.engine.acting(self.engine.platform.acting.of_caller(SERVICE))

    def _engine(self, body: Body) -> AthenaEngine:
        return self._acting.get(body["id"], self.engine)

    def _begin(self, body: Body, lane: Lane) -> None:
        outcome = reuse.earlier_outcome(body, self.store, self._engine(body))
        if outcome is not None:
            now = time.time()
            body.update(started=now, engine_ended=now, reused=True, outcome=outcome)
            self._end(body, "SUCCEEDED", None)
            return
        self.engine.platform.faults.started(body["id"])
        lane.submit(body["id"], lambda: self._run(body))

    def _lane(self, body: Body) -> Lane:
        return self._ddl if body["kind"]["name"] in CATALOG_ONLY else self._dml

    # --- run

    def _run(self, body: Body) -> None:
        if body["id"] in self._stopped:
            self._end(body, "CANCELLED", None)
            return
        body.update(state="RUNNING", started=time.time())
        self.store.save_execution(body)
        try:
            outcome = self._outcome(body)
        except QueryCancelled:
            self._end(body, "CANCELLED", None)
        except BytesExceeded:
            body["reason"] = "Query cancelled! : Bytes scanned limit was exceeded"
            self._end(body, "CANCELLED", None)
        except QueryFailed as error:
            self._end(body, "FAILED", error)
        except Denied as error:
            hive = body["kind"]["name"] == "ddl"
            self._end(body, "FAILED", refused(error, body["output"], hive=hive))
        except InjectedFailure as error:
            self._end(body, "FAILED", ServiceFailed(error.message))
        except ServiceError as error:
            self._end(body, "FAILED", QueryFailed("", f"FAILED: {error.message}"))
        except RecursionError:
            too_large = "statement is too large (stack overflow during analysis)"
            self._end(body, "FAILED", QueryFailed("STACK_OVERFLOW", too_large))
        except Exception as error:
            logger.exception("The query %s failed", body["id"])
            told = f"{type(error).__name__}: {error}"
            self._end(body, "FAILED", QueryFailed("GENERIC_INTERNAL_ERROR", told))
        else:
            body.update(outcome=vars(outcome), engine_ended=time.time())
            self._end(body, "SUCCEEDED", None)

    def _outcome(self, body: Body) -> Outcome:
        job = Job(
            body["id"], body["text"], body["database"], body["workgroup"], Kind(**body["kind"]),
            body["output"], body["cutoff"], body["configuration"],
        )  # fmt: skip
        self.engine.platform.faults.check(job.id)
        if body["failure"]:
            raise QueryFailed.of(body["failure"])
        cursor = self.engine.cursor()
        with self._lock:
            self._cursors[job.id] = cursor
        engine = self._engine(body)
        executor = self.executor if engine is self.engine else Executor(engine, self.store)
        try:
            return executor.run(job, cursor)
        finally:
            with self._lock:
                del self._cursors[job.id]
            self.engine.release(cursor)

    def _end(self, body: Body, state: str, error: QueryFailed | None) -> None:
        if body["id"] in self._stopped and state != "SUCCEEDED":
            state, error = "CANCELLED", None
        if error is not None:
            body.update(reason=error.reason, athena_error=error.athena_error)
            self._tell_of_failure(body)
        elif state == "CANCELLED":
            body.setdefault("reason", "Query cancelled by user")
        body.update(state=state, completed=time.time())
        self.store.save_execution(body)
        self._acting.pop(body["id"], None)
        self._stopped.discard(body["id"])
        self._lane(body).leave(body["id"])

    def _tell_of_failure(self, body: Body) -> None:
        """DDL of Hive's leaves the reason in its result object; other failures leave none."""
        if body["kind"]["name"] != "ddl" or not body["reason"].startswith("FAILED: "):
            return
        try:
            s3 = self._engine(body).platform.s3
            s3.put(*parse_uri(body["output"]), body["reason"].encode())
        except ServiceError as refusal:
            logger.warning("The failure of %s was not written: %s", body["id"], refusal.message)

    # --- stop

    def stop(self, query_id: str) -> None:
        """Cancel a query that waits or runs; one that has ended stays as it is."""
        body = self.known(query_id)
        if body["state"] not in ACTIVE:
            return
        self._stopped.add(query_id)
        if self.known(query_id)["state"] not in ACTIVE:  # it ended meanwhile
            self._stopped.discard(query_id)
            return
        if self._lane(body).withdraw(query_id):
            self._end(body, "CANCELLED", None)
            return
        threading.Thread(target=self._interrupt, args=(query_id,), daemon=True).start()

    def _interrupt(self, query_id: str) -> None:
        """Again and again until the query has ended: between two statements it is not heard."""
        while query_id in self._stopped:
            with self._lock:
                if query_id in self._cursors:
                    self.engine.interrupt(self._cursors[query_id])
            time.sleep(_INTERRUPT_SECONDS)
