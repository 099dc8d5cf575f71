"""One client's connection: bounded in what it may hold and how long it may stand still.

uvicorn sets no limit to a request's head, waits for ever for the rest of a head or body and for
a client that does not read its answer, and accepts connections until there are no descriptors
left. `Connection` counts while it parses; once a second `Server` asks each connection whether
its client still moves. While it is our turn (a long poll of a queue, a query that runs) no clock
runs: docs/adr/0007-limits-of-a-request.md.
"""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from local_aws.wire.head import (
    HEADER_OVERHEAD,
    MAX_HEADERS,
    MAX_URI,
    Refused,
    bad_request,
    check,
    check_size,
)

logger = logging.getLogger(__name__)

CLIENT_SECONDS = 30
"""For a whole head, and for each `CLIENT_BYTES` of a body or of an answer."""

CLIENT_BYTES = 4096
IDLE_SECONDS = 75
MAX_CONNECTIONS = 12_000
SHUTDOWN_SECONDS = 10
LINGER_SECONDS = 2
"""How long a refused client may still send: closed at once, its kernel would drop our answer."""

TOO_SLOW = Refused(
    400,
    "RequestTimeout",
    "Your socket connection to the server was not read from or written to within the timeout "
    "period.",
)
TOO_MANY = Refused(503, "ServiceUnavailable", "Please reduce your number of connections.")

IDLE, HEAD, BODY, ANSWER, OURS = "idle", "head", "body", "answer", "ours"


@dataclass(frozen=True)
class Limits:
    """What an operator may set; the rest stands in `local_aws.wire.head`."""

    client_seconds: float = CLIENT_SECONDS
    connections: int = MAX_CONNECTIONS


class Config(uvicorn.Config):
    """uvicorn's, with our protocol and what the connections share."""

    def __init__(self, app: Any, limits: Limits) -> None:
        super().__init__(
            app,
            http=Connection,
            ws="none",
            log_level="warning",
            access_log=False,
            lifespan="on",
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            server_header=False,
            proxy_headers=False,  # anybody could say that they came by TLS, from elsewhere
        )
        self.limits = limits
        self.waiting: OrderedDict[Connection, None] = OrderedDict()
        """Connections without a request under way, the longest waiting first."""


class Server(uvicorn.Server):
    """uvicorn's, which once a second looks at its connections."""

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.look(now)
        return await super().on_tick(counter)


class Connection(HttpToolsProtocol):
    """uvicorn's protocol, with limits."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = config.limits
        self._waiting = config.waiting
        self._reading = IDLE
        self._requests = self._resumed = 0
        self._received = self._head_size = self._header_size = 0
        self._refusal: Refused | None = None
        self._dropped = False
        self._stage: tuple[str, int] = ("", 0)
        self._moved = self._since = 0.0

    # Called by the transport.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) <= self._limits.connections or self._make_room():
            self._waiting[self] = None
            return
        logger.warning("a connection over the limit of %d was refused", self._limits.connections)
        self._dropped = True
        self._write(TOO_MANY)
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # else a reset connection is kept until its timer ends
        self._waiting.pop(self, None)

    def eof_received(self) -> bool:  # type: ignore[override]
        """True, and so still open, for a client that has said all and waits for the answer."""
        cycle = self.cycle
        due = cycle is not None and not cycle.response_complete and not cycle.disconnected
        if due and self._reading is IDLE:
            cycle.keep_alive = False
        return due and self._reading is IDLE

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._dropped:
            return
        went_on = self._reading is HEAD
        super().data_received(data)
        if went_on and self._reading is HEAD and not self._dropped:
            self._head_size += len(data)
            if self._head_size > MAX_URI + MAX_HEADERS:
                self._refuse(bad_request("The request's head does not end."))

    def resume_writing(self) -> None:
        self._resumed += 1
        super().resume_writing()

    # Called by the parser.
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["tarn.drop"] = self.transport.abort  # type: ignore[typeddict-unknown-key]
        self._reading = HEAD
        self._requests += 1
        self._head_size = self._header_size = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._checked(check_size, len(self.url), 0)

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value.rstrip(b" \t"))  # the parser leaves what is no part of it
        self._header_size += len(name) + len(value) + HEADER_OVERHEAD
        self._checked(check_size, 0, self._header_size)

    def on_headers_complete(self) -> None:
        method, version = self.parser.get_method(), self.parser.get_http_version()
        self._checked(check, method, self.url, version, self.headers)
        super().on_headers_complete()
        self._reading = BODY
        self._waiting.pop(self, None)
        if self.parser.should_upgrade():  # declined; the parser reads no second request
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._reading = IDLE
        self._note_waiting()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._note_waiting()

    def send_400_response(self, msg: str) -> None:
        """uvicorn's answer to what cannot be parsed."""
        self._refuse(self._refusal or bad_request(msg))

    def _unsupported_upgrade_warning(self) -> None:
        """An upgrade that is declined is no event."""

    # Limits.
    def look(self, now: float) -> None:
        """Send the client away where it has stood still for too long."""
        stage, moved = self._progress()
        if stage != self._stage or moved - self._moved >= CLIENT_BYTES:
            self._stage, self._moved, self._since = stage, moved, now
            return
        self._moved = min(moved, self._moved)  # more was written meanwhile: count from there
        allowed = IDLE_SECONDS if stage[0] is IDLE else self._limits.client_seconds
        if stage[0] is not OURS and now - self._since > allowed:
            self._send_away(stage[0])

    def _progress(self) -> tuple[tuple[str, int], float]:
        """Whose turn it is, and how far it has come."""
        unread = self.transport.get_write_buffer_size()
        if unread:
            return (ANSWER, self._resumed), -unread
        if self._reading is HEAD:
            return (HEAD, self._requests), 0
        if self._reading is BODY and not self._holds_up_the_body():
            return (BODY, self._requests), self._received
        if self in self._waiting:
            return (IDLE, self._requests), 0
        return (OURS, self._requests), 0

    def _holds_up_the_body(self) -> bool:
        unasked = self.cycle.waiting_for_100_continue and not self.cycle.response_complete
        return self.flow.read_paused or unasked

    def _send_away(self, stage: str) -> None:
        if stage is ANSWER:
            self.transport.abort()
        elif stage is IDLE:
            self.transport.close()
        else:
            self._refuse(TOO_SLOW)

    def _note_waiting(self) -> None:
        busy = self.cycle is not None and not self.cycle.response_complete
        if self._reading is IDLE and not busy and not self.transport.is_closing():
            self._waiting[self] = None

    def _make_room(self) -> bool:
        """Close the connection that waits longest without a request; False where there is none."""
        if not self._waiting:
            return False
        oldest, _ = self._waiting.popitem(last=False)
        oldest.transport.abort()
        return True

    def _checked(self, check: Any, *arguments: Any) -> None:
        try:
            check(*arguments)
        except Refused as refusal:
            self._refusal = refusal
            raise

    def _refuse(self, refusal: Refused) -> None:
        """Answer once, and only where no other request's answer is under way or due."""
        logger.info("refused a connection's request: %s: %s", refusal.code, refusal.message)
        self._dropped = True
        self._waiting.pop(self, None)
        cycle = self.cycle
        if self.transport.is_closing():
            return
        if cycle is None or cycle.response_complete:
            self._answer(refusal)
        elif self._reading is HEAD:  # an earlier request is whole: its answer is the last one
            cycle.keep_alive = False
        elif cycle.response_started or self.pipeline:
            self.transport.abort()
        else:
            cycle.disconnected = True
            cycle.message_event.set()
            self._answer(refusal)

    def _answer(self, refusal: Refused) -> None:
        self._write(refusal)
        self.flow.resume_reading()
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _write(self, refusal: Refused) -> None:
        head = (
            b"content-type: application/xml\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
            % len(refusal.body)
        )
        self.transport.write(STATUS_LINE[refusal.status] + head + refusal.body)
