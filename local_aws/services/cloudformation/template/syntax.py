"""The shape of every function's argument, checked where it is written, before anything resolves.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from local_aws.services.cloudformation.template import unsupported
from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.references import (
    attribute_of,
    is_loop,
    names_of_sub,
)
from local_aws.services.cloudformation.template.source import children

Shape = Callable[[Any], bool]


def listed(*sizes: int) -> Shape:
    """A list of one of these sizes."""
    return lambda argument: isinstance(argument, list) and len(argument) in sizes


def _is_ref(argument: Any) -> bool:
    return isinstance(argument, str) and bool(argument)


def _is_sub(argument: Any) -> bool:
    if isinstance(argument, list):
        return (
            len(argument) == 2
            and isinstance(argument[0], str)
            and isinstance(argument[1], dict)
            and bool(argument[1])
        )
    return isinstance(argument, str)


def _is_join(argument: Any) -> bool:
    return (
        isinstance(argument, list)
        and len(argument) == 2
        and isinstance(argument[0], str)
        and isinstance(argument[1], list | dict)
    )


def _is_split(argument: Any) -> bool:
    return isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str)


def _is_if(argument: Any) -> bool:
    return isinstance(argument, list) and len(argument) == 3 and isinstance(argument[0], str)


def _is_find(argument: Any) -> bool:
    """Three names, and under AWS::LanguageExtensions a default."""
    if not isinstance(argument, list) or len(argument) not in (3, 4):
        return False
    default = argument[3] if len(argument) == 4 else {"DefaultValue": None}
    return isinstance(default, dict) and list(default) == ["DefaultValue"]


def _is_one(argument: Any) -> bool:
    """A text, or a function that comes to one."""
    return isinstance(argument, str) or (isinstance(argument, dict) and len(argument) == 1)


def _operands(low: int, high: int) -> Shape:
    return lambda argument: (
        isinstance(argument, list)
        and low <= len(argument) <= high
        and all(isinstance(it, dict) and len(it) == 1 for it in argument)
    )


SHAPES: Mapping[str, tuple[Shape, str]] = {
    "Ref": (_is_ref, "every Ref object must have a single String value."),
    "Fn::Base64": (_is_one, "every Fn::Base64 object must have a String-typed value."),
    "Fn::Cidr": (
        listed(2, 3),
        "every Fn::Cidr object requires two or three parameters, the block of addresses, how many "
        "to make and their subnet bits",
    ),
    "Fn::FindInMap": (
        _is_find,
        "every Fn::FindInMap object requires three parameters, the map name, map key and the "
        "attribute for return value",
    ),
    "Fn::GetAtt": (
        lambda argument: attribute_of(argument) is not None,
        "every Fn::GetAtt object requires two non-empty parameters, the resource name and the "
        "resource attribute",
    ),
    "Fn::GetAZs": (_is_one, "every Fn::GetAZs object must have a String-typed value."),
    "Fn::If": (_is_if, "Fn::If requires a list argument with three elements"),
    "Fn::ImportValue": (_is_one, "every Fn::ImportValue object must have a String-typed value."),
    "Fn::Join": (
        _is_join,
        "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of "
        "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to "
        "be joined.",
    ),
    "Fn::Length": (
        lambda argument: isinstance(argument, list | dict),
        "every Fn::Length object requires a list or a function that returns one",
    ),
    "Fn::Select": (
        listed(2),
        "Fn::Select requires a list argument with two elements: an integer index and a list",
    ),
    "Fn::Split": (
        _is_split,
        "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string "
        "to be split or a function that returns a string to be split.",
    ),
    "Fn::Sub": (
        _is_sub,
        "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a "
        "string as first argument, and an optional second argument to specify a mapping of values "
        "to replace in the string",
    ),
    "Fn::ToJsonString": (
        lambda argument: isinstance(argument, list | dict),
        "every Fn::ToJsonString object requires an object or a list",
    ),
}
"""By function: what its argument must look like, and what AWS says where it does not."""

BOOLEANS: Mapping[str, tuple[Shape, str]] = {
    "Condition": (_is_ref, "every Condition member must be a string."),
    "Fn::And": (
        _operands(2, 10),
        "every Fn::And object requires a list of at least 2 and at most 10 boolean parameters.",
    ),
    "Fn::Equals": (listed(2), "every Fn::Equals object requires a list of 2 string parameters."),
    "Fn::Not": (_operands(1, 1), "Fn::Not requires a list argument with one element"),
    "Fn::Or": (
        _operands(2, 10),
        "every Fn::Or object requires a list of at least 2 and at most 10 boolean parameters.",
    ),
}
"""Functions of conditions and rules alone."""

OF_RULES: Mapping[str, tuple[Shape, str]] = {
    name: (listed(2), f"every {name} object requires a list of 2 parameters.")
    for name in ("Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn")
}
EXTENSIONS = frozenset(["Fn::Length", "Fn::ToJsonString"])
IN_CONDITIONS = frozenset(["Ref", "Fn::FindInMap", "Fn::Select", "Fn::Join", "Fn::Split"]) | (
    EXTENSIONS | {"Fn::Sub", "Fn::If"}
)


def check(tree: Mapping[str, Any], *, extended: bool) -> None:
    """Raise TemplateInvalid for the first function that is none, or not as it must be."""
    in_conditions = {**{name: SHAPES[name] for name in IN_CONDITIONS}, **BOOLEANS}
    for section, known in (
        ("Conditions", in_conditions),
        ("Rules", {**in_conditions, **OF_RULES}),
        ("Resources", SHAPES),
        ("Outputs", SHAPES),
    ):
        _check(tree.get(section, {}), known, extended=extended)


def _check(part: Any, known: Mapping[str, tuple[Shape, str]], *, extended: bool) -> None:
    if isinstance(part, dict):
        for name in part:
            if name.startswith("Fn::") or (len(part) == 1 and name in known):
                _check_function(name, part, known, extended=extended)
    for child in children(part):
        _check(child, known, extended=extended)


def _check_function(
    name: str, part: Mapping[str, Any], known: Mapping[str, tuple[Shape, str]], *, extended: bool
) -> None:
    if is_loop(name) and extended:
        return
    _refuse(name, known, extended=extended)
    shape, message = known[name]
    if len(part) > 1 or not shape(part[name]):
        raise TemplateInvalid(f"Template error: {message}")
    if name == "Fn::FindInMap" and len(part[name]) == 4 and not extended:
        raise TemplateInvalid(f"Template error: {message}")
    if name == "Fn::Sub":
        names_of_sub(part[name])


def _refuse(name: str, known: Mapping[str, tuple[Shape, str]], *, extended: bool) -> None:
    if name in unsupported.FUNCTIONS:
        raise TemplateInvalid(f"The function {name} is not supported by local_aws")
    if (name in EXTENSIONS or is_loop(name)) and not extended:
        raise TemplateInvalid(f"Template error: {name} needs the transform AWS::LanguageExtensions")
    if name not in known:
        used = name in SHAPES or name in BOOLEANS or name in OF_RULES
        raise TemplateInvalid(
            f"Template error: {name} {'cannot be used here' if used else 'is no function'}"
        )
