"""The life of a query: accepted, queued, run in a thread, ended; and what is known of it after."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import duckdb

from local_aws.errors import ServiceError
from local_aws.faults.board import InjectedFailure
from local_aws.services.athena import results, statements
from local_aws.services.athena.errors import (
    InvalidRequest,
    QueryCancelled,
    QueryFailed,
    ServiceFailed,
    SyntaxRefused,
)
from local_aws.services.athena.executor import BytesExceeded, Executor, Job, Outcome
from local_aws.services.athena.hive_ddl import parse as parse_ddl
from local_aws.services.athena.model import AthenaEngine
from local_aws.services.athena.show import Show
from local_aws.services.athena.statements import Kind
from local_aws.services.athena.store import ACTIVE, Store
from local_aws.services.athena.trino.dialect import parse_query
from local_aws.services.s3.model import parse_uri

AT_ONCE = 4
_PAGE = 1000


class Executions:
    """Starts, stops and describes queries."""

    def __init__(self, engine: AthenaEngine, store: Store) -> None:
        self.engine = engine
        self.store = store
        self.executor = Executor(engine, store)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="athena")
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
        self._pool.shutdown(wait=False, cancel_futures=True)

    # --- start

    def start(self, request: dict[str, Any], workgroup: dict[str, Any]) -> str:
        token = request.get("ClientRequestToken")
        fingerprint = _fingerprint(request)
        if token:
            known = self.store.execution_by_token(token)
            if known is not None:
                if known["fingerprint"] != fingerprint:
                    raise InvalidRequest(
                        "Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH"
                    )
                return str(known["id"])
        body = self._accepted(request, workgroup, fingerprint)
        self.store.add_execution(body, token, body["reuse_key"])
        if not self._reuse(request, body):
            self.engine.platform.faults.started(body["id"])
            self._pool.submit(self._run, body)
        return str(body["id"])

    def _accepted(
        self, request: dict[str, Any], workgroup: dict[str, Any], fingerprint: str
    ) -> dict[str, Any]:
        configuration = workgroup["Configuration"]
        location = _output_location(request, configuration)
        bucket, _ = parse_uri(location)
        if not self.engine.platform.s3.bucket_exists(bucket):
            raise InvalidRequest(
                f"Unable to verify/create output bucket {bucket}", "INVALID_QUERY_OUTPUT_LOCATION"
            )
        context = dict(request.get("QueryExecutionContext") or {})
        database = (context.get("Database") or "default").strip('`"').lower()
        text, kind = self._resolved(request, workgroup["Name"], database)
        query_id = str(uuid.uuid4())
        return {
            "id": query_id,
            "workgroup": workgroup["Name"],
            "state": "QUEUED",
            "query": request["QueryString"],
            "text": text,
            "kind": vars(kind),
            "database": database,
            "context": context,
            "parameters": request.get("ExecutionParameters"),
            "output": location.rstrip("/") + "/" + kind.output.format(id=query_id),
            "submitted": time.time(),
            "cutoff": configuration.get("BytesScannedCutoffPerQuery"),
            "fingerprint": fingerprint,
            "reuse_key": hashlib.sha256(
                f"{database}\0{text}\0{workgroup['Name']}".encode()
            ).hexdigest(),
            "reuse": request.get("ResultReuseConfiguration"),
        }

    def _resolved(self, request: dict[str, Any], workgroup: str, database: str) -> tuple[str, Kind]:
        """The statement with its parameters in it; what Athena refuses at once is refused here."""
        try:
            text = statements.without_comments(request["QueryString"])
            parameters = request.get("ExecutionParameters") or []
            kind = statements.classify(text)
            if kind == statements.EXECUTE:
                name, given = statements.split_execute(text)
                prepared = self.store.prepared(workgroup, name)
                if prepared is None:
                    raise InvalidRequest(
                        f"PreparedStatement {name} was not found in workGroup {workgroup}",
                        "INVALID_INPUT",
                    )
                text = statements.without_comments(prepared["QueryStatement"])
                kind, parameters = statements.classify(text), parameters or given
            if parameters:
                text = statements.bind_parameters(text, parameters)
            self._check_syntax(text, kind, database)
        except SyntaxRefused as refusal:
            raise InvalidRequest(refusal.reason, "MALFORMED_QUERY") from refusal
        except QueryFailed:
            # It is well formed: the query fails when it runs.
            return text, kind
        return text, kind

    def _check_syntax(self, text: str, kind: Kind, database: str) -> None:
        if kind == statements.SELECT:
            parse_query(text)
        elif kind == statements.CTAS:
            parse_query(statements.parse_ctas(text).query)
        elif kind == statements.INSERT:
            parse_query(statements.parse_insert(text).query)
        elif kind == statements.UNLOAD:
            parse_query(statements.parse_unload(text).query)
        elif kind == statements.CREATE_VIEW:
            parse_query(statements.parse_create_view(text)[2])
        elif kind == statements.EXPLAIN:
            parse_query(statements.split_explain(text)[1])
        elif kind.name == "ddl":
            command = parse_ddl(text)
            if command.name == "describe":
                self._describable(Show(self.engine.platform, database), command)

    @staticmethod
    def _describable(show: Show, command: Any) -> None:
        try:
            show.table(command)
        except QueryFailed as error:
            raise InvalidRequest(
                f"FAILED: SemanticException Unable to fetch table {command.target[-1]}. Entity Not"
                " Found",
                "MALFORMED_QUERY",
            ) from error

    def _reuse(self, request: dict[str, Any], body: dict[str, Any]) -> bool:
        """Hands over an earlier answer when the caller allows it and it is young enough."""
        wanted = (request.get("ResultReuseConfiguration") or {}).get(
            "ResultReuseByAgeConfiguration"
        )
        if not wanted or not wanted.get("Enabled") or body["kind"]["name"] != "select":
            return False
        earlier = self.store.reusable(body["reuse_key"])
        age = 60 * wanted.get("MaxAgeInMinutes", 60)
        if earlier is None or time.time() - earlier["completed"] > age:
            return False
        s3 = self.engine.platform.s3
        for suffix in ("", ".metadata"):
            source = parse_uri(earlier["output"] + suffix)
            if s3.stat(*source) is None:
                return False
            s3.put(*parse_uri(body["output"] + suffix), s3.read(*source))
        body.update(
            state="SUCCEEDED",
            completed=time.time(),
            started=time.time(),
            reused=True,
            outcome={**earlier["outcome"], "bytes": 0},
        )
        self.store.save_execution(body)
        return True

    # --- run and stop

    def _run(self, body: dict[str, Any]) -> None:
        if body["id"] in self._stopped:
            self._end(body, "CANCELLED", None)
            return
        body.update(state="RUNNING", started=time.time())
        self.store.save_execution(body)
        job = Job(
            body["id"], body["text"], body["database"], body["workgroup"],
            Kind(**body["kind"]), body["output"], body["cutoff"],
        )  # fmt: skip
        try:
            self.engine.platform.faults.check(job.id)
            outcome = self._with_cursor(job)
        except QueryCancelled:
            self._end(body, "CANCELLED", None)
        except BytesExceeded:
            body["reason"] = "Query cancelled! : Bytes scanned limit was exceeded"
            self._end(body, "CANCELLED", None)
        except QueryFailed as error:
            self._end(body, "FAILED", error)
        except InjectedFailure as error:
            self._end(body, "FAILED", ServiceFailed(error.message))
        except ServiceError as error:
            self._end(body, "FAILED", QueryFailed("", f"FAILED: {error.message}"))
        except RecursionError:
            too_large = "statement is too large (stack overflow during analysis)"
            self._end(body, "FAILED", QueryFailed("STACK_OVERFLOW", too_large))
        except Exception as error:
            self._end(
                body,
                "FAILED",
                QueryFailed("GENERIC_INTERNAL_ERROR", f"{type(error).__name__}: {error}"),
            )
        else:
            body["outcome"] = vars(outcome)
            self._end(body, "SUCCEEDED", None)

    def _with_cursor(self, job: Job) -> Outcome:
        cursor = self.engine.cursor()
        with self._lock:
            self._cursors[job.id] = cursor
        try:
            return self.executor.run(job, cursor)
        finally:
            with self._lock:
                del self._cursors[job.id]
            cursor.close()

    def _end(self, body: dict[str, Any], state: str, error: QueryFailed | None) -> None:
        if body["id"] in self._stopped and state != "SUCCEEDED":
            state, error = "CANCELLED", None
        body.update(state=state, completed=time.time())
        if error is not None:
            body.update(reason=error.reason, athena_error=error.athena_error)
        elif state == "CANCELLED":
            body.setdefault("reason", "Query was cancelled by user")
        self.store.save_execution(body)

    def stop(self, query_id: str) -> None:
        body = self.known(query_id)
        if body["state"] not in ACTIVE:
            return
        with self._lock:
            self._stopped.add(query_id)
            cursor = self._cursors.get(query_id)
            if cursor is not None:
                self.engine.interrupt(cursor)

    # --- what is known

    def known(self, query_id: str) -> dict[str, Any]:
        body = self.store.execution(query_id)
        if body is None:
            raise InvalidRequest(f"QueryExecution {query_id} was not found")
        return body

    def results(self, query_id: str, limit: int | None, token: str | None) -> dict[str, Any]:
        """A page of the answer, read from the place in the file where the last one ended."""
        body = self.known(query_id)
        _must_have_results(body)
        if limit is not None and not 1 <= limit <= _PAGE:
            raise InvalidRequest(f"MaxResults is out of range: {limit} (1 to {_PAGE})")
        outcome = body["outcome"]
        rows: list[dict[str, Any]] = []
        following = None
        if body["kind"]["name"] not in ("ctas", "insert", "unload"):
            rows, following = self._page(body, limit or _PAGE, _offset(token, query_id))
        answer: dict[str, Any] = {
            "ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": outcome["columns"]}}
        }
        if outcome["update_count"] is not None:
            answer["UpdateCount"] = outcome["update_count"]
        if following is not None:
            answer["NextToken"] = _token(query_id, following)
        return answer

    def _page(
        self, body: dict[str, Any], limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], int | None]:
        bucket, key = parse_uri(body["output"])
        info = self.engine.platform.s3.stat(bucket, key)
        if info is None:
            raise InvalidRequest("Could not find results")
        rows = []
        with self.engine.platform.s3.open(bucket, key) as stream:
            stream.seek(offset)
            read = results.csv_rows if body["kind"]["name"] == "select" else results.text_rows
            for cells, place in read(stream):
                rows.append({"Data": [{} if c is None else {"VarCharValue": c} for c in cells]})
                if len(rows) == limit:
                    return rows, place if place < info.size else None
        return rows, None


def _must_have_results(body: dict[str, Any]) -> None:
    if body["state"] == "CANCELLED":
        raise InvalidRequest("Could not find results")
    if body["state"] == "FAILED":
        raise InvalidRequest(
            "Query did not finish successfully. Final query state: FAILED",
            "INVALID_QUERY_EXECUTION_STATE",
        )
    if body["state"] in ACTIVE:
        raise InvalidRequest(
            f"Query has not yet finished. Current state: {body['state']}",
            "INVALID_QUERY_EXECUTION_STATE",
        )


def _token(query_id: str, offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([query_id, offset]).encode()).decode()


def _offset(token: str | None, query_id: str) -> int:
    if token is None:
        return 0
    try:
        known, offset = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        raise InvalidRequest("The NextToken is not valid") from None
    if known != query_id:
        raise InvalidRequest("The NextToken is not of this query")
    return int(offset)


def _fingerprint(request: dict[str, Any]) -> str:
    kept = {k: v for k, v in request.items() if k != "ClientRequestToken"}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()


def _output_location(request: dict[str, Any], configuration: dict[str, Any]) -> str:
    own = (request.get("ResultConfiguration") or {}).get("OutputLocation")
    group = (configuration.get("ResultConfiguration") or {}).get("OutputLocation")
    enforced = configuration.get("EnforceWorkGroupConfiguration")
    location = (group if enforced and group else None) or own or group
    if not location:
        raise InvalidRequest(
            "No output location provided. An output location is required either through the"
            " Workgroup result configuration setting or as an API input.",
            "INVALID_INPUT",
        )
    if not str(location).startswith("s3://"):
        raise InvalidRequest(f"outputLocation is not a valid S3 path: {location}")
    return str(location)
