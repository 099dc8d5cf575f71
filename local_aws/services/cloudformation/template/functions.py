"""The functions of properties and outputs: each takes its argument as it is written.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import base64
import ipaddress
import json
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final, Protocol

from local_aws.services.cloudformation.template.checks import no_mapping
from local_aws.services.cloudformation.template.errors import TemplateInvalid
from local_aws.services.cloudformation.template.model import KNOWN_AFTER_APPLY
from local_aws.services.cloudformation.template.references import (
    COMPUTED,
    PLACEHOLDER,
    attribute_of,
    placed,
)
from local_aws.services.cloudformation.template.scalars import WHOLE, text_of
from local_aws.services.cloudformation.template.syntax import SHAPES

NO_VALUE: Final = object()
"""What ``Ref: AWS::NoValue`` comes to: the property or item is left out."""
MAX_TEXT = 1_000_000
"""Characters that a function may come to: Fn::Sub in Fn::Sub could make more than any memory."""
ZONES: Mapping[str, str] = {"us-east-1": "abcdef"}
"""The letters of a region's availability zones."""
MAX_BLOCKS = 256


class Values(Protocol):
    """What functions ask for: Resolver."""

    template: Any
    lookup: Any
    region: str

    def value(self, part: Any) -> Any: ...
    def ref(self, name: str) -> Any: ...
    def attribute(self, logical_id: str, name: str) -> Any: ...
    def condition(self, name: str) -> bool: ...


def evaluated(part: Any, values: Values) -> Any:
    """A part of a template with its functions carried out and AWS::NoValue left out."""
    if isinstance(part, list):
        return [found for item in part if (found := values.value(item)) is not NO_VALUE]
    if not isinstance(part, dict):
        return part
    if len(part) == 1 and (name := next(iter(part))) in FUNCTIONS:
        return _carried_out(name, part[name], values)
    found = {name: values.value(value) for name, value in part.items()}
    return {name: value for name, value in found.items() if value is not NO_VALUE}


def _carried_out(name: str, argument: Any, values: Values) -> Any:
    if not SHAPES[name][0](argument):
        raise _refused(name)
    found = FUNCTIONS[name](argument, values)
    if isinstance(found, str):
        _bounded(len(found))
    return found


def _refused(function: str) -> TemplateInvalid:
    return TemplateInvalid(f"Template error: {SHAPES[function][1]}")


def _text(value: Any, function: str) -> str:
    if isinstance(value, dict | list) or value is NO_VALUE:
        raise _refused(function)
    return text_of(value)


def ref(argument: Any, values: Values) -> Any:
    return values.ref(argument)


def get_att(argument: Any, values: Values) -> Any:
    found = attribute_of(argument)
    if found is None or found.attribute is None:
        raise _refused("Fn::GetAtt")
    if found.attribute == COMPUTED:
        return values.attribute(found.name, _text(values.value(argument[1]), "Fn::GetAtt"))
    return values.attribute(found.name, found.attribute)


def sub(argument: Any, values: Values) -> str:
    text, variables = argument if isinstance(argument, list) else (argument, {})
    found: dict[str, str] = {}
    size = 0

    def fill(placeholder: Any) -> str:
        nonlocal size
        name = placeholder["name"].strip()
        if placeholder["literal"]:
            return f"${{{placeholder['name']}}}"
        if name not in found:
            value = values.value(variables[name]) if name in variables else _placed(name, values)
            found[name] = _variable(name, value)
        size = _bounded(size + len(found[name]))
        return found[name]

    return PLACEHOLDER.sub(fill, text)


def _placed(name: str, values: Values) -> Any:
    place = placed(name)
    if place.attribute is None:
        return values.ref(place.name)
    return values.attribute(place.name, place.attribute)


def _variable(name: str, value: Any) -> str:
    if isinstance(value, dict | list) or value is NO_VALUE:
        raise TemplateInvalid(
            f"Template error: variable {name} in Fn::Sub expression does not resolve to a string"
        )
    return text_of(value)


def _bounded(size: int) -> int:
    if size > MAX_TEXT:
        raise TemplateInvalid(f"Template error: a value is longer than {MAX_TEXT} characters")
    return size


def join(argument: Any, values: Values) -> str:
    delimiter, items = argument[0], values.value(argument[1])
    if items == KNOWN_AFTER_APPLY:
        return KNOWN_AFTER_APPLY
    if not isinstance(items, list):
        raise _refused("Fn::Join")
    texts = [_text(item, "Fn::Join") for item in items]
    _bounded(sum(len(text) + len(delimiter) for text in texts))
    return str(delimiter.join(texts))


def select(argument: Any, values: Values) -> Any:
    index, items = values.value(argument[0]), values.value(argument[1])
    if items == KNOWN_AFTER_APPLY:
        return items
    if not isinstance(items, list) or not WHOLE.fullmatch(text_of(index)):
        raise _refused("Fn::Select")
    if not 0 <= int(index) < len(items):
        raise TemplateInvalid(
            f"Template error: Fn::Select cannot select nonexistent value at index {index}"
        )
    return items[int(index)]


def split(argument: Any, values: Values) -> Any:
    text = _text(values.value(argument[1]), "Fn::Split")
    if KNOWN_AFTER_APPLY in text:
        return KNOWN_AFTER_APPLY
    return text.split(argument[0]) if argument[0] else [text]


def encode(argument: Any, values: Values) -> str:
    text = _text(values.value(argument), "Fn::Base64")
    if KNOWN_AFTER_APPLY in text:
        return KNOWN_AFTER_APPLY
    _bounded(len(text) * 4 // 3)
    return base64.b64encode(text.encode(errors="replace")).decode()


def choose(argument: Any, values: Values) -> Any:
    name, then, otherwise = argument
    return values.value(then if values.condition(name) else otherwise)


def find_in_map(argument: Any, values: Values) -> Any:
    name, key, attribute = (_text(values.value(it), "Fn::FindInMap") for it in argument[:3])
    mapping = values.template.mappings.get(name)
    found = (mapping or {}).get(key, {}).get(attribute)
    if found is not None:
        return list(found) if isinstance(found, list) else found
    if len(argument) == 4:
        return values.value(argument[3]["DefaultValue"])
    if mapping is None:
        raise no_mapping(name)
    raise TemplateInvalid(f"Template error: Unable to get mapping for {name}::{key}::{attribute}")


def import_value(argument: Any, values: Values) -> Any:
    return values.lookup.imported(_text(values.value(argument), "Fn::ImportValue"))


def zones(argument: Any, values: Values) -> list[str]:
    region = _text(values.value(argument), "Fn::GetAZs") or values.region
    if region not in ZONES:
        raise TemplateInvalid(f"Fn::GetAZs of the region {region} is not supported by local_aws")
    return [region + letter for letter in ZONES[region]]


def cidr(argument: Any, values: Values) -> Any:
    """Blocks of addresses; without subnet bits they are as large as `count` of them can be."""
    texts = [_text(values.value(it), "Fn::Cidr") for it in argument]
    if KNOWN_AFTER_APPLY in texts:
        return KNOWN_AFTER_APPLY
    try:
        whole = ipaddress.ip_network(texts[0], strict=False)
    except ValueError:
        raise TemplateInvalid(f"Template error: Fn::Cidr: {texts[0]} is no CIDR block") from None
    if not all(WHOLE.fullmatch(text) for text in texts[1:]):
        raise _refused("Fn::Cidr")
    count = int(texts[1])
    bits = int(texts[2]) if len(texts) == 3 else _bits(whole, count)
    prefix = whole.max_prefixlen - bits
    room = 2 ** max(prefix - whole.prefixlen, 0)
    if not (1 <= count <= MAX_BLOCKS and whole.prefixlen <= prefix <= whole.max_prefixlen):
        raise _no_room(texts)
    if count > room:
        raise _no_room(texts)
    return [str(block) for block in islice(whole.subnets(new_prefix=prefix), count)]


def _bits(whole: Any, count: int) -> int:
    return int(whole.max_prefixlen - whole.prefixlen - max(count - 1, 0).bit_length())


def _no_room(texts: list[str]) -> TemplateInvalid:
    blocks = " blocks of subnet bits ".join(texts[1:])
    return TemplateInvalid(f"Template error: Fn::Cidr: {texts[0]} does not hold {blocks}")


def length(argument: Any, values: Values) -> Any:
    items = values.value(argument)
    if items == KNOWN_AFTER_APPLY:
        return items
    if not isinstance(items, list):
        raise _refused("Fn::Length")
    return len(items)


def to_json_string(argument: Any, values: Values) -> str:
    return json.dumps(values.value(argument), separators=(",", ":"), ensure_ascii=False)


FUNCTIONS: Mapping[str, Callable[[Any, Values], Any]] = {
    "Fn::Base64": encode,
    "Fn::Cidr": cidr,
    "Fn::FindInMap": find_in_map,
    "Fn::GetAZs": zones,
    "Fn::GetAtt": get_att,
    "Fn::If": choose,
    "Fn::ImportValue": import_value,
    "Fn::Join": join,
    "Fn::Length": length,
    "Fn::Select": select,
    "Fn::Split": split,
    "Fn::Sub": sub,
    "Fn::ToJsonString": to_json_string,
    "Ref": ref,
}
