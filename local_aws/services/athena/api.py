"""Athena's calls. https://docs.aws.amazon.com/athena/latest/APIReference/Welcome.html

What AWS does and we do not: encryption of results, Spark workgroups, capacity reservations,
federated catalogs; those operations are refused by name.
"""

from __future__ import annotations

from typing import Any

from local_aws.context import Platform, Request, Response
from local_aws.services.athena.descriptions import describe, statistics
from local_aws.services.athena.errors import InvalidRequest, ResourceNotFound
from local_aws.services.athena.executions import Executions
from local_aws.services.athena.metadata_api import MetadataApi
from local_aws.services.athena.model import AthenaEngine
from local_aws.services.athena.paging import page
from local_aws.services.athena.saved_api import SavedApi
from local_aws.services.athena.store import Store
from local_aws.services.athena.workgroup_api import WorkGroupApi


class AthenaApi(WorkGroupApi, SavedApi, MetadataApi):
    """Queries here; workgroups, saved statements and catalog metadata in the bases."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.engine = AthenaEngine(platform)
        self.store = Store(platform)
        self.executions = Executions(self.engine, self.store)
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
        if workgroup["State"] == "DISABLED":
            raise InvalidRequest(f"WorkGroup {workgroup['Name']} is disabled")
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
        limit = request.get("MaxResults") or 50
        token = request.get("NextToken")
        if token is not None and not token.isdigit():
            raise InvalidRequest("The NextToken is not valid")
        found = self.store.execution_ids(workgroup, limit + 1, int(token) if token else 2**62)
        answer: Response = {"QueryExecutionIds": [i for i, _ in found[:limit]]}
        if len(found) > limit:
            answer["NextToken"] = str(found[limit - 1][1])
        return answer

    def get_query_results(self, request: Request) -> Response:
        return self.executions.results(
            request["QueryExecutionId"], request.get("MaxResults"), request.get("NextToken")
        )

    def get_query_runtime_statistics(self, request: Request) -> Response:
        body = self.executions.known(request["QueryExecutionId"])
        outcome = body.get("outcome") or {}
        rows, size = outcome.get("rows", 0), outcome.get("bytes", 0)
        timeline = {k: v for k, v in statistics(body).items() if k.endswith("Millis")}
        return {
            "QueryRuntimeStatistics": {
                "Timeline": timeline,
                "Rows": {
                    "InputRows": rows,
                    "InputBytes": size,
                    "OutputRows": rows,
                    "OutputBytes": 0,
                },
            }
        }

    # --- tags

    def tag_resource(self, request: Request) -> Response:
        self.store.tag(self._tagged(request), request["Tags"])
        return {}

    def untag_resource(self, request: Request) -> Response:
        self.store.untag(self._tagged(request), request["TagKeys"])
        return {}

    def list_tags_for_resource(self, request: Request) -> Response:
        tags = self.store.tags(self._tagged(request))
        found, token = page(tags, request.get("MaxResults") or 75, request.get("NextToken"))
        return {"Tags": found} | ({"NextToken": token} if token else {})

    def _tagged(self, request: Request) -> str:
        arn = str(request["ResourceARN"])
        kind, _, name = arn.rpartition(":")[2].partition("/")
        if kind != "workgroup" or self.store.workgroup(name) is None:
            raise ResourceNotFound(f"Resource {arn} was not found", arn)
        return arn
