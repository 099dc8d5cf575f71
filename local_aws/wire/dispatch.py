"""From a verified request of a JSON service to its method and back."""

import logging
from collections.abc import Callable
from typing import Any

from local_aws.errors import InternalError, ServiceError, UnknownOperation
from local_aws.wire import json_rpc, query, rest_json, rpc_cbor
from local_aws.wire.http import HttpRequest, HttpResponse
from local_aws.wire.models import method_name, operation_model, service_model
from local_aws.wire.validate import validate

logger = logging.getLogger(__name__)

PROTOCOLS: dict[str, Any] = {
    "json": json_rpc,
    "query": query,
    "rest-json": rest_json,
    "smithy-rpc-v2-cbor": rpc_cbor,
}


def protocol_of(service: str, request: HttpRequest | None = None) -> Any:
    """The module that speaks the service's protocol; of several, the one that the request is in."""
    metadata = service_model(service).metadata
    spoken: list[str] = metadata.get("protocols", [metadata["protocol"]])
    if request is None or len(spoken) == 1:
        return PROTOCOLS[metadata["protocol"]]
    if request.headers.get("smithy-protocol") == rpc_cbor.NAME:
        return rpc_cbor
    return json_rpc if "x-amz-target" in request.headers else query


Permit = Callable[[str, dict[str, Any]], None]
"""Raises where the caller may not call that operation with those parameters."""


def dispatch(service: str, api: Any, request: HttpRequest, permit: Permit) -> HttpResponse:
    """Parse, authorise, validate, call, serialise. Every failure leaves in AWS's shape."""
    protocol = protocol_of(service, request)
    try:
        return _call(protocol, service, api, request, permit)
    except ServiceError as error:
        return _failed(protocol, service, error)
    except Exception as error:
        logger.exception("%s failed", service)
        return _failed(protocol, service, InternalError(f"{type(error).__name__}: {error}"))


def _call(
    protocol: Any, service: str, api: Any, request: HttpRequest, permit: Permit
) -> HttpResponse:
    name = protocol.operation_of(service, request)
    operation = operation_model(service, name)
    method = getattr(api, method_name(name), None)
    if operation is None or method is None:
        raise UnknownOperation(service, name)
    parameters = protocol.parse(operation, request)
    permit(name, parameters)
    validate(service, operation.input_shape, parameters)
    result: HttpResponse = protocol.serialise(operation, method(parameters) or {})
    return result


def _failed(protocol: Any, service: str, error: ServiceError) -> HttpResponse:
    logger.info("%s: %s: %s", service, error.code, error.message)
    response: HttpResponse = protocol.serialise_error(service, error)
    return response
