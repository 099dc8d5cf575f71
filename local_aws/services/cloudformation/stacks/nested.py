"""AWS::CloudFormation::Stack: a stack as a resource of another one.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html
Here the nested stack has the rights that its parent's operation has; AWS asks the same caller for
cloudformation:CreateStack as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from local_aws.caller import ACCESS_KEY
from local_aws.services.cloudformation.resources.handler import (
    Handler,
    Made,
    Properties,
    ResourceFailed,
    Work,
)
from local_aws.services.cloudformation.stacks import statuses
from local_aws.services.cloudformation.stacks.flow import HELD, ROLLBACK
from local_aws.services.cloudformation.stacks.model import Store
from local_aws.services.cloudformation.stacks.records import Stack

if TYPE_CHECKING:
    from local_aws.services.cloudformation.stacks.calls.stacks import StackCalls
    from local_aws.services.cloudformation.stacks.engine import Engine


DEEPEST = 10
"""Stacks above a nested one. AWS names no limit; a template that nests itself would never end."""


class NestedStack(Handler):
    """Makes stacks by the engine itself."""

    takes: ClassVar[frozenset[str]] = frozenset({"TemplateURL", "Parameters", "Tags"})

    def __init__(self, engine: "Engine") -> None:
        self.engine = engine

    @property
    def store(self) -> Store:
        return self.engine.store

    def create(self, work: Work) -> Made:
        with self._calls(work) as calls:
            child = self.store.find(work.name)
            if child is None:
                self._refuse_abyss(work.stack_id)
                request = self._request(work, work.name) | {"DisableRollback": True}
                wanted = calls.revision(request)
                child = calls.create(request, wanted, self.store.stack(work.stack_id))
        return self._settled(work, child.id, "created", {statuses.CREATE_COMPLETE})

    def update(self, work: Work) -> Made:
        parent = self.store.operation(work.stack_id)
        if parent is not None and parent.phase == ROLLBACK:
            work.wait(lambda: not statuses.busy(self.store.stack(work.physical_id).status))
        self._wait(work, work.physical_id)
        with self._calls(work) as calls:
            child = self.store.stack(work.physical_id)
            request = self._request(work, child.name)
            wanted = calls.revision(request, child)
            if self._held(child.id) or not calls.changes(child, wanted):
                return _made(child)
            calls.update(child, wanted, request)
        return self._settled(work, child.id, "updated", {statuses.UPDATE_COMPLETE})

    def delete(self, work: Work) -> None:
        child = self.store.find(work.physical_id)
        if child is None or child.status == statuses.DELETE_COMPLETE:
            return
        self._wait(work, child.id)
        with self._calls(work) as calls:
            if self.store.stack(child.id).status != statuses.DELETE_COMPLETE:
                calls.delete(self.store.stack(child.id), {})
        self._settled(work, child.id, "deleted", {statuses.DELETE_COMPLETE})

    def read(self, work: Work) -> Properties | None:
        """What the child was made from is what it is; its own resources drift by themselves."""
        child = self.store.find(work.physical_id)
        gone = child is None or child.status == statuses.DELETE_COMPLETE
        return None if gone else work.before or work.properties

    def identify(self, work: Work) -> Made | None:
        child = self.store.find(work.physical_id or work.name)
        return _made(child) if child else None

    def _refuse_abyss(self, parent: str) -> None:
        for _ in range(DEEPEST):
            parent = self.store.stack(parent).parent
            if not parent:
                return
        raise ResourceFailed(f"Stacks nested in more than {DEEPEST} others are not supported here")

    @contextmanager
    def _calls(self, work: Work) -> Iterator["StackCalls"]:
        """The operations, asked with the rights of the parent's operation."""
        from local_aws.services.cloudformation.stacks.calls.stacks import StackCalls

        operation = self.store.operation(work.stack_id)
        kept = ACCESS_KEY.set(operation.holder if operation else "")
        try:
            yield StackCalls(self.engine.platform, self.store, self.engine)
        finally:
            ACCESS_KEY.reset(kept)

    def _request(self, work: Work, name: str) -> dict[str, Any]:
        parent = self.store.operation(work.stack_id)
        target = parent.target if parent else None
        own = {one["Key"]: one["Value"] for one in work.properties.get("Tags", [])}
        tags = dict(work.tags) | own
        return {
            "StackName": name,
            "TemplateURL": work.properties["TemplateURL"],
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": _text(value)}
                for key, value in work.properties.get("Parameters", {}).items()
            ],
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
            "Capabilities": target.capabilities
            if target
            else self.store.stack(work.stack_id).revision.capabilities,
        }

    def _held(self, child: str) -> bool:
        operation = self.store.operation(child)
        return operation is not None and operation.phase == HELD

    def _wait(self, work: Work, child: str) -> None:
        work.wait(lambda: self._held(child) or not statuses.busy(self.store.stack(child).status))

    def _settled(self, work: Work, child_id: str, verb: str, good: set[str]) -> Made:
        self._wait(work, child_id)
        child = self.store.stack(child_id)
        if child.status not in good and not self._held(child_id):
            raise ResourceFailed(
                f"Embedded stack {child.id} was not successfully {verb}: {child.reason}"
            )
        return _made(child)


def _made(child: Stack) -> Made:
    outputs = {f"Outputs.{one['OutputKey']}": one["OutputValue"] for one in child.outputs}
    return Made(child.id, outputs)


def _text(value: Any) -> str:
    """A list is a parameter's list, separated by commas."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
