"""A small lake in one template: made, changed, rolled back and deleted by its stack."""

import json
import uuid
from collections.abc import Iterator
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
    settle,
    update,
    wait_for,
)

TEMPLATE = (Path(__file__).parent / "whole_lake.yaml").read_text()
OF = {"AwsAccountId": "123456789012"}


class Lake:
    """A stack of the template, and what its resources are called."""

    def __init__(self, server: LocalServer, name: str) -> None:
        self.server, self.name = server, name
        self.cf = server.client("cloudformation")
        self.options: dict[str, Any] = {
            "Parameters": [{"ParameterKey": "Lake", "ParameterValue": name}],
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }

    def create(self, template: str = TEMPLATE) -> str:
        return create(self.cf, self.name, template, **self.options)

    def update(self, changes: dict[str, str]) -> str:
        """With other texts in the template."""
        changed = TEMPLATE
        for old, new in changes.items():
            assert old in changed
            changed = changed.replace(old, new)
        return update(self.cf, self.name, changed, **self.options)

    @property
    def ids(self) -> dict[str, str]:
        return physical(self.cf, self.name)

    def timeout(self) -> int:
        job = self.server.client("glue").get_job(JobName=self.ids["Job"])["Job"]
        return int(job["Timeout"])


@pytest.fixture(scope="module")
def lake(server: LocalServer) -> Iterator[Lake]:
    made = Lake(server, f"n{uuid.uuid4().hex[:12]}")
    assert made.create() == "CREATE_COMPLETE", reasons(made.cf, made.name)
    ids = made.ids
    yield made
    assert delete(made.cf, made.name) == "DELETE_COMPLETE", reasons(made.cf, made.name)
    names = [d["Name"] for d in server.client("databrew").list_datasets()["Datasets"]]
    assert ids["Dataset"] not in names
    glue = server.client("glue")
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_database(Name=made.name)


def test_the_lake_is_as_the_template_says(lake: Lake) -> None:
    ids, told, name = lake.ids, outputs(lake.cf, lake.name), lake.name
    glue, quicksight = lake.server.client("glue"), lake.server.client("quicksight")
    assert ids["Table"] == "orders"
    assert glue.get_table(DatabaseName=name, Name="orders")["Table"]["PartitionKeys"]
    assert glue.get_job(JobName=ids["Job"])["Job"]["Role"] == told["RoleArn"]
    crawler = glue.get_crawler(Name=ids["Crawler"])["Crawler"]
    assert crawler["Classifiers"] == [ids["Classifier"]]
    clean = lake.server.client("databrew").describe_job(Name=ids["Clean"])
    assert clean["RecipeReference"]["Name"] == ids["Recipe"]
    assert (
        told["DataSetArn"] == quicksight.describe_data_set(DataSetId=name, **OF)["DataSet"]["Arn"]
    )
    assert told["Engine"] == "Athena engine version 3"
    board = quicksight.describe_dashboard(DashboardId=name, **OF)["Dashboard"]
    assert board["Version"]["Status"] == "CREATION_SUCCESSFUL"


def drifts(lake: Lake) -> dict[str, str]:
    """What is not as its stack made it."""
    cf = lake.cf
    started = cf.detect_stack_drift(StackName=lake.name)["StackDriftDetectionId"]

    def ended() -> bool:
        shown = cf.describe_stack_drift_detection_status(StackDriftDetectionId=started)
        return str(shown["DetectionStatus"]) == "DETECTION_COMPLETE"

    wait_for(ended)
    found = cf.describe_stack_resource_drifts(StackName=lake.name)["StackResourceDrifts"]
    told = {one["LogicalResourceId"]: one["StackResourceDriftStatus"] for one in found}
    assert told, "nothing was looked at"
    return {name: status for name, status in told.items() if status != "IN_SYNC"}


def test_what_was_changed_beside_the_stack_has_drifted(lake: Lake) -> None:
    assert drifts(lake) == {}
    glue, ids = lake.server.client("glue"), lake.ids
    classifier = {"Name": ids["Classifier"], "Delimiter": "|"}
    glue.update_classifier(CsvClassifier=classifier)
    assert drifts(lake) == {"Classifier": "MODIFIED"}
    glue.update_classifier(CsvClassifier=classifier | {"Delimiter": ";"})


def test_an_update_changes_a_job_and_replaces_a_query(lake: Lake) -> None:
    before, athena = lake.ids, lake.server.client("athena")
    changes = {"SELECT count(*)": "SELECT max(id)", "Timeout: 30": "Timeout: 45"}
    assert lake.update(changes) == "UPDATE_COMPLETE"
    after = lake.ids
    assert [name for name in before if before[name] != after[name]] == ["Query"]
    query = athena.get_named_query(NamedQueryId=after["Query"])["NamedQuery"]
    assert query["QueryString"] == f'SELECT max(id) FROM "{lake.name}"."orders"'
    with pytest.raises(athena.exceptions.InvalidRequestException, match="was not found"):
        athena.get_named_query(NamedQueryId=before["Query"])
    assert lake.timeout() == 45


def test_an_update_that_fails_goes_back(lake: Lake) -> None:
    before = lake.timeout()
    assert lake.update({"LOWER_CASE": "MAKE_COFFEE"}) == "UPDATE_ROLLBACK_COMPLETE"
    assert "MAKE_COFFEE" in reasons(lake.cf, lake.name)["Recipe"]
    assert lake.timeout() == before
    databrew = lake.server.client("databrew")
    recipe = databrew.describe_recipe(Name=lake.ids["Recipe"], RecipeVersion="LATEST_WORKING")
    assert recipe["Steps"][0]["Action"]["Operation"] == "LOWER_CASE"


def test_a_template_of_what_is_not_here_makes_nothing(server: LocalServer, name: str) -> None:
    lake = Lake(server, name)
    files = "Targets: {S3Targets: [{Path: !Sub 's3://${Bucket}/raw/'}]}"
    assert files in TEMPLATE
    tables = TEMPLATE.replace(files, "Targets: {JdbcTargets: [{Path: shop/%}]}")
    assert lake.create(tables) == "ROLLBACK_COMPLETE"
    assert reasons(lake.cf, name)["Crawler"] == (
        "The property Targets.JdbcTargets of AWS::Glue::Crawler is not supported by local_aws"
    )
    glue = server.client("glue")
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_database(Name=name)


TAKEN = {
    "Database": {
        "Type": "AWS::Glue::Database",
        "Properties": {
            "CatalogId": {"Ref": "AWS::AccountId"},
            "DatabaseName": {"Ref": "Lake"},
            "DatabaseInput": {"Name": {"Ref": "Lake"}, "Description": "the stack's"},
        },
    },
    "WorkGroup": {"Type": "AWS::Athena::WorkGroup", "Properties": {"Name": {"Ref": "Lake"}}},
    "Source": {
        "Type": "AWS::QuickSight::DataSource",
        "Properties": {
            "AwsAccountId": {"Ref": "AWS::AccountId"},
            "DataSourceId": {"Ref": "Lake"},
            "Name": "Lake",
            "Type": "ATHENA",
        },
    },
}


def test_a_lake_that_was_there_before_is_taken_over(server: LocalServer, name: str) -> None:
    """As one that was deployed before there were stacks."""
    lake = Lake(server, name)
    server.client("glue").create_database(DatabaseInput={"Name": name})
    server.client("athena").create_work_group(Name=name)
    server.client("quicksight").create_data_source(
        DataSourceId=name, Name="Lake", Type="ATHENA", **OF
    )
    kept = {k: v | {"DeletionPolicy": "Retain"} for k, v in TAKEN.items()}
    body = json.dumps({"Parameters": {"Lake": {"Type": "String"}}, "Resources": kept})
    body = body.replace('{"Ref": "Lake"}', f'"{name}"')  # by plain names only, as on AWS
    body = body.replace('{"Ref": "AWS::AccountId"}', '"123456789012"')
    of = {"StackName": name, "ChangeSetName": "first"}
    lake.cf.create_change_set(
        **of,
        ChangeSetType="CREATE",
        TemplateBody=body,
        ImportExistingResources=True,
        **lake.options,
    )
    wait_for(lambda: lake.cf.describe_change_set(**of)["Status"] == "CREATE_COMPLETE")
    changes = lake.cf.describe_change_set(**of)["Changes"]
    assert {one["ResourceChange"]["Action"] for one in changes} == {"Import"}
    lake.cf.execute_change_set(**of)
    assert settle(lake.cf, name) == "CREATE_COMPLETE", reasons(lake.cf, name)
    assert physical(lake.cf, name) == {
        "Database": name,
        "WorkGroup": name,
        "Source": f"123456789012|{name}",
    }
    assert drifts(lake) == {"Database": "MODIFIED"}, "its description is not the template's yet"
    assert delete(lake.cf, name) == "DELETE_COMPLETE"
    assert server.client("athena").get_work_group(WorkGroup=name)
