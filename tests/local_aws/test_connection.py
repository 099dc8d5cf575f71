"""The protocol and its configuration, without a socket."""

import asyncio
from typing import Any

from local_aws.connection import Config, Limits


def test_nobody_says_for_a_client_where_it_came_from() -> None:
    """uvicorn believes X-Forwarded headers from 127.0.0.1, which is everybody here."""
    seen: list[tuple[str, str]] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append((scope["client"][0], scope["scheme"]))

    config = Config(app, Limits())
    config.load()
    scope = {
        "type": "http",
        "client": ("127.0.0.1", 1),
        "scheme": "http",
        "headers": [(b"x-forwarded-for", b"10.1.2.3"), (b"x-forwarded-proto", b"https")],
    }
    asyncio.run(config.loaded_app(scope, None, None))  # type: ignore[arg-type]
    assert seen == [("127.0.0.1", "http")]
