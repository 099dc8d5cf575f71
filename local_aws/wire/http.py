"""An HTTP request read whole, and a response written whole: enough for every service but S3."""

import gzip
import io
import json
import re
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from local_aws.errors import SerializationError, ServiceError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAX_BODY = 16 * 1024 * 1024
"""Of a JSON service, packed or not: no operation of a control plane takes more on AWS."""

MAX_UNVERIFIED = 256 * 1024 * 1024
MAX_DEPTH = 100
TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
BRACKET = re.compile(rb"[\[\]{}]")
HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
"""JSON may write half a surrogate pair; such a text has no bytes, so no answer could hold it."""


class RequestTooLarge(ServiceError):
    """More bytes than any operation of a control plane takes."""

    code = "RequestEntityTooLargeException"
    status = 413


class TooManyBodies(ServiceError):
    """Clients that nobody has verified yet hold all the memory that they may."""

    code = "ServiceUnavailable"
    status = 503


@dataclass(frozen=True)
class HttpRequest:
    """Method, path as sent (percent-encoded), query pairs, lower-case headers, body."""

    method: str
    raw_path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class HttpResponse:
    """Status, headers and body."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def headers_of(scope: Scope) -> dict[str, str]:
    """The request's headers, lower-case; one that is sent twice is joined by a comma."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def head_of(scope: Scope) -> HttpRequest:
    """The request without its body."""
    return HttpRequest(
        method=scope["method"],
        raw_path=scope["raw_path"].decode("latin-1"),
        query=parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True),
        headers=headers_of(scope),
    )


class Bodies:
    """Bodies that have to be read before their signature can be checked: bounded together."""

    def __init__(self) -> None:
        self._held = 0

    async def read(self, receive: Receive) -> bytes:
        """The whole body. Raises RequestTooLarge over `MAX_BODY` bytes, or TooManyBodies."""
        body = bytearray()
        try:
            while await self._read_piece(receive, body):
                pass
        finally:
            self._held -= len(body)
        return bytes(body)

    async def _read_piece(self, receive: Receive, body: bytearray) -> bool:
        message = await receive()
        piece = message.get("body", b"")
        body += piece
        self._held += len(piece)
        if len(body) > MAX_BODY:
            raise RequestTooLarge(f"The request body is over {MAX_BODY} bytes")
        if self._held > MAX_UNVERIFIED:
            raise TooManyBodies("Please reduce your request rate.")
        return bool(message.get("more_body"))


def decoded(request: HttpRequest) -> bytes:
    """The body, unpacked where the client compressed it."""
    if request.headers.get("content-encoding") != "gzip":
        return request.body
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(request.body)) as file:
            body = file.read(MAX_BODY + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SerializationError(f"The body is not gzip: {error}") from None
    if len(body) > MAX_BODY:
        raise RequestTooLarge(f"The unpacked request body is over {MAX_BODY} bytes")
    return body


def json_body(request: HttpRequest) -> dict[str, Any]:
    """The body as a JSON object; empty is an empty object."""
    raw = decoded(request)
    if not raw.strip():
        return {}
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH:
        _check_depth(raw)
    try:
        value = json.loads(raw)
        if HALF_CHARACTER.search(raw):
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise SerializationError(f"The body is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise SerializationError("The body is not a JSON object")
    return value


def _check_depth(raw: bytes) -> None:
    """Services walk what they are given: nested without end, it would end the walker."""
    depth = 0
    for bracket in BRACKET.finditer(TEXT.sub(b"", raw)):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > MAX_DEPTH:
            raise SerializationError(f"The body is nested deeper than {MAX_DEPTH} levels")


async def send_response(send: Send, response: HttpResponse) -> None:
    """Write the response in one piece."""
    response.headers.setdefault("content-length", str(len(response.body)))
    headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in response.headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
