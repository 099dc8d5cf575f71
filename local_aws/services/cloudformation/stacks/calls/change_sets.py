"""Change sets: what would happen, shown before it does.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
"""

import dataclasses
import time
from typing import Any

from local_aws.context import Request, Response
from local_aws.errors import ServiceError
from local_aws.services.cloudformation.errors import (
    AlreadyExists,
    ChangeSetNotFound,
    InvalidChangeSetStatus,
    ValidationError,
    unsupported,
)
from local_aws.services.cloudformation.stacks import names, statuses
from local_aws.services.cloudformation.stacks.blueprint import Blueprint, parameters_told
from local_aws.services.cloudformation.stacks.calls.common import paged
from local_aws.services.cloudformation.stacks.calls.stacks import StackCalls, check_name, plan
from local_aws.services.cloudformation.stacks.change_sets import (
    EXECUTABLE,
    KIND,
    NO_CHANGES,
    Document,
    Shown,
    execution_status,
    find_change_set,
    told,
    without_values,
)
from local_aws.services.cloudformation.stacks.changes import IMPORT, Change, changes_of
from local_aws.services.cloudformation.stacks.imports import Imports
from local_aws.services.cloudformation.stacks.records import STACK_TYPE, Revision, Stack
from local_aws.services.cloudformation.stacks.requests import disables_rollback, refuse_unsupported

PAGE = 100


class ChangeSetCalls(StackCalls):
    """The operations on change sets."""

    def create_change_set(self, request: Request) -> Response:
        refuse_unsupported("CreateChangeSet", request)
        kind = request.get("ChangeSetType", "UPDATE")
        stack = self.store.find(request["StackName"])
        self._refuse_kind(kind, stack, request)
        wanted = self.revision(request, stack)
        new = stack is None
        if stack is None:
            stack = self.new_stack(request, dataclasses.replace(wanted, body=""), statuses.REVIEW)
        self._refuse_name(stack, request)
        self._refuse_nested(stack, wanted, request)
        found = self._document(stack, wanted, kind, request)
        with self.store.transaction():
            if new:
                self.store.put_stack(stack)
                self.history.stack(stack.id, statuses.REVIEW, "User Initiated")
            self.store.put_document(KIND, found["id"], stack.id, found)
        return {"Id": found["id"], "StackId": stack.id}

    def _refuse_kind(self, kind: str, stack: Stack | None, request: Request) -> None:
        name = request["StackName"]
        if kind == "IMPORT" and not request.get("ResourcesToImport"):
            raise ValidationError("ResourcesToImport must be specified for an import")
        if stack is None:
            if kind == "UPDATE" or name.startswith("arn:"):
                raise ValidationError(f"Stack [{name}] does not exist")
            check_name(name)
        elif kind == "CREATE" and stack.status != statuses.REVIEW:
            raise ValidationError(
                f"Stack [{stack.name}] already exists and cannot be created again with the "
                f"changeSet [{request['ChangeSetName']}]."
            )
        elif kind == "UPDATE" and stack.status not in statuses.UPDATABLE:
            raise ValidationError(
                f"Stack:{stack.id} is in {stack.status} state and can not be updated."
            )

    def _refuse_name(self, stack: Stack, request: Request) -> None:
        name = request["ChangeSetName"]
        for one in self.store.documents(KIND, stack.id):
            if one["name"] == name and not one.get("executed"):
                raise AlreadyExists(f"ChangeSet {name} cannot be created due to a mismatch with "
                                    "existing attribute Name")  # fmt: skip

    def _refuse_nested(self, stack: Stack, wanted: Revision, request: Request) -> None:
        """Nested stacks have no change sets of their own here; without any that is no difference.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/change-sets-for-nested-stacks.html
        """
        if not request.get("IncludeNestedStacks"):
            return
        types = {one.type_name for one in plan(self, stack, wanted).template.resources.values()}
        if STACK_TYPE in types | {one.type for one in self.store.resources(stack.id).values()}:
            raise unsupported("CreateChangeSet with IncludeNestedStacks of a nested stack")

    def _document(self, stack: Stack, wanted: Revision, kind: str, request: Request) -> Document:
        name = request["ChangeSetName"]
        found: Document = {
            "id": self.platform.arn("cloudformation", f"changeSet/{name}/{names.unique()}"),
            "name": name,
            "stack": stack.id,
            "kind": kind,
            "created": time.time(),
            "description": request.get("Description"),
            "revision": dataclasses.asdict(wanted),
            "role": request.get("RoleARN", ""),
            "on_failure": request.get("OnStackFailure"),
            "disable_rollback": disables_rollback(request),
            "nested": request.get("IncludeNestedStacks", False),
            "import_existing": request.get("ImportExistingResources", False),
            "status": "CREATE_COMPLETE",
            "imports": {},
            "changes": [],
        }
        planned = plan(self, stack, wanted)
        planned.needs  # noqa: B018 - a circle is refused at once
        try:
            found |= self._changes(stack, planned, wanted, kind, request)
        except ServiceError as error:
            found |= {"status": "FAILED", "reason": error.message}
        return found

    def _changes(
        self, stack: Stack, planned: Blueprint, wanted: Revision, kind: str, request: Request
    ) -> dict[str, Any]:
        imports = Imports(self, stack, planned).of(kind, request)
        changes = changes_of(self.engine, stack, planned, imports)
        if kind == "IMPORT":
            _refuse_more_than_imports(changes)
        if not changes and not self.changes(stack, wanted):
            return {"status": "FAILED", "reason": NO_CHANGES}
        former = plan(self, stack, stack.revision) if stack.revision.body else None
        shown = Shown(planned, former)
        return {"imports": imports, "changes": [shown.change(one) for one in changes]}

    def describe_change_set(self, request: Request) -> Response:
        found = find_change_set(self.store, request)
        stack = self.store.stack(found["stack"])
        wanted = Revision(**found["revision"])
        changes, more = paged(found["changes"], request, PAGE)
        if not request.get("IncludePropertyValues"):
            changes = [without_values(one) for one in changes]
        return told(found, stack) | {
            "Parameters": parameters_told(wanted),
            "NotificationARNs": wanted.notified,
            "RollbackConfiguration": {},
            "Capabilities": wanted.capabilities,
            "Tags": [{"Key": key, "Value": value} for key, value in wanted.tags.items()],
            "Changes": changes,
            "OnStackFailure": found["on_failure"],
            **more,
        }

    def list_change_sets(self, request: Request) -> Response:
        stack = self.find(request["StackName"])
        found = [one for one in self.store.documents(KIND, stack.id) if not one.get("executed")]
        shown, more = paged(found, request, PAGE)
        return {"Summaries": [told(one, stack) for one in shown], **more}

    def delete_change_set(self, request: Request) -> Response:
        """One that is not there is no error, as long as its stack is."""
        try:
            found = find_change_set(self.store, request)
        except ChangeSetNotFound:
            if "StackName" in request:
                self.find(request["StackName"])
            return {}
        stack = self.store.stack(found["stack"])
        if execution_status(found, stack) == "EXECUTE_IN_PROGRESS":
            raise InvalidChangeSetStatus(
                f"ChangeSet [{found['id']}] cannot be deleted while it is executed"
            )
        self.store.forget_documents(KIND, stack.id, found["id"])
        return {}

    def execute_change_set(self, request: Request) -> Response:
        found = find_change_set(self.store, request)
        stack = self.store.stack(found["stack"])
        if self.asked_before(stack, _operation_kind(found), request):
            return {}
        status = execution_status(found, stack)
        if status != EXECUTABLE:
            raise InvalidChangeSetStatus(
                f"ChangeSet [{found['id']}] cannot be executed in its current execution status of "
                f"[{status}]"
            )
        self._execute(stack, found, request)
        return {}

    def _execute(self, stack: Stack, found: Document, request: Request) -> None:
        wanted = Revision(**found["revision"])
        wishes = dict(request) | ({"RoleARN": found["role"]} if found["role"] else {})
        if found["on_failure"] and "DisableRollback" not in wishes:
            wishes["OnFailure"] = found["on_failure"]
        elif found.get("disable_rollback") and "DisableRollback" not in wishes:
            wishes["DisableRollback"] = True
        kind = _operation_kind(found)
        with self.store.transaction():
            self._mark_executed(stack, found)
            more = {"options": {"import": found["imports"]}, "change_set": found["id"]}
            if kind == "CREATE":
                more["revision"] = wanted
            self.begin_update(stack, wanted, wishes, kind, **more)
        self.engine.carry_out(stack.id)

    def _mark_executed(self, stack: Stack, found: Document) -> None:
        """The stack's other change sets are of a stack that is no more."""
        for one in self.store.documents(KIND, stack.id):
            if one["id"] != found["id"]:
                self.store.forget_documents(KIND, stack.id, one["id"])
        self.store.put_document(KIND, found["id"], stack.id, found | {"executed": True})


def _operation_kind(found: Document) -> str:
    kind: str = found["kind"]
    return kind


def _refuse_more_than_imports(changes: list[Change]) -> None:
    others = [one for one in changes if one.action != IMPORT]
    if others:
        raise ValidationError(
            "You have modified resources ["
            + ", ".join(one.logical_id for one in others)
            + "] in your template that are not being imported. Update, create or delete operations "
            "cannot be executed during import operations."
        )
