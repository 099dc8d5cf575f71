"""What would be refused half way is refused before anything is made.

AWS knows more types and properties than this server makes: a template that asks for one fails with
an event on that resource that names it, and nothing was made for it.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from local_aws.services.cloudformation.resources.handler import Handler, ResourceFailed
from local_aws.services.cloudformation.stacks.blueprint import Blueprint
from local_aws.services.cloudformation.stacks.records import Resource
from local_aws.services.cloudformation.stacks.run import Run
from local_aws.services.cloudformation.template import schemas

SNAPSHOT = "Snapshot"


class Preflight:
    """Looks at every resource of a template as far as it is known."""

    def __init__(self, run: Run, plan: Blueprint) -> None:
        self.run, self.plan = run, plan

    def refusals(self) -> dict[str, Exception]:
        """What is refused, by logical id; each has its event already."""
        found: dict[str, Exception] = {}
        for logical_id, wanted in self.plan.resources.items():
            shown = self.plan.shown(logical_id)
            words = list(self._problems(logical_id, wanted.type_name, shown))
            if not words and (wrong := self._wrong(logical_id, wanted.type_name)):
                words = [schemas.refusal(logical_id, wrong)]
            if words:
                found[logical_id] = ResourceFailed("; ".join(words))
                self._tell(logical_id, wanted.type_name, "; ".join(words), shown)
        return found

    def _wrong(self, logical_id: str, type_name: str) -> list[str]:
        """What a service would refuse by the type's schema, as far as values are known."""
        now = self.run.store.resource(self.run.stack_id, logical_id)
        known = self.plan.known_properties(logical_id)
        if now is not None and now.properties == known:
            return []  # it was taken as it is
        return schemas.problems(type_name, known)

    def _problems(
        self, logical_id: str, type_name: str, properties: Mapping[str, Any]
    ) -> Iterator[str]:
        handler = self.run.engine.handler_of(type_name)
        if handler is None:
            yield f"Resource type {type_name} is not supported by local_aws"
            return
        now = self.run.store.resource(self.run.stack_id, logical_id)
        if now is not None and now.physical_id and now.type != type_name:
            yield (
                "Update of resource type is not permitted. The new template modifies resource "
                f"type of the following resources: [{logical_id}]"
            )
        yield from unsupported(handler, type_name, properties)
        yield from self._attributes(logical_id, type_name)

    def _attributes(self, logical_id: str, type_name: str) -> Iterator[str]:
        wanted = self.plan.resources[logical_id]
        for name in wanted.attributes:
            yield f"{name} of {type_name} is not supported by local_aws"
        if SNAPSHOT in (wanted.deletion_policy, wanted.update_replace_policy):
            yield f"Resource type {type_name} does not support deletion policy Snapshot"

    def _tell(self, logical_id: str, type_name: str, why: str, shown: Mapping[str, Any]) -> None:
        now = self.run.store.resource(self.run.stack_id, logical_id)
        verb = "UPDATE" if now is not None and now.physical_id else "CREATE"
        if now is None:
            now = Resource(self.run.stack_id, logical_id, type_name)
        told = replace(now, status=f"{verb}_FAILED", reason=why, updated=time.time())
        with self.run.store.transaction():
            former = self.run.store.resource(self.run.stack_id, logical_id)
            self.run.store.keep_former(self.run.stack_id, logical_id, former)
            self.run.history.resource(told, shown=dict(shown))


def unsupported(handler: Handler, type_name: str, properties: Mapping[str, Any]) -> Iterator[str]:
    """The properties that AWS takes and the handler does not, or that nobody takes."""
    schema = schemas.schema_of(type_name)
    known = schema.body.get("properties", {}) if schema else {}
    for name in properties:
        if schema is not None and name not in known:
            yield f"Encountered unsupported property {name}"
        elif name not in handler.takes:
            yield f"The property {name} of {type_name} is not supported by local_aws"
    for path in sorted(handler.refuses):
        if _has(properties, path.split(".")):
            yield f"The property {path} of {type_name} is not supported by local_aws"


def _has(part: Any, path: list[str]) -> bool:
    if isinstance(part, list):
        return any(_has(item, path) for item in part)
    if not path:
        return True
    return isinstance(part, Mapping) and path[0] in part and _has(part[path[0]], path[1:])
