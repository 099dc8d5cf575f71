"""A dashboard's page on a port of this machine, for a browser, and what axe says of it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_core_python
import uvicorn
from selenium import webdriver

from local_aws.services.quicksight.page import handle
from tests.chromium import wait
from tests.local_aws.services.quicksight.fakes import QuickSight

AXE = next(Path(axe_core_python.__file__).parent.rglob("axe.min.js"))


def violations(browser: webdriver.Chrome) -> list[Any]:
    """The rules of accessibility that the page as it stands breaks, with the elements."""
    browser.execute_script(AXE.read_text())
    return list(browser.execute_async_script(
        "const done = arguments[0]; axe.run().then((result) => done(result.violations.map("
        "(each) => [each.id, each.nodes.map((node) => node.html)])))"
    ))  # fmt: skip


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
