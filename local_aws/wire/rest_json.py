"""AWS rest-json: members in the path, the query, headers and a JSON body.

https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from local_aws.errors import SerializationError, ServiceError
from local_aws.wire.http import HttpRequest, HttpResponse, decoded, json_body
from local_aws.wire.json_rpc import error_members, error_status
from local_aws.wire.models import Shape, service_model
from local_aws.wire.shapes import (
    format_timestamp,
    from_json,
    parse_timestamp,
    read_members,
    to_json,
    wire_name,
)

if TYPE_CHECKING:
    from botocore.model import OperationModel

LABEL = re.compile(r"\{(\w+)(\+?)\}")


class Route:
    """One operation's method and path template."""

    def __init__(self, service: str, operation: str) -> None:
        model = service_model(service).operation_model(operation)
        template, _, query = model.http["requestUri"].partition("?")
        self.operation = operation
        self.method = model.http["method"]
        self.query = [tuple(part.partition("=")[::2]) for part in query.split("&") if part]
        self.pattern = re.compile(_template_regex(template.rstrip("/")) + "/?")
        self.weight = (-len(LABEL.sub("", template)), len(LABEL.findall(template)))

    def match(self, request: HttpRequest) -> dict[str, str] | None:
        """The path's labels, decoded, or None where this is not the operation."""
        if request.method != self.method:
            return None
        found = self.pattern.fullmatch(request.raw_path)
        if found is None or any(pair not in request.query for pair in self.query):
            return None
        return {name: unquote(value) for name, value in found.groupdict().items()}


def _template_regex(template: str) -> str:
    parts, end = [], 0
    for label in LABEL.finditer(template):
        parts.append(re.escape(template[end : label.start()]))
        parts.append(f"(?P<{label[1]}>{'.+' if label[2] else '[^/]+'})")
        end = label.end()
    return "".join([*parts, re.escape(template[end:])])


@cache
def routes(service: str) -> list[Route]:
    """Every operation's route, the most literal path first."""
    found = [Route(service, name) for name in service_model(service).operation_names]
    return sorted(found, key=lambda route: route.weight)


def operation_of(service: str, request: HttpRequest) -> str:
    """The operation's name by method and path."""
    for route in routes(service):
        if route.match(request) is not None:
            return route.operation
    raise SerializationError(f"{request.method} {request.raw_path} is not a path of {service}")


def parse(operation: OperationModel, request: HttpRequest) -> dict[str, Any]:
    """The request's members, from wherever the model puts each."""
    shape = operation.input_shape
    if shape is None:
        return {}
    route = next(r for r in routes(_service(operation)) if r.operation == operation.name)
    labels = route.match(request) or {}
    found = _parse_body(shape, request)
    for member, member_shape in shape.members.items():
        value = _parse_located(member, member_shape, labels, request)
        if value is not None:
            found[member] = value
    return found


def _service(operation: OperationModel) -> str:
    name: str = operation.service_model.service_name
    return name


def _parse_body(shape: Shape, request: HttpRequest) -> dict[str, Any]:
    payload = shape.serialization.get("payload")
    if payload is None:
        return read_members(_body_members(shape), json_body(request))
    member = shape.members[payload]
    if member.type_name != "structure":
        return {payload: decoded(request)}
    body = json_body(request)
    return {payload: from_json(member, body)} if body else {}


def _body_members(shape: Shape) -> dict[str, Shape]:
    """The members that travel in the body."""
    return {
        name: member
        for name, member in shape.members.items()
        if "location" not in member.serialization
    }


def _parse_located(
    member: str, shape: Shape, labels: dict[str, str], request: HttpRequest
) -> Any | None:
    location, name = shape.serialization.get("location"), wire_name(member, shape)
    if location == "uri":
        return _parse_text(shape, labels.get(name), member)
    if location == "header":
        return _parse_text(shape, request.headers.get(name.lower()), member)
    if location != "querystring":
        return None
    values = [value for key, value in request.query if key == name]
    if shape.type_name == "list":
        return [_parse_text(shape.member, value, member) for value in values] or None
    return _parse_text(shape, values[0] if values else None, member)


def _parse_text(shape: Shape, text: str | None, member: str) -> Any | None:
    if text is None:
        return None
    try:
        if shape.type_name in ("integer", "long"):
            return _in_range(int(text))
        if shape.type_name in ("float", "double"):
            return float(text)
    except ValueError:
        raise SerializationError(f"'{member}' is not a number: {text!r}") from None
    if shape.type_name == "boolean":
        return text.lower() == "true"
    return parse_timestamp(text, member) if shape.type_name == "timestamp" else text


def _in_range(number: int) -> int:
    """A number that a long holds. Raises ValueError."""
    if not -(2**63) <= number < 2**63:
        raise ValueError(number)
    return number


def serialise(operation: OperationModel, response: dict[str, Any]) -> HttpResponse:
    """The response's members, each where the model puts it."""
    result = HttpResponse(headers={"content-type": "application/json"})
    shape = operation.output_shape
    result.status = operation.http.get("responseCode", 200)
    if shape is None:
        result.body = b"{}"
        return result
    unknown = response.keys() - shape.members.keys()
    if unknown:
        raise TypeError(f"{shape.name} has no member {sorted(unknown)}")
    inside = {}
    for member, value in response.items():
        member_shape = shape.members[member]
        location = member_shape.serialization.get("location")
        if location == "statusCode":
            result.status = int(value)
        elif location == "header" and value is not None:
            result.headers[wire_name(member, member_shape).lower()] = _header(member_shape, value)
        else:
            inside[member] = value
    result.body = _serialise_body(shape, inside)
    return result


def _header(shape: Shape, value: Any) -> str:
    if shape.type_name == "timestamp":
        return str(format_timestamp(value, "rfc822"))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _serialise_body(shape: Shape, inside: dict[str, Any]) -> bytes:
    payload = shape.serialization.get("payload")
    if payload is None:
        return json.dumps(to_json(shape, inside), ensure_ascii=False).encode()
    value = inside.get(payload, {})
    if isinstance(value, bytes):
        return value
    return json.dumps(to_json(shape.members[payload], value), ensure_ascii=False).encode()


def serialise_error(service: str, error: ServiceError) -> HttpResponse:
    """The error with its code in a header."""
    return HttpResponse(
        status=error_status(service, error),
        headers={"content-type": "application/json", "x-amzn-errortype": error.code},
        body=json.dumps(error_members(service, error), ensure_ascii=False).encode(),
    )
