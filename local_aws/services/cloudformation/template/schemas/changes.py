"""What an update changes of a resource, and whether that makes a new one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from local_aws.services.cloudformation.template.schemas.schema import schema_of


@dataclass(frozen=True)
class PropertyChange:
    """`path` is dotted (``VersioningConfiguration.Status``); before and after None where absent."""

    path: str
    replacement: Literal["Always", "Conditionally", "Never"]
    before: Any = None
    after: Any = None


def changes(
    type_name: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[PropertyChange]:
    """Each property that is not the same, in the order of their names."""
    schema = schema_of(type_name)
    always = schema.paths("createOnlyProperties") if schema else frozenset()
    names = sorted(before.keys() | after.keys())
    return [
        PropertyChange(
            name, "Always" if name in always else "Never", before.get(name), after.get(name)
        )
        for name in names
        if before.get(name) != after.get(name)
    ]
