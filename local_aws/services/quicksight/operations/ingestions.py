"""Ingestions: a data set's rows fetched anew.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Ingestion.html
"""

from typing import Any

from local_aws.context import Request, Response
from local_aws.database import Row
from local_aws.services.quicksight.errors import InvalidParameter, ResourceNotFound, Unsupported
from local_aws.services.quicksight.model import DATA_SET
from local_aws.services.quicksight.operations.common import (
    Operations,
    operation,
    page,
    present,
    when,
)


class IngestionOperations(Operations):
    """CreateIngestion and its like."""

    @operation(201)
    def create_ingestion(self, request: Request) -> Response:
        """Take it into the queue. The same id again is refused, so a retry can reconnect."""
        data_set, ingestion = request["DataSetId"], request["IngestionId"]
        if request.get("IngestionType", "FULL_REFRESH") != "FULL_REFRESH":
            raise Unsupported(f"The ingestion type {request['IngestionType']}", "Use FULL_REFRESH.")
        self.store.get(DATA_SET, data_set)
        self.store.add_ingestion(data_set, ingestion, "FULL_REFRESH")
        self.ingestions.submit(data_set, ingestion)
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

    def _get(self, request: Request) -> Row:
        self.store.get(DATA_SET, request["DataSetId"])
        row = self.store.ingestion(request["DataSetId"], request["IngestionId"])
        if row is None:
            raise ResourceNotFound("INGESTION", request["IngestionId"])
        return row

    def _arn(self, data_set: str, ingestion: str) -> str:
        return f"{self.store.arn(DATA_SET, data_set)}/ingestion/{ingestion}"

    def _shown(self, row: Row) -> dict[str, Any]:
        failed = row["status"] == "FAILED"
        error = {"Type": row["error_type"], "Message": row["error_message"]} if failed else None
        return present(
            Arn=self._arn(row["data_set"], row["id"]),
            IngestionId=row["id"],
            IngestionStatus=row["status"],
            ErrorInfo=error,
            RowInfo=_row_info(row),
            CreatedTime=when(row["created"]),
            IngestionTimeInSeconds=_seconds(row),
            IngestionSizeInBytes=row["bytes"],
            RequestSource="MANUAL",
            RequestType=row["request_type"],
        )


def _row_info(row: Row) -> dict[str, int] | None:
    if row["rows"] is None:
        return None
    return {
        "RowsIngested": row["rows"],
        "RowsDropped": row["dropped"],
        "TotalRowsInDataset": row["rows"],
    }


def _seconds(row: Row) -> int | None:
    if row["started"] is None or row["finished"] is None:
        return None
    return max(1, round(float(row["finished"] - row["started"])))
