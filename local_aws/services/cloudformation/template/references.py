"""Where a part of a template refers to: parameters, resources, attributes and conditions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PLACEHOLDER = re.compile(r"\$\{(?P<literal>!)?(?P<name>[^}]*)\}")
"""``${Name}`` of Fn::Sub; with ``!`` it stands for the text without it."""


@dataclass(frozen=True)
class Reference:
    """``Ref`` (no attribute) or ``Fn::GetAtt`` of a name, as written or inside Fn::Sub."""

    name: str
    attribute: str | None = None


def references(part: Any) -> Iterator[Reference]:
    """Every reference in a part, in the order in which they are written."""
    if isinstance(part, list):
        for item in part:
            yield from references(item)
    elif isinstance(part, dict):
        if len(part) == 1:
            yield from _of_function(*next(iter(part.items())))
        for value in part.values():
            yield from references(value)


def _of_function(function: str, argument: Any) -> Iterator[Reference]:
    if function == "Ref" and isinstance(argument, str):
        yield Reference(argument)
    elif function == "Fn::GetAtt" and (found := attribute_of(argument)):
        yield found
    elif function == "Fn::Sub":
        yield from _of_sub(argument)


def attribute_of(argument: Any) -> Reference | None:
    """What Fn::GetAtt names, where both its parts are texts."""
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    if isinstance(parts, list) and len(parts) >= 2 and all(isinstance(it, str) for it in parts):
        return Reference(parts[0], ".".join(parts[1:]))
    return None


def _of_sub(argument: Any) -> Iterator[Reference]:
    text, variables = argument if _is_pair(argument) else (argument, {})
    if isinstance(text, str):
        for found in PLACEHOLDER.finditer(text):
            name = found["name"].strip()
            if not found["literal"] and name not in variables:
                yield placed(name)


def _is_pair(argument: Any) -> bool:
    return isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], dict)


def placed(name: str) -> Reference:
    """What ``${name}`` refers to: a dot makes it an attribute."""
    of, dot, attribute = name.partition(".")
    return Reference(of, attribute) if dot else Reference(name)


def conditions(part: Any) -> Iterator[str]:
    """The conditions that a part names, by Fn::If or Condition."""
    if isinstance(part, list):
        for item in part:
            yield from conditions(item)
    elif isinstance(part, dict):
        chosen = part.get("Fn::If")
        if isinstance(chosen, list) and chosen and isinstance(chosen[0], str):
            yield chosen[0]
        if len(part) == 1 and isinstance(part.get("Condition"), str):
            yield part["Condition"]
        for value in part.values():
            yield from conditions(value)
