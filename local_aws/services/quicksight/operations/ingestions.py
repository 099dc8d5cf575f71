"""Ingestions: a data set's rows fetched anew.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Ingestion.html
"""

from typing import Any

from local_aws.context import Request, Response
from local_aws.database import Row
from local_aws.services.quicksight.errors import (
    InvalidParameter,
    LimitExceeded,
    ResourceNotFound,
)
from local_aws.services.quicksight.model import DATA_SET
from local_aws.services.quicksight.operations.common import (
    Operations,
    operation,
    page,
    present,
    when,
)
from local_aws.services.quicksight.operations.refresh_schedules import require_window

MANUAL_REFRESHES = 32
"""Full refreshes of one data set that may be asked for in 24 hours."""


class IngestionOperations(Operations):
    """CreateIngestion and its like."""

    @operation(201)
    def create_ingestion(self, request: Request) -> Response:
        """Take it into the queue. The same id again is refused, so a retry can reconnect."""
        data_set, ingestion = request["DataSetId"], request["IngestionId"]
        kind = request.get("IngestionType", "FULL_REFRESH")
        self.store.get(DATA_SET, data_set)
        if kind == "INCREMENTAL_REFRESH":
            require_window(self.store.refresh_properties(data_set), data_set)
        self._check_quota(data_set, kind)
        self.ingestions.start(data_set, ingestion, kind)
        arn = self._arn(data_set, ingestion)
        return {"Arn": arn, "IngestionId": ingestion, "IngestionStatus": "INITIALIZED"}

    @operation()
    def describe_ingestion(self, request: Request) -> Response:
        """One ingestion: where it is, how many rows, why it failed."""
        return {"Ingestion": self._shown(self._get(request))}

    @operation()
    def list_ingestions(self, request: Request) -> Response:
        """A data set's ingestions, the newest first."""
        data_set = request["DataSetId"]
        self.store.get(DATA_SET, data_set)
        rows, token = page(request, self.store.ingestions(data_set), lambda row: str(row["id"]))
        return {"Ingestions": [self._shown(row) for row in rows]} | token

    @operation()
    def cancel_ingestion(self, request: Request) -> Response:
        """Cancel one that has not ended."""
        row = self._get(request)
        if not self.ingestions.cancel(row["data_set"], row["id"]):
            raise InvalidParameter(
                f"The ingestion {row['id']} is {row['status']} and cannot be cancelled"
            )
        return {"Arn": self._arn(row["data_set"], row["id"]), "IngestionId": row["id"]}

    def _check_quota(self, data_set: str, kind: str) -> None:
        if kind == "FULL_REFRESH" and self.store.manual_refreshes(data_set) >= MANUAL_REFRESHES:
            raise LimitExceeded(
                "INGESTION",
                f"{data_set} was refreshed {MANUAL_REFRESHES} times in the last 24 hours",
            )

    def _get(self, request: Request) -> Row:
        self.store.get(DATA_SET, request["DataSetId"])
        row = self.store.ingestion(request["DataSetId"], request["IngestionId"])
        if row is None:
            raise ResourceNotFound("INGESTION", request["IngestionId"])
        return row

    def _arn(self, data_set: str, ingestion: str) -> str:
        return f"{self.store.arn(DATA_SET, data_set)}/ingestion/{ingestion}"

    def _shown(self, row: Row) -> dict[str, Any]:
        kind, message = row["error_type"], row["error_message"]
        return present(
            Arn=self._arn(row["data_set"], row["id"]),
            IngestionId=row["id"],
            IngestionStatus=row["status"],
            ErrorInfo={"Type": kind, "Message": message} if kind else None,
            RowInfo=_row_info(row),
            QueueInfo=self._queue_info(row),
            CreatedTime=when(row["created"]),
            IngestionTimeInSeconds=_seconds(row),
            IngestionSizeInBytes=row["bytes"],
            RequestSource=row["request_source"],
            RequestType=row["request_type"],
        )

    def _queue_info(self, row: Row) -> dict[str, str] | None:
        """What a queued ingestion waits for: the one of its data set that runs."""
        if row["status"] != "QUEUED":
            return None
        for other in self.store.ingestions(row["data_set"]):
            if other["status"] == "RUNNING":
                return {"WaitingOnIngestion": other["id"], "QueuedIngestion": row["id"]}
        return None


def _row_info(row: Row) -> dict[str, int] | None:
    if row["rows"] is None:
        return None
    return {
        "RowsIngested": row["rows"],
        "RowsDropped": row["dropped"],
        # Before there were incremental refreshes the total was not kept apart.
        "TotalRowsInDataset": row["rows"] if row["total"] is None else row["total"],
    }


def _seconds(row: Row) -> int | None:
    if row["started"] is None or row["finished"] is None:
        return None
    return max(1, round(float(row["finished"] - row["started"])))
