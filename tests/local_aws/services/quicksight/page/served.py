"""A dashboard's page on a port of this machine, for a browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from local_aws.services.quicksight.page import handle
from tests.chromium import wait
from tests.local_aws.services.quicksight.fakes import QuickSight


@contextmanager
def served(quicksight: QuickSight) -> Iterator[str]:
    """The address of the dashboard ``board``."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await handle(quicksight.platform, scope, receive, send)

    config = uvicorn.Config(app, port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/quicksight/dashboards/board"
    server.should_exit = True
    thread.join(10)
