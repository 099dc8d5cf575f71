"""AWS's schemas of types: what is refused of properties, taken for one another, and replaced."""

from typing import Any

import pytest

from local_aws.services.cloudformation.resources import MODULES
from local_aws.services.cloudformation.template import schemas
from local_aws.services.cloudformation.template.model import KNOWN_AFTER_APPLY
from local_aws.services.cloudformation.template.schemas.schema import ATTRIBUTES, CHECKED

JOB = {"Role": "r", "Command": {"Name": "glueetl"}}


@pytest.mark.parametrize(
    ("type_name", "properties", "found"),
    [
        ("AWS::S3::Bucket", {}, []),
        ("AWS::S3::Bucket", {"Foo": 1}, ["#: extraneous key [Foo] is not permitted"]),
        (
            "AWS::S3::Bucket",
            {"VersioningConfiguration": {"Staus": "Enabled"}},
            [
                "#/VersioningConfiguration: extraneous key [Staus] is not permitted",
                "#/VersioningConfiguration: required key [Status] not found",
            ],
        ),
        (
            "AWS::S3::Bucket",
            {"VersioningConfiguration": {"Status": "On"}},
            ["#/VersioningConfiguration/Status: failed validation constraint for keyword [enum]"],
        ),
        ("AWS::S3::Bucket", {"Arn": "a"}, ["#: extraneous key [Arn] is not permitted"]),
        (
            "AWS::S3::Bucket",
            {"Tags": [{"Key": "a"}]},
            ["#/Tags/0: required key [Value] not found"],
        ),
        (
            "AWS::Glue::Job",
            {},
            ["#: required key [Role] not found", "#: required key [Command] not found"],
        ),
        (
            "AWS::Glue::Job",
            {**JOB, "Name": ["a"]},
            ["#/Name: expected type: String, found: JSONArray"],
        ),
        ("AWS::Glue::Job", {**JOB, "Name": ""}, ["#/Name: expected minLength: 1, actual: 0"]),
        (
            "AWS::Glue::Job",
            {**JOB, "Name": "n" * 256},
            ["#/Name: expected maxLength: 255, actual: 256"],
        ),
        ("AWS::Glue::Job", {**JOB, "Timeout": 0}, ["#/Timeout: 0 is not greater or equal to 1"]),
        (
            "AWS::Glue::Job",
            {**JOB, "GlueVersion": "latest"},
            ["#/GlueVersion: failed validation constraint for keyword [pattern]"],
        ),
        ("AWS::Glue::Job", {**JOB, "Name": KNOWN_AFTER_APPLY * 20}, []),
        ("AWS::Glue::Jobb", {}, ["Unrecognized resource types: [AWS::Glue::Jobb]"]),
        ("Custom::Anything", {"Any": "thing"}, []),
    ],
)
def test_problems(type_name: str, properties: dict[str, Any], found: list[str]) -> None:
    assert sorted(schemas.problems(type_name, properties)) == sorted(found)


def test_refusal() -> None:
    found = schemas.problems("AWS::Glue::Job", {"Role": 1, "Command": {}})
    assert schemas.refusal("Job", found) == (
        "Properties validation failed for resource Job with message:\n"
        "#/Role: expected type: String, found: Integer"
    )


@pytest.mark.parametrize(
    ("type_name", "properties", "as_schema"),
    [
        ("AWS::Glue::Job", {"Timeout": "7", "Name": 7}, {"Timeout": 7, "Name": "7"}),
        ("AWS::Glue::Job", {"MaxCapacity": "0.5"}, {"MaxCapacity": 0.5}),
        ("AWS::Glue::Job", {"Timeout": "seven"}, {"Timeout": "seven"}),
        ("AWS::Glue::Job", {"JobRunQueuingEnabled": "True"}, {"JobRunQueuingEnabled": True}),
        ("AWS::Glue::Job", {"DefaultArguments": {"--n": 1}}, {"DefaultArguments": {"--n": 1}}),
        (
            "AWS::S3::Bucket",
            {"Tags": [{"Key": "a", "Value": True}, {"Key": 1, "Value": 1.5}]},
            {"Tags": [{"Key": "a", "Value": "true"}, {"Key": "1", "Value": "1.5"}]},
        ),
        (
            "AWS::S3::Bucket",
            {"PublicAccessBlockConfiguration": {"BlockPublicAcls": "true"}},
            {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}},
        ),
        ("AWS::Glue::Job", {"Timeout": 7.0}, {"Timeout": 7}),
        ("AWS::S3::Bucket", {"Unknown": "7"}, {"Unknown": "7"}),
        ("Custom::Anything", {"Any": "7"}, {"Any": "7"}),
    ],
)
def test_coerced(type_name: str, properties: dict[str, Any], as_schema: dict[str, Any]) -> None:
    found = schemas.coerced(type_name, properties)
    assert found == as_schema
    assert str(found) == str(as_schema)  # 1 == True, and 7 == 7.0


@pytest.mark.parametrize(
    ("type_name", "before", "after", "changed"),
    [
        ("AWS::S3::Bucket", {"BucketName": "a"}, {"BucketName": "a"}, []),
        ("AWS::S3::Bucket", {"BucketName": "a"}, {"BucketName": "b"}, [("BucketName", "Always")]),
        (
            "AWS::S3::Bucket",
            {"VersioningConfiguration": {"Status": "Enabled"}},
            {"VersioningConfiguration": {"Status": "Suspended"}},
            [("VersioningConfiguration.Status", "Never")],
        ),
        ("AWS::Glue::Job", {"Timeout": 7}, {"Timeout": "7"}, []),
        (
            "AWS::Glue::Job",
            {"Role": "a", "Timeout": 1},
            {"Role": "b"},
            [("Role", "Never"), ("Timeout", "Never")],
        ),
        (
            "AWS::QuickSight::RefreshSchedule",
            {"Schedule": {"ScheduleId": "a", "RefreshType": "x"}},
            {"Schedule": {"ScheduleId": "b", "RefreshType": "x"}},
            [("Schedule.ScheduleId", "Always")],
        ),
        (
            "AWS::QuickSight::RefreshSchedule",
            {},
            {"Schedule": {"ScheduleId": "b"}},
            [("Schedule", "Always")],
        ),
        (
            "AWS::SNS::Subscription",
            {"ReplayPolicy": {"a": 1}, "RawMessageDelivery": True},
            {"ReplayPolicy": {"a": 1}, "RawMessageDelivery": False},
            [("RawMessageDelivery", "Never")],
        ),
        (
            "AWS::S3::Bucket",
            {"BucketName": "a"},
            {"BucketName": KNOWN_AFTER_APPLY},
            [("BucketName", "Conditionally")],
        ),
        ("AWS::Events::Rule", {"Name": "a"}, {"Name": "b"}, [("Name", "Always")]),
    ],
)
def test_changes(
    type_name: str, before: dict[str, Any], after: dict[str, Any], changed: list[tuple[str, str]]
) -> None:
    found = schemas.changes(type_name, before, after)
    assert [(it.path, it.replacement) for it in found] == changed


def test_conditional_replacement_is_told() -> None:
    found = [
        it.replacement
        for name in schemas.schema_of("AWS::Events::Rule").paths("conditionalCreateOnlyProperties")
        for it in schemas.changes("AWS::Events::Rule", {}, {name: "b"})
    ]
    assert found
    assert set(found) <= {"Conditionally", "Always"}


def test_known_types() -> None:
    assert schemas.is_known("AWS::Athena::WorkGroup")
    assert schemas.is_known("Custom::Anything")
    assert not schemas.is_known("AWS::Serverless::Function")
    assert schemas.schema_of("AWS::Glue::Table").primary_identifier == (
        "CatalogId",
        "DatabaseName",
        "Name",
    )


@pytest.mark.parametrize(
    ("type_name", "attribute", "there"),
    [
        ("AWS::S3::Bucket", "Arn", True),
        ("AWS::S3::Bucket", "BucketName", False),
        ("AWS::SQS::Queue", "QueueName", True),
        ("AWS::IAM::Role", "RoleId", True),
        ("AWS::EC2::VPC", "CidrBlock", True),
        ("AWS::EC2::VPC", "Cidr", False),
        ("AWS::RDS::DBInstance", "Endpoint.Address", True),
        ("AWS::CloudFormation::Stack", "Outputs.Bucket", True),
        ("Custom::Anything", "Any.Thing", True),
    ],
)
def test_attributes(type_name: str, attribute: str, there: bool) -> None:
    assert schemas.has_attribute(type_name, attribute) is there


def test_attributes_were_checked_of_every_service_that_makes_resources() -> None:
    assert set(MODULES) <= CHECKED
    assert {name.split("::")[1] for name in ATTRIBUTES} <= CHECKED
