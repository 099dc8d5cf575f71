"""SQS's types. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SQS.html

SQS here would take a RedriveAllowPolicy and forget it: it is no property that is taken.
"""

import json
from typing import Any

from local_aws.services.cloudformation.resources import tags
from local_aws.services.cloudformation.resources.attached import Attached, Target
from local_aws.services.cloudformation.resources.calls import call, find, number, text, truth
from local_aws.services.cloudformation.resources.fifo import Fifo
from local_aws.services.cloudformation.resources.handler import Handler, Made, Properties, Work
from local_aws.services.cloudformation.resources.named import changed
from local_aws.services.cloudformation.resources.policies import parsed

ABSENT = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
TRUTHS = ("SqsManagedSseEnabled", "FifoQueue", "ContentBasedDeduplication")
FIFO_DEFAULTS = {
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
}
DEFAULTS = {
    "DelaySeconds": "0",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "VisibilityTimeout": "30",
    "RedrivePolicy": "",
    "SqsManagedSseEnabled": "true",
    "KmsMasterKeyId": "",
    "KmsDataKeyReusePeriodSeconds": "300",
    **FIFO_DEFAULTS,
}
"""What a new queue has, by the names that properties and attributes share.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""


class Queue(Fifo):
    named_by = "QueueName"
    fifo_by = "FifoQueue"
    longest = 80
    made_with = frozenset({"FifoQueue", *DEFAULTS})
    takes = frozenset({"QueueName", "Tags", *made_with})

    def make(self, work: Work) -> None:
        attributes = {
            name: text(v) for name, v in work.properties.items() if name in self.made_with
        }
        if not self.is_fifo(work):
            attributes.pop("FifoQueue", None)  # SQS takes no false
        call(work.client("sqs"), "create_queue", QueueName=self.name(work), Attributes=attributes)

    def update(self, work: Work) -> Made:
        sqs, url = work.client("sqs"), work.physical_id
        attributes = {
            name: text(work.properties.get(name, default))
            for name, default in DEFAULTS.items()
            if changed(work, name)
        }
        if "KmsMasterKeyId" in work.properties and "SqsManagedSseEnabled" not in work.properties:
            attributes.pop("SqsManagedSseEnabled", None)  # a queue has the one or the other
        if attributes:
            call(sqs, "set_queue_attributes", QueueUrl=url, Attributes=attributes)
        put, gone = tags.changes(_tags(sqs, url), tags.wanted(work))
        if put:
            call(sqs, "tag_queue", QueueUrl=url, Tags=put)
        if gone:
            call(sqs, "untag_queue", QueueUrl=url, TagKeys=gone)
        return _made(url, _attributes(sqs, url) or {})

    def delete(self, work: Work) -> None:
        find(work.client("sqs"), "delete_queue", ABSENT, QueueUrl=work.physical_id)

    def read(self, work: Work) -> Properties | None:
        sqs, url = work.client("sqs"), work.physical_id
        found = _attributes(sqs, url)
        if found is None:
            return None
        kept = {
            name: _told(name, found[name]) for name in ("FifoQueue", *DEFAULTS) if name in found
        }
        own = tags.own(work, _tags(sqs, url))
        return {"QueueName": _name(url), **self.denied(work), **kept} | (
            {"Tags": own} if own else {}
        )

    def identify(self, work: Work) -> Made | None:
        sqs, url = work.client("sqs"), work.physical_id
        if not url:
            answer = find(sqs, "get_queue_url", ABSENT, QueueName=self.name(work))
            url = answer["QueueUrl"] if answer else ""
        found = _attributes(sqs, url) if url else None
        return None if found is None else _made(url, found)


def _made(url: str, attributes: dict[str, str]) -> Made:
    arn = attributes.get("QueueArn", "")
    return Made(url, {"Arn": arn, "QueueName": _name(url), "QueueUrl": url})


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def _attributes(sqs: Any, url: str) -> dict[str, str] | None:
    found = find(sqs, "get_queue_attributes", ABSENT, QueueUrl=url, AttributeNames=["All"])
    return found["Attributes"] if found else None


def _tags(sqs: Any, url: str) -> dict[str, str]:
    return tags.by_key(call(sqs, "list_queue_tags", QueueUrl=url).get("Tags", {}))


def _told(name: str, value: str) -> Any:
    if name == "RedrivePolicy":
        return json.loads(value)
    return truth(value) if name in TRUTHS else number(value)


class QueuePolicy(Attached):
    takes = frozenset({"PolicyDocument", "Queues"})
    lists = ("Queues",)

    def attach(self, work: Work, target: Target) -> None:
        policy = {"Policy": json.dumps(parsed(work.properties["PolicyDocument"]))}
        call(work.client("sqs"), "set_queue_attributes", QueueUrl=target[1], Attributes=policy)

    def detach(self, work: Work, target: Target) -> None:
        find(
            work.client("sqs"),
            "set_queue_attributes",
            ABSENT,
            QueueUrl=target[1],
            Attributes={"Policy": ""},
        )

    def attached(self, work: Work, target: Target) -> Any:
        found = _attributes(work.client("sqs"), target[1]) or {}
        return json.loads(found["Policy"]) if found.get("Policy") else None


HANDLERS: dict[str, Handler] = {
    "AWS::SQS::Queue": Queue(),
    "AWS::SQS::QueuePolicy": QueuePolicy(),
}
