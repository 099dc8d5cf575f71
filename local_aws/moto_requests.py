"""Requests to moto's services against AWS's models: moto answers what it cannot read with a 500.

A 500 is what clients retry, so a request that no retry mends must not end in one.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from local_aws import moto_values
from local_aws.errors import SerializationError, ServiceError, UnknownOperation
from local_aws.wire import json_rpc
from local_aws.wire.http import HttpRequest
from local_aws.wire.models import Shape, operation_model, service_model
from local_aws.wire.shapes import wire_name
from local_aws.wire.validate import validate, validate_texts


class MissingParameter(ServiceError):
    """A required field that a form does not have."""

    code = "MissingParameterException"


def check(service: str, request: HttpRequest) -> None:
    """Raise where AWS would refuse the request by its model alone."""
    if "x-amz-target" in request.headers:
        _check_json(service, request)
    else:
        _check_form(service, request)


def _check_json(service: str, request: HttpRequest) -> None:
    if service_model(service).metadata["protocol"] != "json":
        raise SerializationError(f"The service '{service}' takes no X-Amz-Target")
    name = json_rpc.operation_of(service, request)
    operation = operation_model(service, name)
    if operation is None:
        raise UnknownOperation(service, name)
    parameters = json_rpc.parse(operation, request)
    validate(service, operation.input_shape, parameters)
    moto_values.check(service, name, parameters)


def _check_form(service: str, request: HttpRequest) -> None:
    try:
        pairs = [*request.query, *parse_qsl(request.body.decode(), keep_blank_values=True)]
    except ValueError as error:
        raise SerializationError(f"The body is not a form: {error}") from None
    form = dict(pairs)
    name = form.get("Action", "")
    operation = operation_model(service, name)
    if operation is None:
        raise UnknownOperation(service, name)
    if operation.input_shape is not None and service_model(service).metadata["protocol"] == "query":
        _check_fields(service, operation.input_shape, form)


def _check_fields(service: str, shape: Shape, form: Mapping[str, str]) -> None:
    given = {field.partition(".")[0] for field in form}
    for member, inner in shape.members.items():
        name = wire_name(member, inner)
        if member in shape.required_members and name not in given:
            raise MissingParameter(f"The request must contain the parameter {name}.")
        text = form.get(name, "0")
        if inner.type_name in ("integer", "long") and not re.fullmatch("-?[0-9]{1,18}", text):
            raise SerializationError(f"'{name}' is not a number: {text!r}")
    texts = {
        member: form[wire_name(member, inner)]
        for member, inner in shape.members.items()
        if inner.type_name == "string" and wire_name(member, inner) in form
    }
    validate_texts(service, shape, texts)
