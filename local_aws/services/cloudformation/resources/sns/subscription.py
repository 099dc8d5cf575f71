"""AWS::SNS::Subscription."""

import json
from dataclasses import replace
from typing import Any

from local_aws.services.cloudformation.resources.calls import call, find, pages, text, truth
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work
from local_aws.services.cloudformation.resources.named import changed
from local_aws.services.cloudformation.resources.policies import parsed
from local_aws.services.cloudformation.resources.sns import protocols
from local_aws.services.cloudformation.resources.sns.topic import ABSENT

SCOPE, FILTER, RAW = "FilterPolicyScope", "FilterPolicy", "RawMessageDelivery"


class Subscription(Handler):
    """What a message filter or a raw delivery makes of messages is done; the rest is refused.

    SNS answers the same subscription to whoever asks again for a topic, protocol and endpoint.
    """

    takes = frozenset({"TopicArn", "Protocol", "Endpoint", SCOPE, FILTER, RAW})

    def create(self, work: Work) -> Made:
        given = work.properties
        protocols.check(given["Protocol"])
        answer = call(
            work.client("sns"),
            "subscribe",
            TopicArn=given["TopicArn"],
            Protocol=given["Protocol"],
            Endpoint=given.get("Endpoint"),
            ReturnSubscriptionArn=True,
        )
        return self.update(replace(work, physical_id=answer["SubscriptionArn"], before={}))

    def update(self, work: Work) -> Made:
        given = work.properties
        if changed(work, SCOPE, FILTER):
            policy = json.dumps(parsed(given[FILTER])) if given.get(FILTER) else ""
            self._set(work, FILTER, "")  # which a policy is checked by the scope before it
            self._set(work, SCOPE, given.get(SCOPE, "MessageAttributes"))
            if policy:
                self._set(work, FILTER, policy)
        if changed(work, RAW):
            self._set(work, RAW, text(given.get(RAW, False)))
        return _made(work.physical_id)

    @staticmethod
    def _set(work: Work, name: str, value: str) -> None:
        call(
            work.client("sns"),
            "set_subscription_attributes",
            SubscriptionArn=work.physical_id,
            AttributeName=name,
            AttributeValue=value,
        )

    def delete(self, work: Work) -> None:
        find(work.client("sns"), "unsubscribe", ABSENT, SubscriptionArn=work.physical_id)

    def read(self, work: Work) -> Properties | None:
        answer = find(
            work.client("sns"),
            "get_subscription_attributes",
            ABSENT,
            SubscriptionArn=work.physical_id,
        )
        if answer is None:
            return None
        found = answer["Attributes"]
        kept: dict[str, Any] = {
            name: found[name]
            for name in ("TopicArn", "Protocol", "Endpoint", SCOPE)
            if name in found
        }
        kept[RAW] = truth(found[RAW])
        return kept | ({FILTER: json.loads(found[FILTER])} if found.get(FILTER) else {})

    def identify(self, work: Work) -> Made | None:
        if work.physical_id:
            return _made(work.physical_id) if self.read(work) else None
        given = work.properties
        sns, topic = work.client("sns"), given["TopicArn"]
        if find(sns, "get_topic_attributes", ABSENT, TopicArn=topic) is None:
            return None
        wanted = (given["Protocol"], given.get("Endpoint"))
        for one in pages(sns, "list_subscriptions_by_topic", "Subscriptions", TopicArn=topic):
            if (one["Protocol"], one["Endpoint"]) == wanted:
                return _made(one["SubscriptionArn"])
        return None


def _made(arn: str) -> Made:
    return Made(arn, {"Arn": arn})
