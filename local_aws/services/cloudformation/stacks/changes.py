"""What a revision would do to each resource of a stack: for change sets, and to see that is none.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets-view.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from local_aws.services.cloudformation.stacks.blueprint import Blueprint, blueprint
from local_aws.services.cloudformation.stacks.decision import is_new
from local_aws.services.cloudformation.stacks.engine import Engine
from local_aws.services.cloudformation.stacks.lookups import Known
from local_aws.services.cloudformation.stacks.records import Resource, Revision, Stack
from local_aws.services.cloudformation.template import graph, schemas
from local_aws.services.cloudformation.template.references import references
from local_aws.services.cloudformation.template.resolve import KNOWN_AFTER_APPLY

ADD, MODIFY, REMOVE, IMPORT = "Add", "Modify", "Remove", "Import"
REFERENCE = "{{resolve:"
ATTRIBUTES = ("DeletionPolicy", "UpdateReplacePolicy", "Metadata")


@dataclass(frozen=True)
class Detail:
    """One cause of a change. `path` is dotted, below `attribute`."""

    attribute: str
    path: str = ""
    recreation: str = "Never"
    before: Any = None
    after: Any = None
    dynamic: bool = False
    source: str = "DirectModification"
    causing: str = ""


@dataclass(frozen=True)
class Change:
    """What would happen to one resource."""

    action: str
    logical_id: str
    type: str
    physical_id: str = ""
    replacement: str = ""
    policy: str = ""
    details: list[Detail] = field(default_factory=list)


def effective(revision: Revision) -> tuple[Any, ...]:
    """What of a revision is an update by itself, beside its resources and outputs."""
    return revision.tags, revision.notified


def changes_of(
    engine: Engine, stack: Stack, plan: Blueprint, imports: Mapping[str, Any] | None = None
) -> list[Change]:
    """The changes in the order in which they would be made. Raises ServiceError."""
    return list(_Comparison(engine, stack, plan, imports or {}).changes())


def outputs_shown(plan: Blueprint) -> list[tuple[Any, ...]]:
    """The outputs as far as they are known."""
    found = []
    for name in plan.resolver.active_outputs():
        value = plan.resolver.output(name, known_after_apply=True)
        told = plan.template.outputs[name].description
        found.append((name, value, told, plan.resolver.export(name) or ""))
    return found


class _Comparison:
    def __init__(
        self, engine: Engine, stack: Stack, plan: Blueprint, imports: Mapping[str, Any]
    ) -> None:
        self.engine, self.stack, self.plan, self.imports = engine, stack, plan, imports
        self.there = engine.store.resources(stack.id)
        self.changed: set[str] = set()

    def changes(self) -> Iterator[Change]:
        for layer in graph.order(self.plan.resources, self.plan.template):
            for logical_id in layer:
                change = self._change(logical_id)
                if change is not None:
                    self.changed.add(logical_id)
                    yield change
        for logical_id in sorted(self.there.keys() - self.plan.resources.keys()):
            yield self._removal(self.there[logical_id])

    def _change(self, logical_id: str) -> Change | None:
        wanted = self.plan.resources[logical_id]
        now = self.there.get(logical_id)
        if now is None or not now.physical_id:
            self.plan.known.unknown.add(logical_id)
            action = IMPORT if logical_id in self.imports else ADD
            return Change(action, logical_id, wanted.type_name)
        details = [*self._properties(now), *self._attributes(now)]
        if not details:
            return None
        replacement = self._replacement(details)
        if replacement == "True":
            self.plan.known.unknown.add(logical_id)
        policy = ""
        if replacement == "True":
            retained = wanted.update_replace_policy == "Retain"
            policy = "ReplaceAndRetain" if retained else "ReplaceAndDelete"
        return Change(
            MODIFY, logical_id, wanted.type_name, now.physical_id, replacement, policy, details
        )

    def _removal(self, now: Resource) -> Change:
        policy = "Delete" if now.deletion_policy == "Delete" else "Retain"
        return Change(REMOVE, now.logical_id, now.type, now.physical_id, policy=policy)

    def _properties(self, now: Resource) -> Iterator[Detail]:
        found = self.plan.resolver.properties(now.logical_id, known_after_apply=True)
        after = schemas.coerced(now.type, found) | self._same_references(now, found)
        handler = self.engine.handler_of(now.type)
        for one in schemas.changes(now.type, now.properties, after):
            forced = handler is not None and is_new(handler, one)
            dynamic = KNOWN_AFTER_APPLY in repr(one.after)
            source, causing = self._source(now.logical_id, one.path.split(".")[0])
            yield Detail(
                "Properties",
                one.path,
                "Always" if forced else one.replacement,
                one.before,
                one.after,
                dynamic,
                source,
                causing,
            )
        if dict(self.plan.tags) != now.tags:
            yield Detail("Tags")

    def _source(self, logical_id: str, name: str) -> tuple[str, str]:
        """Whether the template's text changed, or what it refers to."""
        written = self.plan.resources[logical_id].properties.get(name)
        for found in references(written):
            if found.name in self.changed:
                if found.attribute:
                    return "ResourceAttribute", f"{found.name}.{found.attribute}"
                return "ResourceReference", found.name
            if self._is_other(found.name):
                return "ParameterReference", found.name
        return "DirectModification", ""

    def _same_references(self, now: Resource, found: Mapping[str, Any]) -> dict[str, Any]:
        """What holds a dynamic reference as before: AWS does not look at what it stands for."""
        open_ones = [name for name, value in found.items() if REFERENCE in repr(value)]
        if not open_ones or now.logical_id not in self.former.resources:
            return {}
        was = self.former.resolver.properties(now.logical_id, known_after_apply=True)
        return {
            name: now.properties[name]
            for name in open_ones
            if was.get(name) == found[name] and name in now.properties
        }

    @cached_property
    def former(self) -> Blueprint:
        """What the stack was last made from."""
        known = self.plan.known
        own = Known(known.store, known.exports, self.stack.id, known.client)
        return blueprint(self.engine.platform, self.stack, self.stack.revision, own)

    def _is_other(self, parameter: str) -> bool:
        """Whether a parameter, or what it names in Parameter Store, has another value."""
        value = self.plan.values.get(parameter)
        if value is None:
            return False
        had = self.stack.revision
        text = had.parameters.get(parameter)
        return value.text != text or value.stored != had.stored.get(text, value.stored)

    def _attributes(self, now: Resource) -> Iterator[Detail]:
        wanted = self.plan.resources[now.logical_id]
        after = (wanted.deletion_policy, wanted.update_replace_policy, dict(wanted.metadata))
        before = (now.deletion_policy, now.replace_policy, now.metadata)
        for name, was, will in zip(ATTRIBUTES, before, after, strict=True):
            if was != will:
                yield Detail(name, before=was, after=will)

    def _replacement(self, details: list[Detail]) -> str:
        always = [one for one in details if one.recreation == "Always"]
        if any(not one.dynamic for one in always):
            return "True"
        maybe = any(one.recreation == "Conditionally" for one in details)
        return "Conditional" if always or maybe else "False"
