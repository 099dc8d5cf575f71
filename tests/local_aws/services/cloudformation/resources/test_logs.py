"""AWS::Logs::*."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.handler import ResourceFailed
from tests.conftest import LocalServer

New = Callable[..., Any]


def name() -> str:
    return f"/lake/{uuid.uuid4().hex}"


def test_log_group_is_made_whole_and_read_as_written(resource: New) -> None:
    group = resource("AWS::Logs::LogGroup")
    given = {
        "LogGroupName": name(),
        "LogGroupClass": "STANDARD",
        "RetentionInDays": 30,
        "Tags": [{"Key": "team", "Value": "lake"}],
    }
    made = group.create(given)
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{given['LogGroupName']}:*"
    assert (made.physical_id, made.attributes) == (given["LogGroupName"], {"Arn": arn})
    assert group.read() == given
    assert group.identify() == made
    group.update({"LogGroupName": given["LogGroupName"]})
    assert group.read() == {
        "LogGroupName": given["LogGroupName"],
        "LogGroupClass": "STANDARD",
    }
    group.update({"LogGroupName": given["LogGroupName"], "RetentionInDays": "7"})
    assert group.read()["RetentionInDays"] == 7
    group.delete()
    group.delete()
    assert group.read() is None
    assert group.identify() is None


def test_log_group_is_not_one_whose_name_begins_alike(resource: New) -> None:
    given = name()
    resource("AWS::Logs::LogGroup").create({"LogGroupName": f"{given}-more"})
    group = resource("AWS::Logs::LogGroup")
    group.work = replace(group.work, properties={"LogGroupName": given})
    assert group.identify() is None


def test_log_group_whose_retention_is_refused(resource: New) -> None:
    with pytest.raises(ClientError, match="retentionInDays"):
        resource("AWS::Logs::LogGroup").create({"RetentionInDays": 31})
    with pytest.raises(ClientError, match="class"):
        resource("AWS::Logs::LogGroup").create({"LogGroupClass": "INFREQUENT_ACCESS"})


def test_log_group_under_a_key(resource: New) -> None:
    key = resource("AWS::KMS::Key")
    arn = key.create({}).attributes["Arn"]
    group = resource("AWS::Logs::LogGroup")
    group.create({"KmsKeyId": arn})
    assert group.read()["KmsKeyId"] == arn
    group.update({})
    assert "KmsKeyId" not in group.read()
    key.update({"Enabled": False})
    for refused in (arn, f"{arn}x", "alias/aws/s3", key.made.physical_id):
        with pytest.raises(ClientError, match="KMS"):
            resource("AWS::Logs::LogGroup").create({"KmsKeyId": refused})


@pytest.mark.parametrize("named", ["a b", "x" * 513, "ü", "a:b", "<x>"])
def test_log_group_name_that_logs_does_not_take(resource: New, named: str) -> None:
    with pytest.raises((ClientError, ResourceFailed)):
        resource("AWS::Logs::LogGroup").create({"LogGroupName": named})


def test_log_stream(resource: New, aws: LocalServer) -> None:
    group = resource("AWS::Logs::LogGroup").create({}).physical_id
    stream = resource("AWS::Logs::LogStream")
    given = {"LogGroupName": group, "LogStreamName": "run/1"}
    made = stream.create(given)
    assert made.physical_id == "run/1"
    assert stream.read() == given
    assert stream.identify() == made
    assert stream.create(given, retried=True) == made
    assert stream.update(given) == made
    stream.delete()
    stream.delete()
    assert stream.read() is None
    unnamed = resource("AWS::Logs::LogStream")
    assert unnamed.create({"LogGroupName": group}).physical_id.startswith("teststack-Thing")
    aws.client("logs").delete_log_group(logGroupName=group)
    assert unnamed.identify() is None
    unnamed.delete()
