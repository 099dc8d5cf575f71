"""What a change set holds, and how it is told.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
"""

import json
from collections.abc import Mapping
from typing import Any

from local_aws.context import Request, Response
from local_aws.services.cloudformation.errors import ChangeSetNotFound, ValidationError
from local_aws.services.cloudformation.stacks.blueprint import Blueprint
from local_aws.services.cloudformation.stacks.changes import ADD, IMPORT, REMOVE, Change, Detail
from local_aws.services.cloudformation.stacks.model import Store
from local_aws.services.cloudformation.stacks.records import Stack
from local_aws.services.cloudformation.stacks.statuses import busy

KIND = "change set"
NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)
EXECUTABLE = "AVAILABLE"
Document = dict[str, Any]


def find_change_set(store: Store, request: Request) -> Document:
    """By its id, or by its name and stack. Raises ChangeSetNotFound, ValidationError."""
    name = request["ChangeSetName"]
    found = store.document(KIND, name)
    if found is not None:
        return found
    if name.startswith("arn:"):
        raise ChangeSetNotFound(name)
    if "StackName" not in request:
        raise ValidationError(
            "StackName must be specified if ChangeSetName is not specified as an ARN."
        )
    stack = store.find(request["StackName"])
    if stack is None:
        raise ChangeSetNotFound(name)
    there = [one for one in store.documents(KIND, stack.id) if one["name"] == name]
    waiting = [one for one in there if not one.get("executed")]
    if not waiting:
        raise ChangeSetNotFound(name)
    return waiting[0]


def execution_status(document: Document, stack: Stack) -> str:
    """AVAILABLE until it is executed; then as its stack fared."""
    if document["status"] != "CREATE_COMPLETE":
        return "UNAVAILABLE"
    if not document.get("executed"):
        return "OBSOLETE" if document.get("obsolete") else EXECUTABLE
    if stack.change_set != document["id"]:
        return "EXECUTE_COMPLETE"
    if busy(stack.status):
        return "EXECUTE_IN_PROGRESS"
    failed = "FAILED" in stack.status or "ROLLBACK" in stack.status
    return "EXECUTE_FAILED" if failed else "EXECUTE_COMPLETE"


def told(document: Document, stack: Stack) -> Response:
    """The members that ListChangeSets and DescribeChangeSet have both."""
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "ChangeSetId": document["id"],
        "ChangeSetName": document["name"],
        "ExecutionStatus": execution_status(document, stack),
        "Status": document["status"],
        "StatusReason": document.get("reason") or None,
        "CreationTime": document["created"],
        "Description": document.get("description"),
        "IncludeNestedStacks": document.get("nested", False),
        "ImportExistingResources": document.get("import_existing", False),
    }


class Shown:
    """Changes as they are told, with what is shown of the values before and after."""

    def __init__(self, plan: Blueprint, former: Blueprint | None) -> None:
        self.plan, self.former = plan, former

    def change(self, change: Change) -> Document:
        """One member of Changes, whole: `without_values` takes the values out."""
        before, after = self._before(change), self._after(change)
        found: Document = {
            "Action": change.action,
            "LogicalResourceId": change.logical_id,
            "PhysicalResourceId": change.physical_id or None,
            "ResourceType": change.type,
            "Replacement": change.replacement or None,
            "PolicyAction": change.policy or None,
            "Scope": list(dict.fromkeys(one.attribute for one in change.details)),
            "Details": [_detail(one, before, after) for one in change.details],
        }
        if before is not None:
            found["BeforeContext"] = json.dumps({"Properties": before}, sort_keys=True)
        if after is not None:
            found["AfterContext"] = json.dumps({"Properties": after}, sort_keys=True)
        return {"Type": "Resource", "ResourceChange": found}

    def _before(self, change: Change) -> Mapping[str, Any] | None:
        if change.action in (ADD, IMPORT) or self.former is None:
            return None
        if change.logical_id not in self.former.template.resources:
            return None
        return self.former.shown(change.logical_id)

    def _after(self, change: Change) -> Mapping[str, Any] | None:
        return None if change.action == REMOVE else self.plan.shown(change.logical_id)


def _detail(
    one: Detail, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Document:
    target: Document = {"Attribute": one.attribute, "RequiresRecreation": one.recreation}
    if one.attribute == "Properties":
        was, will = _at(before, one.path), _at(after, one.path)
        target |= {
            "Name": one.path.split(".")[0],
            "Path": "/Properties/" + one.path.replace(".", "/"),
            "BeforeValue": was,
            "AfterValue": will,
            "AttributeChangeType": "Add" if was is None else "Remove" if will is None else "Modify",
        }
    return {
        "Target": target,
        "Evaluation": "Dynamic" if one.dynamic else "Static",
        "ChangeSource": one.source,
        "CausingEntity": one.causing or None,
    }


def _at(part: Any, path: str) -> str | None:
    for name in path.split("."):
        if not isinstance(part, Mapping) or name not in part:
            return None
        part = part[name]
    return part if isinstance(part, str) else json.dumps(part, sort_keys=True)


VALUES = ("BeforeContext", "AfterContext")
TARGET_VALUES = ("BeforeValue", "AfterValue", "Path", "AttributeChangeType")


def without_values(change: Document) -> Document:
    """As it is told without IncludePropertyValues."""
    inner = {k: v for k, v in change["ResourceChange"].items() if k not in VALUES}
    inner["Details"] = [
        one | {"Target": {k: v for k, v in one["Target"].items() if k not in TARGET_VALUES}}
        for one in inner["Details"]
    ]
    return change | {"ResourceChange": inner}
