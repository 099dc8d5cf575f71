"""Calls of a service's API with what a template says.

A template's values are loosely typed (a parameter of the type Number is a text, a policy an
object), while boto3's are not: arguments are brought to the types of the operation's model.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError
from botocore.model import Shape
from botocore.utils import parse_timestamp

from local_aws.services.cloudformation.resources.handler import ResourceFailed
from local_aws.wire.characters import UNWRITABLE

Answer = dict[str, Any]
SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which no request has."""


def call(client: Any, operation: str, /, **arguments: Any) -> Answer:
    """The answer of ``client.operation(**arguments)``, without arguments that are None.

    Raises ClientError as the service refuses it, ResourceFailed where a value cannot be sent.
    """
    name = client.meta.method_to_api_mapping[operation]
    shape = client.meta.service_model.operation_model(name).input_shape
    given = {member: value for member, value in arguments.items() if value is not None}
    _check_characters(client.meta.service_model.metadata["protocol"], given)
    try:
        answer: Answer = getattr(client, operation)(**fitted(shape, given))
    except ParamValidationError as error:
        raise ResourceFailed(str(error)) from None
    return answer


def _check_characters(protocol: str, given: Any) -> None:
    """A service would take some of them, and nobody could read its answers any more."""
    bad = SURROGATE if "json" in protocol else UNWRITABLE
    for word in _texts(given):
        if found := bad.search(word):
            raise ResourceFailed(f"The character U+{ord(found[0]):04X} is not allowed in a value")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(key)
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def find(
    client: Any, operation: str, absent: Collection[str], /, **arguments: Any
) -> Answer | None:
    """As `call`; None where the service answers by one of the codes in `absent`."""
    try:
        return call(client, operation, **arguments)
    except ClientError as error:
        if code_of(error) in absent:
            return None
        raise


def code_of(error: ClientError) -> str:
    """What the service calls the error."""
    return str(error.response["Error"]["Code"])


def pages(client: Any, operation: str, member: str, /, **arguments: Any) -> list[Any]:
    """All entries of a listing, whatever number of pages it has."""
    found = client.get_paginator(operation).paginate(**arguments)
    return [entry for page in found for entry in page.get(member, [])]


def fitted(shape: Shape | None, value: Any) -> Any:
    """A template's value as a member of that shape; what does not fit is left for boto3 to say."""
    if shape is None:
        return value
    if shape.type_name in _FIT:
        return _FIT[shape.type_name](value)
    if isinstance(value, str):
        value = _parsed(value)
    if shape.type_name == "list" and isinstance(value, list):
        return [fitted(shape.member, one) for one in value]  # type: ignore[attr-defined]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: fitted(shape.value, one) for key, one in value.items()}  # type: ignore[attr-defined]
    if shape.type_name == "structure" and isinstance(value, dict):
        members = shape.members  # type: ignore[attr-defined]
        return {name: fitted(members.get(name), one) for name, one in value.items()}
    return value


def text(value: Any) -> Any:
    """A value where AWS wants a text: JSON of an object, ``true`` of a boolean."""
    if isinstance(value, dict | list | bool):
        return json.dumps(value)
    return str(value) if isinstance(value, int | float) else value


def truth(value: Any) -> Any:
    """A boolean, which a parameter gives as a text."""
    return {"true": True, "false": False}.get(value.lower(), value) if _is_text(value) else value


def number(value: Any) -> Any:
    """An integer, which a parameter gives as a text."""
    if not _is_text(value):
        return int(value) if isinstance(value, float) and value.is_integer() else value
    try:
        return int(value)
    except ValueError:
        return value


def decimal(value: Any) -> Any:
    """A number with a fraction, which a parameter gives as a text."""
    try:
        return float(value) if _is_text(value) else value
    except ValueError:
        return value


def moment(value: Any) -> Any:
    """A time, which a template gives as a text. Raises ResourceFailed for what is none."""
    try:
        return parse_timestamp(value)
    except (ValueError, RuntimeError, OverflowError) as error:
        raise ResourceFailed(f"{value} is not a time: {error}") from None


def _parsed(value: str) -> Any:
    """An object or a list, which a template may give as its JSON."""
    try:
        return json.loads(value) if value.lstrip()[:1] in ("{", "[") else value
    except (ValueError, RecursionError):
        return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_FIT: dict[str, Callable[[Any], Any]] = {
    "string": text,
    "boolean": truth,
    "integer": number,
    "long": number,
    "float": decimal,
    "double": decimal,
    "timestamp": moment,
}
