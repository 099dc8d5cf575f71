"""Whether a template's parts fit together: every name that is used is one that is declared."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from local_aws.services.cloudformation.template import schemas
from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.model import (
    PSEUDO_PARAMETERS,
    Resource,
    Template,
)
from local_aws.services.cloudformation.template.references import (
    COMPUTED,
    Reference,
    arguments,
    references,
)
from local_aws.services.cloudformation.template.source import children

SECURE_STRING = "{{resolve:ssm-secure:"


def check(template: Template) -> None:
    """Raise TemplateInvalid for the first thing that does not fit."""
    _unique_names(template)
    _types(template)
    _conditions_of_conditions(template)
    _condition_names(template)
    _mapping_names(template)
    _references(template)
    _attributes(template)
    _imports(template)
    _secure_strings(template)


def _unique_names(template: Template) -> None:
    common = [name for name in template.resources if name in template.parameters]
    if common:
        raise TemplateInvalid(
            "Template error: all resources and parameters must have unique names. "
            f"Common name(s):[{', '.join(common)}]"
        )


def _types(template: Template) -> None:
    names = dict.fromkeys(of.type_name for of in template.resources.values())
    if unknown := [name for name in names if not schemas.is_known(name)]:
        raise TemplateInvalid(
            f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]"
        )


def _secure_strings(template: Template) -> None:
    """Secure strings of Parameter Store are for some passwords only."""
    places = [
        f"{of.type_name}/{place}"
        for of in template.resources.values()
        for place in _places(of.properties, ["Properties"])
    ]
    if places:
        raise TemplateInvalid(f"SSM Secure reference is not supported in: [{', '.join(places)}]")


def _places(part: Any, path: list[str]) -> Iterator[str]:
    if isinstance(part, str) and SECURE_STRING in part:
        yield "/".join(step for step in path if not step.startswith("Fn::"))
    steps = part.items() if isinstance(part, dict) else [("", child) for child in children(part)]
    for step, child in steps:
        yield from _places(child, [*path, step] if step else path)


def _conditions_of_conditions(template: Template) -> None:
    for part in (*template.conditions.values(), *template.rules.values()):
        names = dict.fromkeys(it.name for it in references(part))
        if unknown := [name for name in names if not _is_value(template, name)]:
            raise TemplateInvalid(
                f"Template format error: Unresolved dependencies [{', '.join(unknown)}]. "
                "Cannot reference resources in the Conditions block of the template"
            )
    uses = {name: set(used_conditions(of)) for name, of in template.conditions.items()}
    for name in (used for names in uses.values() for used in sorted(names)):
        if name not in template.conditions:
            raise TemplateInvalid(
                f"Template format error: Unresolved condition dependency {name} in the Conditions "
                "block of the template"
            )
    _refuse_circles(uses)


def _is_value(template: Template, name: str) -> bool:
    return name in template.parameters or name in PSEUDO_PARAMETERS


def _refuse_circles(uses: Mapping[str, set[str]]) -> None:
    left = dict(uses)
    while ready := {name for name, on in left.items() if not on & left.keys()}:
        left = {name: on for name, on in left.items() if name not in ready}
    if left:
        raise TemplateInvalid(
            f"Template error: Found circular condition dependency: [{', '.join(left)}]"
        )


def used_conditions(expression: Any) -> Iterable[str]:
    """The conditions that a condition names."""
    yield from arguments(expression, "Condition")
    yield from (it[0] for it in arguments(expression, "Fn::If"))


def _condition_names(template: Template) -> None:
    for section, members in (("Resources", template.resources), ("Outputs", template.outputs)):
        for name in (of.condition for of in members.values()):
            if name is not None and name not in template.conditions:
                raise TemplateInvalid(
                    f"Template format error: Unresolved condition dependency {name} in the "
                    f"{section} block of the template"
                )
    for chosen in arguments(parts(template), "Fn::If"):
        if chosen[0] not in template.conditions:
            raise TemplateInvalid(
                f"Template error: unresolved condition dependency {chosen[0]} in Fn::If"
            )


def parts(template: Template) -> list[Any]:
    """Everything in which functions may be used, of resources and outputs."""
    outputs = [[of.value, of.export] for of in template.outputs.values()]
    return [*(parts_of(of) for of in template.resources.values()), *outputs]


def parts_of(resource: Resource) -> list[Any]:
    """Where a resource's functions may be."""
    return [resource.properties, resource.metadata, resource.attributes]


def _mapping_names(template: Template) -> None:
    for argument in arguments([parts(template), list(template.conditions.values())], FIND):
        if isinstance(argument[0], str) and argument[0] not in template.mappings:
            if len(argument) == 4:
                continue
            raise no_mapping(argument[0])


FIND = "Fn::FindInMap"


def no_mapping(name: str) -> TemplateInvalid:
    """What AWS says of a mapping that is not there."""
    return TemplateInvalid(
        f"Template error: Mapping named '{name}' is not present in the 'Mappings' section of "
        "template."
    )


def _references(template: Template) -> None:
    resources = [
        it
        for of in template.resources.values()
        for it in (*(Reference(name, "") for name in of.depends_on), *references(parts_of(of)))
    ]
    outputs = list(references([[of.value, of.export] for of in template.outputs.values()]))
    for section, found in (("Resources", resources), ("Outputs", outputs)):
        if unknown := dict.fromkeys(it.name for it in found if not _resolves(template, it)):
            raise unresolved(unknown, section)


def _resolves(template: Template, reference: Reference) -> bool:
    if reference.name in template.resources:
        return True
    return reference.attribute is None and _is_value(template, reference.name)


def unresolved(names: Iterable[str], section: str) -> TemplateInvalid:
    """What AWS says of references to what is not there, or left out by its condition."""
    return TemplateInvalid(
        f"Template format error: Unresolved resource dependencies [{', '.join(names)}] in the "
        f"{section} block of the template"
    )


def _attributes(template: Template) -> None:
    for it in references(parts(template)):
        if it.attribute in (None, COMPUTED):
            continue
        type_name = template.resources[it.name].type_name
        if not schemas.has_attribute(type_name, it.attribute):
            raise TemplateInvalid(
                f"Template error: resource {it.name} does not support attribute type "
                f"{it.attribute} in Fn::GetAtt"
            )


def _imports(template: Template) -> None:
    for argument in arguments(parts(template), "Fn::ImportValue"):
        if _depends(template, argument):
            raise TemplateInvalid(
                "Template error: the attribute in Fn::ImportValue must not depend on any "
                "resources, imported values, or Fn::GetAZs"
            )
    for output in template.outputs.values():
        if _depends(template, output.export):
            raise TemplateInvalid(
                "Template error: The Name field of Export must not depend on any resources, "
                "imported values, or Fn::GetAZs."
            )


def _depends(template: Template, part: Any) -> bool:
    return (
        any(it.name in template.resources for it in references(part))
        or any(True for _ in arguments(part, "Fn::ImportValue"))
        or any(True for _ in arguments(part, "Fn::GetAZs"))
    )
