"""In which order resources are made: each after those that it refers to or depends on."""

from collections.abc import Mapping

from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.model import Resource, Template
from local_aws.services.cloudformation.template.references import references


def order(resources: Mapping[str, Resource], template: Template) -> list[list[str]]:
    """Layers of logical ids: all of one layer can be made at once, after those before it.

    `resources` are those that are made (Resolver.active_resources); what refers to another one of
    the template is not waited for. Raises TemplateInvalid for a circle.
    """
    waits = dependencies(resources, template)
    layers = []
    while waits:
        ready = [name for name, on in waits.items() if not on & waits.keys()]
        if not ready:
            raise TemplateInvalid(
                f"Circular dependency between resources: [{', '.join(_circle(waits))}]"
            )
        layers.append(ready)
        waits = {name: on for name, on in waits.items() if name not in ready}
    return layers


def dependencies(resources: Mapping[str, Resource], template: Template) -> dict[str, set[str]]:
    """What each resource waits for, of `resources`."""
    del template  # a later version reads the branches that conditions leave
    return {
        name: (set(of.depends_on) | {found.name for found in references(of.properties)})
        & resources.keys()
        for name, of in resources.items()
    }


def _circle(waits: Mapping[str, set[str]]) -> list[str]:
    """Those that stand in a circle, without those that merely wait for one."""
    left = dict(waits)
    while True:
        needed = set().union(*left.values())
        kept = {name: on for name, on in left.items() if name in needed}
        if len(kept) == len(left):
            return list(left)
        left = kept
