"""Where a part of a template refers to: parameters, resources, attributes and conditions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.source import children

PLACEHOLDER = re.compile(r"\$\{(?P<literal>!)?(?P<name>[^}]*)\}")
"""``${Name}`` of Fn::Sub; with ``!`` it stands for the text without it."""
COMPUTED = "*"
"""An attribute that is itself a function: CloudFormation takes a Ref for it."""
NAME = re.compile(r"[A-Za-z0-9_.:]+")


@dataclass(frozen=True)
class Reference:
    """``Ref`` (no attribute) or ``Fn::GetAtt`` of a name, as written or inside Fn::Sub."""

    name: str
    attribute: str | None = None


def references(part: Any) -> Iterator[Reference]:
    """Every reference in a part, in the order in which they are written."""
    if isinstance(part, dict) and len(part) == 1:
        yield from _of_function(*next(iter(part.items())))
    for child in children(part):
        yield from references(child)


def _of_function(function: str, argument: Any) -> Iterator[Reference]:
    if function == "Ref" and isinstance(argument, str):
        yield Reference(argument)
    elif function == "Fn::GetAtt" and (found := attribute_of(argument)):
        yield found
    elif function == "Fn::Sub":
        variables = argument[1] if isinstance(argument, list) else {}
        yield from (placed(name) for name in names_of_sub(argument) if name not in variables)


def is_loop(name: str) -> bool:
    """Whether a key is a loop of AWS::LanguageExtensions, not the name of a member."""
    return name.startswith("Fn::ForEach::")


def attribute_of(argument: Any) -> Reference | None:
    """What Fn::GetAtt names; None where it is malformed. A computed attribute is ``*``."""
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    if not isinstance(parts, list) or len(parts) < 2 or not isinstance(parts[0], str):
        return None
    if len(parts) == 2 and isinstance(parts[1], dict):
        return Reference(parts[0], COMPUTED)
    if all(isinstance(it, str) and it for it in parts):
        return Reference(parts[0], ".".join(parts[1:]))
    return None


def names_of_sub(argument: Any) -> list[str]:
    """The names between the braces of Fn::Sub's text. Raises TemplateInvalid for what is none."""
    text = argument[0] if isinstance(argument, list) else argument
    names = [it["name"].strip() for it in PLACEHOLDER.finditer(text) if not it["literal"]]
    if not all(NAME.fullmatch(name) for name in names):
        raise TemplateInvalid(
            "Template error: variable names in Fn::Sub syntax must contain only alphanumeric "
            "characters, underscores, periods, and colons"
        )
    return names


def placed(name: str) -> Reference:
    """What ``${name}`` refers to: a dot makes it an attribute."""
    of, dot, attribute = name.partition(".")
    return Reference(of, attribute) if dot else Reference(name)


def arguments(part: Any, function: str) -> Iterator[Any]:
    """The argument of every use of a function in a part."""
    if isinstance(part, dict) and len(part) == 1 and function in part:
        yield part[function]
    for child in children(part):
        yield from arguments(child, function)
