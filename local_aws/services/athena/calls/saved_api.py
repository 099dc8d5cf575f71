"""Prepared statements and named queries."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from local_aws.context import Request, Response
from local_aws.services.athena.calls.paging import Tokens
from local_aws.services.athena.errors import InvalidRequest, ResourceNotFound
from local_aws.services.athena.queries.store import Store

_TOKENS = uuid.UUID("7c5f2c1e-2c55-4f0e-9d0a-6f0b7a0f9a11")
"""Makes a named query's id of the token that it was created with."""


class SavedApi:
    """The calls on statements that are kept."""

    store: Store
    tokens: Tokens

    if TYPE_CHECKING:

        def known_workgroup(self, name: str) -> dict[str, Any]: ...

    # --- prepared statements

    def _prepared(self, request: Request) -> dict[str, Any]:
        workgroup = self.known_workgroup(request["WorkGroup"])["Name"]
        name = request["StatementName"]
        found = self.store.prepared(workgroup, name)
        if found is None:
            raise ResourceNotFound(
                f"PreparedStatement {name} was not found in workGroup {workgroup}", name
            )
        return found

    def create_prepared_statement(self, request: Request) -> Response:
        workgroup = self.known_workgroup(request["WorkGroup"])["Name"]
        name = request["StatementName"]
        if self.store.prepared(workgroup, name) is not None:
            raise InvalidRequest(
                f"PreparedStatement {name} already exists in workGroup {workgroup}"
            )
        text = request["QueryStatement"]
        self.store.put_prepared(workgroup, name, text, request.get("Description") or "")
        return {}

    def update_prepared_statement(self, request: Request) -> Response:
        found = self._prepared(request)
        description = request.get("Description", found["Description"])
        self.store.put_prepared(
            found["WorkGroupName"], found["StatementName"], request["QueryStatement"], description
        )
        return {}

    def get_prepared_statement(self, request: Request) -> Response:
        found = self._prepared(request)
        return {"PreparedStatement": found | {"LastModifiedTime": _moment(found)}}

    def batch_get_prepared_statement(self, request: Request) -> Response:
        workgroup = self.known_workgroup(request["WorkGroup"])["Name"]
        found, missing = [], []
        for name in request["PreparedStatementNames"]:
            one = self.store.prepared(workgroup, name)
            if one is not None:
                found.append(one | {"LastModifiedTime": _moment(one)})
                continue
            told = f"PreparedStatement {name} was not found in workGroup {workgroup}"
            missing.append(
                {
                    "StatementName": name,
                    "ErrorCode": "STATEMENT_NOT_FOUND",
                    "ErrorMessage": told,
                }
            )
        return {"PreparedStatements": found, "UnprocessedPreparedStatementNames": missing}

    def list_prepared_statements(self, request: Request) -> Response:
        workgroup = self.known_workgroup(request["WorkGroup"])["Name"]
        listed = [
            {"StatementName": s["StatementName"], "LastModifiedTime": _moment(s)}
            for s in self.store.all_prepared(workgroup)
        ]
        found, following = self.tokens.page(f"prepared/{workgroup}", listed, request, 50)
        return {"PreparedStatements": found, **following}

    def delete_prepared_statement(self, request: Request) -> Response:
        found = self._prepared(request)
        self.store.delete_prepared(found["WorkGroupName"], found["StatementName"])
        return {}

    # --- named queries

    def _named(self, query_id: str) -> dict[str, Any]:
        found = self.store.named_query(query_id)
        if found is None:
            raise InvalidRequest(f"NamedQuery {query_id} was not found")
        return found

    def create_named_query(self, request: Request) -> Response:
        """The same token with the same members gives the same query again."""
        workgroup = self.known_workgroup(request.get("WorkGroup") or "primary")["Name"]
        names = ("Name", "Description", "Database", "QueryString")
        kept: dict[str, Any] = {k: request[k] for k in names if k in request}
        kept["WorkGroup"] = workgroup
        token = request.get("ClientRequestToken")
        query_id = str(uuid.uuid5(_TOKENS, token) if token else uuid.uuid4())
        earlier = self.store.named_query(query_id)
        if earlier is None:
            self.store.put_named_query(kept | {"NamedQueryId": query_id})
        elif earlier != kept | {"NamedQueryId": query_id}:
            raise InvalidRequest(
                "Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH"
            )
        return {"NamedQueryId": query_id}

    def get_named_query(self, request: Request) -> Response:
        return {"NamedQuery": self._named(request["NamedQueryId"])}

    def update_named_query(self, request: Request) -> Response:
        found = self._named(request["NamedQueryId"])
        for key in ("Name", "Description", "QueryString"):
            if key in request:
                found[key] = request[key]
        self.store.put_named_query(found)
        return {}

    def delete_named_query(self, request: Request) -> Response:
        self._named(request["NamedQueryId"])
        self.store.delete_named_query(request["NamedQueryId"])
        return {}

    def batch_get_named_query(self, request: Request) -> Response:
        found = {i: self.store.named_query(i) for i in request["NamedQueryIds"]}
        missing = [
            {
                "NamedQueryId": i,
                "ErrorCode": "INVALID_INPUT",
                "ErrorMessage": f"NamedQuery {i} was not found",
            }
            for i, query in found.items()
            if query is None
        ]
        return {
            "NamedQueries": [query for query in found.values() if query is not None],
            "UnprocessedNamedQueryIds": missing,
        }

    def list_named_queries(self, request: Request) -> Response:
        workgroup = self.known_workgroup(request.get("WorkGroup") or "primary")["Name"]
        ids = self.store.named_query_ids(workgroup)
        found, following = self.tokens.page(f"named/{workgroup}", ids, request, 50)
        return {"NamedQueryIds": found, **following}


def _moment(body: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromtimestamp(body["LastModifiedTime"], dt.UTC)
