"""What GetTemplateSummary and ValidateTemplate tell of a template, by AWS's names of members.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html
"""

import json
from typing import Any

from local_aws.services.cloudformation.template import schemas
from local_aws.services.cloudformation.template.capabilities import capabilities, reason
from local_aws.services.cloudformation.template.model import Parameter, Template


def summary(template: Template) -> dict[str, Any]:
    """Members that have nothing to say are left out, but for Parameters and ResourceTypes."""
    types = dict.fromkeys(of.type_name for of in template.resources.values())
    told = {
        "Description": template.description,
        "Capabilities": capabilities(template),
        "CapabilitiesReason": reason(template),
        "Version": str(template.tree.get("AWSTemplateFormatVersion", "")),
        "Metadata": json.dumps(template.metadata) if template.metadata else "",
        "DeclaredTransforms": list(template.transforms),
        "ResourceIdentifierSummaries": [_identifiers(template, name) for name in types],
    }
    return {
        "Parameters": [_declaration(of) for of in template.parameters.values()],
        "ResourceTypes": list(types),
        **{name: value for name, value in told.items() if value},
    }


def _declaration(of: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ParameterKey": of.name,
        "ParameterType": of.type_name,
        "NoEcho": of.no_echo,
        "ParameterConstraints": {"AllowedValues": list(of.allowed_values)}
        if of.allowed_values
        else {},
    }
    if of.default is not None:
        told["DefaultValue"] = of.default
    if of.description:
        told["Description"] = of.description
    return told


def _identifiers(template: Template, type_name: str) -> dict[str, Any]:
    """By which properties a resource of a type that is there already is taken into a stack."""
    schema = schemas.schema_of(type_name)
    told: dict[str, Any] = {
        "ResourceType": type_name,
        "LogicalResourceIds": [
            name for name, of in template.resources.items() if of.type_name == type_name
        ],
    }
    if schema and schema.primary_identifier:
        told["ResourceIdentifiers"] = [it.split("/")[-1] for it in schema.primary_identifier]
    return told
