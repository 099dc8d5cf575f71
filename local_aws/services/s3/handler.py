"""S3 over ASGI: bodies stream between the socket and the disk, blocks at a time.

The event loop only moves bytes. Hashing, files and SQLite run in this handler's own threads, so
that a long listing does not hold up the other services nor they it.
"""

import logging
import os
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from local_aws import disk
from local_aws.context import Platform
from local_aws.errors import ServiceError
from local_aws.services.s3.access.actions import LATE
from local_aws.services.s3.access.authorise import Gate
from local_aws.services.s3.access_logs.journal import Journal
from local_aws.services.s3.access_logs.line import Exchange
from local_aws.services.s3.api import Route, route
from local_aws.services.s3.api.post_object import open_form
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import (
    AccessDenied,
    MissingContentLength,
    NoSuchBucket,
    S3Error,
    error_response,
)
from local_aws.services.s3.http import checksums
from local_aws.services.s3.http.chunked import EMPTY
from local_aws.services.s3.http.forms import Form
from local_aws.services.s3.http.payload import UNSIGNED, Memory, Payload
from local_aws.services.s3.http.request import FilePart, Reply, S3Request, read_request
from local_aws.services.s3.http.threads import Lane, Threads
from local_aws.services.s3.lifecycle.sweep import Sweeper
from local_aws.services.s3.notifications.listener import act_for
from local_aws.services.s3.store.files import Incoming
from local_aws.services.s3.store.versions import WouldWait
from local_aws.wire.http import Receive, Scope, Send

logger = logging.getLogger(__name__)

THREADS = 16
BLOCK = 1 << 20
SMALL = 1 << 16
NO_BODY = (EMPTY, UNSIGNED, None)
DRAINED = 8 << 20
OWNERS = ("x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner")
P = ParamSpec("P")
T = TypeVar("T")


class InternalError(S3Error):
    """A defect of ours; the log has it, the client gets no more than S3 tells."""

    def __init__(self) -> None:
        super().__init__("We encountered an internal error. Please try again.")


class Disconnected(Exception):
    """The client went away; there is nobody to answer."""


class Body:
    """The body in batches that are worth a thread's start."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.done = False

    async def batch(self) -> list[bytes]:
        pieces: list[bytes] = []
        size = 0
        while size < BLOCK and not self.done:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            piece: bytes = message.get("body", b"")
            pieces.append(piece)
            size += len(piece)
            self.done = not message.get("more_body", False)
        return pieces

    async def rest(self) -> list[bytes]:
        """All of a body that says it is small."""
        pieces: list[bytes] = []
        while not self.done:
            pieces += await self.batch()
        return pieces

    async def drain(self) -> bool:
        """Read what is left of a refused body; False where that would be too much."""
        size = 0
        while not self.done and size < DRAINED:
            size += sum(map(len, await self.batch()))
        return self.done


class S3Handler:
    def __init__(self, platform: Platform) -> None:
        self._backend = Backend.of(platform)
        self.gate = self._gate = Gate(self._backend)
        self._backend.store.sweep()
        self._backend.uploads.sweep()
        self._sweeper = Sweeper(self._backend)
        self._journal = Journal(self._backend)
        self._threads = Threads(THREADS)
        # Waiting for the disk costs no processor: many may.
        self._small = self._threads if disk.waits() else Lane(THREADS)

    def start(self) -> None:
        self._backend.outbox.start()
        self._sweeper.start()
        self._journal.start()

    def stop(self) -> None:
        self._journal.stop()
        self._sweeper.stop()
        self._backend.outbox.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, began = Body(receive), time.time_ns()
        try:
            reply = await self._answer(scope, body)
            answered = time.time_ns()
            if not body.done and not await self._drain(scope, body):
                reply.headers["connection"] = "close"
            await self._send(send, reply, scope["method"] == "HEAD")
            self._log(scope, reply, began, answered)
        except Disconnected:
            logger.debug("the client of %s went away", scope["raw_path"])

    async def _answer(self, scope: Scope, body: Body) -> Reply:
        resource = scope["raw_path"].decode("latin-1")
        try:
            request = scope["tarn.s3"] = read_request(scope)
            return await self._perform(request, body)
        except ServiceError as error:
            logger.info("%s %s: %s", scope["method"], resource, error.code)
            return _refusal(error, resource)
        except Disconnected:
            raise
        except Exception:
            logger.exception("%s %s failed", scope["method"], resource)
            return _refusal(InternalError(), resource)

    async def _perform(self, request: S3Request, body: Body) -> Reply:
        operation = _route(request)
        for name in OWNERS:
            if request.headers.get(name, self._backend.account_id) != self._backend.account_id:
                raise AccessDenied
        if operation.name not in LATE and not self._gate.stands_open(request):
            await self._thread(self._gate.check, operation, request)
        if operation.streams:
            return await self._perform_streaming(operation, request, body)
        if operation.reads and (reply := self._read_here(operation, request)):
            return reply
        sink = Memory()
        payload = Payload(_of_body(operation, request.headers), request.auth, sink)
        while not body.done:
            payload.feed(await body.batch())
        return await self._thread(self._run, operation, request, payload)

    def _read_here(self, operation: Route, request: S3Request) -> Reply | None:
        """A small read without a turn of a thread, which costs as much as the read itself.

        None where the event loop might have to wait: for a lock that is held, for the MD5 of an
        engine's file, for more than a little from the disk.
        """
        if request.query or not _has_no_body(request) or not self._gate.stands_open(request):
            return None
        lock = self._backend.store.lock(request.bucket, request.key)
        if not lock.acquire(blocking=False):
            return None
        try:
            reply = operation.run(self._backend, request)
        except WouldWait:
            return None
        finally:
            lock.release()
        if reply.file and reply.file.length > SMALL:
            os.close(reply.file.descriptor)
            return None
        if reply.file:
            reply.body = _read_first(reply.file)
        return reply

    async def _perform_streaming(self, operation: Route, request: S3Request, body: Body) -> Reply:
        length = request.headers.get("content-length", "")
        if not length and "transfer-encoding" not in request.headers:
            raise MissingContentLength
        if length.isdigit() and int(length) <= BLOCK:
            pieces = await body.rest()
            return await self._small.run(self._run_small, operation, request, pieces)
        incoming, payload = await self._thread(self._open, request)
        try:
            while not body.done:
                await self._thread(payload.feed, await body.batch())
            return await self._thread(self._run, operation, request, payload)
        finally:
            await self._thread(incoming.discard)

    def _run_small(self, operation: Route, request: S3Request, pieces: list[bytes]) -> Reply:
        """All of it in one turn of a thread: turns cost more than small bodies."""
        incoming, payload = self._open(request)
        try:
            payload.feed(pieces)
            return self._run(operation, request, payload)
        finally:
            incoming.discard()

    def _open(self, request: S3Request) -> tuple[Incoming, Payload | Form]:
        """A file for the body, once all that can be refused before it was."""
        if request.method == "POST":
            return open_form(self._backend, request)
        if not self._backend.store.bucket_exists(request.bucket):
            raise NoSuchBucket(request.bucket)
        self._backend.store.check_key(request.key)
        incoming = self._backend.store.incoming()
        try:
            return incoming, Payload(request.headers, request.auth, incoming)
        except BaseException:
            incoming.discard()
            raise

    def _run(self, operation: Route, request: S3Request, payload: Payload | Form) -> Reply:
        payload.finish()
        if isinstance(payload.sink, Incoming):
            request.incoming = payload.sink
            request.checksums = payload.checksums
        elif isinstance(payload.sink, Memory):
            request.body = bytes(payload.sink.data)
        if operation.name in LATE and not self._gate.stands_open(request):
            self._gate.check(operation, request)
        act_for(operation.name, request)
        try:
            reply = operation.run(self._backend, request)
        except ServiceError as error:
            self._gate.hide(request, error)
            raise
        if request.request_id:
            reply.headers["x-amz-request-id"] = request.request_id
        if reply.file:
            reply.body = _read_first(reply.file)
        return reply

    def _log(self, scope: Scope, reply: Reply, began: int, answered: int) -> None:
        request: S3Request | None = scope.get("tarn.s3")
        if request is None or not self._journal.logs(request.bucket):
            return
        sent = reply.file.length if reply.file else len(reply.body)
        sent = 0 if request.method == "HEAD" else sent
        self._journal.add(Exchange(request, reply, sent, began, answered, time.time_ns()))

    async def _drain(self, scope: Scope, body: Body) -> bool:
        """A client that waits for "100 Continue" sends nothing once it is refused."""
        if any(name.lower() == b"expect" for name, _ in scope["headers"]):
            return False
        return await body.drain()

    async def _send(self, send: Send, reply: Reply, head: bool) -> None:
        part = reply.file
        try:
            block = reply.body
            await send(_start(reply))
            if head or part is None:
                await send({"type": "http.response.body", "body": b"" if head else block})
                return
            sent = 0
            while sent + len(block) < part.length:
                await send({"type": "http.response.body", "body": block, "more_body": True})
                sent += len(block)
                block = await self._thread(_read, part, sent)
            await send({"type": "http.response.body", "body": block})
        finally:
            if part:
                os.close(part.descriptor)

    async def _thread(self, work: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
        return await self._threads.run(work, *arguments, **keywords)


def _has_no_body(request: S3Request) -> bool:
    headers = request.headers
    length, signed = headers.get("content-length", "0"), headers.get("x-amz-content-sha256")
    return length == "0" and "transfer-encoding" not in headers and signed in NO_BODY


def _of_body(operation: Route, headers: dict[str, str]) -> dict[str, str]:
    """What the headers say of the body: a completed upload's checksum is that of its object."""
    if operation.name != "CompleteMultipartUpload":
        return headers
    return {name: v for name, v in headers.items() if not name.startswith(checksums.PREFIX)}


def _route(request: S3Request) -> Route:
    """The operation; who did not sign is not told what there is and what there is not."""
    try:
        return route(request)
    except ServiceError:
        if request.auth is None:
            raise AccessDenied from None
        raise


def _refusal(error: ServiceError, resource: str) -> Reply:
    response = error_response(error, resource)
    return Reply(response.status, response.headers, response.body, code=error.code)


def _start(reply: Reply) -> dict[str, object]:
    reply.headers.setdefault("x-amz-request-id", f"{random.getrandbits(64):016X}")
    reply.headers.setdefault("x-amz-id-2", f"{random.getrandbits(128):032x}")
    if reply.status not in (204, 304):
        reply.headers.setdefault("content-length", str(len(reply.body)))
    headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in reply.headers.items()]
    return {"type": "http.response.start", "status": reply.status, "headers": headers}


def _read_first(part: FilePart) -> bytes:
    """In the turn of the thread that opened the file: small objects need no second one."""
    try:
        return _read(part, 0)
    except BaseException:
        os.close(part.descriptor)
        raise


def _read(part: FilePart, sent: int) -> bytes:
    """The next block. A file that became shorter breaks the answer off, never pads it."""
    wanted = min(BLOCK, part.length - sent)
    block = os.pread(part.descriptor, wanted, part.offset + sent)
    if wanted and not block:
        raise OSError("a file became shorter while it was sent")
    return block
