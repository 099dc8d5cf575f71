"""AWS::SNS::*."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.handler import ResourceFailed
from tests.conftest import LocalServer

New = Callable[..., Any]
ARN = "arn:aws:sns:us-east-1:123456789012:"


def topic_name() -> str:
    return f"topic-{uuid.uuid4().hex}"


@pytest.fixture
def queue_arn(aws: LocalServer) -> str:
    name = f"queue-{uuid.uuid4().hex}"
    aws.client("sqs").create_queue(QueueName=name)
    return f"arn:aws:sqs:us-east-1:123456789012:{name}"


def test_topic_is_made_whole_and_read_as_written(resource: New, queue_arn: str) -> None:
    topic, name = resource("AWS::SNS::Topic"), topic_name()
    given = {
        "TopicName": name,
        "DisplayName": "Alerts",
        "KmsMasterKeyId": "alias/aws/sns",
        "Subscription": [{"Protocol": "sqs", "Endpoint": queue_arn}],
        "Tags": [{"Key": "team", "Value": "lake"}],
    }
    made = topic.create(given)
    assert made.physical_id == ARN + name
    assert made.attributes == {"TopicArn": ARN + name, "TopicName": name}
    assert topic.read() == given
    assert topic.identify() == made
    topic.update({"TopicName": name})
    assert topic.read() == {"TopicName": name}
    topic.delete()
    topic.delete()
    assert topic.read() is None
    assert topic.identify() is None


def test_topic_leaves_subscriptions_of_others(
    resource: New, queue_arn: str, aws: LocalServer
) -> None:
    topic = resource("AWS::SNS::Topic")
    arn = topic.create({"Subscription": [{"Protocol": "sqs", "Endpoint": queue_arn}]}).physical_id
    other = "https://example.com/hook"
    aws.client("sns").subscribe(TopicArn=arn, Protocol="https", Endpoint=other)
    topic.update({})
    assert topic.read()["Subscription"] == [{"Protocol": "https", "Endpoint": other}]


def test_fifo_topic_is_named_so(resource: New) -> None:
    topic = resource("AWS::SNS::Topic")
    arn = topic.create({"FifoTopic": "true", "ContentBasedDeduplication": True}).physical_id
    assert arn.endswith(".fifo")
    assert topic.read()["FifoTopic"] is True
    assert topic.read()["ContentBasedDeduplication"] is True
    topic.update({"FifoTopic": True})
    assert topic.read()["ContentBasedDeduplication"] is False


def test_topic_of_another_is_not_taken(resource: New, aws: LocalServer) -> None:
    name = topic_name()
    aws.client("sns").create_topic(Name=name)
    with pytest.raises(ResourceFailed, match=f"{name} already exists"):
        resource("AWS::SNS::Topic").create({"TopicName": name})
    resource("AWS::SNS::Topic").create({"TopicName": name}, retried=True)


@pytest.mark.parametrize("name", ["a b", "../x", "x" * 257, "ü", "a:b"])
def test_topic_name_that_sns_does_not_take(resource: New, name: str) -> None:
    with pytest.raises((ClientError, ResourceFailed)):
        resource("AWS::SNS::Topic").create({"TopicName": name})


def test_protocol_that_nothing_here_tells(resource: New) -> None:
    topic = resource("AWS::SNS::Topic")
    function = "arn:aws:lambda:us-east-1:123456789012:function:f"
    with pytest.raises(ResourceFailed, match="protocol lambda"):
        topic.create({"Subscription": [{"Protocol": "lambda", "Endpoint": function}]})
    assert topic.identify() is None
