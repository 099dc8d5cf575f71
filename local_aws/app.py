"""What happens to a request, in order.

Each handler answers or passes on; read `HANDLERS` and you know the server. It is closed by
default: a Host header that is ours, a signature that our secret made. A server that runs jobs
and took any web page's request would be remote code execution.
"""

import dataclasses
import datetime as dt
import json
import logging
import random
import re
import shutil
from collections.abc import Awaitable, Callable
from typing import Any

import anyio

from local_aws import authorise, downloads, moto_requests
from local_aws.access import network
from local_aws.access.document import Policy
from local_aws.access.resources import Arns, Parameters
from local_aws.acting.acting import Acting
from local_aws.caller import ACCESS_KEY, CALLER, PRINCIPAL
from local_aws.console import LINK_PATH, Console, make_link, sandboxed
from local_aws.context import Platform
from local_aws.errors import InternalError, ServiceError, UnknownService
from local_aws.faults import api as faults_api
from local_aws.faults.calls import call_of
from local_aws.faults.strike import Exchange, strike
from local_aws.identities import Identities
from local_aws.moto_services import SERVICES as MOTO_SERVICES
from local_aws.moto_services import MotoServices
from local_aws.services import build, iam, kms
from local_aws.services.s3.access import keys
from local_aws.services.s3.errors import error_response
from local_aws.services.s3.http import sigv2
from local_aws.services.sts.api import StsApi
from local_aws.services.sts.sessions import SessionStore
from local_aws.wire import origin, sigv4
from local_aws.wire.dispatch import dispatch, protocol_of
from local_aws.wire.http import (
    Bodies,
    HttpRequest,
    HttpResponse,
    Receive,
    Scope,
    Send,
    head_of,
    send_response,
)
from local_aws.wire.json_rpc import serialise_error
from local_aws.wire.models import SIGNING_NAMES
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


class LinkNotAllowed(ServiceError):
    """A console link that somebody else than the account's owner asks for."""

    code = "AccessDeniedException"
    status = 403


Handler = Callable[["App", Scope, Receive, Send, HttpRequest], Awaitable[bool]]


class App:
    """The ASGI application over one data folder."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.moto = platform.moto = MotoServices(platform)
        self.bodies = Bodies()
        self._build()

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
        self.platform.forget_databases()
        self._build()
        self.services.start()

    @property
    def arns(self) -> Arns:
        return Arns(self.platform.account_id, self.platform.region, self.moto.resource_arn)

    def key_policy(self, arn: str) -> Policy | None:
        """What hangs on a key of KMS."""
        text = self.moto.key_policy(arn)
        return None if text is None else keys.policy_of(text)

    def sts_of(self, caller: authorise.Caller) -> StsApi:
        """STS as the caller sees it."""
        record = self.platform.record
        return StsApi(self.identities, self.sessions, record, caller.principal, caller.lookup)

    def _build(self) -> None:
        self.services = build(self.platform)
        self.sessions = SessionStore(self.platform)
        self.identities = Identities(self.platform, self.moto, self.sessions)
        self.platform.find_key = self.identities.find_key
        self.platform.acting = Acting(
            self.platform, self.identities, self.sessions, self.services.s3.gate
        )
        self.console = Console(self.platform, self.services)

    async def authenticate(self, request: HttpRequest) -> sigv4.Authentication:
        """The verified signature. Only keys beside the account's own are looked up elsewhere."""
        find_key, now = self.identities.find_key, _now()
        if self.identities.is_root_key(sigv4.access_key_of(request)):
            return sigv4.verify(request, find_key, now)
        return await anyio.to_thread.run_sync(sigv4.verify, request, find_key, now)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = head_of(scope)
        send = sandboxed(request, send)
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


async def refuse_other_origins(
    _app: App, _scope: Scope, _receive: Receive, send: Send, request: HttpRequest
) -> bool:
    """A page of another site that asks without being able to read the answer ends here."""
    refusal = origin.refusal(request)
    if refusal is not None:
        await send_response(send, refusal)
    return refusal is not None


async def answer_health(
    _app: App, _scope: Scope, _receive: Receive, send: Send, request: HttpRequest
) -> bool:
    """``GET /_local_aws/health`` for the command line and Docker's health check."""
    if (request.method, request.raw_path) != ("GET", "/_local_aws/health"):
        return False
    body = b'{"status": "running"}'
    await send_response(send, HttpResponse(200, {"content-type": "application/json"}, body))
    return True


async def serve_downloads(
    app: App, _scope: Scope, _receive: Receive, send: Send, request: HttpRequest
) -> bool:
    """Files that an operation offered by a signed link."""
    response = await anyio.to_thread.run_sync(downloads.answer, app.platform, request)
    if response is not None:
        await send_response(send, response)
    return response is not None


async def show_console(
    app: App, scope: Scope, receive: Receive, send: Send, request: HttpRequest
) -> bool:
    """The console and the dashboards for a browser, which cannot sign: a session lets it read."""
    return await app.console(scope, receive, send, request)


async def inject_faults(
    app: App, scope: Scope, receive: Receive, send: Send, request: HttpRequest
) -> bool:
    """A bad day of AWS, where a test asked for it (`local_aws.faults`)."""
    if request.raw_path == faults_api.PATH:
        await send_response(send, await _faults(app, receive, request))
        return True
    board = app.platform.faults
    call = None if board.empty else call_of(scope, request)
    rule = None if call is None else board.strike(*call)
    if rule is None:
        return False
    logger.info("fault: %s of %s", rule.fault, call)

    async def serve(to: Send) -> None:
        await serve_s3(app, scope, receive, to, request) or await serve_apis(
            app, scope, receive, to, request
        )

    await strike(rule, Exchange(scope, receive, send, request), serve, board)
    return True


async def _faults(app: App, receive: Receive, request: HttpRequest) -> HttpResponse:
    """For the account's own key, where the server was told to allow it."""
    try:
        sigv4.check_claim(request, _now())
        body = await app.bodies.read(receive)
        whole = dataclasses.replace(request, body=body)
        verified = await app.authenticate(whole)
        sigv4.check_body(verified, body)
        if not verified.principal.is_root or verified.presigned:
            raise faults_api.FaultsNotAllowed("Sign it with the account's own key")
        if not app.platform.allow_faults:
            raise faults_api.FaultsNotAllowed("Start the server with --allow-faults to allow this")
        return faults_api.answer(app.platform.faults, whole)
    except ServiceError as error:
        return plain_error(error)


async def serve_s3(
    app: App, scope: Scope, receive: Receive, send: Send, request: HttpRequest
) -> bool:
    """S3 streams, so it reads its own body; everything else about it is verified here."""
    service = sigv4.service_of(request)
    if service not in (None, "s3") or (service is None and "x-amz-target" in request.headers):
        return False
    try:
        scope["tarn.network"] = _network(app, scope, request)
        scope["tarn.auth"] = await _authenticate_s3(app, scope, request)
    except sigv4.MissingAuthentication:
        scope["tarn.auth"] = None  # anonymous: what is public may be read
    except ServiceError as error:
        await send_response(send, error_response(error, request.raw_path))
        return True
    scope["tarn.head"] = request
    await app.services.s3(scope, receive, send)
    return True


async def _authenticate_s3(app: App, scope: Scope, request: HttpRequest) -> sigv4.Authentication:
    if sigv2.is_presigned(request):
        find_key, now = app.identities.find_key, _now()
        return await anyio.to_thread.run_sync(sigv2.verify, scope, request, find_key, now)
    sigv4.check_region(request, app.platform.region)
    return await app.authenticate(request)


async def serve_apis(
    app: App, scope: Scope, receive: Receive, send: Send, request: HttpRequest
) -> bool:
    """The JSON services and moto's: the body is read whole, then verified."""
    signed_for = sigv4.service_of(request) or ""
    service = SIGNING_NAMES.get(signed_for, signed_for)
    try:
        sigv4.check_claim(request, _now())
        body = await app.bodies.read(receive)
        whole = HttpRequest(request.method, request.raw_path, request.query, request.headers, body)
        found = _network(app, scope, request)
        verified = await app.authenticate(whole)
        sigv4.check_body(verified, body)
        if request.raw_path == RESET_PATH:
            return await _reset(app, verified, send)
        if request.raw_path == LINK_PATH:
            return await _link(app, send, whole, verified)
        if service not in (*app.services.apis, "sts", *MOTO_SERVICES):
            raise UnknownService(service)
        if service in MOTO_SERVICES:
            moto_requests.check(service, whole)
        caller = authorise.caller_of(verified, found, whole)
        work = _ask_moto if service in MOTO_SERVICES else _ask_own
        response = await anyio.to_thread.run_sync(work, app, service, whole, verified, caller)
    except ServiceError as error:
        response = _refusal(app, service, error, request)
    except Exception:
        logger.exception("%s failed", service)
        response = _refusal(app, service, InternalError("Internal Failure"), request)
    if response is None:
        await app.moto(scope, _replay(body), send)
    else:
        await send_response(send, response)
    return True


def _ask_own(
    app: App,
    service: str,
    request: HttpRequest,
    auth: sigv4.Authentication,
    caller: authorise.Caller,
) -> HttpResponse:
    """The answer of a service of ours."""
    arns, record = app.arns, app.platform.record
    api: Any = app.sts_of(caller) if service == "sts" else app.services.apis[service]

    def permit(operation: str, parameters: Parameters) -> None:
        if record.on or not caller.principal.is_root:
            known = app.services.complete(service, parameters)
            policy_of = getattr(api, "policy_of", _no_policy)
            authorise.check(caller, service, operation, known, arns, record, policy_of)

    CALLER.set(caller.principal.arn)
    ACCESS_KEY.set(auth.access_key)
    PRINCIPAL.set(caller.principal)
    return dispatch(service, api, request, permit)


def _ask_moto(
    app: App,
    service: str,
    request: HttpRequest,
    auth: sigv4.Authentication,
    caller: authorise.Caller,
) -> HttpResponse | None:
    """None where moto may answer; raises where the caller may not ask."""
    root = caller.principal.is_root
    if auth.presigned and not root:
        raise sigv4.IncompleteSignature("This service takes no presigned requests here.")
    record = app.platform.record
    if root and service not in ("iam", "kms") and not record.on:
        return None
    operation, parameters = authorise.moto_call(request, strict=not root)
    known = app.moto.complete(service, parameters)
    policy_of = app.key_policy if service == "kms" else _no_policy
    facts_of = app.moto.facts
    authorise.check(caller, service, operation, known, app.arns, record, policy_of, facts_of)
    if service == "kms":
        kms.check(operation, parameters)
    if service != "iam":
        return None
    iam.check(operation, parameters)
    return iam.answer(app.moto, operation, parameters)


def _no_policy(_resource: str) -> None:
    """Of a service whose resources have none."""


async def _reset(app: App, auth: sigv4.Authentication, send: Send) -> bool:
    """Start anew with an empty data folder, for tests, where the server was told to allow it."""
    if not auth.principal.is_root:
        raise ResetNotAllowed("Only the account's own key may reset it")
    if not app.platform.allow_reset:
        raise ResetNotAllowed("Start the server with --allow-reset to allow this")
    await anyio.to_thread.run_sync(app.reset)
    await send_response(send, HttpResponse(200, {"content-type": "application/json"}, b"{}"))
    return True


async def _link(app: App, send: Send, request: HttpRequest, auth: sigv4.Authentication) -> bool:
    """A one-time link to the console, for the account's own key and no user's."""
    if not auth.principal.is_root or auth.presigned or request.method != "POST":
        raise LinkNotAllowed("POST it signed with the account's own key")
    response = await anyio.to_thread.run_sync(make_link, app.console, request)
    await send_response(send, response)
    return True


HANDLERS: tuple[Handler, ...] = (
    refuse_foreign_hosts,
    refuse_other_origins,
    answer_health,
    serve_downloads,
    show_console,
    inject_faults,
    serve_s3,
    serve_apis,
)


def _network(app: App, scope: Scope, request: HttpRequest) -> network.Network:
    client = scope.get("client") or ("", 0)
    return network.network_of(request.headers, scope["scheme"], client[0], app.platform.network)


def _refusal(app: App, service: str, error: ServiceError, request: HttpRequest) -> HttpResponse:
    logger.info("refused: %s: %s", error.code, error.message)
    if service in app.services.apis:
        protocol = protocol_of(service, request)
        response: HttpResponse = protocol.serialise_error(service, error)
        return response
    queries = service == "sts" or service in MOTO_SERVICES
    is_query = queries and "x-amz-target" not in request.headers
    return query_error(error) if is_query else plain_error(error)


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
                headers.append((b"x-amzn-requestid", f"{random.getrandbits(128):032x}".encode()))
            message = {**message, "headers": headers}
        await send(message)

    return wrapped  # type: ignore[return-value]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
