"""What properties have that a type's schema does not take."""

from collections.abc import Mapping
from typing import Any

from local_aws.services.cloudformation.template.schemas.schema import schema_of


def problems(type_name: str, properties: Mapping[str, Any]) -> list[str]:
    """In CloudFormation's words; empty where the properties are what the type takes."""
    schema = schema_of(type_name)
    if schema is None:
        return [f"Unrecognized resource types: [{type_name}]"]
    unknown = [name for name in properties if name not in schema.body["properties"]]
    return [f"Encountered unsupported property {name}" for name in unknown]
