"""A SPICE refresh in its data source's role: one permission less, and it fails and says which."""

import time
from typing import Any

from tests.local_aws.acting.conftest import ACCOUNT, Lake, Statement, without
from tests.local_aws.conftest import allow

CALLS = ("GetWorkGroup", "StartQueryExecution", "GetQueryExecution", "GetQueryResults")


def enough(lake: Lake) -> list[Statement]:
    """What a refresh of a table needs."""
    group = f"arn:aws:athena:us-east-1:{ACCOUNT}:workgroup/{lake.database}"
    results = f"{lake.arn}/results/*"
    return [
        allow([f"athena:{call}" for call in CALLS], group),
        allow(["glue:GetTable"], lake.table_arns),
        allow(["s3:GetBucketLocation", "s3:ListBucket"], lake.arn),
        allow(["s3:GetObject"], [f"{lake.arn}/data/*", results]),
        allow(["s3:PutObject"], results),
    ]


def refresh(lake: Lake, role: str) -> dict[str, Any]:
    """The first ingestion of a data set over the table, through a data source with that role."""
    athena, server = lake.server.client("athena"), lake.server
    name = f"{lake.database}-{role[-8:]}"
    if not [g for g in athena.list_work_groups()["WorkGroups"] if g["Name"] == lake.database]:
        place = {"OutputLocation": f"s3://{lake.bucket}/results/"}
        athena.create_work_group(Name=lake.database, Configuration={"ResultConfiguration": place})
    quicksight = server.client("quicksight")
    parameters = {"AthenaParameters": {"WorkGroup": lake.database, "RoleArn": role}}
    source = quicksight.create_data_source(
        AwsAccountId=ACCOUNT,
        DataSourceId=name,
        Name=name,
        Type="ATHENA",
        DataSourceParameters=parameters,
    )["Arn"]
    columns = [{"Name": "i", "Type": "INTEGER"}, {"Name": "s", "Type": "STRING"}]
    table = {
        "DataSourceArn": source,
        "Catalog": "AwsDataCatalog",
        "Schema": lake.database,
        "Name": "t",
        "InputColumns": columns,
    }
    quicksight.create_data_set(
        AwsAccountId=ACCOUNT,
        DataSetId=name,
        Name=name,
        ImportMode="SPICE",
        PhysicalTableMap={"t": {"RelationalTable": table}},
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = quicksight.list_ingestions(AwsAccountId=ACCOUNT, DataSetId=name)["Ingestions"]
        if found and found[0]["IngestionStatus"] in ("COMPLETED", "FAILED"):
            return dict(found[0])
        time.sleep(0.05)
    raise AssertionError("the ingestion did not end")


def test_a_role_that_is_enough(lake: Lake, role_of: Any) -> None:
    found = refresh(lake, role_of("quicksight", *enough(lake)))
    assert found["IngestionStatus"] == "COMPLETED", found
    assert found["RowInfo"]["RowsIngested"] == 2


def test_one_permission_less(lake: Lake, role_of: Any) -> None:
    denied = {
        "athena:StartQueryExecution": "perform: athena:StartQueryExecution on resource: ",
        "glue:GetTable": "perform: glue:GetTable on resource: ",
        "s3:PutObject": f'perform: s3:PutObject on resource: "{lake.arn}/results/',
        "s3:ListBucket": f'perform: s3:ListBucket on resource: "{lake.arn}"',
    }
    for action, words in denied.items():
        found = refresh(lake, role_of("quicksight", *without(enough(lake), action)))
        assert found["IngestionStatus"] == "FAILED", action
        assert found["ErrorInfo"]["Type"] == "PERMISSION_DENIED"
        assert words in found["ErrorInfo"]["Message"]


def test_a_role_that_does_not_trust_quicksight(lake: Lake, role_of: Any) -> None:
    found = refresh(lake, role_of("glue", *enough(lake)))
    assert found["ErrorInfo"]["Type"] == "FAILURE_TO_ASSUME_ROLE"
