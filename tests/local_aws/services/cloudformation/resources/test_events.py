"""AWS::Events::*."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.handler import ResourceFailed
from tests.conftest import LocalServer

New = Callable[..., Any]
ARN = "arn:aws:events:us-east-1:123456789012:"


def name() -> str:
    return f"rule-{uuid.uuid4().hex}"


@pytest.fixture
def topic(resource: New) -> str:
    return str(resource("AWS::SNS::Topic").create({}).physical_id)


def full(topic: str) -> dict[str, Any]:
    return {
        "Name": name(),
        "Description": "Failures",
        "EventBusName": "default",
        "EventPattern": {"source": ["my.jobs"], "detail": {"state": ["FAILED"]}},
        "State": "DISABLED",
        "Tags": [{"Key": "team", "Value": "lake"}],
        "Targets": [{"Id": "alerts", "Arn": topic}],
    }


def test_rule_is_made_whole_and_read_as_written(resource: New, topic: str) -> None:
    rule, given = resource("AWS::Events::Rule"), full(topic)
    made = rule.create(given)
    assert made.physical_id == given["Name"]
    assert made.attributes == {
        "Arn": f"{ARN}rule/{given['Name']}",
        "RuleName": given["Name"],
    }
    assert rule.read() == given
    assert rule.identify() == made


def test_rule_loses_what_its_template_loses(resource: New, topic: str) -> None:
    rule, given = resource("AWS::Events::Rule"), full(topic)
    rule.create(given)
    kept = {key: given[key] for key in ("Name", "EventBusName", "EventPattern")}
    rule.update(kept)
    assert rule.read() == {**kept, "State": "ENABLED"}


def test_rule_is_deleted_with_its_own_targets_only(
    resource: New, topic: str, aws: LocalServer
) -> None:
    rule, given = resource("AWS::Events::Rule"), full(topic)
    rule.create(given)
    events = aws.client("events")
    events.put_targets(Rule=given["Name"], Targets=[{"Id": "other", "Arn": topic}])
    with pytest.raises(ClientError, match="has targets"):
        rule.delete()
    events.remove_targets(Rule=given["Name"], Ids=["other"])
    rule.delete()
    rule.delete()
    assert rule.read() is None
    assert rule.identify() is None


def test_rule_tells_its_topic(resource: New, topic: str, aws: LocalServer) -> None:
    sqs = aws.client("sqs")
    queue = sqs.create_queue(QueueName=name())["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{queue.rpartition('/')[2]}"
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    rule, source = resource("AWS::Events::Rule"), name()
    transformer = {"InputPathsMap": {"job": "$.detail.job"}, "InputTemplate": '"<job> failed"'}
    rule.create(
        {
            "EventPattern": {"source": [source]},
            "Targets": [
                {"Id": "whole", "Arn": topic},
                {"Id": "short", "Arn": topic, "InputTransformer": transformer},
                {"Id": "queue", "Arn": arn},
            ],
        }
    )
    detail = json.dumps({"job": "convert"})
    entry = {"Source": source, "DetailType": "Job", "Detail": detail}
    aws.client("events").put_events(Entries=[entry, {**entry, "Source": "another"}])
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    bodies = [json.loads(message["Body"]) for message in received]
    messages = [json.loads(body["Message"]) for body in bodies if "Message" in body]
    whole = next(message for message in messages if isinstance(message, dict))
    assert sorted(whole) == sorted(
        [
            "account",
            "detail",
            "detail-type",
            "id",
            "region",
            "resources",
            "source",
            "time",
            "version",
        ]
    )
    assert whole["detail"] == {"job": "convert"}
    assert "convert failed" in messages
    assert len(bodies) == 3


def test_rule_of_a_bus(resource: New) -> None:
    bus_name = name()
    bus = resource("AWS::Events::EventBus")
    given = {
        "Name": bus_name,
        "Description": "Of the lake",
        "Tags": [{"Key": "team", "Value": "lake"}],
    }
    made = bus.create(given)
    assert made.physical_id == bus_name
    assert made.attributes == {"Arn": f"{ARN}event-bus/{bus_name}", "Name": bus_name}
    assert bus.read() == given
    assert bus.identify() == made
    rule = resource("AWS::Events::Rule")
    made = rule.create({"EventBusName": made.attributes["Arn"], "EventPattern": {"source": ["x"]}})
    assert made.physical_id.startswith(f"{bus_name}|teststack-Thing")
    assert rule.read()["EventBusName"] == bus_name
    assert rule.identify() == made
    rule.delete()
    with pytest.raises(ResourceFailed, match="Description"):
        bus.update({"Name": bus_name})
    bus.delete()
    bus.delete()
    assert bus.read() is None
    assert rule.read() is None


def test_what_a_rule_does_not_do_here(resource: New, topic: str) -> None:
    rule = resource("AWS::Events::Rule")
    assert "ScheduleExpression" not in rule.handler.takes
    pattern = {"EventPattern": {"source": ["x"]}}
    function = "arn:aws:lambda:us-east-1:123456789012:function:f"
    for refused in (
        {"Targets": [{"Id": "1", "Arn": function}]},
        {"Targets": [{"Id": "1", "Arn": topic, "InputPath": "$.detail"}]},
        {"State": "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"},
    ):
        with pytest.raises(ResourceFailed, match="not supported here"):
            rule.create({**pattern, **refused})
    assert rule.identify() is None


@pytest.mark.parametrize("named", ["a b", "x" * 65, "ü", "../x"])
def test_rule_name_that_eventbridge_does_not_take(resource: New, named: str) -> None:
    rule = resource("AWS::Events::Rule")
    with pytest.raises((ClientError, ResourceFailed)):
        rule.create({"Name": named, "EventPattern": {"source": ["x"]}})


def test_pattern_that_is_none(resource: New) -> None:
    with pytest.raises(ClientError):
        resource("AWS::Events::Rule").create({"EventPattern": "nope"})
    with pytest.raises(ClientError):
        resource("AWS::Events::Rule").create({})
