"""Drift: what somebody changed past CloudFormation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackDrift.html
"""

import dataclasses
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from local_aws.caller import ACCESS_KEY
from local_aws.context import Request, Response
from local_aws.services.cloudformation.errors import ValidationError
from local_aws.services.cloudformation.resources.handler import Work
from local_aws.services.cloudformation.stacks import names, statuses
from local_aws.services.cloudformation.stacks.blueprint import Blueprint
from local_aws.services.cloudformation.stacks.calls.common import Calls, paged
from local_aws.services.cloudformation.stacks.calls.stacks import plan
from local_aws.services.cloudformation.stacks.differences import (
    differences,
    hidden,
    without_stack_tags,
)
from local_aws.services.cloudformation.stacks.failures import reason
from local_aws.services.cloudformation.stacks.records import Resource, Stack
from local_aws.services.cloudformation.template import schemas

logger = logging.getLogger(__name__)

KIND = "drift"
IN_SYNC, MODIFIED, DELETED, NOT_CHECKED = "IN_SYNC", "MODIFIED", "DELETED", "NOT_CHECKED"
RUNNING, DONE, FAILED = "DETECTION_IN_PROGRESS", "DETECTION_COMPLETE", "DETECTION_FAILED"
DRIFTED = (MODIFIED, DELETED)


class DriftCalls(Calls):
    """The operations on drift."""

    def detect_stack_drift(self, request: Request) -> Response:
        stack = self._detectable(request["StackName"])
        wanted = request.get("LogicalResourceIds")
        there = self.store.resources(stack.id)
        unknown = sorted(set(wanted or ()) - there.keys())
        if unknown:
            raise ValidationError(f"Resources {unknown} do not exist for stack {stack.name}")
        found = [one for name, one in there.items() if wanted is None or name in wanted]
        detection = names.unique()
        document = {"id": detection, "stack": stack.id, "status": RUNNING, "at": time.time()}
        self.store.put_document(KIND, detection, stack.id, document)
        look = self._eyes(stack)
        threading.Thread(
            target=self._detect, args=(document, stack, found, look), name="drift", daemon=True
        ).start()
        return {"StackDriftDetectionId": detection}

    def _detectable(self, name: str) -> Stack:
        stack = self.find(name)
        allowed = statuses.STABLE | {statuses.UPDATE_ROLLBACK_FAILED}
        if stack.status not in allowed:
            raise ValidationError(
                f"Drift detection cannot be performed on stack [{stack.id}] while it is in "
                f"{stack.status} state"
            )
        return stack

    def _detect(
        self,
        document: dict[str, Any],
        stack: Stack,
        found: list[Resource],
        look: Callable[[Resource], dict[str, Any]],
    ) -> None:
        try:
            drifts = [look(one) for one in found]
        except Exception as error:
            logger.info("drift of %s", stack.id, exc_info=True)
            told = document | {"status": FAILED, "reason": reason(error, "drift detection")}
        else:
            count = sum(one["status"] in DRIFTED for one in drifts)
            status = "DRIFTED" if count else IN_SYNC
            told = document | {"status": DONE, "drift": status, "count": count}
            self.store.change_stack(stack.id, drift={"status": status, "at": time.time()})
        self.store.put_document(KIND, document["id"], stack.id, told)

    def _eyes(self, stack: Stack) -> Callable[[Resource], dict[str, Any]]:
        """Looks at a resource with the rights of the stack's role, or of the caller."""
        holder = self.engine.holders.of(ACCESS_KEY.get(), stack.role)
        client = self.engine.holders.clients(holder)
        shown = plan(self, stack, stack.revision)

        def look(resource: Resource) -> dict[str, Any]:
            drift = self._drift(stack, resource, client, shown)
            with self.store.transaction():
                now = self.store.resource(stack.id, resource.logical_id)
                if now is not None and now.physical_id == resource.physical_id:
                    self.store.put_resource(dataclasses.replace(now, drift=drift))
            return drift

        return look

    def _drift(
        self, stack: Stack, resource: Resource, client: Callable[[str], Any], shown: Blueprint
    ) -> dict[str, Any]:
        handler = self.engine.handler_of(resource.type)
        if handler is None or resource.type in self.engine.own:
            return {"status": NOT_CHECKED, "at": time.time()}
        actual = handler.read(self._work(stack, resource, client))
        masked = schemas.coerced(resource.type, shown.shown(resource.logical_id))
        return drift_of(resource, actual, masked, stack.revision.tags)

    def _work(self, stack: Stack, resource: Resource, client: Callable[[str], Any]) -> Work:
        return Work(
            client=client,
            stack_id=stack.id,
            stack_name=stack.name,
            logical_id=resource.logical_id,
            properties=resource.properties,
            name="",
            token="",
            account_id=self.platform.account_id,
            region=self.platform.region,
            before=resource.properties,
            physical_id=resource.physical_id,
        )

    def end_detections(self) -> None:
        """A look that a kill interrupted has failed; who wants to know looks again."""
        for found in self.store.documents_of(KIND):
            if found["status"] == RUNNING:
                ended = found | {"status": FAILED, "reason": "The server stopped meanwhile"}
                self.store.put_document(KIND, found["id"], found["stack"], ended)

    def describe_stack_drift_detection_status(self, request: Request) -> Response:
        detection = request["StackDriftDetectionId"]
        found = self.store.document(KIND, detection)
        if found is None:
            raise ValidationError(f"Drift detection status for {detection} does not exist")
        return {
            "StackId": found["stack"],
            "StackDriftDetectionId": detection,
            "StackDriftStatus": found.get("drift"),
            "DetectionStatus": found["status"],
            "DetectionStatusReason": found.get("reason"),
            "DriftedStackResourceCount": found.get("count"),
            "Timestamp": found["at"],
        }

    def detect_stack_resource_drift(self, request: Request) -> Response:
        stack = self._detectable(request["StackName"])
        name = request["LogicalResourceId"]
        resource = self.store.resource(stack.id, name)
        if resource is None:
            raise ValidationError(f"Resource {name} does not exist for stack {stack.name}")
        drift = self._eyes(stack)(resource)
        return {"StackResourceDrift": _told(stack, resource, drift)}

    def describe_stack_resource_drifts(self, request: Request) -> Response:
        stack = self.find(request["StackName"])
        wanted = request.get("StackResourceDriftStatusFilters")
        found = [
            one
            for one in self.store.resources(stack.id).values()
            if one.drift and (not wanted or one.drift["status"] in wanted)
        ]
        shown, more = paged(found, request, request.get("MaxResults", 100))
        return {"StackResourceDrifts": [_told(stack, one, one.drift) for one in shown], **more}


def drift_of(
    resource: Resource,
    actual: Mapping[str, Any] | None,
    shown: Mapping[str, Any],
    tags: Mapping[str, str],
) -> dict[str, Any]:
    """What is kept of a look at a resource; secrets are not."""
    if actual is None:
        return {"status": DELETED, "at": time.time()}
    schema = schemas.schema_of(resource.type)
    untold = schema.paths("writeOnlyProperties") if schema else frozenset()
    expected = {k: v for k, v in resource.properties.items() if k not in untold}
    there = without_stack_tags(actual, tags)
    found = list(differences(expected, there))
    compared = {name: there[name] for name in expected if name in there}
    safe = hidden(expected, expected, shown)
    told = list(differences(safe, hidden(compared, expected, shown)))
    return {
        "status": MODIFIED if found else IN_SYNC,
        "at": time.time(),
        "expected": safe,
        "actual": hidden(compared, expected, shown),
        "differences": [one.told() for one in told],
    }


def _told(stack: Stack, resource: Resource, drift: dict[str, Any]) -> Response:
    return {
        "StackId": stack.id,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.type,
        "ExpectedProperties": _json(drift.get("expected")),
        "ActualProperties": _json(drift.get("actual")),
        "PropertyDifferences": drift.get("differences", []),
        "StackResourceDriftStatus": drift["status"],
        "Timestamp": drift["at"],
    }


def _json(properties: Mapping[str, Any] | None) -> str | None:
    return None if properties is None else json.dumps(properties, sort_keys=True)
