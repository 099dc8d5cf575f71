"""What a new template asks of a resource that is there."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from local_aws.services.cloudformation.resources.handler import Handler, ResourceFailed
from local_aws.services.cloudformation.stacks.records import Resource
from local_aws.services.cloudformation.template import schemas


class Decision(Enum):
    """CREATE is of a resource that is not there."""

    CREATE = "create"
    KEEP = "keep"
    UPDATE = "update"
    REPLACE = "replace"


def decide(
    now: Resource | None,
    type_name: str,
    properties: Mapping[str, Any],
    tags: Mapping[str, str],
    handler: Callable[[str], Handler],
) -> Decision:
    """Raises ResourceFailed where a replacement would need a name that the old one still has."""
    if now is None:
        return Decision.CREATE
    changed = schemas.changes(type_name, now.properties, properties)
    if replaces(handler(type_name), changed):
        _refuse_custom_name(now, properties)
        return Decision.REPLACE
    # A change of the stack's tags reaches every resource.
    return Decision.UPDATE if changed or dict(tags) != now.tags else Decision.KEEP


def replaces(handler: Handler, changed: list[schemas.PropertyChange]) -> bool:
    """Whether a change makes a new resource: as the schema says, or as the handler does."""
    return any(is_new(handler, one) for one in changed)


def is_new(handler: Handler, change: schemas.PropertyChange) -> bool:
    """Whether this change does."""
    return change.replacement == "Always" or any(_at(change, path) for path in handler.replaced_by)


def _at(change: schemas.PropertyChange, path: str) -> bool:
    """Whether the change is of what is at a path, or of a part of it, or of a whole around it."""
    if f"{change.path}.".startswith(f"{path}."):
        return True
    if not path.startswith(f"{change.path}."):
        return False
    inner = path.removeprefix(f"{change.path}.").split(".")
    return bool(_inside(change.before, inner) != _inside(change.after, inner))


def _inside(part: Any, path: list[str]) -> Any:
    for name in path:
        part = part.get(name) if isinstance(part, Mapping) else None
    return part


def _refuse_custom_name(now: Resource, properties: Mapping[str, Any]) -> None:
    schema = schemas.schema_of(now.type)
    named = schema.paths("primaryIdentifier") if schema else frozenset()
    if not named or any(name not in properties for name in named):
        return
    if all(properties[name] == now.properties.get(name) for name in named):
        raise ResourceFailed(
            "CloudFormation cannot update a stack when a custom-named resource requires "
            f"replacing. Rename {now.physical_id} and update the stack again."
        )
