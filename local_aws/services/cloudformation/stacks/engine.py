"""Carries operations out: a thread for each stack that something is done to."""

import logging
import threading
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property

from local_aws.context import Platform
from local_aws.services.cloudformation import resources
from local_aws.services.cloudformation.resources.handler import Handler
from local_aws.services.cloudformation.stacks.credentials import Holders
from local_aws.services.cloudformation.stacks.events import History
from local_aws.services.cloudformation.stacks.exports import Exports
from local_aws.services.cloudformation.stacks.flow import Flow
from local_aws.services.cloudformation.stacks.model import Store
from local_aws.services.cloudformation.stacks.notices import Notices
from local_aws.services.cloudformation.stacks.own_types import own_types
from local_aws.services.cloudformation.stacks.run import Closing, Run

logger = logging.getLogger(__name__)

STOP_SECONDS = 10.0
OPERATIONS = 8
"""Stacks at work at once, beside those that are nested in them; others wait for their turn."""


class Engine:
    """All operations of the server."""

    def __init__(self, platform: Platform, store: Store) -> None:
        self.platform, self.store = platform, store
        self.history = History(store, platform)
        self.exports = Exports(store)
        self.closing = threading.Event()
        self.notices = Notices(store, lambda: self.holders, self.closing)
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(OPERATIONS)
        self._threads: dict[str, threading.Thread] = {}

    @cached_property
    def holders(self) -> Holders:
        return Holders(self.platform)

    @cached_property
    def own(self) -> dict[str, Handler]:
        from local_aws.services.cloudformation.stacks.nested import NestedStack

        return {
            name: NestedStack(self) if kind is NestedStack else kind()
            for name, kind in own_types().items()
        }

    def handler_of(self, type_name: str) -> Handler | None:
        """What makes resources of a type; None where nothing here does."""
        return self.own.get(type_name) or resources.handler_of(type_name)

    def recover(self) -> None:
        """What a kill interrupted goes on."""
        self.notices.wake()
        for operation in self.store.operations():
            self.carry_out(operation.stack)

    def carry_out(self, stack_id: str) -> None:
        """Begin, or go on with, what the store says is to be done to a stack."""
        with self._lock:
            if self.closing.is_set():
                return  # the next start finds it
            before = self._threads.get(stack_id)
            thread = threading.Thread(
                target=self._work, args=(stack_id, before), name="stack", daemon=True
            )
            self._threads[stack_id] = thread
            thread.start()

    def close(self) -> None:
        """Let the steps under way end; the operations go on at the next start."""
        self.closing.set()
        with self._lock:
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(STOP_SECONDS)

    def _work(self, stack_id: str, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()  # its last transaction let the next operation in
        self.notices.wake()
        flow: Flow | None = None
        try:
            with self._turn(stack_id):
                flow = Flow(self._run(stack_id))
                flow.go()
        except Closing:
            pass
        except Exception as error:
            if not self.closing.is_set() and flow is not None:
                flow.broken(error)
            logger.exception("stack %s", stack_id)
        finally:
            self.notices.wake()
            with self._lock:
                if self._threads.get(stack_id) is threading.current_thread():
                    del self._threads[stack_id]

    def _turn(self, stack_id: str) -> AbstractContextManager[object]:
        """A nested stack works in its parent's turn: else each could wait for the other."""
        stack = self.store.find(stack_id)
        return nullcontext() if stack and stack.parent else self._turns

    def _run(self, stack_id: str) -> Run:
        operation = self.store.operation(stack_id)
        return Run(
            platform=self.platform,
            store=self.store,
            history=self.history,
            exports=self.exports,
            engine=self,
            stack_id=stack_id,
            client=self.holders.clients(operation.holder) if operation else _nobody,
            closing=self.closing,
        )


def _nobody(service: str) -> None:
    raise RuntimeError(f"{service}: no operation is under way")
