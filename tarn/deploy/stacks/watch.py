"""A stack while CloudFormation is at it: its events as they come, and the reason of a failure."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws
from tarn.errors import Terminal, code_of

GONE = "DELETE_COMPLETE"
REVIEWED = "REVIEW_IN_PROGRESS"  # it has a change set that was never executed, and nothing else
GOOD = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
# What CloudFormation says of what it did not get to, once something else had failed.
CANCELLED = re.compile("cancelled", re.IGNORECASE)
SOON = 0.05  # seconds until the first look; each wait is half as long again as the one before
LONG = 5.0  # seconds after which it is worth a line that a resource has begun
STACK = "AWS::CloudFormation::Stack"


class StackFailed(Terminal):
    """CloudFormation could not do it: what failed first, and what it said of it."""


def describe(name: str, aws: Aws) -> dict[str, Any] | None:
    """The stack by its name or id, None where there is none (or is no more)."""
    try:
        (found,) = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        # CloudFormation has no code of its own for it: "Stack with id x does not exist".
        if code_of(error) == "ValidationError" and "does not exist" in str(error):
            return None
        raise
    return None if found["StackStatus"] == GONE else dict(found)


def owner(physical_id: str, aws: Aws) -> str:
    """The stack that a resource belongs to, "" where it is none's."""
    try:
        found = aws.client("cloudformation").describe_stack_resources(
            PhysicalResourceId=physical_id
        )
    except ClientError as error:
        if code_of(error) == "ValidationError" and "does not exist" in str(error):
            return ""
        raise
    return next((str(each["StackName"]) for each in found["StackResources"]), "")


def is_new(name: str, aws: Aws) -> bool:
    """Whether nothing of the stack was ever made."""
    found = describe(name, aws)
    return found is None or found["StackStatus"] == REVIEWED


def is_busy(status: str) -> bool:
    return status.endswith("_IN_PROGRESS") and status != REVIEWED


def pauses(aws: Aws) -> Iterator[Callable[[], None]]:
    """Waits between two looks, one after the other: short at first, the setting's at last."""
    seconds = SOON
    while True:
        yield partial(time.sleep, min(seconds, aws.settings.poll_seconds))
        seconds *= 1.5


class Watch:
    """The events of a stack from now on. Made before the work is asked for."""

    def __init__(self, stack_id: str, aws: Aws) -> None:
        self._stack_id, self._aws = stack_id, aws
        self._seen: set[str] = set()
        self._failed: dict[str, Any] | None = None
        self._begun: dict[str, tuple[float, dict[str, Any]]] = {}
        self._take()

    def until_settled(self) -> Iterator[str]:
        """`lines`; raises StackFailed."""
        yield from self.lines()
        if self._failed is not None or self._status() not in GOOD | {GONE}:
            raise StackFailed(self.why())

    def lines(self) -> Iterator[str]:
        """A line for each resource that has moved on, until CloudFormation is done."""
        for pause in pauses(self._aws):
            settled = not is_busy(self._status())
            yield from self._new_lines()
            if settled:
                return
            pause()

    def _status(self) -> str:
        found = describe(self._stack_id, self._aws)
        return GONE if found is None else str(found["StackStatus"])

    def _new_lines(self) -> Iterator[str]:
        """What is done of each resource; of those that take longer, that they have begun."""
        now = time.monotonic()
        for event in self._take():
            name = event["LogicalResourceId"]
            if self._failed is None and _is_failure(event):
                self._failed = event
            if event["ResourceType"] == STACK:
                continue
            if is_busy(event["ResourceStatus"]):
                self._begun[name] = (now, event)
            else:
                self._begun.pop(name, None)
                yield _line(event)
        for name, (since, event) in list(self._begun.items()):
            if now - since > LONG:
                del self._begun[name]
                yield _line(event)

    def _take(self) -> list[dict[str, Any]]:
        """The events that were not there at the last look, oldest first."""
        pages = self._aws.client("cloudformation").get_paginator("describe_stack_events")
        new: list[dict[str, Any]] = []
        try:
            for page in pages.paginate(StackName=self._stack_id):
                fresh = [e for e in page["StackEvents"] if e["EventId"] not in self._seen]
                new += fresh
                if len(fresh) < len(page["StackEvents"]):
                    break
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
        self._seen.update(event["EventId"] for event in new)
        return new[::-1]

    def why(self) -> str:
        """What failed first, and what CloudFormation said of it."""
        status = self._status()
        if self._failed is None:
            return f"CloudFormation left the stack {status}, and no event says why."
        event = self._failed
        reason = event.get("ResourceStatusReason") or "no reason given"
        return (
            f"{event['LogicalResourceId']} ({event['ResourceType']}): {reason} "
            f"The stack is {status}."
        )


def _is_failure(event: dict[str, Any]) -> bool:
    reason = event.get("ResourceStatusReason", "")
    return event["ResourceStatus"].endswith("_FAILED") and not CANCELLED.search(reason)


def _line(event: dict[str, Any]) -> str:
    status = event["ResourceStatus"].replace("_", " ").lower()
    name = event.get("PhysicalResourceId") or event["LogicalResourceId"]
    reason = event.get("ResourceStatusReason", "")
    said = f": {reason}" if status.endswith("failed") and reason else ""
    return f"  {event['ResourceType']} {name} {status}{said}"
