"""A revision of a stack read: its template with parameters and everything that a stack knows."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from local_aws.context import Platform
from local_aws.services.cloudformation.stacks.lookups import Known, Masked
from local_aws.services.cloudformation.stacks.records import Revision, Stack
from local_aws.services.cloudformation.template import document, graph, parameters, schemas
from local_aws.services.cloudformation.template.declarations import of_value
from local_aws.services.cloudformation.template.model import Parameter, Resource, Template
from local_aws.services.cloudformation.template.parameters import ParameterValue
from local_aws.services.cloudformation.template.resolve import Pseudo, Resolver

HIDDEN = "****"
"""What is shown in place of a parameter with NoEcho."""


@dataclass(frozen=True)
class Blueprint:
    """What a stack is to be, as far as it is known."""

    source: Template
    values: Mapping[str, ParameterValue]
    pseudo: Pseudo
    known: Known
    tags: Mapping[str, str]
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)
    """Several resources are resolved at once, and a resolver is one thread's at a time."""

    @cached_property
    def resolver(self) -> Resolver:
        return Resolver(self.source, self.values, self.pseudo, self.known)

    @property
    def template(self) -> Template:
        """After its transforms."""
        return self.resolver.template

    @cached_property
    def masked(self) -> Resolver:
        """Resolves for what is shown."""
        known = Masked(self.known.store, self.known.exports, self.known.stack_id, self.known.client)
        known.unknown, known.used = self.known.unknown, self.known.used
        hidden = {
            name: [HIDDEN] if isinstance(value.resolved, list) else HIDDEN
            for name, value in self.values.items()
            if value.no_echo
        }
        return self.resolver.showing(hidden, known)

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """Those whose conditions hold."""
        return self.resolver.active_resources()

    @cached_property
    def needs(self) -> dict[str, set[str]]:
        """By logical id what it is made after. Raises TemplateInvalid for a circle."""
        graph.order(self.resources, self.template)
        return graph.dependencies(self.resources)

    def properties(self, logical_id: str) -> dict[str, Any]:
        """Resolved, of the kinds that the schema asks for. Raises Unknown."""
        with self.lock:
            found = self.resolver.properties(logical_id)
        return schemas.coerced(self.resources[logical_id].type_name, found)

    def known_properties(self, logical_id: str) -> dict[str, Any]:
        """The same before everything is made: KNOWN_AFTER_APPLY stands for what is not known."""
        with self.lock:
            found = self.resolver.properties(logical_id, known_after_apply=True)
        return schemas.coerced(self.resources[logical_id].type_name, found)

    def shown(self, logical_id: str) -> dict[str, Any]:
        """The properties without secrets."""
        with self.lock:
            return self.masked.properties(logical_id, known_after_apply=True)

    def outputs(self) -> list[dict[str, str]]:
        """As DescribeStacks tells them. Raises Unknown, TemplateInvalid."""
        found = []
        for name in self.resolver.active_outputs():
            output = self.template.outputs[name]
            told = {"OutputKey": name, "OutputValue": self.resolver.output(name)}
            if output.description:
                told["Description"] = output.description
            if (export := self.resolver.export(name)) is not None:
                told["ExportName"] = export
            found.append(told)
        return found


def blueprint(platform: Platform, stack: Stack, revision: Revision, known: Known) -> Blueprint:
    """Raises TemplateInvalid where the template or a parameter is not sound."""
    template = document.parse(revision.body)
    values = parameters.values(template, revision.parameters, {}, revision.stored)
    return Blueprint(template, values, pseudo_of(platform, stack, revision), known, revision.tags)


def parameters_told(revision: Revision) -> list[dict[str, str]]:
    """A revision's parameters with their values; those with NoEcho are hidden."""
    if not revision.body:
        return []
    declared = document.parse(revision.body).parameters
    return [
        {"ParameterKey": name, **_values_told(declared.get(name), text, revision.stored)}
        for name, text in revision.parameters.items()
    ]


def _values_told(of: Parameter | None, text: str, stored: Mapping[str, str]) -> dict[str, str]:
    told = {"ParameterValue": text}
    if of is not None and of_value(of.type_name) is not None and text in stored:
        told["ResolvedValue"] = stored[text]
    return dict.fromkeys(told, HIDDEN) if of is not None and of.no_echo else told


def pseudo_of(platform: Platform, stack: Stack, revision: Revision) -> Pseudo:
    return Pseudo(
        account_id=platform.account_id,
        region=platform.region,
        stack_id=stack.id,
        stack_name=stack.name,
        notification_arns=tuple(revision.notified),
    )
