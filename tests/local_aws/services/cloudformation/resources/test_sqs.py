"""AWS::SQS::*."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.handler import ResourceFailed
from tests.conftest import LocalServer

New = Callable[..., Any]
ARN = "arn:aws:sqs:us-east-1:123456789012:"


def queue_name() -> str:
    return f"queue-{uuid.uuid4().hex}"


def test_queue_is_made_whole_and_read_as_written(resource: New) -> None:
    dead = resource("AWS::SQS::Queue").create({}).attributes["Arn"]
    queue = resource("AWS::SQS::Queue")
    given = {
        "QueueName": queue_name(),
        "DelaySeconds": 5,
        "KmsDataKeyReusePeriodSeconds": 600,
        "KmsMasterKeyId": "alias/aws/sqs",
        "MaximumMessageSize": 2048,
        "MessageRetentionPeriod": 60,
        "ReceiveMessageWaitTimeSeconds": 1,
        "RedrivePolicy": {"deadLetterTargetArn": dead, "maxReceiveCount": 3},
        "Tags": [{"Key": "team", "Value": "lake"}],
        "VisibilityTimeout": 60,
    }
    made = queue.create(given)
    assert made.attributes == {
        "Arn": ARN + given["QueueName"],
        "QueueName": given["QueueName"],
        "QueueUrl": made.physical_id,
    }
    found = queue.read()
    assert {name: found[name] for name in given} == given
    assert queue.identify() == made


def test_queue_loses_what_its_template_loses(resource: New) -> None:
    plain, queue = resource("AWS::SQS::Queue"), resource("AWS::SQS::Queue")
    plain.create({})
    dead = plain.made.attributes["Arn"]
    queue.create(
        {
            "DelaySeconds": "5",
            "KmsMasterKeyId": "alias/aws/sqs",
            "RedrivePolicy": {"deadLetterTargetArn": dead, "maxReceiveCount": 3},
            "SqsManagedSseEnabled": "false",
            "Tags": [{"Key": "team", "Value": "lake"}],
            "VisibilityTimeout": 60,
        }
    )
    queue.update({})
    now, new = (
        {name: value for name, value in one.read().items() if name != "QueueName"}
        for one in (queue, plain)
    )
    assert now == new


def test_fifo_queue(resource: New) -> None:
    queue = resource("AWS::SQS::Queue")
    given = {
        "FifoQueue": True,
        "ContentBasedDeduplication": True,
        "DeduplicationScope": "messageGroup",
        "FifoThroughputLimit": "perMessageGroupId",
    }
    made = queue.create(given)
    assert made.attributes["QueueName"].endswith(".fifo")
    found = queue.read()
    assert {name: found[name] for name in given} == given
    queue.update({"FifoQueue": True})
    found = queue.read()
    assert found["ContentBasedDeduplication"] is False
    assert (found["DeduplicationScope"], found["FifoThroughputLimit"]) == ("queue", "perQueue")


def test_queue_is_deleted(resource: New) -> None:
    queue = resource("AWS::SQS::Queue")
    queue.create({})
    queue.delete()
    queue.delete()
    assert queue.read() is None
    assert queue.identify() is None


def test_queue_of_an_earlier_try_is_brought_on(resource: New, aws: LocalServer) -> None:
    queue, name = resource("AWS::SQS::Queue"), queue_name()
    aws.client("sqs").create_queue(QueueName=name)
    queue.create({"QueueName": name, "VisibilityTimeout": 60}, retried=True)
    assert queue.read()["VisibilityTimeout"] == 60


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DelaySeconds", 901),
        ("DelaySeconds", "soon"),
        ("KmsDataKeyReusePeriodSeconds", 59),
        ("MaximumMessageSize", 1023),
        ("MaximumMessageSize", 1048577),
        ("MessageRetentionPeriod", 59),
        ("ReceiveMessageWaitTimeSeconds", 21),
        ("RedrivePolicy", "{nope"),
        ("VisibilityTimeout", 43201),
        ("VisibilityTimeout", -1),
    ],
)
def test_attribute_that_sqs_does_not_take(resource: New, name: str, value: Any) -> None:
    with pytest.raises(ClientError, match=f"Invalid value for the parameter {name}"):
        resource("AWS::SQS::Queue").create({name: value})


@pytest.mark.parametrize("name", ["a b", "x" * 81, "ü", "../x"])
def test_queue_name_that_sqs_does_not_take(resource: New, name: str) -> None:
    with pytest.raises((ClientError, ResourceFailed)):
        resource("AWS::SQS::Queue").create({"QueueName": name})


def sends(*queues: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": [ARN + url.rpartition("/")[2] for url in queues],
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_queue_policy(resource: New, aws: LocalServer) -> None:
    one, two = (resource("AWS::SQS::Queue").create({}).physical_id for _ in range(2))
    policy = resource("AWS::SQS::QueuePolicy")
    given = {"Queues": [one, two], "PolicyDocument": sends(one, two)}
    made = policy.create(given)
    assert made.physical_id == policy.work.name
    assert policy.read() == given
    assert policy.identify() == made
    policy.update({"Queues": [two], "PolicyDocument": sends(two)})
    assert policy.read() == {"Queues": [two], "PolicyDocument": sends(two)}
    found = aws.client("sqs").get_queue_attributes(QueueUrl=one, AttributeNames=["Policy"])
    assert "Attributes" not in found
    aws.client("sqs").delete_queue(QueueUrl=two)
    assert policy.read() is None
    policy.delete()
    with pytest.raises(ResourceFailed, match="valid JSON"):
        resource("AWS::SQS::QueuePolicy").create({"Queues": [one], "PolicyDocument": "{"})


@pytest.mark.parametrize("no", [False, "false"])
def test_queue_that_says_it_is_no_fifo(resource: New, no: Any) -> None:
    queue = resource("AWS::SQS::Queue")
    queue.create({"FifoQueue": no})
    assert queue.read()["FifoQueue"] is False
