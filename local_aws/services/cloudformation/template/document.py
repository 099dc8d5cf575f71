"""A template's text read into its sections, and refused in AWS's words where it is malformed.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from local_aws.services.cloudformation.template import (
    checks,
    loops,
    members,
    source,
    syntax,
    unsupported,
)
from local_aws.services.cloudformation.template.declarations import declared
from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.model import LANGUAGE_EXTENSIONS, Template
from local_aws.services.cloudformation.template.parameters import ParameterValue
from local_aws.services.cloudformation.template.references import is_loop

MAX_BODY = 51_200
"""Bytes of a template in a request; through S3 it may have MAX_OBJECT."""
MAX_OBJECT = 1_000_000
MAX_DESCRIPTION = 1024
MAX_NAME = 255

FORMAT_VERSION = "2010-09-09"
SECTIONS = [
    *["AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings"],
    *["Conditions", "Transform", "Resources", "Outputs"],
    *unsupported.SECTIONS,
]
KINDS = {
    "Parameters": ("Parameter", 200),
    "Mappings": ("Mapping", 200),
    "Resources": ("Resource", 500),
    "Outputs": ("Output", 200),
}
"""By section: what one of its members is called, and how many AWS takes. Conditions and rules may
be called anything, and as many as a template holds."""

T = TypeVar("T")
ALPHANUMERIC = re.compile(r"[A-Za-z0-9]+")


def parse(body: str) -> Template:
    """The template in a text. Raises TemplateInvalid.

    One with AWS::LanguageExtensions is whole, and checked, when it was `processed` only.
    """
    tree = source.read(body)
    _refuse_nulls(tree)
    transforms = _transforms(tree)
    _top_level(tree)
    if transforms:
        return replace(_sections(loops.provisional(tree), body, transforms), tree=tree)
    return _checked(tree, body, transforms)


def processed(
    template: Template,
    values: Mapping[str, ParameterValue],
    pseudo: Mapping[str, Any] | None = None,
) -> Template:
    """The template after its transforms, as GetTemplate's stage Processed shows it.

    `pseudo` are the pseudo parameters by name (Pseudo.values), which loops may ask for. What has
    no transform is returned as it is. Raises TemplateInvalid.
    """
    if not template.extended:
        return template
    known = {**(pseudo or {}), **{name: of.resolved for name, of in values.items()}}
    return _checked(loops.expanded(template, known), template.body, template.transforms)


def _checked(tree: Mapping[str, Any], body: str, transforms: tuple[str, ...]) -> Template:
    syntax.check(tree, extended=bool(transforms))
    template = _sections(tree, body, transforms)
    checks.check(template)
    return template


def _sections(tree: Mapping[str, Any], body: str, transforms: tuple[str, ...]) -> Template:
    return Template(
        body=body,
        tree=tree,
        description=tree.get("Description", ""),
        parameters=_each(tree, "Parameters", declared),
        mappings=_each(tree, "Mappings", members.mapping),
        conditions=_each(tree, "Conditions", members.condition),
        rules=_each(tree, "Rules", members.rule),
        resources=_each(tree, "Resources", members.resource),
        outputs=_each(tree, "Outputs", members.output),
        metadata=_section(tree, "Metadata"),
        transforms=transforms,
    )


def _refuse_nulls(tree: Mapping[str, Any]) -> None:
    """Depth is bounded by then: reading did that."""

    def search(part: Any, path: list[str]) -> None:
        if part is None:
            raise TemplateInvalid(
                f"[{source.place(path)}] 'null' values are not allowed in templates"
            )
        steps = part.items() if isinstance(part, dict) else enumerate(source.children(part))
        for step, value in steps:
            search(value, [*path, str(step)])

    search(tree, [])


def _top_level(tree: Mapping[str, Any]) -> None:
    if unknown := [name for name in tree if name not in SECTIONS]:
        raise TemplateInvalid(f"Invalid template property or properties [{', '.join(unknown)}]")
    if tree.get("AWSTemplateFormatVersion", FORMAT_VERSION) != FORMAT_VERSION:
        raise TemplateInvalid(
            "Template format error: unsupported value for AWSTemplateFormatVersion."
        )
    for name in unsupported.SECTIONS:
        if name in tree:
            raise TemplateInvalid(f"The section {name} is not supported by local_aws")
    _description(tree)
    if not _section(tree, "Resources"):  # loops count
        raise TemplateInvalid(
            "Template format error: At least one Resources member must be defined."
        )


def _description(tree: Mapping[str, Any]) -> None:
    description = tree.get("Description", "")
    if not isinstance(description, str):
        raise TemplateInvalid("Template format error: Every Description member must be a string.")
    if len(description.encode(errors="replace")) > MAX_DESCRIPTION:
        raise TemplateInvalid("Template format error: 'Description' length is greater than 1024")


def _section(tree: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = tree.get(name, {})
    if not isinstance(section, dict):
        raise TemplateInvalid(f"Template format error: Every {name} member must be a map")
    return section


def _each(tree: Mapping[str, Any], section: str, read: Callable[[str, Any], T]) -> dict[str, T]:
    found = {name: of for name, of in _section(tree, section).items() if not is_loop(name)}
    if section in KINDS:
        _limit(section, found)
    return {name: read(name, of) for name, of in found.items()}


def _limit(section: str, names: Collection[str]) -> None:
    kind, limit = KINDS[section]
    if len(names) > limit:
        raise TemplateInvalid(
            f"Template format error: Number of {section.lower()}, {len(names)}, "
            f"is greater than maximum allowed, {limit}"
        )
    for name in names:
        if not ALPHANUMERIC.fullmatch(name) or len(name) > MAX_NAME:
            raise TemplateInvalid(
                f"Template format error: {kind} name {name[:MAX_NAME]} is non alphanumeric."
            )


def _transforms(tree: Mapping[str, Any]) -> tuple[str, ...]:
    """Their names. A transform is a Lambda function of AWS's or the account's: one is here."""
    named = tree.get("Transform", [])
    transforms = named if isinstance(named, list) else [named]
    for transform in transforms:
        name = transform.get("Name") if isinstance(transform, dict) else transform
        if not isinstance(name, str):
            raise TemplateInvalid("Key Name of transform definition must be a string.")
        if name != LANGUAGE_EXTENSIONS:
            raise TemplateInvalid(f"The transform {name} is not supported by local_aws")
    return tuple([LANGUAGE_EXTENSIONS] if transforms else [])
