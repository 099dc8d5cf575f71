"""dashboards: QuickSight ingestions of the views, their row counts held against Athena's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.errors import Finding, GateFailed, Terminal, aws_errors, code_of
from tarn.services import athena
from tarn.services.work import Status
from tarn.settings import Settings
from tarn.steps.views import digest, read_views, tables_of

LIVING = frozenset({"INITIALIZED", "QUEUED", "RUNNING"})


def data_set_id(view: str, settings: Settings) -> str:
    """As declared: an id made from the lake's name would miss it in a lake of another name."""
    path = settings.root / "dashboards" / "data_sets" / f"{view}.json"
    if not path.is_file():
        raise Terminal(f"The view {view} has no data set: write dashboards/data_sets/{view}.json.")
    return str(json.loads(path.read_text(encoding="utf-8"))["DataSetId"])


@dataclass(frozen=True)
class IngestWork:
    """One SPICE ingestion of a view's data set (`tarn-<view>`); its id is the token.

    An id cannot be used twice on AWS: after a failed ingestion the next try is `<token>-2`.
    """

    view: str
    token: str
    kind: ClassVar[str] = "ingest"

    def _which(self, aws: Aws) -> dict[str, str]:
        return {
            "AwsAccountId": aws.account_id,
            "DataSetId": data_set_id(self.view, aws.settings),
        }

    def tries(self, aws: Aws) -> Iterator[dict[str, Any]]:
        """This token's ingestions, first try first; none that AWS does not know."""
        for number in range(1, 33):  # QuickSight refuses the 33rd refresh of a day
            try:
                answer = aws.quicksight.describe_ingestion(
                    **self._which(aws), IngestionId=self._id(number)
                )
            except ClientError as error:
                if is_missing(error):
                    return
                raise
            yield dict(answer["Ingestion"])

    def _id(self, number: int) -> str:
        return self.token if number == 1 else f"{self.token}-{number}"

    @aws_errors("ingest")
    def find(self, aws: Aws) -> str | None:
        for ingestion in self.tries(aws):
            if ingestion["IngestionStatus"] in LIVING | {"COMPLETED"}:
                return str(ingestion["IngestionId"])
        return None

    @aws_errors("ingest")
    def start(self, aws: Aws) -> str:
        ingestion_id = self._id(len(list(self.tries(aws))) + 1)
        try:
            aws.quicksight.create_ingestion(
                **self._which(aws), IngestionId=ingestion_id, IngestionType="FULL_REFRESH"
            )
        except ClientError as error:
            if code_of(error) != "ResourceExistsException":
                raise
        return ingestion_id

    @aws_errors("ingest")
    def status(self, aws: Aws, run_id: str) -> Status:
        ingestion = aws.quicksight.describe_ingestion(**self._which(aws), IngestionId=run_id)[
            "Ingestion"
        ]
        state = ingestion["IngestionStatus"]
        if state in LIVING:
            return Status("RUNNING", f"ingestion {run_id} of {self.view}: {state}")
        rows = ingestion.get("RowInfo", {})
        detail = {
            "run_id": run_id,
            "token": self.token,
            "view": self.view,
            "rows": rows.get("RowsIngested", 0),
            "rows_dropped": rows.get("RowsDropped", 0),
            "bytes": ingestion.get("IngestionSizeInBytes", 0),
            "seconds": float(ingestion.get("IngestionTimeInSeconds", 0)),
            "uri": ingestion.get("Arn", ""),
        }
        if state == "COMPLETED":
            return Status("SUCCEEDED", f"ingestion {run_id} of {self.view}: {state}", detail)
        error = ingestion.get("ErrorInfo", {})
        reason = ": ".join(p for p in (error.get("Type"), error.get("Message")) if p)
        message = f"ingestion {run_id} of {self.view} ended {state}: {reason or 'no message'}"
        return Status("FAILED", message, detail)

    @aws_errors("ingest")
    def stop(self, aws: Aws, run_id: str) -> None:
        if self.status(aws, run_id).state == "RUNNING":
            aws.quicksight.cancel_ingestion(**self._which(aws), IngestionId=run_id)

    def link(self, aws: Aws, run_id: str) -> str:  # noqa: ARG002 (QuickSight shows no runs)
        data_set = data_set_id(self.view, aws.settings)
        return f"https://{aws.settings.region}.quicksight.aws.amazon.com/sn/data-sets/{data_set}"

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "view": self.view, "token": self.token}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> IngestWork:
        return cls(data["view"], data["token"])


@aws_errors("check_ingestion")
def check_ingestion(view: str, token: str, aws: Aws | None = None) -> dict[str, Any]:
    """Compare the rows ingested with Athena's count(*) of the view.

    Returns {"view", "rows", "rows_dropped", "athena_rows", "query" (the id of Athena's count),
    "scanned" (the bytes that it scanned)}; raises GateFailed when they differ.
    """
    aws = aws or Aws()
    work = IngestWork(view, token)
    run_id = work.find(aws)
    if run_id is None:
        raise Terminal(f"There is no ingestion {token} of {view}. Clear the task that starts it.")
    detail = work.status(aws, run_id).detail
    expected, answer = athena.count(view, aws.settings.database, aws)
    if detail["rows"] != expected or detail["rows_dropped"]:
        raise GateFailed(
            "ingestion",
            view,
            "all",
            [
                Finding(
                    f"{detail['rows']} rows ingested and {detail['rows_dropped']} dropped, where "
                    f"Athena counts {expected}",
                    f"data set {data_set_id(view, aws.settings)}, ingestion {run_id}",
                )
            ],
            "Clear this task: the view may have changed meanwhile. Else look at the types of the "
            f"columns in dashboards/data_sets/{view}.json.",
        )
    return {
        "view": view,
        "rows": detail["rows"],
        "rows_dropped": detail["rows_dropped"],
        "athena_rows": expected,
        "query": answer.query_id,
        "scanned": answer.scanned,
    }


def shown(result: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """What a refresh's record says of a view; result: the ingestion's Status.detail, with what
    check_ingestion returned as "gate"."""
    view = result["view"]
    return {
        "view": view,
        "data_set": data_set_id(view, settings),
        "ingestion": result["run_id"],
        "rows": result["rows"],
        "athena_rows": result["gate"]["athena_rows"],
        "bytes": result["bytes"],
        "query": result["gate"]["query"],
        "sql_sha256": digest(read_views(settings)[view]),
        "tables": tables_of(view, settings),
        "scanned": result["gate"].get("scanned"),  # of an ingestion from before it was kept: NULL
    }
