"""What a rule does to the request that it strikes."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import anyio

from local_aws.faults.answers import refusal
from local_aws.faults.board import Board
from local_aws.faults.rules import Rule
from local_aws.wire.http import HttpRequest, Receive, Scope, Send, send_response

Serve = Callable[[Send], Awaitable[None]]
"""Does the request's work, and sends the answer to whom it is given."""

MESSAGE = "A fault that a test asked for"


@dataclass(frozen=True)
class Exchange:
    """A request, and the ways to read its body and to answer it."""

    scope: Scope
    receive: Receive
    send: Send
    request: HttpRequest


async def strike(rule: Rule, exchange: Exchange, serve: Serve, board: Board) -> None:
    """Answer as the rule says, or close the connection without an answer."""
    match rule.fault:
        case "slow":
            await anyio.sleep(rule.seconds or 0)
            await serve(exchange.send)
        case "fail_run":
            with board.failing(rule.message or MESSAGE):
                await serve(exchange.send)
        case "drop_before":
            await _drop(exchange)
        case "drop_after":
            await serve(_unheard)
            await _drop(exchange)
        case "throttle" | "error":
            await _drain(exchange.receive)
            await send_response(exchange.send, refusal(rule, exchange.request.raw_path))


async def _unheard(_message: MutableMapping[str, Any]) -> None:
    """Where an answer goes that the client must not learn."""


async def _drop(exchange: Exchange) -> None:
    exchange.scope["tarn.drop"]()
    await anyio.sleep(0)  # let it be noticed before the server misses an answer


async def _drain(receive: Receive) -> None:
    """A client that is still sending would not read the refusal."""
    while (await receive()).get("more_body"):
        pass
