"""A template's text read into its sections, each refused in AWS's words where it is malformed."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from local_aws.services.cloudformation.template import loops, source
from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.model import (
    Output,
    Resource,
    Template,
)
from local_aws.services.cloudformation.template.parameters import ParameterValue, declared

MAX_BODY = 51_200
"""Bytes of a template in a request; through S3 it may have MAX_OBJECT."""
MAX_OBJECT = 1_000_000
MAX_RESOURCES = 500
MAX_OUTPUTS = 200
MAX_MAPPINGS = 200
MAX_PARAMETERS = 200
MAX_DESCRIPTION = 1024

FORMAT_VERSION = "2010-09-09"
SECTIONS = frozenset(
    [
        "AWSTemplateFormatVersion",
        "Description",
        "Metadata",
        "Parameters",
        "Rules",
        "Mappings",
        "Conditions",
        "Transform",
        "Resources",
        "Outputs",
    ]
)
RESOURCE_KEYS = frozenset(
    [
        "Type",
        "Properties",
        "DependsOn",
        "Condition",
        "DeletionPolicy",
        "UpdateReplacePolicy",
        "Metadata",
        "CreationPolicy",
        "UpdatePolicy",
    ]
)
OUTPUT_KEYS = frozenset({"Description", "Value", "Condition", "Export"})
DELETION_POLICIES = frozenset({"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"})
REPLACE_POLICIES = frozenset({"Delete", "Retain", "Snapshot"})
KINDS = {"Parameters": "Parameter", "Resources": "Resource", "Outputs": "Output"}
T = TypeVar("T")
ALPHANUMERIC = re.compile(r"[A-Za-z0-9]+")


def parse(body: str) -> Template:
    """The template in a text. Raises TemplateInvalid."""
    return template_of(source.read(body), body)


def processed(template: Template, values: Mapping[str, ParameterValue]) -> Template:
    """The template after its transforms, as GetTemplate's stage Processed shows it.

    What has no transform is returned as it is. Raises TemplateInvalid.
    """
    if not template.extended:
        return template
    lists = {name: of.resolved for name, of in values.items() if isinstance(of.resolved, list)}
    return template_of(loops.expanded(template.tree, lists), template.body)


def template_of(tree: Mapping[str, Any], body: str) -> Template:
    """The template in a document that was read already."""
    _top_level(tree)
    return Template(
        body=body,
        tree=tree,
        description=tree.get("Description", ""),
        parameters=_each(tree, "Parameters", MAX_PARAMETERS, declared),
        mappings=_section(tree, "Mappings"),
        conditions=_section(tree, "Conditions"),
        rules=_section(tree, "Rules"),
        resources=_each(tree, "Resources", MAX_RESOURCES, _resource),
        outputs=_each(tree, "Outputs", MAX_OUTPUTS, _output),
        metadata=_section(tree, "Metadata"),
        transforms=_transforms(tree),
    )


def _top_level(tree: Mapping[str, Any]) -> None:
    if unknown := [name for name in tree if name not in SECTIONS]:
        raise TemplateInvalid(f"Invalid template property or properties [{', '.join(unknown)}]")
    if str(tree.get("AWSTemplateFormatVersion", FORMAT_VERSION)) != FORMAT_VERSION:
        raise TemplateInvalid(
            "Template format error: unsupported value for AWSTemplateFormatVersion."
        )
    if not tree.get("Resources"):
        raise TemplateInvalid(
            "Template format error: At least one Resources member must be defined."
        )


def _section(tree: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = tree.get(name, {})
    if not isinstance(section, dict):
        raise TemplateInvalid(f"Template format error: {name} is not a map")
    return section


def _each(
    tree: Mapping[str, Any], section: str, limit: int, read: Callable[[str, Any], T]
) -> dict[str, T]:
    members = {name: of for name, of in _section(tree, section).items() if not loops.is_loop(name)}
    if len(members) > limit:
        raise TemplateInvalid(
            f"Template format error: Number of {section.lower()}, {len(members)}, "
            f"is greater than maximum allowed, {limit}"
        )
    for name in members:
        if not ALPHANUMERIC.fullmatch(name):
            raise TemplateInvalid(
                f"Template format error: {KINDS[section]} name {name} is non alphanumeric."
            )
    return {name: read(name, of) for name, of in members.items()}


def _resource(logical_id: str, of: Any) -> Resource:
    if not isinstance(of, dict):
        raise TemplateInvalid("Template format error: Any Resources member must be an object.")
    if not isinstance(of.get("Type"), str):
        raise TemplateInvalid(
            f"Template format error: [/Resources/{logical_id}] "
            "Every Resources object must contain a Type member."
        )
    if unknown := [name for name in of if name not in RESOURCE_KEYS]:
        raise TemplateInvalid(f"Invalid template resource property '{unknown[0]}'")
    return Resource(
        logical_id=logical_id,
        type_name=of["Type"],
        properties=of.get("Properties", {}),
        depends_on=_depends_on(logical_id, of.get("DependsOn", ())),
        condition=of.get("Condition"),
        deletion_policy=of.get("DeletionPolicy", "Delete"),
        update_replace_policy=of.get("UpdateReplacePolicy", "Delete"),
        metadata=of.get("Metadata", {}),
        attributes={name: of[name] for name in ("CreationPolicy", "UpdatePolicy") if name in of},
    )


def _depends_on(logical_id: str, names: Any) -> tuple[str, ...]:
    names = [names] if isinstance(names, str) else names
    if not all(isinstance(name, str) for name in names):
        raise TemplateInvalid(
            f"Template format error: DependsOn of {logical_id} must be a string or list of strings"
        )
    return tuple(names)


def _output(name: str, of: Any) -> Output:
    if not isinstance(of, dict) or "Value" not in of:
        raise TemplateInvalid(
            "Template format error: Every Outputs member must contain a Value object"
        )
    return Output(
        name=name,
        value=of["Value"],
        description=of.get("Description", ""),
        condition=of.get("Condition"),
        export=of.get("Export", {}).get("Name"),
    )


def _transforms(tree: Mapping[str, Any]) -> tuple[str, ...]:
    named = tree.get("Transform", [])
    return tuple([named] if isinstance(named, str) else named)
