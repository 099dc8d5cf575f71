"""Prepared statements and named queries."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from local_aws.context import Request, Response
from local_aws.services.athena.errors import InvalidRequest, ResourceNotFound
from local_aws.services.athena.paging import page
from local_aws.services.athena.store import Store


class SavedApi:
    """The calls on statements that are kept."""

    store: Store

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
        found, missing = [], []
        for name in request["PreparedStatementNames"]:
            one = self.store.prepared(request["WorkGroup"], name)
            if one is not None:
                found.append(one | {"LastModifiedTime": _moment(one)})
            else:
                missing.append({"StatementName": name, "ErrorCode": "STATEMENT_NOT_FOUND"})
        return {"PreparedStatements": found, "UnprocessedPreparedStatementNames": missing}

    def list_prepared_statements(self, request: Request) -> Response:
        workgroup = self.known_workgroup(request["WorkGroup"])["Name"]
        listed = [
            {"StatementName": s["StatementName"], "LastModifiedTime": _moment(s)}
            for s in self.store.all_prepared(workgroup)
        ]
        found, token = page(listed, request.get("MaxResults") or 50, request.get("NextToken"))
        return {"PreparedStatements": found} | ({"NextToken": token} if token else {})

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
        query_id = str(uuid.uuid4())
        workgroup = self.known_workgroup(request.get("WorkGroup") or "primary")["Name"]
        kept = {
            k: request[k]
            for k in ("Name", "Description", "Database", "QueryString")
            if k in request
        }
        self.store.put_named_query(kept | {"NamedQueryId": query_id, "WorkGroup": workgroup})
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
        found, token = page(ids, request.get("MaxResults") or 50, request.get("NextToken"))
        return {"NamedQueryIds": found} | ({"NextToken": token} if token else {})


def _moment(body: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromtimestamp(body["LastModifiedTime"], dt.UTC)
