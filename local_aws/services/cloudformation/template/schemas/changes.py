"""What an update changes of a resource, and whether that makes a new one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from local_aws.services.cloudformation.template.model import KNOWN_AFTER_APPLY
from local_aws.services.cloudformation.template.schemas.coercion import coerced
from local_aws.services.cloudformation.template.schemas.schema import Schema, schema_of

Replacement = Literal["Always", "Conditionally", "Never"]


@dataclass(frozen=True)
class PropertyChange:
    """`path` is dotted (``VersioningConfiguration.Status``); before and after None where absent."""

    path: str
    replacement: Replacement
    before: Any = None
    after: Any = None


def changes(
    type_name: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[PropertyChange]:
    """Each property that is not the same, in the order of their names; lists are one property.

    What is the same but for its kind (7 and "7") is no change.
    """
    schema = schema_of(type_name)
    old, new = coerced(type_name, before), coerced(type_name, after)
    return [
        PropertyChange(".".join(path), _replacement(schema, path, was, now), was, now)
        for path, was, now in _differences((), old, new)
    ]


def _differences(
    path: tuple[str, ...], before: Any, after: Any
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from _differences((*path, name), before.get(name), after.get(name))
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield path, before, after


def _replacement(
    schema: Schema | None, path: tuple[str, ...], before: Any, after: Any
) -> Replacement:
    if schema is None:
        return "Never"
    if any(_touches(it, path, before, after) for it in schema.paths("createOnlyProperties")):
        return "Conditionally" if after == KNOWN_AFTER_APPLY else "Always"
    conditional = schema.paths("conditionalCreateOnlyProperties")
    if any(_touches(it, path, before, after) for it in conditional):
        return "Conditionally"
    return "Never"


def _touches(rule: str, path: tuple[str, ...], before: Any, after: Any) -> bool:
    """Whether a change at a path changes what a rule names: itself, above it or below it."""
    steps = tuple(rule.split("/"))
    if steps == path[: len(steps)]:
        return True
    below = steps[len(path) :]
    return steps[: len(path)] == path and _at(before, below) != _at(after, below)


def _at(part: Any, steps: tuple[str, ...]) -> Any:
    if not steps or part is None:
        return part
    if steps[0] == "*":
        return [_at(it, steps[1:]) for it in part] if isinstance(part, list) else None
    return _at(part.get(steps[0]), steps[1:]) if isinstance(part, dict) else None
