"""Athena's calls. https://docs.aws.amazon.com/athena/latest/APIReference/Welcome.html

What AWS does and we do not: Spark workgroups with their sessions and notebooks, capacity
reservations, federated catalogs; those operations are refused by name.
"""

from __future__ import annotations

from typing import Any

from local_aws.context import Platform, Request, Response
from local_aws.services.athena.calls.descriptions import describe, runtime_statistics
from local_aws.services.athena.calls.metadata_api import MetadataApi
from local_aws.services.athena.calls.paging import Tokens
from local_aws.services.athena.calls.result_pages import ResultPages
from local_aws.services.athena.calls.saved_api import SavedApi
from local_aws.services.athena.calls.workgroup_api import WorkGroupApi
from local_aws.services.athena.errors import ResourceNotFound
from local_aws.services.athena.model import AthenaEngine
from local_aws.services.athena.queries.executions import Executions
from local_aws.services.athena.queries.store import Store


class AthenaApi(WorkGroupApi, SavedApi, MetadataApi):
    """Queries here; workgroups, saved statements and catalog metadata in the bases."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.engine = AthenaEngine(platform)
        self.store = Store(platform)
        self.tokens = Tokens(platform.credentials.secret_key)
        self.executions = Executions(self.engine, self.store)
        self.pages = ResultPages(platform, self.tokens)
        self.ensure_primary()

    def start(self) -> None:
        self.executions.recover()

    def stop(self) -> None:
        self.executions.shut_down()

    def complete(self, parameters: Request) -> Request:
        """With the workgroups of the queries that are meant: policies name a query by those."""
        found: list[Any] = []
        for name, read in (
            ("QueryExecutionId", self.store.execution),
            ("NamedQueryId", self.store.named_query),
        ):
            single = [parameters[name]] if name in parameters else []
            found += map(read, [*single, *parameters.get(f"{name}s", [])])
        groups = {body.get("workgroup") or body["WorkGroup"] for body in found if body}
        return parameters | {"WorkGroup": sorted(groups)} if groups else parameters

    def start_query_execution(self, request: Request) -> Response:
        workgroup = self.known_workgroup(request.get("WorkGroup") or "primary")
        return {"QueryExecutionId": self.executions.start(request, workgroup)}

    def stop_query_execution(self, request: Request) -> Response:
        self.executions.stop(request["QueryExecutionId"])
        return {}

    def get_query_execution(self, request: Request) -> Response:
        return {"QueryExecution": describe(self.executions.known(request["QueryExecutionId"]))}

    def batch_get_query_execution(self, request: Request) -> Response:
        found, missing = [], []
        for query_id in request["QueryExecutionIds"]:
            body = self.store.execution(query_id)
            if body is not None:
                found.append(describe(body))
            else:
                missing.append(
                    {
                        "QueryExecutionId": query_id,
                        "ErrorCode": "INVALID_INPUT",
                        "ErrorMessage": f"QueryExecution {query_id} was not found",
                    }
                )
        return {"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing}

    def list_query_executions(self, request: Request) -> Response:
        workgroup = self.known_workgroup(request.get("WorkGroup") or "primary")["Name"]
        listing = f"executions/{workgroup}"
        limit = request.get("MaxResults") or 50
        before = self.tokens.start(listing, request.get("NextToken")) or 2**62
        found = self.store.execution_ids(workgroup, limit + 1, before)
        answer: Response = {"QueryExecutionIds": [i for i, _ in found[:limit]]}
        if len(found) > limit:
            answer["NextToken"] = self.tokens.give(listing, found[limit - 1][1])
        return answer

    def get_query_results(self, request: Request) -> Response:
        return self.pages.page(self.executions.known(request["QueryExecutionId"]), request)

    def get_query_runtime_statistics(self, request: Request) -> Response:
        body = self.executions.known(request["QueryExecutionId"])
        return {"QueryRuntimeStatistics": runtime_statistics(body)}

    # --- tags

    def tag_resource(self, request: Request) -> Response:
        self.store.tag(self._tagged(request), request["Tags"])
        return {}

    def untag_resource(self, request: Request) -> Response:
        self.store.untag(self._tagged(request), request["TagKeys"])
        return {}

    def list_tags_for_resource(self, request: Request) -> Response:
        arn = self._tagged(request)
        found, following = self.tokens.page(f"tags/{arn}", self.store.tags(arn), request, 75)
        return {"Tags": found, **following}

    def _tagged(self, request: Request) -> str:
        """Workgroups have tags; the one data catalog cannot be tagged, as on AWS."""
        arn = str(request["ResourceARN"])
        name = arn.removeprefix(self.platform.arn("athena", "workgroup/"))
        if name == arn or self.store.workgroup(name) is None:
            raise ResourceNotFound(f"Resource {arn} was not found", arn)
        return arn
