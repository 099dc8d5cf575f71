"""What stacks, resources, events, exports and imports there are.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
"""

import json
from typing import Any

from local_aws.context import Request, Response
from local_aws.services.cloudformation.errors import ValidationError
from local_aws.services.cloudformation.stacks import statuses
from local_aws.services.cloudformation.stacks.blueprint import parameters_told
from local_aws.services.cloudformation.stacks.calls.common import Calls, opened, paged, sealed
from local_aws.services.cloudformation.stacks.records import Event, Resource, Stack
from local_aws.services.cloudformation.template import document

PAGE = 100
NOT_CHECKED = "NOT_CHECKED"


class ListingCalls(Calls):
    """The operations that tell."""

    def describe_stacks(self, request: Request) -> Response:
        name = request.get("StackName")
        found = [self.find(name)] if name else self.store.stacks()
        shown, more = paged(found, request, PAGE)
        return {"Stacks": [self.told(stack) for stack in shown], **more}

    def told(self, stack: Stack) -> Response:
        """A stack as DescribeStacks tells it."""
        revision = stack.revision
        return {
            "StackId": stack.id,
            "StackName": stack.name,
            "ChangeSetId": stack.change_set or None,
            "Description": _description(stack),
            "Parameters": parameters_told(revision),
            "CreationTime": stack.created,
            "DeletionTime": stack.deleted,
            "LastUpdatedTime": stack.updated,
            "RollbackConfiguration": {},
            "StackStatus": stack.status,
            "StackStatusReason": stack.reason or None,
            "DisableRollback": stack.options.get("DisableRollback", False),
            "NotificationARNs": revision.notified,
            "TimeoutInMinutes": stack.options.get("TimeoutInMinutes"),
            "Capabilities": revision.capabilities,
            "Outputs": stack.outputs,
            "RoleARN": stack.role or None,
            "Tags": [{"Key": key, "Value": value} for key, value in revision.tags.items()],
            "EnableTerminationProtection": stack.protected,
            "ParentId": stack.parent or None,
            "RootId": stack.root or None,
            "DriftInformation": drift_told(stack.drift, "StackDriftStatus"),
            "RetainExceptOnCreate": stack.options.get("RetainExceptOnCreate"),
        }

    def list_stacks(self, request: Request) -> Response:
        wanted = request.get("StackStatusFilter")
        found = [
            stack
            for stack in self.store.stacks(deleted=True)
            if not wanted or stack.status in wanted
        ]
        shown, more = paged(found, request, PAGE)
        return {"StackSummaries": [_summary(stack) for stack in shown], **more}

    def describe_stack_events(self, request: Request) -> Response:
        if "StackName" not in request:
            raise ValidationError("StackName must be specified")
        stack = self.find(request["StackName"])
        before = opened(request["NextToken"]) if "NextToken" in request else None
        found = self.store.events(stack.id, before, PAGE + 1)
        shown = found[:PAGE]
        more = {"NextToken": sealed(shown[-1][0])} if len(found) > PAGE else {}
        return {"StackEvents": [_event(stack, event) for _, event in shown], **more}

    def describe_stack_resource(self, request: Request) -> Response:
        stack = self.find(request["StackName"])
        found = self._resource(stack, request["LogicalResourceId"])
        detail = _resource(stack, found) | {
            "LastUpdatedTimestamp": found.updated,
            "Metadata": json.dumps(found.metadata) if found.metadata else None,
        }
        del detail["Timestamp"]
        return {"StackResourceDetail": detail}

    def _resource(self, stack: Stack, logical_id: str) -> Resource:
        found = self.store.any_resource(stack.id, logical_id)
        if found is None:
            raise ValidationError(f"Resource {logical_id} does not exist for stack {stack.name}")
        return found

    def describe_stack_resources(self, request: Request) -> Response:
        """Of a stack, or of the stack that has a physical id."""
        if ("StackName" in request) == ("PhysicalResourceId" in request):
            raise ValidationError("Either StackName or PhysicalResourceId must be specified")
        if "StackName" in request:
            stack = self.find(request["StackName"])
        else:
            stack = self._stack_of(request["PhysicalResourceId"])
        wanted = request.get("LogicalResourceId")
        deleted = stack.status == statuses.DELETE_COMPLETE
        found = self.store.resources(stack.id, deleted=deleted).values()
        told = [
            _resource(stack, one) for one in found if wanted is None or wanted == one.logical_id
        ]
        return {"StackResources": told[:PAGE]}

    def _stack_of(self, physical_id: str) -> Stack:
        for stack in self.store.stacks():
            found = self.store.resources(stack.id).values()
            if any(one.physical_id == physical_id for one in found):
                return stack
        raise ValidationError(f"Stack for {physical_id} does not exist")

    def list_stack_resources(self, request: Request) -> Response:
        stack = self.find(request["StackName"])
        deleted = stack.status == statuses.DELETE_COMPLETE
        found = list(self.store.resources(stack.id, deleted=deleted).values())
        shown, more = paged(found, request, PAGE)
        told = [_told(one) | {"LastUpdatedTimestamp": one.updated} for one in shown]
        return {"StackResourceSummaries": told, **more}

    def list_exports(self, request: Request) -> Response:
        shown, more = paged(self.engine.exports.all(), request, PAGE)
        told = [
            {"ExportingStackId": one["stack"], "Name": one["name"], "Value": one["value"]}
            for one in shown
        ]
        return {"Exports": told, **more}

    def list_imports(self, request: Request) -> Response:
        name = request["ExportName"]
        if self.engine.exports.value(name) is None:
            raise ValidationError(f"Export '{name}' does not exist.")
        users = self.engine.exports.users(name)
        if not users:
            raise ValidationError(f"Export '{name}' is not imported by any stack.")
        shown, more = paged(users, request, PAGE)
        return {"Imports": shown, **more}


def drift_told(drift: dict[str, Any], name: str) -> Response:
    """When somebody last looked, and what was found."""
    told: Response = {name: drift.get("status", NOT_CHECKED)}
    if "at" in drift:
        told["LastCheckTimestamp"] = drift["at"]
    return told


def _description(stack: Stack) -> str | None:
    if not stack.revision.body:
        return None
    return document.parse(stack.revision.body).description or None


def _summary(stack: Stack) -> Response:
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "TemplateDescription": _description(stack),
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason or None,
        "ParentId": stack.parent or None,
        "RootId": stack.root or None,
        "DriftInformation": drift_told(stack.drift, "StackDriftStatus"),
    }


def _event(stack: Stack, event: Event) -> Response:
    return {
        "StackId": stack.id,
        "EventId": event.id,
        "StackName": stack.name,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type,
        "Timestamp": event.at,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason or None,
        "ResourceProperties": event.properties or None,
        "ClientRequestToken": event.token or None,
        "OperationId": event.operation or None,
    }


def _resource(stack: Stack, one: Resource) -> Response:
    named = {"StackName": stack.name, "StackId": stack.id, "Timestamp": one.updated}
    return named | _told(one)


def _told(one: Resource) -> Response:
    """What every listing of resources says of one."""
    return {
        "LogicalResourceId": one.logical_id,
        "PhysicalResourceId": one.physical_id or None,
        "ResourceType": one.type,
        "ResourceStatus": one.status,
        "ResourceStatusReason": one.reason or None,
        "DriftInformation": drift_told(one.drift, "StackResourceDriftStatus"),
    }
