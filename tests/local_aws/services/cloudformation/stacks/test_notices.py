"""What topics are told."""

import json
from collections.abc import Callable
from typing import Any

from tests.conftest import LocalServer
from tests.local_aws.conftest import allow
from tests.local_aws.services.cloudformation.stacks.support import (
    create,
    story,
    template,
    wait_for,
    workgroup,
)


def test_a_topic_is_told_of_every_event_in_order(
    server: LocalServer, cf: Any, name: str, user: Callable[..., Any]
) -> None:
    sns, sqs = server.client("sns"), server.client("sqs")
    topic = sns.create_topic(Name=name)["TopicArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    create(cf, name, template(Group=workgroup(name)), NotificationARNs=[topic])
    expected = story(cf, name)
    told: list[str] = []

    def receive() -> bool:
        for one in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            notice = json.loads(one["Body"])
            assert notice["Subject"] == "AWS CloudFormation Notification"
            lines = dict(line.split("=", 1) for line in notice["Message"].splitlines())
            facts = {key: value.strip("'") for key, value in lines.items()}
            assert facts["StackName"] == name
            told.append(f"{facts['LogicalResourceId']} {facts['ResourceStatus']}")
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
        return len(told) >= len(expected)

    wait_for(receive)
    assert sorted(told) == sorted(expected)
    poor = user(allow("cloudformation:*"), allow("athena:*")).client("cloudformation")
    assert create(
        poor, f"{name}p", template(G=workgroup(f"{name}p")), NotificationARNs=[topic]
    ) == ("CREATE_COMPLETE")
    assert "Messages" not in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)
