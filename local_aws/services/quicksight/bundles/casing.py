"""Members in camel case, as bundles have them, and in Pascal case, as the API has them.

The service model says what is a member: the keys of a map are somebody's own words.
"""

from collections.abc import Callable
from typing import Any

from local_aws.wire.models import Shape

Name = Callable[[str], str]


def to_bundle(shape: Shape, value: Any) -> Any:
    """A request as a bundle's file has it: `DataSetId` as `dataSetId`."""
    return _walk(shape, value, lambda name: name, _lowered)


def from_bundle(shape: Shape, value: Any) -> Any:
    """A bundle's file as a request. A member that the model does not know keeps its name."""
    return _walk(shape, value, _lowered, lambda name: name)


def _lowered(name: str) -> str:
    return name[:1].lower() + name[1:]


def _walk(shape: Shape, value: Any, reads: Name, writes: Name) -> Any:
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {reads(name): (writes(name), inner) for name, inner in shape.members.items()}
        return {
            members[key][0] if key in members else key: (
                _walk(members[key][1], inner, reads, writes) if key in members else inner
            )
            for key, inner in value.items()
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [_walk(shape.member, item, reads, writes) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _walk(shape.value, item, reads, writes) for key, item in value.items()}
    return value
