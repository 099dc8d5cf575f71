"""One operation under way: its stack, its rights, and how a resource's service is asked."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from local_aws.context import Platform
from local_aws.services.cloudformation.resources.handler import (
    Handler,
    Properties,
    ResourceFailed,
    Work,
)
from local_aws.services.cloudformation.stacks.events import History
from local_aws.services.cloudformation.stacks.exports import Exports
from local_aws.services.cloudformation.stacks.model import Store
from local_aws.services.cloudformation.stacks.records import Operation, Resource, Stack

if TYPE_CHECKING:
    from local_aws.services.cloudformation.stacks.engine import Engine

logger = logging.getLogger(__name__)
T = TypeVar("T")

RECONNECT_SECONDS = 30.0
PAUSE_SECONDS = 0.25


class Closing(BaseException):
    """The server stops. Nothing has failed: the operation goes on at the next start."""


class Cancelled(Exception):
    """Another resource failed, or somebody cancelled, before this one was begun."""


@dataclass
class Run:
    """What the phases of an operation work with."""

    platform: Platform
    store: Store
    history: History
    exports: Exports
    engine: "Engine"
    stack_id: str
    client: Callable[[str], Any]
    closing: threading.Event
    failing: threading.Event = field(default_factory=threading.Event)

    @property
    def stack(self) -> Stack:
        return self.store.stack(self.stack_id)

    @property
    def operation(self) -> Operation:
        found = self.store.operation(self.stack_id)
        if found is None:
            raise KeyError(self.stack_id)
        return found

    @property
    def late(self) -> bool:
        """Whether the time that the caller gave the stack is over."""
        deadline = self.operation.options.get("deadline")
        return deadline is not None and time.time() > deadline

    def stopped(self) -> bool:
        """Whether a resource need not be waited for any longer."""
        return (
            self.closing.is_set() or self.failing.is_set() or self.operation.cancelled or self.late
        )

    def check(self) -> None:
        """Before something is begun. Raises Closing or Cancelled."""
        if self.closing.is_set():
            raise Closing
        if self.stopped():
            raise Cancelled

    def ask(self, call: Callable[[], T]) -> T:
        """A handler's answer. A connection that ends is the server that stops, or is tried anew."""
        from botocore.exceptions import EndpointConnectionError, HTTPClientError

        deadline = time.monotonic() + RECONNECT_SECONDS
        while True:
            try:
                answer = call()
            except (EndpointConnectionError, HTTPClientError):
                if time.monotonic() > deadline:
                    raise
                if self.closing.wait(PAUSE_SECONDS):
                    raise Closing from None
            except Exception:
                if self.closing.is_set():
                    raise Closing from None
                raise
            else:
                return answer

    def handler(self, type_name: str) -> Handler:
        """Raises ResourceFailed where nothing here makes resources of that type."""
        found = self.engine.handler_of(type_name)
        if found is None:
            raise ResourceFailed(f"Resource type {type_name} is not supported by local_aws")
        return found

    def work(
        self,
        resource: Resource,
        properties: Mapping[str, Any],
        before: Properties | None = None,
        name: str = "",
        token: str = "",
        tags: Mapping[str, str] | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> Work:
        """What a handler is given for one resource."""
        return Work(
            client=self.client,
            stack_id=self.stack_id,
            stack_name=self.stack.name,
            logical_id=resource.logical_id,
            properties=properties,
            name=name,
            token=token,
            account_id=self.platform.account_id,
            region=self.platform.region,
            before=before or {},
            physical_id=resource.physical_id,
            tags=tags if tags is not None else resource.tags,
            stopped=stopped or self.closing.is_set,
        )
