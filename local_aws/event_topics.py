"""SNS topics as targets of moto's rules, which know none.

A topic gets the event, or what the target's InputTransformer makes of it, as its message.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

import copy
import json
from datetime import UTC, datetime
from typing import Any


def teach() -> None:
    """Once for the process, after moto was imported."""
    from moto.events.models import Rule

    if Rule.send_to_targets.__module__ != __name__:
        Rule.send_to_targets = _sender(Rule.send_to_targets)


def _sender(to_others: Any) -> Any:
    def send_to_targets(rule: Any, original_event: Any, transform_input: bool = True) -> None:
        if rule.event_pattern.matches_event(original_event):
            for target in filter(_is_topic, rule.targets):
                _publish(rule, target, original_event, transform_input)
        others = copy.copy(rule)
        others.targets = [target for target in rule.targets if not _is_topic(target)]
        to_others(others, original_event, transform_input)

    return send_to_targets


def _is_topic(target: dict[str, Any]) -> bool:
    return str(target["Arn"]).split(":")[2:3] == ["sns"]


def _publish(rule: Any, target: dict[str, Any], event: Any, transform_input: bool) -> None:
    """A topic that is gone loses the message, as on AWS."""
    from moto.sns import sns_backends

    topics = sns_backends[rule.account_id][rule.region_name]
    if target["Arn"] in topics.topics:
        told = _transformed(target, event) if transform_input else _dated(event)
        topics.publish(json.dumps(told), arn=target["Arn"])


def _transformed(target: dict[str, Any], event: Any) -> Any:
    from moto.events.utils import EventTemplateParser

    given = target.get("InputTransformer")
    if given is None:
        return _dated(event)
    return EventTemplateParser.parse(
        input_template=given.get("InputTemplate"),
        input_paths_map=given.get("InputPathsMap", {}),
        event={**_dated(event), "ingestion-time": event.get("ingestion-time", event["time"])},
    )


def _dated(event: dict[str, Any]) -> dict[str, Any]:
    """The event as it is told: its time in words, nothing of moto's own."""
    told = {name: value for name, value in event.items() if name != "ingestion-time"}
    if isinstance(told.get("time"), int | float):
        told["time"] = f"{datetime.fromtimestamp(told['time'], UTC):%Y-%m-%dT%H:%M:%SZ}"
    return told
