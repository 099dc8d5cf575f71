"""Data sets: what rows, prepared how, kept in SPICE or asked of the source each time.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DataSet.html
"""

import uuid
from typing import Any

from local_aws.context import Request, Response
from local_aws.database import Row
from local_aws.services.quicksight import events, security, spice
from local_aws.services.quicksight.data_sets.check import KEPT, Check
from local_aws.services.quicksight.model import DATA_SET
from local_aws.services.quicksight.operations.common import Operations, operation, page, when
from local_aws.services.quicksight.preparation import plan
from local_aws.services.quicksight.search import search


class DataSets(Operations):
    """CreateDataSet and its like."""

    @operation(201)
    def create_data_set(self, request: Request) -> Response:
        """Check it, remember it and, in SPICE, start its first ingestion, as AWS does."""
        data_set = request["DataSetId"]
        document = Check(self.store, data_set, request).checked()
        arn = self.store.arn(DATA_SET, data_set)
        with self.store.db.transaction():
            self.store.create(DATA_SET, data_set, document)
            self.store.grant(arn, request.get("Permissions", []))
            self.store.tag(arn, request.get("Tags", []))
        events.data_set(self.platform, "Created", data_set)
        return {"Arn": arn, "DataSetId": data_set} | self._refresh(request, "INITIAL_INGESTION")

    @operation(201)
    def update_data_set(self, request: Request) -> Response:
        """Replace the definition; in SPICE the rows are fetched anew, as AWS does."""
        data_set = request["DataSetId"]
        self.store.get(DATA_SET, data_set)
        self.store.update(DATA_SET, data_set, Check(self.store, data_set, request).checked())
        events.data_set(self.platform, "Updated", data_set)
        arn = self.store.arn(DATA_SET, data_set)
        return {"Arn": arn, "DataSetId": data_set} | self._refresh(request, "EDIT")

    @operation()
    def describe_data_set(self, request: Request) -> Response:
        """The definition and the columns that come out of it."""
        row = self.store.get(DATA_SET, request["DataSetId"])
        document = {name: row["document"][name] for name in KEPT if name in row["document"]}
        return {"DataSet": document | self._facts(row)}

    @operation()
    def list_data_sets(self, request: Request) -> Response:
        """All of them, by id."""
        return self._summaries(request, self.store.list(DATA_SET))

    @operation()
    def search_data_sets(self, request: Request) -> Response:
        """Those that the filter lets through, by id."""
        rows = search(self.store, DATA_SET, request["Filters"], self.store.list(DATA_SET))
        return self._summaries(request, rows)

    @operation()
    def delete_data_set(self, request: Request) -> Response:
        """Remove it, its ingestions and its rows."""
        data_set = request["DataSetId"]
        extract = self.store.extract(data_set)
        self.store.delete(DATA_SET, data_set)
        self.ingestions.forget(data_set)
        if extract:
            (spice.folder(self.platform) / extract["file"]).unlink(missing_ok=True)
        events.data_set(self.platform, "Deleted", data_set)
        return {"Arn": self.store.arn(DATA_SET, data_set), "DataSetId": data_set}

    @operation()
    def describe_data_set_permissions(self, request: Request) -> Response:
        """Who may do what."""
        data_set = request["DataSetId"]
        self.store.get(DATA_SET, data_set)
        arn = self.store.arn(DATA_SET, data_set)
        held = self.store.permissions(arn)
        return {"DataSetArn": arn, "DataSetId": data_set, "Permissions": held}

    @operation()
    def update_data_set_permissions(self, request: Request) -> Response:
        """Grant, then revoke."""
        data_set = request["DataSetId"]
        self.store.get(DATA_SET, data_set)
        arn = self.store.arn(DATA_SET, data_set)
        self.store.grant(arn, request.get("GrantPermissions", []))
        self.store.revoke(arn, request.get("RevokePermissions", []))
        events.data_set(self.platform, "Permissions Updated", data_set)
        return {"DataSetArn": arn, "DataSetId": data_set}

    def _refresh(self, request: Request, request_type: str) -> Response:
        if request["ImportMode"] != "SPICE":
            return {}
        data_set, ingestion = request["DataSetId"], str(uuid.uuid4())
        self.ingestions.start(data_set, ingestion, request_type)
        arn = f"{self.store.arn(DATA_SET, data_set)}/ingestion/{ingestion}"
        return {"IngestionArn": arn, "IngestionId": ingestion}

    def _summaries(self, request: Request, rows: list[Row]) -> Response:
        shown, token = page(request, rows, lambda row: str(row["id"]))
        return {"DataSetSummaries": [self._summary(row) for row in shown]} | token

    def _summary(self, row: Row) -> dict[str, Any]:
        document = row["document"]
        told = {
            "Arn": self.store.arn(DATA_SET, row["id"]),
            "DataSetId": row["id"],
            "Name": document["Name"],
            "ImportMode": document["ImportMode"],
            "CreatedTime": when(row["created"]),
            "LastUpdatedTime": when(row["updated"]),
            "RowLevelPermissionTagConfigurationApplied": security.tag_rules(document) is not None,
            "ColumnLevelPermissionRulesApplied": bool(document.get("ColumnLevelPermissionRules")),
        }
        also = ("RowLevelPermissionDataSet", "UseAs")
        return told | {name: document[name] for name in also if name in document}

    def _facts(self, row: Row) -> dict[str, Any]:
        extract = self.store.extract(row["id"])
        return {
            "Arn": self.store.arn(DATA_SET, row["id"]),
            "DataSetId": row["id"],
            "CreatedTime": when(row["created"]),
            "LastUpdatedTime": when(row["updated"]),
            "OutputColumns": plan(row["document"]).output_columns(),
            "ConsumedSpiceCapacityInBytes": extract["bytes"] if extract else 0,
        }
