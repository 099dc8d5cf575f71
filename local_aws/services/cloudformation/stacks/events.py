"""A stack's history: every status of the stack and of its resources, with the reason."""

import datetime as dt
import json
import time
from dataclasses import replace
from typing import Any

from local_aws.context import Platform
from local_aws.services.cloudformation.stacks import names
from local_aws.services.cloudformation.stacks.model import Store
from local_aws.services.cloudformation.stacks.notices import message, topics
from local_aws.services.cloudformation.stacks.records import STACK_TYPE, Event, Resource, Stack


class History:
    """Changes a status and writes the event that tells of it, both or neither."""

    def __init__(self, store: Store, platform: Platform) -> None:
        self.store, self.platform = store, platform

    def stack(self, stack_id: str, status: str, reason: str = "", **changes: Any) -> Stack:
        """The stack has a new status, and other values in some fields."""
        with self.store.transaction():
            stack = self.store.change_stack(stack_id, status=status, reason=reason, **changes)
            self._add(
                stack,
                Event(
                    id=names.unique(),
                    stack=stack.id,
                    at=time.time(),
                    logical_id=stack.name,
                    physical_id=stack.id,
                    type=STACK_TYPE,
                    status=status,
                    reason=reason,
                ),
            )
        return stack

    def resource(
        self, resource: Resource, *, keep: bool = True, shown: dict[str, Any] | None = None
    ) -> None:
        """The resource has the status that it says. `shown` are its properties without secrets.

        `keep` is False for what the stack has no more: its logical id may be another's by now.
        """
        with self.store.transaction():
            if keep:
                self.store.put_resource(resource)
            self._add(
                self.store.stack(resource.stack),
                Event(
                    id=_event_id(resource),
                    stack=resource.stack,
                    at=resource.updated,
                    logical_id=resource.logical_id,
                    physical_id=resource.physical_id,
                    type=resource.type,
                    status=resource.status,
                    reason=resource.reason,
                    properties=json.dumps(shown) if shown else "",
                ),
            )

    def _add(self, stack: Stack, event: Event) -> None:
        """With what is being done, and a notice for each topic that is told."""
        operation = self.store.operation(stack.id)
        if operation is not None:
            event = replace(event, token=operation.token, operation=operation.id)
        self.store.add_event(event)
        told = topics(stack, operation)
        holder = operation.holder if operation else ""
        for topic in told if holder else ():
            text = message(stack, event, self.platform.account_id, holder)
            self.store.add_notice(topic, text, holder)


def _event_id(resource: Resource) -> str:
    moment = dt.datetime.fromtimestamp(resource.updated, dt.UTC).isoformat(timespec="milliseconds")
    return f"{resource.logical_id}-{resource.status}-{moment.replace('+00:00', 'Z')}"
