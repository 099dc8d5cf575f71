"""AWS::SNS::TopicPolicy, and AWS::SNS::TopicInlinePolicy for one topic.

A topic always has a policy: without its template's it is the one of a new topic.
https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
"""

import json
from typing import Any

from local_aws.services.cloudformation.resources.attached import Attached, Target
from local_aws.services.cloudformation.resources.calls import call, find
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work
from local_aws.services.cloudformation.resources.policies import parsed
from local_aws.services.cloudformation.resources.sns.topic import ABSENT

ACTIONS = (
    *("GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission"),
    *("DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish"),
)


class TopicPolicy(Attached):
    takes = frozenset({"PolicyDocument", "Topics"})
    lists = ("Topics",)

    def attach(self, work: Work, target: Target) -> None:
        _put(work, target[1], parsed(work.properties["PolicyDocument"]))

    def detach(self, work: Work, target: Target) -> None:
        _take_off(work, target[1])

    def attached(self, work: Work, target: Target) -> Any:
        return _policy(work, target[1])


class TopicInlinePolicy(Handler):
    takes = frozenset({"PolicyDocument", "TopicArn"})

    def create(self, work: Work) -> Made:
        return self.update(work)

    def update(self, work: Work) -> Made:
        topic = str(work.properties["TopicArn"])
        _put(work, topic, parsed(work.properties["PolicyDocument"]))
        return Made(topic)

    def delete(self, work: Work) -> None:
        _take_off(work, work.physical_id)

    def read(self, work: Work) -> Properties | None:
        policy = _policy(work, work.physical_id)
        return {"TopicArn": work.physical_id, "PolicyDocument": policy} if policy else None

    def identify(self, work: Work) -> Made | None:
        topic = work.physical_id or str(work.properties["TopicArn"])
        return Made(topic) if _policy(work, topic) else None


def _policy(work: Work, topic: str) -> dict[str, Any] | None:
    """None for the policy that a topic has by itself, too."""
    answer = find(work.client("sns"), "get_topic_attributes", ABSENT, TopicArn=topic)
    policy = json.loads(answer["Attributes"]["Policy"]) if answer else None
    return None if policy == _default(work, topic) else policy


def _put(work: Work, topic: str, policy: dict[str, Any]) -> None:
    call(
        work.client("sns"),
        "set_topic_attributes",
        TopicArn=topic,
        AttributeName="Policy",
        AttributeValue=policy,
    )


def _take_off(work: Work, topic: str) -> None:
    if find(work.client("sns"), "get_topic_attributes", ABSENT, TopicArn=topic) is not None:
        _put(work, topic, _default(work, topic))


def _default(work: Work, topic: str) -> dict[str, Any]:
    """What a new topic has: its account may do everything."""
    statement = {
        "Effect": "Allow",
        "Sid": "__default_statement_ID",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in ACTIONS],
        "Resource": topic,
        "Condition": {"StringEquals": {"AWS:SourceOwner": work.account_id}},
    }
    return {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
