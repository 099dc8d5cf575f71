"""What StartQueryExecution looks at before it gives an id, in Athena's order.

The workgroup, the output's place, the statement's syntax; a client's token is compared after all of
them, so a request that is refused never uses its token up.
https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
"""

from __future__ import annotations

import hashlib
import json
import re
import time
import uuid
from dataclasses import dataclass, replace
from typing import Any

from local_aws.acting.errors import Denied
from local_aws.context import Platform, Request
from local_aws.services.athena import statements
from local_aws.services.athena.errors import (
    InvalidRequest,
    QueryFailed,
    SyntaxRefused,
    from_glue,
)
from local_aws.services.athena.hive.hive_ddl import Command
from local_aws.services.athena.hive.hive_ddl import parse as parse_ddl
from local_aws.services.athena.hive.show import Show
from local_aws.services.athena.queries.result_objects import check_encryption
from local_aws.services.athena.queries.store import Store
from local_aws.services.athena.statements import Kind
from local_aws.services.athena.trino.dialect import parse_query
from local_aws.services.athena.views import is_view

CATALOG = "awsdatacatalog"
UNSUPPORTED = ("EngineConfiguration",)
LONGEST_TOKEN = 128
_PLACE = re.compile(r"s3://[^/]+(/.*)?", re.DOTALL)
_RESULT_MEMBERS = ("EncryptionConfiguration", "ExpectedBucketOwner", "AclConfiguration")


@dataclass(frozen=True)
class Statement:
    """A statement with its parameters in it, and why it will fail if that is known already."""

    text: str
    kind: Kind
    failure: QueryFailed | None = None


class Acceptance:
    """Turns requests into executions that wait."""

    def __init__(self, platform: Platform, store: Store) -> None:
        self._platform = platform
        self._store = store

    def accept(self, request: Request, workgroup: dict[str, Any]) -> dict[str, Any]:
        """The execution's body. Raises InvalidRequest."""
        began = time.time()
        _check_request(request)
        if workgroup["State"] == "DISABLED":
            raise InvalidRequest(f"WorkGroup {workgroup['Name']} is disabled.")
        configuration = self._configuration(request, workgroup["Configuration"])
        context = dict(request.get("QueryExecutionContext") or {})
        database = (context.get("Database") or "default").strip('`"').lower()
        statement = self._statement(request, workgroup["Name"], database, context.get("Catalog"))
        query_id = str(uuid.uuid4())
        location = configuration.pop("OutputLocation").rstrip("/")
        return {
            "id": query_id,
            "workgroup": workgroup["Name"],
            "state": "QUEUED",
            "query": re.sub(r"^[\s;]+|[\s;]+$", "", request["QueryString"]),
            "text": statement.text,
            "kind": vars(statement.kind),
            "failure": statement.failure and statement.failure.stored,
            "database": database,
            "context": context,
            "parameters": request.get("ExecutionParameters"),
            "output": location + "/" + statement.kind.output.format(id=query_id),
            "configuration": configuration,
            "engine": workgroup["Configuration"].get("EngineVersion"),
            "submitted": began,
            "accepted": time.time(),
            "cutoff": workgroup["Configuration"].get("BytesScannedCutoffPerQuery"),
            "fingerprint": _fingerprint(request, workgroup),
            "reuse": request.get("ResultReuseConfiguration"),
            "reuse_key": _digest(
                database, context.get("Catalog"), statement.text, workgroup["Name"],
                location, configuration,
            ),
        }  # fmt: skip

    # --- where the answer goes

    def _configuration(self, request: Request, group: dict[str, Any]) -> dict[str, Any]:
        """The ResultConfiguration in force, with an OutputLocation."""
        own = request.get("ResultConfiguration") or {}
        common = group.get("ResultConfiguration") or {}
        configuration = _in_force(own, common, bool(group.get("EnforceWorkGroupConfiguration")))
        location = configuration.get("OutputLocation")
        if not location:
            raise InvalidRequest(
                "No output location provided. An output location is required either through the"
                " Workgroup result configuration setting or as an API input."
            )
        if _PLACE.fullmatch(location) is None:
            raise InvalidRequest("outputLocation is not a valid S3 path.")
        self._check_bucket(location, configuration.get("ExpectedBucketOwner"))
        check_encryption(configuration)
        return configuration

    def _check_bucket(self, location: str, owner: str | None) -> None:
        bucket = location.removeprefix("s3://").partition("/")[0]
        there = self._platform.s3.bucket_exists(bucket)
        if not there or owner not in (None, self._platform.account_id):
            raise _unverified(bucket)
        try:
            self._platform.s3.locate(bucket)
        except Denied as error:
            raise _unverified(bucket) from error

    # --- the statement

    def _statement(
        self, request: Request, workgroup: str, database: str, catalog: str | None
    ) -> Statement:
        try:
            statement = self._bound(request, workgroup)
            if statement.failure is None:
                kind = self._check_syntax(statement.text, statement.kind, database)
                statement = replace(statement, kind=kind)
        except SyntaxRefused as refusal:
            raise InvalidRequest(refusal.reason, "MALFORMED_QUERY") from refusal
        if (
            catalog
            and catalog.lower() != CATALOG
            and statement.kind.name not in statements.CATALOG_ONLY
        ):
            unknown = QueryFailed("CATALOG_NOT_FOUND", f"Catalog '{catalog}' does not exist")
            return Statement(statement.text, statement.kind, unknown)
        return statement

    def _bound(self, request: Request, workgroup: str) -> Statement:
        """The statement that EXECUTE names, or else the request's, with its parameters."""
        text = statements.without_comments(request["QueryString"])
        parameters = request.get("ExecutionParameters") or []
        kind = statements.classify(text)
        if kind == statements.EXECUTE:
            name, given = statements.split_execute(text)
            text = self._prepared(workgroup, name)
            kind, parameters = statements.classify(text), parameters or given
        # Hive's texts are none of Trino's: it escapes a quote by a backslash.
        if kind == statements.PREPARE or (kind.name == "ddl" and not parameters):
            return Statement(text, kind)
        try:
            return Statement(statements.bind_parameters(text, parameters), kind)
        except SyntaxRefused:
            raise
        except QueryFailed as failure:
            return Statement(text, kind, failure)

    def _prepared(self, workgroup: str, name: str) -> str:
        prepared = self._store.prepared(workgroup, name)
        if prepared is None:
            raise InvalidRequest(f"PreparedStatement {name} was not found in workGroup {workgroup}")
        return statements.without_comments(prepared["QueryStatement"])

    def _check_syntax(self, text: str, kind: Kind, database: str) -> Kind:
        """The kind, as what the statement is about makes it. Raises SyntaxRefused.

        What else is wrong with the query, it fails with when it runs.
        """
        try:
            query = _query_of(text, kind)
            if query is not None:
                parse_query(query)
            elif kind.name == "ddl":
                return self._described(Show(self._platform, database), parse_ddl(text), kind)
        except SyntaxRefused:
            raise
        except QueryFailed:
            pass
        return kind

    def _described(self, show: Show, command: Command, kind: Kind) -> Kind:
        """DESCRIBE and SHOW COLUMNS look their table up now; of a view they are another kind."""
        if command.name not in ("describe", "show_columns"):
            return kind
        try:
            table = show.table(command)
        except QueryFailed as error:
            raise InvalidRequest(from_glue("Entity Not Found")) from error
        except Denied as error:
            raise InvalidRequest(from_glue(error.message, "AccessDeniedException")) from error
        return statements.DESCRIBE_VIEW if is_view(table) else kind


def _unverified(bucket: str) -> InvalidRequest:
    return InvalidRequest(
        f"Unable to verify/create output bucket {bucket}", "INVALID_QUERY_OUTPUT_LOCATION"
    )


def _query_of(text: str, kind: Kind) -> str | None:
    """The query in Trino's SQL that a statement has in it."""
    if kind == statements.SELECT:
        return text
    if kind == statements.CTAS:
        return statements.parse_ctas(text).query
    if kind == statements.INSERT:
        return statements.parse_insert(text).query
    if kind == statements.UNLOAD:
        return statements.parse_unload(text).query
    if kind == statements.CREATE_VIEW:
        return statements.parse_create_view(text)[2]
    if kind == statements.EXPLAIN:
        return statements.split_explain(text)[1]
    if kind == statements.PREPARE:
        inner = statements.split_prepare(text)[1]
        return _query_of(inner, statements.classify(inner))
    if kind == statements.DEALLOCATE:
        statements.split_deallocate(text)
    return None


def _check_request(request: Request) -> None:
    token = request.get("ClientRequestToken")
    if token is None:
        raise InvalidRequest("clientRequestToken is null or empty")
    if len(token.encode()) > LONGEST_TOKEN:
        raise InvalidRequest(f"clientRequestToken exceeds maximum allowed length {LONGEST_TOKEN}")
    for member in UNSUPPORTED:
        if request.get(member):
            raise InvalidRequest(f"{member} is not supported by local_aws")


def _in_force(own: dict[str, Any], common: dict[str, Any], enforced: bool) -> dict[str, Any]:
    """The client's settings over the workgroup's, or the workgroup's alone where it enforces them.

    https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
    """
    location = common.get("OutputLocation")
    first, second = (common, {} if location else own) if enforced else (own, common)
    names = ("OutputLocation", *_RESULT_MEMBERS)
    found = {name: first.get(name) or second.get(name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def _fingerprint(request: Request, workgroup: dict[str, Any]) -> str:
    """What has to be the same where a token comes again. Parameters need not, as on Athena."""
    own = (request.get("ResultConfiguration") or {}).get("OutputLocation")
    enforced = workgroup["Configuration"].get("EnforceWorkGroupConfiguration")
    context = request.get("QueryExecutionContext") or {}
    return _digest(request["QueryString"], context, None if enforced else own)


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
