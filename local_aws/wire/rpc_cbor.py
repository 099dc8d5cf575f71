"""Smithy RPC v2 CBOR: the operation in the path, everything else in a CBOR map.

https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
botocore reads and writes the values: it has both halves of the protocol for its own side of it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from local_aws.errors import SerializationError, ServiceError
from local_aws.wire.http import HttpRequest, HttpResponse, decoded
from local_aws.wire.json_rpc import error_members, error_status, query_compatible
from local_aws.wire.models import service_model
from local_aws.wire.shapes import from_json

if TYPE_CHECKING:
    from botocore.model import OperationModel

NAME = "rpc-v2-cbor"
"""What the header ``Smithy-Protocol`` says."""

PATH = re.compile(r"/service/(?P<service>\w+)/operation/(?P<operation>\w+)")
HEADERS = {"content-type": "application/cbor", "smithy-protocol": NAME}


def operation_of(service: str, request: HttpRequest) -> str:
    """The operation's name, from ``/service/<target prefix>/operation/<name>``."""
    found = PATH.fullmatch(request.raw_path)
    if not found or found["service"] != service_model(service).metadata["targetPrefix"]:
        raise SerializationError(f"'{request.raw_path}' is not an operation of {service}")
    return found["operation"]


def parse(operation: OperationModel, request: HttpRequest) -> dict[str, Any]:
    """The request's members."""
    shape, body = operation.input_shape, decoded(request)
    return from_json(shape, _read(body)) if shape is not None and body else {}


def _read(body: bytes) -> Any:
    """Whatever its bytes claim to hold: lengths without end, items without a parent."""
    from botocore.parsers import ResponseParserError

    stream = _parser().get_peekable_stream_from_bytes(body)
    odd = (OverflowError, RuntimeError, TypeError, ValueError)  # RecursionError is a RuntimeError
    broken = (ResponseParserError, MemoryError, *odd)
    try:
        return _parser().parse_data_item(stream)
    except broken as error:
        raise SerializationError(f"The body is not CBOR: {error}") from None


def serialise(operation: OperationModel, response: dict[str, Any]) -> HttpResponse:
    """The response's members as CBOR."""
    shape = operation.output_shape
    return HttpResponse(200, dict(HEADERS), _written(response, shape) if shape is not None else b"")


def serialise_error(service: str, error: ServiceError) -> HttpResponse:
    """The error with its code in ``__type``."""
    body = {"__type": error.code} | error_members(service, error)
    return HttpResponse(
        error_status(service, error),
        HEADERS | query_compatible(service, error),
        _written({name: str(value) for name, value in body.items()}, _texts()),
    )


def _written(value: dict[str, Any], shape: Any) -> bytes:
    written = bytearray()
    _serializer()._serialize_data_item(written, value, shape)
    return bytes(written)


@cache
def _parser() -> Any:
    from botocore.parsers import RpcV2CBORParser

    return RpcV2CBORParser()


@cache
def _serializer() -> Any:
    from botocore.serialize import RpcV2CBORSerializer

    return RpcV2CBORSerializer()


@cache
def _texts() -> Any:
    """The shape of a map of texts."""
    from botocore.model import ShapeResolver

    text = {"shape": "Text"}
    shapes: Any = {"Text": {"type": "string"}, "Map": {"type": "map", "key": text, "value": text}}
    return ShapeResolver(shapes).get_shape_by_name("Map")
