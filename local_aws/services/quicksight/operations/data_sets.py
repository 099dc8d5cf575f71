"""Data sets: what rows, prepared how, kept in SPICE or asked of Athena each time.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DataSet.html
"""

import uuid
from typing import Any

from local_aws.context import Request, Response
from local_aws.database import Row
from local_aws.services.quicksight import spice
from local_aws.services.quicksight.errors import InvalidParameter, ResourceNotFound, Unsupported
from local_aws.services.quicksight.model import DATA_SET, DATA_SOURCE
from local_aws.services.quicksight.operations.common import Operations, operation, page, when
from local_aws.services.quicksight.preparation import plan

KEPT = ("Name", "PhysicalTableMap", "LogicalTableMap", "ImportMode", "FieldFolders",
        "DataSetUsageConfiguration")  # fmt: skip
# Row-level security and its like must never look as if they held.
REFUSED = ("ColumnGroups", "RowLevelPermissionDataSet", "RowLevelPermissionTagConfiguration",
           "ColumnLevelPermissionRules", "DatasetParameters", "FolderArns",
           "PerformanceConfiguration", "UseAs", "DataPrepConfiguration",
           "SemanticModelConfiguration")  # fmt: skip


class DataSets(Operations):
    """CreateDataSet and its like."""

    @operation(201)
    def create_data_set(self, request: Request) -> Response:
        """Check it, remember it and, in SPICE, start its first ingestion, as AWS does."""
        data_set = request["DataSetId"]
        self.store.create(DATA_SET, data_set, self._document(request))
        arn = self.store.arn(DATA_SET, data_set)
        self.store.grant(arn, request.get("Permissions", []))
        self.store.tag(arn, request.get("Tags", []))
        return {"Arn": arn, "DataSetId": data_set} | self._refresh(request, "INITIAL_INGESTION")

    @operation(201)
    def update_data_set(self, request: Request) -> Response:
        """Replace the definition; in SPICE the rows are fetched anew, as AWS does."""
        data_set = request["DataSetId"]
        self.store.get(DATA_SET, data_set)
        self.store.update(DATA_SET, data_set, self._document(request))
        arn = self.store.arn(DATA_SET, data_set)
        return {"Arn": arn, "DataSetId": data_set} | self._refresh(request, "EDIT")

    @operation()
    def describe_data_set(self, request: Request) -> Response:
        """The definition and the columns that come out of it."""
        row = self.store.get(DATA_SET, request["DataSetId"])
        return {"DataSet": row["document"] | self._facts(row)}

    @operation()
    def list_data_sets(self, request: Request) -> Response:
        """All of them, by id."""
        rows, token = page(request, self.store.list(DATA_SET), lambda row: str(row["id"]))
        return {"DataSetSummaries": [self._summary(row) for row in rows]} | token

    @operation()
    def delete_data_set(self, request: Request) -> Response:
        """Remove it, its ingestions and its rows."""
        data_set = request["DataSetId"]
        extract = self.store.extract(data_set)
        self.store.delete(DATA_SET, data_set)
        if extract:
            (spice.folder(self.platform) / extract["file"]).unlink(missing_ok=True)
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
        return {"DataSetArn": arn, "DataSetId": data_set}

    def _document(self, request: Request) -> dict[str, Any]:
        for name in REFUSED:
            if request.get(name):
                raise Unsupported(f"{name} of a data set")
        document = {name: request[name] for name in KEPT if name in request}
        self._check_source(plan(document).data_source_arn)
        return document

    def _check_source(self, arn: str) -> None:
        try:
            self.store.get(DATA_SOURCE, self.store.id_of(DATA_SOURCE, arn))
        except ResourceNotFound:
            raise InvalidParameter(f"The data source {arn} does not exist") from None

    def _refresh(self, request: Request, request_type: str) -> Response:
        if request["ImportMode"] != "SPICE":
            return {}
        data_set, ingestion = request["DataSetId"], str(uuid.uuid4())
        self.store.add_ingestion(data_set, ingestion, request_type)
        self.ingestions.submit(data_set, ingestion)
        arn = f"{self.store.arn(DATA_SET, data_set)}/ingestion/{ingestion}"
        return {"IngestionArn": arn, "IngestionId": ingestion}

    def _summary(self, row: Row) -> dict[str, Any]:
        return {
            "Arn": self.store.arn(DATA_SET, row["id"]),
            "DataSetId": row["id"],
            "Name": row["document"]["Name"],
            "ImportMode": row["document"]["ImportMode"],
            "CreatedTime": when(row["created"]),
            "LastUpdatedTime": when(row["updated"]),
            "RowLevelPermissionTagConfigurationApplied": False,
            "ColumnLevelPermissionRulesApplied": False,
        }

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
