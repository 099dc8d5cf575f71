"""The way out: resources are deleted, those that need others before the others."""

import time
from collections.abc import Iterable
from dataclasses import replace

from local_aws.services.cloudformation.stacks.failures import reason
from local_aws.services.cloudformation.stacks.records import Resource
from local_aws.services.cloudformation.stacks.run import Closing, Run
from local_aws.services.cloudformation.stacks.statuses import (
    DELETE_COMPLETE,
    DELETE_FAILED,
    DELETING,
    SKIPPED,
)
from local_aws.services.cloudformation.stacks.walk import reverse, walk


class Deleting:
    """Deletes resources of one stack. `creating`: what the same operation made goes, too."""

    def __init__(self, run: Run, *, creating: bool = False) -> None:
        self.run, self.store, self.creating = run, run.store, creating

    def all(self, resources: dict[str, Resource], retained: Iterable[str] = ()) -> list[str]:
        """Delete them; the logical ids of those that could not be."""
        kept = set(retained)
        needs = {name: set(one.needs) for name, one in resources.items()}
        failed = walk(
            reverse(needs),
            lambda name: self.delete(resources[name], retain=name in kept),
            stop_at_failure=False,
        )
        return sorted(failed)

    def delete(self, resource: Resource, *, retain: bool = False, keep: bool = True) -> None:
        """Raises what its service says. `keep` as in `History.resource`."""
        if self.run.closing.is_set():
            raise Closing
        policy = resource.deletion_policy
        excepted = self.creating and (
            policy == "RetainExceptOnCreate"
            or self.run.operation.options.get("retain_except_on_create")
        )
        retained = policy != "Delete" and not excepted
        if retain or (retained and resource.physical_id):
            self._tell(resource, SKIPPED, keep=keep)
            return
        if resource.physical_id:
            if resource.status != DELETING:
                self._tell(resource, DELETING, keep=keep)
            try:
                self.run.ask(lambda: self._ask(resource))
            except Exception as error:
                self._tell(resource, DELETE_FAILED, reason(error, "deletion"), keep=keep)
                raise
        self._tell(resource, DELETE_COMPLETE, keep=keep)

    def _ask(self, resource: Resource) -> None:
        work = self.run.work(resource, resource.properties, resource.properties)
        self.run.handler(resource.type).delete(work)

    def _tell(self, resource: Resource, status: str, why: str = "", *, keep: bool) -> None:
        told = replace(resource, status=status, reason=why, updated=time.time(), pending={})
        self.run.history.resource(told, keep=keep)


def sweep(run: Run, *, creating: bool = False) -> list[str]:
    """Delete what the stack has no more. What cannot be deleted is left, as AWS leaves it."""
    deleting, store = Deleting(run, creating=creating), run.store
    garbage = store.garbage(run.stack_id)
    needs = {str(number): _needs(number, garbage) for number in garbage}

    def one(number: str) -> None:
        resource = garbage[int(number)]
        now = store.any_resource(run.stack_id, resource.logical_id)
        keep = now is None or now.physical_id == resource.physical_id
        try:
            deleting.delete(resource, keep=keep)
        finally:
            if not run.closing.is_set():
                store.forget_garbage(int(number))

    failed = walk(reverse(needs), one, stop_at_failure=False)
    return sorted({garbage[int(number)].logical_id for number in failed})


def _needs(number: int, garbage: dict[int, Resource]) -> set[str]:
    own = garbage[number]
    return {
        str(other)
        for other, one in garbage.items()
        if other != number and one.logical_id in own.needs
    }
