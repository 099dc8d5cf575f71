"""AWS::SNS::*."""

import json
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


@pytest.mark.parametrize("name", ["a b", "../x", "x" * 257, "ü", "a:b"])
def test_topic_name_that_sns_does_not_take(resource: New, name: str) -> None:
    with pytest.raises((ClientError, ResourceFailed)):
        resource("AWS::SNS::Topic").create({"TopicName": name})


def test_protocol_that_nothing_here_tells(resource: New) -> None:
    topic = resource("AWS::SNS::Topic")
    function = "arn:aws:lambda:us-east-1:123456789012:function:f"
    with pytest.raises(ResourceFailed, match="protocol lambda"):
        topic.create({"Subscription": [{"Protocol": "lambda", "Endpoint": function}]})


def test_subscription(resource: New, queue_arn: str) -> None:
    topic = resource("AWS::SNS::Topic").create({}).physical_id
    subscription = resource("AWS::SNS::Subscription")
    given = {
        "TopicArn": topic,
        "Protocol": "sqs",
        "Endpoint": queue_arn,
        "FilterPolicy": {"state": ["FAILED"]},
        "FilterPolicyScope": "MessageBody",
        "RawMessageDelivery": True,
    }
    made = subscription.create(given)
    assert made.physical_id.startswith(f"{topic}:")
    assert made.attributes == {"Arn": made.physical_id}
    assert subscription.read() == given
    assert subscription.identify() == made
    assert subscription.create(given) == made
    bare = {key: given[key] for key in ("TopicArn", "Protocol", "Endpoint")}
    subscription.update(bare)
    assert subscription.read() == {**bare, "RawMessageDelivery": False}
    subscription.delete()
    subscription.delete()
    assert subscription.read() is None
    assert subscription.identify() is None


def test_subscription_filters_what_is_told(resource: New, queue_arn: str, aws: LocalServer) -> None:
    topic = resource("AWS::SNS::Topic").create({}).physical_id
    resource("AWS::SNS::Subscription").create(
        {
            "TopicArn": topic,
            "Protocol": "sqs",
            "Endpoint": queue_arn,
            "FilterPolicy": json.dumps({"state": ["FAILED"]}),
            "FilterPolicyScope": "MessageBody",
            "RawMessageDelivery": "true",
        }
    )
    for state in ("FAILED", "SUCCEEDED"):
        aws.client("sns").publish(TopicArn=topic, Message=json.dumps({"state": state}))
    sqs = aws.client("sqs")
    queue = sqs.get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in messages] == ['{"state": "FAILED"}']


def test_subscription_that_is_refused(resource: New, queue_arn: str) -> None:
    topic = resource("AWS::SNS::Topic").create({}).physical_id
    for protocol in ("lambda", "firehose", "application", "sms", "nope"):
        with pytest.raises(ResourceFailed, match=f"protocol {protocol}"):
            resource("AWS::SNS::Subscription").create({"TopicArn": topic, "Protocol": protocol})
    gone = {"TopicArn": f"{topic}x", "Protocol": "sqs", "Endpoint": queue_arn}
    with pytest.raises(ClientError, match="Topic does not exist"):
        resource("AWS::SNS::Subscription").create(gone)
    broken = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue_arn, "FilterPolicy": "{"}
    with pytest.raises(ResourceFailed, match="not a valid JSON object"):
        resource("AWS::SNS::Subscription").create(broken)


def publishes(*topics: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": list(topics),
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_topic_policy(resource: New, aws: LocalServer) -> None:
    one, two = (resource("AWS::SNS::Topic").create({}).physical_id for _ in range(2))
    policy = resource("AWS::SNS::TopicPolicy")
    given = {"Topics": [one, two], "PolicyDocument": publishes(one, two)}
    made = policy.create(given)
    assert made.physical_id == policy.work.name
    assert policy.read() == given
    assert policy.identify() == made
    smaller = {"Topics": [two], "PolicyDocument": publishes(two)}
    policy.update(smaller)
    assert policy.read() == smaller
    attributes = aws.client("sns").get_topic_attributes(TopicArn=one)["Attributes"]
    assert json.loads(attributes["Policy"])["Id"] == "__default_policy_ID"
    aws.client("sns").delete_topic(TopicArn=two)
    assert policy.read() is None
    policy.delete()
    with pytest.raises(ResourceFailed, match="valid JSON"):
        resource("AWS::SNS::TopicPolicy").create({"Topics": [one], "PolicyDocument": "{"})
    with pytest.raises(ResourceFailed, match="At least one of Topics"):
        resource("AWS::SNS::TopicPolicy").create({"Topics": [], "PolicyDocument": {}})


def test_topic_inline_policy(resource: New) -> None:
    topic = resource("AWS::SNS::Topic").create({}).physical_id
    policy = resource("AWS::SNS::TopicInlinePolicy")
    given = {"TopicArn": topic, "PolicyDocument": publishes(topic)}
    made = policy.create(given)
    assert made.physical_id == topic
    assert policy.read() == given
    assert policy.identify() == made
    policy.delete()
    policy.delete()
    assert policy.read() is None


def test_topic_that_says_it_is_no_fifo(resource: New) -> None:
    topic = resource("AWS::SNS::Topic")
    given = {"FifoTopic": False, "ContentBasedDeduplication": False}
    topic.create(given)
    assert topic.read().items() >= given.items()


@pytest.mark.parametrize("odd", ["a\x00b", "a\x1bb", "\ud800", "a\uffff"])
def test_character_that_no_answer_could_tell(resource: New, odd: str) -> None:
    topic = resource("AWS::SNS::Topic")
    with pytest.raises(ResourceFailed, match="is not allowed in a value"):
        topic.create({"DisplayName": odd})
    assert topic.identify() is None


def test_odd_characters_of_a_catalog_are_kept(resource: New) -> None:
    """Hive's delimiters: an answer in JSON tells them."""
    database = resource("AWS::Glue::Database")
    given = {"Name": f"d{uuid.uuid4().hex[:8]}", "Parameters": {"field.delim": "\x01"}}
    database.create({"CatalogId": "123456789012", "DatabaseInput": given})
    assert database.read()["DatabaseInput"]["Parameters"] == {"field.delim": "\x01"}
