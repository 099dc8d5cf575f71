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

MAX_BODY = 64 * 1024 * 1024
HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
"""JSON may write half a surrogate pair; such a text has no bytes, so no answer could hold it."""


class RequestTooLarge(ServiceError):
    """More bytes than any operation of a control plane takes."""

    code = "RequestEntityTooLargeException"
    status = 413


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


async def read_body(receive: Receive) -> bytes:
    """The whole body. Raises RequestTooLarge over `MAX_BODY` bytes."""
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            raise RequestTooLarge(f"The request body is over {MAX_BODY} bytes")
        chunks.append(chunk)
        if not message.get("more_body"):
            break
    return b"".join(chunks)


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
    try:
        value = json.loads(raw)
        if HALF_CHARACTER.search(raw):
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise SerializationError(f"The body is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise SerializationError("The body is not a JSON object")
    return value


async def send_response(send: Send, response: HttpResponse) -> None:
    """Write the response in one piece."""
    response.headers.setdefault("content-length", str(len(response.body)))
    headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in response.headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
