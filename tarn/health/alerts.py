"""Alerts: messages to one SNS topic, whose attributes subscribers filter by.

Attributes of a message: `dataset`, `partition`, `severity` (critical, warning, info), `kind`
(failed, warned, late, fresh), `step` and `gate` where there are some. A subscription's filter
policy names the values that it wants: {"severity": ["critical"], "dataset": ["flights"]}.
https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html

An alert is sent once: its token is claimed in the ops zone by a conditional write before it is
sent. Where a sender was killed in between, a retry after a minute sends it again: rather twice
than never.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tarn import moments
from tarn.aws import Aws
from tarn.errors import aws_errors

log = logging.getLogger(__name__)

SENT = "alerts/sent/"
CLAIM_SECONDS = 60
SUBJECT = 100  # characters that SNS takes, ASCII only


@dataclass(frozen=True)
class Alert:
    """What happened to a partition. `token` names the event: the same is sent once."""

    kind: Literal["failed", "warned", "late", "fresh"]
    severity: Literal["critical", "warning", "info"]
    dataset: str
    partition: str
    title: str
    text: str
    token: str
    step: str = ""
    gate: str = ""
    link: str = ""

    @property
    def key(self) -> str:
        gate = f"-{self.gate}" if self.gate else ""
        return f"{SENT}{self.dataset}/{self.kind}{gate}-{self.token}.json"

    @property
    def attributes(self) -> dict[str, dict[str, str]]:
        """SNS refuses an empty value, so that what is empty is left out."""
        names = ("dataset", "partition", "severity", "kind", "step", "gate")
        values = {name: str(getattr(self, name)) for name in names}
        return {k: {"DataType": "String", "StringValue": v} for k, v in values.items() if v}


def topic_arn(aws: Aws) -> str:
    settings = aws.settings
    return f"arn:aws:sns:{settings.region}:{aws.account_id}:{settings.topic_name}"


def tell(alert: Alert, aws: Aws | None = None) -> bool:
    """Send an alert; what keeps it from being sent is logged and stops nobody."""
    try:
        return send(alert, aws or Aws())
    except Exception:  # whatever it is, it must not fail the work that the alert is of
        log.exception("The alert %r was not sent.", alert.title)
        return False


@aws_errors("alert")
def send(alert: Alert, aws: Aws) -> bool:
    """Send an alert to the lake's topic, unless it was sent before; whether it was sent now."""
    if not _claim(alert, aws):
        return False
    try:
        answer = aws.client("sns").publish(
            TopicArn=topic_arn(aws),
            Subject=_subject(alert.title),
            Message=json.dumps(asdict(alert), sort_keys=True),
            MessageAttributes=alert.attributes,
        )
    except Exception:
        aws.s3.delete_object(Bucket=aws.settings.bucket("ops"), Key=alert.key)
        raise
    sent = {"sent_at": moments.now(), "message_id": answer["MessageId"]}
    aws.put_json("ops", alert.key, asdict(alert) | sent)
    return True


def _claim(alert: Alert, aws: Aws) -> bool:
    """Whether this sender is the one to send it."""
    claim = {"claimed_at": moments.now()}
    if aws.put_json_if("ops", alert.key, claim, IfNoneMatch="*"):
        return True
    return _is_given_up(aws.get_json("ops", alert.key))


def _is_given_up(claim: Any) -> bool:
    if not claim or "sent_at" in claim:
        return False
    return moments.age(claim["claimed_at"]) > CLAIM_SECONDS


def _subject(title: str) -> str:
    plain = " ".join(title.encode("ascii", "replace").decode().split())
    return plain if len(plain) <= SUBJECT else f"{plain[: SUBJECT - 3]}..."


# -- alerts of what a publish found, though it stopped nothing


def published(record: Mapping[str, Any]) -> Iterator[Alert]:
    """The alerts of a ledger record: expectations that warned, columns that are new."""
    dataset, partition = str(record["dataset"]), str(record["partition"])
    found = (
        ("validate", "expectations", record.get("warnings"), "expectations warned"),
        ("crawl", "drift", record.get("columns_added"), "columns are new"),
    )
    for step, gate, items, what in found:
        if items:
            title = f"{dataset} {partition}: {len(items)} {what}"
            lines = "\n".join(f"- {item}" for item in items)
            yield Alert(
                kind="warned",
                severity="warning",
                dataset=dataset,
                partition=partition,
                title=title,
                text=f"{title}. It is published all the same.\n{lines}",
                token=str(record["token"]),
                step=step,
                gate=gate,
            )
