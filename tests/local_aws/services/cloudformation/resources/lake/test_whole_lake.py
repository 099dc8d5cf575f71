"""A small lake in one template: made, changed, drawn apart and deleted by its stack."""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.stacks.support import (
    create,
    delete,
    outputs,
    physical,
    reasons,
    update,
)

TEMPLATE = (Path(__file__).parent / "whole_lake.yaml").read_text()
LAKE = {"ParameterKey": "Lake"}


@pytest.fixture
def lake(aws: LocalServer, name: str) -> dict[str, Any]:
    """A stack's name and its parameter."""
    return {"Parameters": [LAKE | {"ParameterValue": name}]}


def test_a_lake_is_made_changed_and_deleted(
    aws: LocalServer, name: str, lake: dict[str, Any]
) -> None:
    cf = aws.client("cloudformation")
    capable = lake | {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
    assert create(cf, name, TEMPLATE, **capable) == "CREATE_COMPLETE", reasons(cf, name)
    glue, databrew = aws.client("glue"), aws.client("databrew")
    quicksight = aws.client("quicksight")
    of = {"AwsAccountId": "123456789012"}
    ids = physical(cf, name)
    told = outputs(cf, name)

    assert glue.get_table(DatabaseName=name, Name="orders")["Table"]["PartitionKeys"]
    assert ids["Table"] == "orders"
    assert glue.get_job(JobName=ids["Job"])["Job"]["Role"] == told["RoleArn"]
    assert glue.get_crawler(Name=ids["Crawler"])["Crawler"]["DatabaseName"] == name
    query = aws.client("athena").get_named_query(NamedQueryId=ids["Query"])["NamedQuery"]
    assert query["QueryString"] == f'SELECT count(*) FROM "{name}"."orders"'
    assert databrew.describe_job(Name=ids["Clean"])["RecipeReference"]["Name"] == ids["Recipe"]
    data_set = quicksight.describe_data_set(DataSetId=name, **of)["DataSet"]
    assert told["DataSetArn"] == data_set["Arn"]
    assert told["Engine"] == "Athena engine version 3"

    changed = TEMPLATE.replace("SELECT count(*)", "SELECT max(id)").replace(
        "Timeout: 30", "Timeout: 45"
    )
    assert update(cf, name, changed, **capable) == "UPDATE_COMPLETE", reasons(cf, name)
    assert glue.get_job(JobName=ids["Job"])["Job"]["Timeout"] == 45
    later = physical(cf, name)
    assert later["Query"] != ids["Query"], "a named query is replaced, as on AWS"
    assert {k: v for k, v in later.items() if k != "Query"} == {
        k: v for k, v in ids.items() if k != "Query"
    }
    with pytest.raises(Exception, match="was not found"):
        aws.client("athena").get_named_query(NamedQueryId=ids["Query"])

    assert delete(cf, name) == "DELETE_COMPLETE", reasons(cf, name)
    assert not [d for d in databrew.list_datasets()["Datasets"] if d["Name"] == ids["Dataset"]]
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_database(Name=name)


def test_an_update_that_fails_goes_back(aws: LocalServer, name: str, lake: dict[str, Any]) -> None:
    cf = aws.client("cloudformation")
    capable = lake | {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
    assert create(cf, name, TEMPLATE, **capable) == "CREATE_COMPLETE", reasons(cf, name)
    ids = physical(cf, name)
    bad = TEMPLATE.replace("Timeout: 30", "Timeout: 45").replace("LOWER_CASE", "MAKE_COFFEE")
    assert update(cf, name, bad, **capable) == "UPDATE_ROLLBACK_COMPLETE"
    assert "MAKE_COFFEE" in reasons(cf, name)["Recipe"]
    assert aws.client("glue").get_job(JobName=ids["Job"])["Job"]["Timeout"] == 30
    recipe = aws.client("databrew").describe_recipe(
        Name=ids["Recipe"], RecipeVersion="LATEST_WORKING"
    )
    assert recipe["Steps"][0]["Action"]["Operation"] == "LOWER_CASE"
    assert delete(cf, name) == "DELETE_COMPLETE", reasons(cf, name)


def test_a_template_of_what_is_not_here_makes_nothing(
    aws: LocalServer, name: str, lake: dict[str, Any]
) -> None:
    cf = aws.client("cloudformation")
    capable = lake | {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
    jdbc = "Targets: {JdbcTargets: [{Path: shop/%}]}"
    marker = "Targets: {S3Targets: [{Path: !Sub 's3://${Bucket}/raw/'}]}"
    bad = TEMPLATE.replace(marker, jdbc)
    assert bad != TEMPLATE
    assert create(cf, name, bad, **capable) == "ROLLBACK_COMPLETE"
    assert reasons(cf, name)["Crawler"] == (
        "The property Targets.JdbcTargets of AWS::Glue::Crawler is not supported by local_aws"
    )
    with pytest.raises(Exception, match="EntityNotFoundException"):
        aws.client("glue").get_database(Name=name)
