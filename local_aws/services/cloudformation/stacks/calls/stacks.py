"""Making, changing and deleting stacks.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
"""

import re
import time
from dataclasses import replace
from typing import Any

from local_aws.caller import ACCESS_KEY
from local_aws.context import Request, Response
from local_aws.services.cloudformation.errors import AlreadyExists, ValidationError
from local_aws.services.cloudformation.stacks import names, statuses
from local_aws.services.cloudformation.stacks.blueprint import Blueprint, blueprint
from local_aws.services.cloudformation.stacks.calls.common import Calls
from local_aws.services.cloudformation.stacks.changes import (
    changes_of,
    effective,
    outputs_shown,
)
from local_aws.services.cloudformation.stacks.flow import BY_USER, DELETE, FORWARD, ROLLBACK
from local_aws.services.cloudformation.stacks.lookups import Known
from local_aws.services.cloudformation.stacks.records import Revision, Stack
from local_aws.services.cloudformation.stacks.requests import (
    check_capabilities,
    disables_rollback,
    refuse_unsupported,
    revision,
)

NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
TOLD_OPTIONS = ("DisableRollback", "TimeoutInMinutes", "RetainExceptOnCreate")
NO_CHANGES = "No updates are to be performed."


class StackCalls(Calls):
    """The operations that begin something."""

    def create_stack(self, request: Request) -> Response:
        refuse_unsupported("CreateStack", request)
        name = request["StackName"]
        check_name(name)
        known = self.store.find(name)
        if known is not None:
            if self.asked_before(known, "CREATE", request):
                return {"StackId": known.id}
            raise AlreadyExists(f"Stack [{name}] already exists")
        stack = self.create(request, self.revision(request))
        return {"StackId": stack.id}

    def revision(self, request: Request, stack: Stack | None = None) -> Revision:
        """What a stack is to be made from, as the caller asks for it."""
        body, client = self.body(request, stack), self.engine.holders.clients(ACCESS_KEY.get())
        return revision(request, body, client, stack)

    def create(
        self, request: Request, wanted: Revision, parent: Stack | None = None, holder: str = ""
    ) -> Stack:
        """A new stack, and its creation under way. `parent` and its `holder`: of a nested one."""
        stack = self.new_stack(request, wanted, "CREATE_IN_PROGRESS", parent)
        plan(self, stack, wanted).needs  # noqa: B018 - a circle is refused at once
        if holder:
            operation = replace(self.operation(stack, "CREATE", FORWARD, request), holder=holder)
        else:
            operation = self.operation(stack, "CREATE", FORWARD, request)
        operation = replace(operation, target=wanted, options=_wishes(request))
        with self.store.transaction():
            if self.store.find(stack.name) is not None:
                raise AlreadyExists(f"Stack [{stack.name}] already exists")
            self.store.put_stack(stack)
            self.begin(operation)
            self.history.stack(stack.id, "CREATE_IN_PROGRESS", BY_USER)
        self.engine.carry_out(stack.id)
        return stack

    def new_stack(
        self, request: Request, wanted: Revision, status: str, parent: Stack | None = None
    ) -> Stack:
        """Not kept yet."""
        stack_id = self.platform.arn(
            "cloudformation", f"stack/{request['StackName']}/{names.unique()}"
        )
        options = {name: request[name] for name in TOLD_OPTIONS if name in request}
        return Stack(
            id=stack_id,
            name=request["StackName"],
            status=status,
            revision=wanted,
            created=time.time(),
            role=request.get("RoleARN", ""),
            options=options,
            protected=request.get("EnableTerminationProtection", False),
            parent=parent.id if parent else "",
            root=(parent.root or parent.id) if parent else "",
        )

    def update_stack(self, request: Request) -> Response:
        refuse_unsupported("UpdateStack", request)
        stack = self.find(request["StackName"])
        if self.asked_before(stack, "UPDATE", request):
            return {"StackId": stack.id}
        _refuse_update(stack)
        wanted = self.revision(request, stack)
        if not self.changes(stack, wanted) and request.get("RoleARN", stack.role) == stack.role:
            raise ValidationError(NO_CHANGES)
        self.update(stack, wanted, request)
        return {"StackId": stack.id}

    def changes(self, stack: Stack, wanted: Revision) -> bool:
        """Whether an update would do anything."""
        if effective(wanted) != effective(stack.revision) or stack.status not in statuses.STABLE:
            return True
        found = plan(self, stack, wanted)
        if changes_of(self.engine, stack, found):
            return True
        return outputs_shown(found) != [
            (one["OutputKey"], one["OutputValue"], one.get("Description", ""),
             one.get("ExportName", ""))
            for one in stack.outputs
        ]  # fmt: skip

    def update(
        self,
        stack: Stack,
        wanted: Revision,
        request: Request,
    ) -> None:
        """Begin an update."""
        self.begin_update(stack, wanted, request, "UPDATE")
        self.engine.carry_out(stack.id)

    def begin_update(
        self, stack: Stack, wanted: Revision, request: Request, kind: str, **more: Any
    ) -> None:
        """Write down an update, an import, or the creation that a change set was made for."""
        plan(self, stack, wanted).needs  # noqa: B018 - a circle is refused at once
        operation = replace(
            self.operation(stack, kind, FORWARD, request),
            target=wanted,
            options=_wishes(request) | more.pop("options", {}),
        )
        with self.store.transaction():
            _refuse_update(self.store.stack(stack.id), kind)
            self.begin(operation)
            role = request.get("RoleARN") or stack.role
            status = f"{kind}_IN_PROGRESS"
            self.history.stack(stack.id, status, BY_USER, role=role, updated=time.time(), **more)

    def delete_stack(self, request: Request) -> Response:
        refuse_unsupported("DeleteStack", request)
        stack = self.store.find(request["StackName"])
        if stack is None or stack.status == statuses.DELETE_COMPLETE:
            return {}
        if stack.status == statuses.DELETING or self.asked_before(stack, "DELETE", request):
            return {}
        self._refuse_deletion(stack, request)
        self.delete(stack, request)
        return {}

    def delete(self, stack: Stack, request: Request, holder: str = "") -> None:
        """Begin a deletion. One that is under way for the stack ends first."""
        operation = self.operation(stack, "DELETE", DELETE, request)
        options = {"retain": request.get("RetainResources", [])}
        operation = replace(operation, options=options, holder=holder or operation.holder)
        with self.store.transaction():
            now = self.store.stack(stack.id)
            if now.status == statuses.CREATING and not stack.parent:
                self._end_creation(stack)
                return
            if statuses.busy(now.status):
                raise ValidationError(
                    f"Stack [{stack.name}] cannot be deleted while in status {now.status}"
                )
            self.engine.exports.refuse_removal(stack.id)
            self.begin(operation)
            self.history.stack(stack.id, statuses.DELETING, BY_USER)
        self.engine.carry_out(stack.id)

    def _end_creation(self, stack: Stack) -> None:
        """A creation that goes on ends, and what it made is deleted."""
        found = self.store.operation(stack.id)
        if found is not None:
            options = found.options | {"on_failure": "DELETE"}
            self.store.move_operation(stack.id, cancelled=True, options=options)

    def _refuse_deletion(self, stack: Stack, request: Request) -> None:
        if stack.protected:
            raise ValidationError(
                f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        if request.get("DeletionMode") == "FORCE_DELETE_STACK":
            raise ValidationError("DeleteStack with DeletionMode is not supported by local_aws")
        retained = request.get("RetainResources", [])
        if retained and stack.status != statuses.DELETE_FAILED:
            raise ValidationError(
                f"Invalid operation on stack [{stack.id}]. When you delete a stack, specify "
                "which resources to retain only when the stack is in the DELETE_FAILED state."
            )
        unknown = sorted(set(retained) - self.store.resources(stack.id).keys())
        if unknown:
            raise ValidationError(
                f"The following resources to retain do not exist in the stack: {unknown}"
            )

    def cancel_update_stack(self, request: Request) -> Response:
        stack = self.find(request["StackName"])
        with self.store.transaction():
            operation = self.store.operation(stack.id)
            if operation is None or self.store.stack(stack.id).status != statuses.UPDATING:
                raise ValidationError(
                    "CancelUpdateStack cannot be called from current stack status"
                )
            self.store.move_operation(stack.id, cancelled=True)
        return {}

    def continue_update_rollback(self, request: Request) -> Response:
        stack = self.find(request["StackName"])
        if stack.status != statuses.UPDATE_ROLLBACK_FAILED:
            raise ValidationError(
                f"Stack:{stack.id} is in {stack.status} state and can not continue update rollback"
            )
        skip = request.get("ResourcesToSkip", [])
        failed = {
            name
            for name, one in self.store.resources(stack.id).items()
            if one.status == statuses.UPDATE_FAILED
        }
        if set(skip) - failed:
            raise ValidationError(
                f"Resources to skip [{', '.join(sorted(set(skip) - failed))}] are not UPDATE_FAILED"
            )
        self._go_back(stack, "UPDATE", "UPDATE_ROLLBACK_IN_PROGRESS", request, {"skip": skip})
        return {}

    def rollback_stack(self, request: Request) -> Response:
        refuse_unsupported("RollbackStack", request)
        stack = self.find(request["StackName"])
        status = {
            statuses.CREATE_FAILED: statuses.ROLLBACK,
            statuses.UPDATE_FAILED: "UPDATE_ROLLBACK_IN_PROGRESS",
        }.get(stack.status)
        if status is None:
            raise ValidationError(
                f"Stack:{stack.id} is in {stack.status} state and can not be rolled back"
            )
        self._go_back(stack, "ROLLBACK", status, request, {})
        return {"StackId": stack.id}

    def _go_back(
        self, stack: Stack, kind: str, status: str, request: Request, options: dict[str, Any]
    ) -> None:
        operation = self.operation(stack, kind, ROLLBACK, request)
        options = options | {"retain_except_on_create": request.get("RetainExceptOnCreate", False)}
        with self.store.transaction():
            if self.store.stack(stack.id).status != stack.status:
                raise ValidationError(f"Stack:{stack.id} is being changed")
            self.begin(replace(operation, options=options))
            self.history.stack(stack.id, status, BY_USER)
        self.engine.carry_out(stack.id)

    def update_termination_protection(self, request: Request) -> Response:
        stack = self.find(request["StackName"])
        if stack.parent:
            raise ValidationError(
                "Termination protection cannot be changed on nested stacks; change it on the root"
            )
        wanted = request["EnableTerminationProtection"]
        self.store.change_stack(stack.id, protected=wanted)
        return {"StackId": stack.id}


def plan(calls: Calls, stack: Stack, wanted: Revision) -> Blueprint:
    """The revision as far as the stack knows it now."""
    client = calls.engine.holders.clients(ACCESS_KEY.get())
    known = Known(calls.store, calls.engine.exports, stack.id, client)
    found = blueprint(calls.platform, stack, wanted, known)
    check_capabilities(found.template, wanted.capabilities)  # loops may have made resources
    return found


def check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )


def _refuse_update(stack: Stack, kind: str = "UPDATE") -> None:
    if stack.status == statuses.REVIEW and kind != "UPDATE":
        return
    if stack.status not in statuses.UPDATABLE:
        raise ValidationError(
            f"Stack:{stack.id} is in {stack.status} state and can not be updated."
        )


def _wishes(request: Request) -> dict[str, Any]:
    """What is to happen when it fails or takes too long."""
    if "OnFailure" in request and "DisableRollback" in request:
        raise ValidationError("You can specify either DisableRollback or OnFailure, but not both.")
    found: dict[str, Any] = {"on_failure": request.get("OnFailure", "ROLLBACK")}
    if disables_rollback(request):
        found["on_failure"] = "DO_NOTHING"
    if request.get("RetainExceptOnCreate"):
        found["retain_except_on_create"] = True
    if minutes := request.get("TimeoutInMinutes"):
        found["deadline"] = time.time() + 60 * minutes
    return found
