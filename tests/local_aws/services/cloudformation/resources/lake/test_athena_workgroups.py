"""AWS::Athena::WorkGroup."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import LocalServer
from tests.local_aws.services.cloudformation.resources.lake.resource import Stack

TYPE = "AWS::Athena::WorkGroup"
RESULTS = {
    "OutputLocation": "s3://results/here/",
    "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"},
}


def shown(aws: LocalServer, name: str) -> dict[str, Any]:
    return aws.client("athena").get_work_group(WorkGroup=name)["WorkGroup"]


def test_a_workgroup_is_made_as_the_template_says(
    aws: LocalServer, resource: Stack, name: str
) -> None:
    made = resource(TYPE, stack="lake").create(
        Name=name,
        Description="analysts",
        State="DISABLED",
        Tags=[{"Key": "team", "Value": "data"}],
        WorkGroupConfiguration={
            "BytesScannedCutoffPerQuery": "20000000",
            "EnforceWorkGroupConfiguration": "false",
            "ResultConfiguration": RESULTS,
        },
    )
    found = shown(aws, name)
    assert made.physical_id == name
    assert (found["State"], found["Description"]) == ("DISABLED", "analysts")
    assert found["Configuration"]["BytesScannedCutoffPerQuery"] == 20_000_000
    assert found["Configuration"]["EnforceWorkGroupConfiguration"] is False
    assert found["Configuration"]["ResultConfiguration"] == RESULTS
    arn = f"arn:aws:athena:us-east-1:123456789012:workgroup/{name}"
    tags = aws.client("athena").list_tags_for_resource(ResourceARN=arn)["Tags"]
    assert {t["Key"]: t["Value"] for t in tags} == {"team": "data", "stack": "lake"}


def test_its_attributes(aws: LocalServer, resource: Stack, name: str) -> None:
    made = resource(TYPE).create(Name=name)
    engine = "Athena engine version 3"
    assert made.attributes == {
        "CreationTime": str(int(shown(aws, name)["CreationTime"].timestamp())),
        "WorkGroupConfiguration.EngineVersion.EffectiveEngineVersion": engine,
        "WorkGroupConfigurationUpdates.EngineVersion.EffectiveEngineVersion": engine,
    }


def test_what_an_update_leaves_out_goes_back_to_the_default(
    aws: LocalServer, resource: Stack, name: str
) -> None:
    workgroup = resource(TYPE)
    workgroup.create(
        Name=name,
        Description="x",
        State="DISABLED",
        Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}],
        WorkGroupConfiguration={
            "BytesScannedCutoffPerQuery": 20_000_000,
            "EnforceWorkGroupConfiguration": False,
            "PublishCloudWatchMetricsEnabled": True,
            "EngineVersion": {"SelectedEngineVersion": "Athena engine version 3"},
            "ResultConfiguration": RESULTS | {"ExpectedBucketOwner": "123456789012"},
        },
    )
    workgroup.update(Name=name, Tags=[{"Key": "b", "Value": "2"}])
    found = shown(aws, name)
    assert found["State"] == "ENABLED"
    assert "Description" not in found
    fresh = resource(TYPE)
    fresh.create(Name=f"{name}f")
    assert found["Configuration"] == shown(aws, f"{name}f")["Configuration"]
    assert workgroup.read()["Tags"] == [{"Key": "b", "Value": "2"}]


def test_an_update_by_the_older_property(aws: LocalServer, resource: Stack, name: str) -> None:
    workgroup = resource(TYPE)
    workgroup.create(Name=name)
    updates = {"ResultConfigurationUpdates": {"OutputLocation": "s3://results/x/"}}
    workgroup.update(Name=name, WorkGroupConfigurationUpdates=updates)
    found = shown(aws, name)["Configuration"]["ResultConfiguration"]
    assert found == {"OutputLocation": "s3://results/x/"}


def test_it_reads_as_a_template_would_write_it(resource: Stack, name: str) -> None:
    workgroup = resource(TYPE)
    given = {
        "Name": name,
        "State": "ENABLED",
        "Description": "d",
        "Tags": [{"Key": "a", "Value": "1"}],
        "WorkGroupConfiguration": {
            "EnforceWorkGroupConfiguration": True,
            "PublishCloudWatchMetricsEnabled": False,
            "RequesterPaysEnabled": False,
            "EngineVersion": {"SelectedEngineVersion": "AUTO"},
            "ResultConfiguration": RESULTS,
        },
    }
    workgroup.create(**given)
    assert workgroup.read() == given


def test_one_with_queries_goes_with_the_option_alone(
    aws: LocalServer, resource: Stack, name: str
) -> None:
    workgroup = resource(TYPE)
    workgroup.create(Name=name)
    aws.client("athena").create_named_query(
        Name="q", Database="d", QueryString="SELECT 1", WorkGroup=name
    )
    with pytest.raises(ClientError, match="is not empty"):
        workgroup.delete()
    workgroup.update(Name=name, RecursiveDeleteOption=True)
    workgroup.delete()
    assert workgroup.identify() is None
    workgroup.delete()


def test_what_is_spark_is_refused_beforehand(resource: Stack) -> None:
    refused = resource(TYPE).handler.refuses
    assert "WorkGroupConfiguration.EngineConfiguration" in refused
    assert "WorkGroupConfigurationUpdates.ExecutionRole" in refused
