"""A service's operations, asked with a template's values: numbers as text, maps as JSON text.

CloudFormation turns scalars into the type that a property has (``Timeout: "30"``), and boto3 does
not; and a resource's description has members that no template can write.
"""

import json
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from local_aws.services.cloudformation.resources.handler import Work
from local_aws.wire.models import Shape, method_name, operation_model

Request = dict[str, Any]


def call(work: Work, service: str, operation: str, request: Request) -> Request:
    """The answer to one operation, by AWS's name of it. Raises botocore's ClientError."""
    fitted = fit(_input(service, operation), request)
    answer: Request = getattr(work.client(service), method_name(operation))(**fitted)
    return answer


def found(
    work: Work, service: str, operation: str, request: Request, missing: Iterable[str]
) -> Request | None:
    """The answer, or None where the service says by one of its codes that there is no such."""
    try:
        return call(work, service, operation, request)
    except ClientError as error:
        if code_of(error) not in missing:
            raise
        return None


def code_of(error: ClientError) -> str:
    """AWS's code of an error, such as ``EntityNotFoundException``."""
    return str(error.response["Error"]["Code"])


def fit(shape: Shape, value: Any) -> Any:
    """A template's value in the types of an operation's shape; boto3 names what does not fit."""
    kind = shape.type_name
    if kind in ("structure", "map", "list") and isinstance(value, str):
        value = _parsed(value)
    if kind == "structure" and isinstance(value, dict):
        return {k: fit(shape.members[k], v) if k in shape.members else v for k, v in value.items()}
    if kind == "map" and isinstance(value, dict):
        return {k: fit(shape.value, v) for k, v in value.items()}
    if kind == "list" and isinstance(value, list):
        return [fit(shape.member, v) for v in value]
    return _SCALARS.get(kind, lambda given: given)(value)


def writable(service: str, operation: str, member: str, described: Any) -> Any:
    """Of what a service describes, what a request's member takes: what a template can say."""
    return _within(_input(service, operation).members[member], described)


def _input(service: str, operation: str) -> Shape:
    model = operation_model(service, operation)
    assert model is not None
    return model.input_shape


def _within(shape: Shape, value: Any) -> Any:
    if shape.type_name == "structure":
        members = shape.members
        return {k: _within(members[k], v) for k, v in value.items() if k in members}
    if shape.type_name == "list":
        return [_within(shape.member, v) for v in value]
    return value


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _whole(value: Any) -> Any:
    number = _number(value)
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _number(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _truth(value: Any) -> Any:
    return {"true": True, "false": False}.get(value.lower(), value) if _is_text(value) else value


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_SCALARS = {
    "string": _text,
    "integer": _whole,
    "long": _whole,
    "float": _number,
    "double": _number,
    "boolean": _truth,
}
