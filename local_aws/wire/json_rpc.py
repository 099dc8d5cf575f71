"""AWS JSON 1.0 and 1.1: the operation in X-Amz-Target, everything else in the body.

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from local_aws.errors import SerializationError, ServiceError
from local_aws.wire.http import HttpRequest, HttpResponse, json_body
from local_aws.wire.models import error_shape, service_model
from local_aws.wire.query_errors import query_code
from local_aws.wire.shapes import from_json, to_json

if TYPE_CHECKING:
    from botocore.model import OperationModel


def operation_of(service: str, request: HttpRequest) -> str:
    """The operation's name from the target header, such as ``AWSGlue.GetTable``."""
    target = request.headers.get("x-amz-target", "")
    prefix, _, operation = target.rpartition(".")
    if prefix != service_model(service).metadata["targetPrefix"] or not operation:
        raise SerializationError(f"X-Amz-Target '{target}' is not an operation of {service}")
    return operation


def parse(operation: OperationModel, request: HttpRequest) -> dict[str, Any]:
    """The request's members."""
    body = json_body(request)
    return from_json(operation.input_shape, body) if operation.input_shape else {}


def serialise(operation: OperationModel, response: dict[str, Any]) -> HttpResponse:
    """The response's members as JSON."""
    body = to_json(operation.output_shape, response) if operation.output_shape else {}
    version = operation.service_model.metadata.get("jsonVersion", "1.1")
    return HttpResponse(
        headers={"content-type": f"application/x-amz-json-{version}"},
        body=msgspec.json.encode(body, enc_hook=_plain),
    )


def _plain(value: Any) -> str | int:
    """Text or a number of a class of its own, which msgspec asks about."""
    for kind in (str, int):
        if isinstance(value, kind):
            return kind(value)
    raise TypeError(f"{type(value).__name__} is not JSON: {value!r}")


def serialise_error(service: str, error: ServiceError) -> HttpResponse:
    """The error with its code in ``__type``."""
    body = {"__type": error.code} | error_members(service, error)
    return HttpResponse(
        status=error_status(service, error),
        headers={"content-type": "application/x-amz-json-1.1", "x-amzn-errortype": error.code}
        | query_compatible(service, error),
        body=json.dumps(body, ensure_ascii=False).encode(),
    )


def query_compatible(service: str, error: ServiceError) -> dict[str, str]:
    """The header for clients of a service that once spoke the query protocol.

    https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible-trait
    """
    if "awsQueryCompatible" not in service_model(service).metadata:
        return {}
    fault = "Sender" if error_status(service, error) < 500 else "Receiver"
    return {"x-amzn-query-error": f"{query_code(error)};{fault}"}


def error_members(service: str, error: ServiceError) -> dict[str, Any]:
    """The error's members under the names that the service's model gives them."""
    shape = error_shape(service, error.code)
    members = shape.members if shape is not None else {}
    name = next((member for member in members if member.lower() == "message"), "message")
    return {name: error.message} | error.fields


def error_status(service: str, error: ServiceError) -> int:
    """The HTTP status that the model declares for the code, else the error's own."""
    shape = error_shape(service, error.code)
    declared = shape.metadata.get("error", {}).get("httpStatusCode") if shape is not None else None
    return int(declared or error.status)
