"""EventBridge's types: rules of events, and buses.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html. Nothing
here keeps a rule's schedule, so ScheduleExpression is not taken.
"""

import json
from dataclasses import replace
from typing import Any

from local_aws.services.cloudformation.resources import tags
from local_aws.services.cloudformation.resources.calls import call, find
from local_aws.services.cloudformation.resources.handler import (
    Handler,
    Made,
    Properties,
    ResourceFailed,
    Work,
)
from local_aws.services.cloudformation.resources.named import Named, changed

ABSENT = ("ResourceNotFoundException",)
DEFAULT_BUS = "default"
STATES = ("ENABLED", "DISABLED")
TARGETS = ("sqs", "sns", "events")
"""The services that events are told to here, by the ARN's word."""

TARGET_MEMBERS = frozenset({"Id", "Arn", "RoleArn", "InputTransformer", "SqsParameters"})
OTHER_MEMBERS = (
    *("AppSyncParameters", "BatchParameters", "DeadLetterConfig", "EcsParameters"),
    *("HttpParameters", "Input", "InputPath", "KinesisParameters", "RedshiftDataParameters"),
    *("RetryPolicy", "RunCommandParameters", "SageMakerPipelineParameters"),
)


class Rule(Named):
    """A rule of another bus than the default one is known as ``bus|name``, as AWS's ``Ref`` is."""

    named_by = "Name"
    longest = 64
    takes = frozenset(
        {"Name", "Description", "EventBusName", "EventPattern", "State", "Tags", "Targets"}
    )
    refuses = frozenset(f"Targets.{member}" for member in OTHER_MEMBERS)
    replaced_by = frozenset({"EventBusName"})

    def create(self, work: Work) -> Made:
        """PutRule makes it whole: there is nothing bare before."""
        work = replace(work, before={}, physical_id="")
        self.found(work)
        return self._put(work, self.name(work), _bus(work.properties))

    def update(self, work: Work) -> Made:
        return self._put(work, *_parts(work.physical_id))

    def _put(self, work: Work, name: str, bus: str) -> Made:
        events, given = work.client("events"), work.properties
        if given.get("State", "ENABLED") not in STATES:
            raise ResourceFailed(f"The State {given['State']} of a rule is not supported here")
        _check_targets(given)
        arn = call(
            events,
            "put_rule",
            Name=name,
            EventBusName=bus,
            EventPattern=given.get("EventPattern"),
            Description=given.get("Description"),
            State=given.get("State"),
        )["RuleArn"]
        self._bring_targets(work, name, bus)
        _bring_tags(events, arn, work)
        return _made(name, bus, arn)

    @staticmethod
    def _bring_targets(work: Work, name: str, bus: str) -> None:
        events, wanted = work.client("events"), work.properties.get("Targets") or []
        if wanted and changed(work, "Targets"):
            answer = call(events, "put_targets", Rule=name, EventBusName=bus, Targets=wanted)
            for failed in answer["FailedEntries"]:
                raise ResourceFailed(f"{failed['TargetId']}: {failed.get('ErrorMessage')}")
        kept = {target["Id"] for target in wanted}
        before = work.before.get("Targets") or []
        gone = [target["Id"] for target in before if target["Id"] not in kept]
        if gone:
            call(events, "remove_targets", Rule=name, EventBusName=bus, Ids=gone)

    def delete(self, work: Work) -> None:
        """Targets that the template did not give keep the rule from being deleted."""
        events, (name, bus) = work.client("events"), _parts(work.physical_id)
        given = [target["Id"] for target in work.before.get("Targets") or []]
        if given:
            find(events, "remove_targets", ABSENT, Rule=name, EventBusName=bus, Ids=given)
        find(events, "delete_rule", ABSENT, Name=name, EventBusName=bus)

    def read(self, work: Work) -> Properties | None:
        events, (name, bus) = work.client("events"), _parts(work.physical_id)
        found = find(events, "describe_rule", ABSENT, Name=name, EventBusName=bus)
        if found is None:
            return None
        targets = call(events, "list_targets_by_rule", Rule=name, EventBusName=bus)["Targets"]
        lists = {
            "Description": found.get("Description"),
            "EventPattern": _pattern(found.get("EventPattern")),
            "Tags": tags.own(work, _tags(events, found["Arn"])),
            "Targets": targets,
        }
        kept = {key: value for key, value in lists.items() if value}
        return {"Name": name, "EventBusName": bus, "State": found["State"], **kept}

    def identify(self, work: Work) -> Made | None:
        name, bus = self.name(work), _bus(work.properties)
        if work.physical_id:
            name, bus = _parts(work.physical_id)
        events = work.client("events")
        found = find(events, "describe_rule", ABSENT, Name=name, EventBusName=bus)
        return _made(name, bus, found["Arn"]) if found else None


def _bus(properties: Properties) -> str:
    """A bus is named or given by its ARN."""
    return str(properties.get("EventBusName") or DEFAULT_BUS).rpartition("/")[2]


def _parts(physical_id: str) -> tuple[str, str]:
    bus, _, name = physical_id.rpartition("|")
    return name, bus or DEFAULT_BUS


def _made(name: str, bus: str, arn: str) -> Made:
    known = name if bus == DEFAULT_BUS else f"{bus}|{name}"
    return Made(known, {"Arn": arn, "RuleName": name})


def _check_targets(properties: Properties) -> None:
    for target in properties.get("Targets") or []:
        other = sorted(set(target) - TARGET_MEMBERS)
        service = str(target.get("Arn", "")).split(":")[2:3]
        if other:
            raise ResourceFailed(f"{other[0]} of a target is not supported here")
        if service and service[0] not in TARGETS:
            raise ResourceFailed(f"A target of {service[0]} is not supported here")


def _pattern(text: str | None) -> Any:
    return json.loads(text) if text else None


def _bring_tags(events: Any, arn: str, work: Work) -> None:
    tags.bring(events, {"ResourceARN": arn}, _tags(events, arn), tags.wanted(work))


def _tags(events: Any, arn: str) -> dict[str, str]:
    return tags.by_key(call(events, "list_tags_for_resource", ResourceARN=arn)["Tags"])


class EventBus(Named):
    """A bus's description is what it was made with: EventBridge here changes none."""

    named_by = "Name"
    longest = 256
    made_with = frozenset({"Description"})
    takes = frozenset({"Name", "Description", "Tags"})

    def make(self, work: Work) -> None:
        description = work.properties.get("Description")
        name = self.name(work)
        call(work.client("events"), "create_event_bus", Name=name, Description=description)

    def update(self, work: Work) -> Made:
        if changed(work, "Description") and not work.retried:
            raise ResourceFailed("Changing the Description of an event bus is not supported here")
        events, name = work.client("events"), work.physical_id
        found = call(events, "describe_event_bus", Name=name)
        _bring_tags(events, found["Arn"], work)
        return _made_bus(found)

    def delete(self, work: Work) -> None:
        find(work.client("events"), "delete_event_bus", ABSENT, Name=work.physical_id)

    def read(self, work: Work) -> Properties | None:
        events = work.client("events")
        found = find(events, "describe_event_bus", ABSENT, Name=work.physical_id)
        if found is None:
            return None
        own = tags.own(work, _tags(events, found["Arn"]))
        lists = {"Description": found.get("Description"), "Tags": own}
        return {"Name": found["Name"]} | {name: value for name, value in lists.items() if value}

    def identify(self, work: Work) -> Made | None:
        name = self.name(work)
        found = find(work.client("events"), "describe_event_bus", ABSENT, Name=name)
        return _made_bus(found) if found else None


def _made_bus(found: dict[str, Any]) -> Made:
    return Made(found["Name"], {"Arn": found["Arn"], "Name": found["Name"]})


HANDLERS: dict[str, Handler] = {
    "AWS::Events::Rule": Rule(),
    "AWS::Events::EventBus": EventBus(),
}
