"""The intrinsic functions: each takes its argument as it is written, and what resolves the rest.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import base64
from collections.abc import Callable
from typing import Any, Final, Protocol

from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.references import PLACEHOLDER, attribute_of, placed

NO_VALUE: Final = object()
"""What ``Ref: AWS::NoValue`` comes to: the property or item is left out."""


class Values(Protocol):
    """What functions ask for: Resolver."""

    template: Any
    lookup: Any

    def value(self, part: Any) -> Any: ...
    def ref(self, name: str) -> Any: ...
    def attribute(self, logical_id: str, name: str) -> Any: ...
    def condition(self, name: str) -> bool: ...


def text_of(value: Any) -> str:
    """A scalar as CloudFormation writes it into a text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def ref(argument: Any, values: Values) -> Any:
    return values.ref(argument)


def get_att(argument: Any, values: Values) -> Any:
    found = attribute_of(argument)
    if found is None or found.attribute is None:
        raise TemplateInvalid(
            "Template error: every Fn::GetAtt object requires two non-empty parameters, "
            "the resource name and the resource attribute"
        )
    return values.attribute(found.name, found.attribute)


def sub(argument: Any, values: Values) -> Any:
    text, variables = argument if isinstance(argument, list) else (argument, {})

    def fill(found: Any) -> str:
        name = found["name"]
        if found["literal"]:
            return f"${{{name}}}"
        name = name.strip()
        if name in variables:
            return text_of(values.value(variables[name]))
        place = placed(name)
        if place.attribute is None:
            return text_of(values.ref(place.name))
        return text_of(values.attribute(place.name, place.attribute))

    return PLACEHOLDER.sub(fill, text)


def join(argument: Any, values: Values) -> Any:
    delimiter, items = argument
    return delimiter.join(text_of(item) for item in values.value(items))


def select(argument: Any, values: Values) -> Any:
    index, items = values.value(argument)
    return items[int(index)]


def split(argument: Any, values: Values) -> Any:
    delimiter, text = values.value(argument)
    return text.split(delimiter)


def encode(argument: Any, values: Values) -> Any:
    return base64.b64encode(text_of(values.value(argument)).encode()).decode()


def choose(argument: Any, values: Values) -> Any:
    name, then, otherwise = argument
    return values.value(then if values.condition(name) else otherwise)


def find_in_map(argument: Any, values: Values) -> Any:
    name, key, attribute = (values.value(it) for it in argument[:3])
    try:
        return values.template.mappings[name][text_of(key)][text_of(attribute)]
    except KeyError:
        raise TemplateInvalid(
            f"Template error: Unable to get mapping for {name}::{key}::{attribute}"
        ) from None


def import_value(argument: Any, values: Values) -> Any:
    return values.lookup.imported(text_of(values.value(argument)))


def equals(argument: Any, values: Values) -> Any:
    left, right = (values.value(it) for it in argument)
    return text_of(left) == text_of(right)


FUNCTIONS: dict[str, Callable[[Any, Values], Any]] = {
    "Condition": lambda argument, values: values.condition(argument),
    "Fn::And": lambda argument, values: all(values.value(it) for it in argument),
    "Fn::Base64": encode,
    "Fn::Equals": equals,
    "Fn::FindInMap": find_in_map,
    "Fn::GetAtt": get_att,
    "Fn::If": choose,
    "Fn::ImportValue": import_value,
    "Fn::Join": join,
    "Fn::Not": lambda argument, values: not values.value(argument[0]),
    "Fn::Or": lambda argument, values: any(values.value(it) for it in argument),
    "Fn::Select": select,
    "Fn::Split": split,
    "Fn::Sub": sub,
    "Ref": ref,
}
