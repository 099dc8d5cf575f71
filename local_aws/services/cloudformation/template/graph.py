"""In which order resources are made: each after those that it refers to or depends on."""

from collections.abc import Mapping

from local_aws.services.cloudformation.template.checks import parts_of
from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.model import Resource, Template
from local_aws.services.cloudformation.template.references import references


def order(resources: Mapping[str, Resource], template: Template | None = None) -> list[list[str]]:
    """Layers of logical ids: all of one layer can be made at once, after those before it.

    `resources` are those that are made (Resolver.active_resources, whose branches not taken are
    left out); a dependency on another one is not waited for. Raises TemplateInvalid for a circle.
    """
    del template  # what it would tell of conditions, active_resources has left out
    waits = dependencies(resources)
    layers = []
    while waits:
        ready = [name for name, on in waits.items() if not on & waits.keys()]
        if not ready:
            raise TemplateInvalid(
                f"Circular dependency between resources: [{', '.join(_circle(waits))}]"
            )
        layers.append(ready)
        done = set(ready)
        waits = {name: on for name, on in waits.items() if name not in done}
    return layers


def dependencies(resources: Mapping[str, Resource]) -> dict[str, set[str]]:
    """What each resource waits for, of `resources`."""
    return {
        name: {*of.depends_on, *(it.name for it in references(parts_of(of)))} & resources.keys()
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
