"""Tags: a template's, as a list or as a map, and the stack's, which every resource takes on."""

from collections.abc import Mapping
from typing import Any

from local_aws.services.cloudformation.resources.handler import Properties, Work


def tags_of(properties: Properties) -> dict[str, str]:
    """The property ``Tags``, whichever of its two forms the type has."""
    given: Any = properties.get("Tags") or {}
    if isinstance(given, Mapping):
        return {key: str(value) for key, value in given.items()}
    return {tag["Key"]: str(tag["Value"]) for tag in given}


def wanted_tags(work: Work) -> dict[str, str]:
    """Of a resource to be: its own stand before the stack's."""
    return dict(work.tags) | tags_of(work.properties)


def dropped_tags(work: Work) -> list[str]:
    """The keys that an update takes away."""
    return sorted(tags_of(work.before).keys() - wanted_tags(work).keys())


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """As most services take tags."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
