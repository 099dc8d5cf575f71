"""A data source's own role: what QuickSight asks of Athena and S3, it asks in it.

Without a RoleArn QuickSight works in its service role, which an administrator makes by ticking
buckets: here that is the account.
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AthenaParameters.html
"""

import uuid
from typing import TYPE_CHECKING, Any

from local_aws.acting.errors import Denied, RoleRefused
from local_aws.context import Platform
from local_aws.services.quicksight.errors import IngestionFailed
from local_aws.services.s3.model import parse_uri

if TYPE_CHECKING:
    from local_aws.services.athena.model import AthenaEngine

SERVICE, SESSION = "quicksight.amazonaws.com", "QuickSight-RoleSession"
CALLS = ("GetWorkGroup", "StartQueryExecution", "GetQueryExecution", "GetQueryResults")


def in_role(platform: Platform, document: dict[str, Any]) -> Platform:
    """The platform as the data source's role may use it. Raises IngestionFailed."""
    (parameters,) = document["DataSourceParameters"].values()
    role = parameters.get("RoleArn")
    if not role:
        return platform
    try:
        return platform.acting.in_role(role, SERVICE, SESSION)
    except RoleRefused as error:
        raise IngestionFailed("FAILURE_TO_ASSUME_ROLE", error.message) from error


def engine(platform: Platform, document: dict[str, Any]) -> "AthenaEngine":
    """Athena's engine with the rights of the data source's role. Raises IngestionFailed, Denied.

    QuickSight here takes the answer from the engine. On AWS its role starts a query and reads the
    answer from the workgroup's place in S3, so the role has to be allowed that too.
    """
    found = in_role(platform, document)
    if found.actor is None:
        return platform.athena  # type: ignore[return-value] # a Deferred one, until it is used
    (parameters,) = document["DataSourceParameters"].values()
    name = parameters.get("WorkGroup") or "primary"
    for call in CALLS:
        found.actor.require(f"athena:{call}", platform.arn("athena", f"workgroup/{name}"))
    _require_results(found, name)
    acting: AthenaEngine = platform.athena.acting(found)
    return acting


def _require_results(platform: Platform, workgroup: str) -> None:
    place = platform.athena.result_location(workgroup)
    if place:
        bucket, prefix = parse_uri(place)
        key = f"{prefix.rstrip('/')}/{uuid.uuid4()}.csv".lstrip("/")
        platform.s3.locate(bucket)
        platform.s3.require_writing(bucket, key)
        platform.s3.require_reading(bucket, key)


def denied(error: Denied) -> IngestionFailed:
    """In the words of an ingestion."""
    return IngestionFailed("PERMISSION_DENIED", error.message)
