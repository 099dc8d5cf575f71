"""boto3's QuickSight client with the account filled in, and short ways to make things."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer
from tests.local_aws.services.quicksight.fakes import ACCOUNT, data_set_request


class Client:
    """boto3's client with the account filled in."""

    def __init__(self, aws: LocalServer) -> None:
        self.client = aws.client("quicksight")

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.client, name)
        return lambda **request: method(**{"AwsAccountId": ACCOUNT, **request})


def refused(call: Any, **request: Any) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response
    return (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"],
            error["Error"]["Message"])  # fmt: skip


def make_source(client: Client, name: str) -> str:
    parameters = {"AthenaParameters": {"WorkGroup": "primary"}}
    made = client.create_data_source(
        DataSourceId=name, Name="Athena", Type="ATHENA", DataSourceParameters=parameters
    )
    assert (made["Status"], made["CreationStatus"]) == (202, "CREATION_SUCCESSFUL")
    return str(made["Arn"])


def make_data_set(client: Client, name: str, **changes: Any) -> dict[str, Any]:
    request = data_set_request(make_source(client, name), name) | changes
    return dict(client.create_data_set(**request))


def board(data_set: str) -> dict[str, Any]:
    column = {"DataSetIdentifier": "sales", "ColumnName": "units"}
    value = {"NumericalMeasureField": {"FieldId": "u", "Column": column}}
    kpi = {"VisualId": "k", "ChartConfiguration": {"FieldWells": {"Values": [value]}}}
    return {
        "DataSetIdentifierDeclarations": [{"Identifier": "sales", "DataSetArn": data_set}],
        "Sheets": [{"SheetId": "one", "Name": "One", "Visuals": [{"KPIVisual": kpi}]}],
    }
