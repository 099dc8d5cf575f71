"""AWS::SNS::Topic.

What SNS here would take and forget (tracing, archives, delivery logs, signature versions) is no
property that is taken.
"""

from typing import Any

from local_aws.services.cloudformation.resources import tags
from local_aws.services.cloudformation.resources.calls import call, find, pages, text, truth
from local_aws.services.cloudformation.resources.fifo import Fifo
from local_aws.services.cloudformation.resources.handler import (
    Made,
    Properties,
    Work,
)
from local_aws.services.cloudformation.resources.named import changed
from local_aws.services.cloudformation.resources.sns import protocols

ABSENT = ("NotFound", "NotFoundException")
TOPIC_DEFAULTS = {"DisplayName": "", "KmsMasterKeyId": "", "ContentBasedDeduplication": "false"}
"""Attributes by their properties, which have the same names."""


class Topic(Fifo):
    """A topic is the name in its ARN, which is its physical id."""

    named_by = "TopicName"
    fifo_by = "FifoTopic"
    longest = 256
    made_with = frozenset({"FifoTopic", *TOPIC_DEFAULTS})
    takes = frozenset({"TopicName", "Subscription", "Tags", *made_with})

    def make(self, work: Work) -> None:
        attributes = {
            name: text(v) for name, v in work.properties.items() if name in self.made_with
        }
        call(work.client("sns"), "create_topic", Name=self.name(work), Attributes=attributes)

    def update(self, work: Work) -> Made:
        sns, arn = work.client("sns"), work.physical_id
        for name, default in TOPIC_DEFAULTS.items():
            if changed(work, name):
                value = text(work.properties.get(name, default))
                call(
                    sns,
                    "set_topic_attributes",
                    TopicArn=arn,
                    AttributeName=name,
                    AttributeValue=value,
                )
        tags.bring(sns, {"ResourceArn": arn}, _tags(sns, arn), tags.wanted(work))
        self._subscribe(sns, work)
        return _made(arn)

    def _subscribe(self, sns: Any, work: Work) -> None:
        """Subscriptions of the topic's own list; others that somebody made are left alone."""
        wanted, before = _subscribers(work.properties), _subscribers(work.before)
        now = _subscriptions(sns, work.physical_id)
        for protocol, endpoint in wanted:
            protocols.check(protocol)
            call(
                sns,
                "subscribe",
                TopicArn=work.physical_id,
                Protocol=protocol,
                Endpoint=endpoint,
            )
        for one in before:
            if one not in wanted and one in now:
                call(sns, "unsubscribe", SubscriptionArn=now[one])

    def delete(self, work: Work) -> None:
        find(work.client("sns"), "delete_topic", ABSENT, TopicArn=work.physical_id)

    def read(self, work: Work) -> Properties | None:
        sns, arn = work.client("sns"), work.physical_id
        answer = find(sns, "get_topic_attributes", ABSENT, TopicArn=arn)
        if answer is None:
            return None
        attributes = answer["Attributes"]
        found = {name: attributes[name] for name in TOPIC_DEFAULTS if attributes.get(name)}
        for name in ("FifoTopic", "ContentBasedDeduplication"):
            if name in attributes:
                found[name] = truth(attributes[name])
        subscribed = [
            {"Protocol": protocol, "Endpoint": endpoint}
            for protocol, endpoint in _subscriptions(sns, arn)
        ]
        lists = {"Tags": tags.own(work, _tags(sns, arn)), "Subscription": subscribed}
        named = {"TopicName": arn.rpartition(":")[2]}
        return {**named, **self.denied(work), **found} | {
            name: value for name, value in lists.items() if value
        }

    def identify(self, work: Work) -> Made | None:
        arn = work.physical_id or (f"arn:aws:sns:{work.region}:{work.account_id}:{self.name(work)}")
        found = find(work.client("sns"), "get_topic_attributes", ABSENT, TopicArn=arn)
        return _made(arn) if found is not None else None


def _made(arn: str) -> Made:
    return Made(arn, {"TopicArn": arn, "TopicName": arn.rpartition(":")[2]})


def _tags(sns: Any, arn: str) -> dict[str, str]:
    return tags.by_key(call(sns, "list_tags_for_resource", ResourceArn=arn)["Tags"])


def _subscribers(properties: Properties) -> list[tuple[str, str]]:
    listed = properties.get("Subscription") or []
    return [(one["Protocol"], str(one["Endpoint"])) for one in listed]


def _subscriptions(sns: Any, topic: str) -> dict[tuple[str, str], str]:
    """The ARNs of a topic's subscriptions by protocol and endpoint."""
    found = pages(sns, "list_subscriptions_by_topic", "Subscriptions", TopicArn=topic)
    return {(one["Protocol"], one["Endpoint"]): one["SubscriptionArn"] for one in found}
