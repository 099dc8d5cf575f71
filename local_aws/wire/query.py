"""The AWS query protocol: a form in, XML out.

https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from local_aws.errors import SerializationError, ServiceError
from local_aws.wire.characters import escaped
from local_aws.wire.http import HttpRequest, HttpResponse, decoded
from local_aws.wire.models import Shape, error_shape
from local_aws.wire.query_errors import query_error
from local_aws.wire.shapes import format_timestamp, parse_timestamp, wire_name

if TYPE_CHECKING:
    from botocore.model import OperationModel

Form = Mapping[str, str]
NUMBER = re.compile(r"-?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?|NaN|-?Infinity")


def form_of(request: HttpRequest) -> dict[str, str]:
    """The request's fields. One that is there twice is refused: readers could differ on it."""
    try:
        pairs = [*request.query, *parse_qsl(decoded(request).decode(), keep_blank_values=True)]
    except ValueError as error:
        raise SerializationError(f"The body is not a form: {error}") from None
    found = {name: value for name, value in pairs if not name.startswith("X-Amz-")}
    if len(found) != sum(not name.startswith("X-Amz-") for name, _ in pairs):
        raise SerializationError("A field of the form is there twice")
    return found


def operation_of(service: str, request: HttpRequest) -> str:
    """The operation's name from ``Action``."""
    name = form_of(request).get("Action")
    if not name:
        raise SerializationError(f"The form has no Action of {service}")
    return name


def parse(operation: OperationModel, request: HttpRequest) -> dict[str, Any]:
    """The request's members."""
    shape = operation.input_shape
    found: dict[str, Any] = _read(shape, form_of(request), "") if shape else {}
    return found


def _read(shape: Shape, form: Form, prefix: str) -> Any:
    if shape.type_name == "structure":
        members = {
            name: _read(member, form, f"{prefix}{'.' * bool(prefix)}{wire_name(name, member)}")
            for name, member in shape.members.items()
        }
        return {k: v for k, v in members.items() if v is not None} or (None if prefix else {})
    if shape.type_name == "list":
        return _read_list(shape, form, prefix)
    if shape.type_name == "map":
        return _read_map(shape, form, prefix)
    text = form.get(prefix)
    if text is None or shape.type_name == "string":
        return text
    return _scalar(shape, text, prefix)


def _read_list(shape: Shape, form: Form, prefix: str) -> list[Any] | None:
    items: list[Any] = []
    while (item := _read(shape.member, form, f"{prefix}.member.{len(items) + 1}")) is not None:
        items.append(item)
    return items or ([] if form.get(prefix) == "" else None)


def _read_map(shape: Shape, form: Form, prefix: str) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    while (key := form.get(f"{prefix}.entry.{len(found) + 1}.key")) is not None:
        value = _read(shape.value, form, f"{prefix}.entry.{len(found) + 1}.value")
        if key in found or value is None:
            raise SerializationError(f"'{prefix}' is not a map: '{key}'")
        found[key] = value
    return found or None


def _scalar(shape: Shape, text: str, name: str) -> Any:
    if shape.type_name in ("integer", "long") and text.lstrip("-").isdecimal():
        return int(text)
    if shape.type_name == "boolean" and text in ("true", "false"):
        return text == "true"
    if shape.type_name == "timestamp":
        return parse_timestamp(text, name)
    if shape.type_name in ("double", "float") and NUMBER.fullmatch(text):
        return float(text)
    raise SerializationError(f"'{name}' expects {shape.type_name}, got '{text}'")


def serialise(operation: OperationModel, response: dict[str, Any]) -> HttpResponse:
    """The response's members as XML."""
    namespace = operation.service_model.metadata["xmlNamespace"]
    name = operation.name
    inner = _members(operation.output_shape, response) if operation.output_shape else ""
    body = (
        f'<{name}Response xmlns="{namespace}"><{name}Result>{inner}</{name}Result>'
        f"<ResponseMetadata/></{name}Response>"
    )
    return HttpResponse(200, {"content-type": "text/xml"}, body.encode())


def _members(shape: Shape, value: dict[str, Any]) -> str:
    return "".join(
        f"<{name}>{_text(shape.members[name], item)}</{name}>"
        for name, item in value.items()
        if item is not None
    )


def _text(shape: Shape, value: Any) -> str:
    if shape.type_name == "structure":
        return _members(shape, value)
    if shape.type_name == "list":
        return "".join(f"<member>{_text(shape.member, item)}</member>" for item in value)
    if shape.type_name == "timestamp":
        return str(format_timestamp(value, "iso8601"))
    if shape.type_name == "boolean":
        return "true" if value else "false"
    return escaped(str(value))


def serialise_error(service: str, error: ServiceError) -> HttpResponse:
    """The error in the protocol's XML, by the code that the service's model declares."""
    return query_error(error, error.code if error_shape(service, error.code) else "")
