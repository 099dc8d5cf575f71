"""Scalars brought to the kind that a schema asks for: CloudFormation takes "7" for 7."""

from collections.abc import Mapping
from typing import Any


def coerced(type_name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The same properties; what cannot be brought to its kind is left for `problems`."""
    del type_name
    return dict(properties)
