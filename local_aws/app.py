"""What happens to a request, in order.

Each handler answers or passes on; read `HANDLERS` and you know the server. It is closed by
default: a Host header that is ours, a signature that our secret made. A server that runs jobs
and took any web page's request would be remote code execution.
"""

import datetime as dt
import json
import logging
import re
import secrets
import shutil
from collections.abc import Awaitable, Callable

import anyio

from local_aws.context import Platform
from local_aws.errors import ServiceError, UnknownService
from local_aws.moto_services import SERVICES as MOTO_SERVICES
from local_aws.moto_services import MotoServices
from local_aws.services import build
from local_aws.services.quicksight.page import handle as quicksight_page
from local_aws.services.s3.errors import error_response
from local_aws.wire import sigv4
from local_aws.wire.dispatch import dispatch, protocol_of
from local_aws.wire.http import (
    HttpRequest,
    HttpResponse,
    Receive,
    Scope,
    Send,
    head_of,
    read_body,
    send_response,
)
from local_aws.wire.json_rpc import serialise_error
from local_aws.wire.query_errors import query_error

logger = logging.getLogger(__name__)

DATA_FOLDERS = ("state", "s3", "spice", "tmp")

HOST = re.compile(r"(?P<name>\[[0-9a-f:]+\]|[a-z0-9_.-]+)(:\d+)?", re.IGNORECASE)

RESET_PATH = "/moto-api/reset"
"""Where tests of other projects already send it; here it has to be signed."""


class ResetNotAllowed(ServiceError):
    """A reset that nobody switched on."""

    code = "AccessDeniedException"
    status = 403


Handler = Callable[["App", Scope, Receive, Send, HttpRequest], Awaitable[bool]]


class App:
    """The ASGI application over one data folder."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.services = build(platform)
        self.moto = MotoServices(platform)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI event."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _with_request_id(send))

    def reset(self) -> None:
        """Forget every object, table, run and role."""
        self.services.stop()
        self.moto.reset()
        for folder in DATA_FOLDERS:
            shutil.rmtree(self.platform.data_dir / folder, ignore_errors=True)
        self.services = build(self.platform)
        self.services.start()

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = head_of(scope)
        for handler in HANDLERS:
            if await handler(self, scope, receive, send, request):
                return

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            step = message["type"].removeprefix("lifespan.")
            work = self.services.start if step == "startup" else self.services.stop
            await anyio.to_thread.run_sync(work)
            await send({"type": f"lifespan.{step}.complete"})
            if step == "shutdown":
                return


async def refuse_foreign_hosts(
    app: App, _scope: Scope, _receive: Receive, send: Send, request: HttpRequest
) -> bool:
    """A page of another site that resolves its name to 127.0.0.1 (DNS rebinding) ends here."""
    sent = request.headers.get("host", "")
    found = HOST.fullmatch(sent)
    host = found["name"] if found else ""
    known = ("127.0.0.1", "localhost", "[::1]", *app.platform.hosts)
    if host in known or host.endswith(".localhost"):
        return False
    body = json.dumps({"message": f"Host '{sent}' is not served here"}).encode()
    await send_response(send, HttpResponse(403, {"content-type": "application/json"}, body))
    return True


async def answer_health(
    _app: App, _scope: Scope, _receive: Receive, send: Send, request: HttpRequest
) -> bool:
    """``GET /_local_aws/health`` for the command line and Docker's health check."""
    if (request.method, request.raw_path) != ("GET", "/_local_aws/health"):
        return False
    body = b'{"status": "running"}'
    await send_response(send, HttpResponse(200, {"content-type": "application/json"}, body))
    return True


async def show_pages(
    app: App, scope: Scope, receive: Receive, send: Send, request: HttpRequest
) -> bool:
    """Dashboards for a browser, which cannot sign. They only read."""
    signed = "authorization" in request.headers or "X-Amz-Algorithm" in dict(request.query)
    if signed or not request.raw_path.startswith("/quicksight"):
        return False
    await quicksight_page(app.platform, scope, receive, send)
    return True


async def serve_s3(
    app: App, scope: Scope, receive: Receive, send: Send, request: HttpRequest
) -> bool:
    """S3 streams, so it reads its own body; everything else about it is verified here."""
    service = sigv4.service_of(request)
    if service not in (None, "s3") or (service is None and "x-amz-target" in request.headers):
        return False
    try:
        scope["tarn.auth"] = sigv4.verify(request, app.platform.credentials, _now())
    except ServiceError as error:
        await send_response(send, error_response(error, request.raw_path))
        return True
    scope["tarn.head"] = request
    await app.services.s3(scope, receive, send)
    return True


async def serve_apis(
    app: App, scope: Scope, receive: Receive, send: Send, request: HttpRequest
) -> bool:
    """The JSON services and moto's: the body is read whole, then verified."""
    service = sigv4.service_of(request) or ""
    try:
        body = await read_body(receive)
        whole = HttpRequest(request.method, request.raw_path, request.query, request.headers, body)
        verified = sigv4.verify(whole, app.platform.credentials, _now())
        sigv4.check_body(verified, body)
        if request.raw_path == RESET_PATH:
            return await _reset(app, send)
        if service not in app.services.apis and service not in MOTO_SERVICES:
            raise UnknownService(service)
    except ServiceError as error:
        await send_response(send, _refusal(app, service, error))
        return True
    if service in MOTO_SERVICES:
        await app.moto(scope, _replay(body), send)
        return True
    api = app.services.apis[service]
    response = await anyio.to_thread.run_sync(dispatch, service, api, whole)
    await send_response(send, response)
    return True


async def _reset(app: App, send: Send) -> bool:
    """Start anew with an empty data folder, for tests, where the server was told to allow it."""
    if not app.platform.allow_reset:
        raise ResetNotAllowed("Start the server with --allow-reset to allow this")
    await anyio.to_thread.run_sync(app.reset)
    await send_response(send, HttpResponse(200, {"content-type": "application/json"}, b"{}"))
    return True


HANDLERS: tuple[Handler, ...] = (
    refuse_foreign_hosts,
    answer_health,
    show_pages,
    serve_s3,
    serve_apis,
)


def _refusal(app: App, service: str, error: ServiceError) -> HttpResponse:
    logger.info("refused: %s: %s", error.code, error.message)
    if service in app.services.apis:
        response: HttpResponse = protocol_of(service).serialise_error(service, error)
        return response
    return query_error(error) if service in MOTO_SERVICES else plain_error(error)


def plain_error(error: ServiceError) -> HttpResponse:
    """For a service whose protocol we do not know: JSON with the code in a header as well."""
    return serialise_error("glue", error)


def _replay(body: bytes) -> Receive:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _with_request_id(send: Send) -> Send:
    async def wrapped(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))  # type: ignore[call-overload]
            if not any(name in (b"x-amzn-requestid", b"x-amz-request-id") for name, _ in headers):
                headers.append((b"x-amzn-requestid", secrets.token_hex(16).encode()))
            message = {**message, "headers": headers}
        await send(message)

    return wrapped  # type: ignore[return-value]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
