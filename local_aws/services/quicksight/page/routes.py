"""The page's addresses.

GET /quicksight/dashboards                                            the list
GET /quicksight/dashboards/<id>                                       the page
GET /quicksight/dashboards/<id>.json                                  its outline, how fresh
GET /quicksight/dashboards/<id>/controls/<control>.json               what a control offers
GET /quicksight/dashboards/<id>/sheets/<sheet>/visuals/<visual>.json  figures (.csv: in full)
GET /quicksight/plotly.min.js, /quicksight/static/<file>
What the reader chose travels with each: `local_aws.services.quicksight.choices`. Who reads is the
session's: nothing in an address changes it.
"""

import asyncio
import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from local_aws.context import Platform
from local_aws.services.quicksight.choices import read_choices
from local_aws.services.quicksight.errors import QueryRefused, ResourceNotFound
from local_aws.services.quicksight.model import DASHBOARD, Store
from local_aws.services.quicksight.page import html
from local_aws.services.quicksight.page.payload import Board
from local_aws.services.quicksight.readers import reader_now, reader_of, reading_as
from local_aws.services.quicksight.sharing import may_open
from local_aws.wire.http import (
    HttpRequest,
    HttpResponse,
    Receive,
    Scope,
    Send,
    head_of,
    send_response,
)
from profile_page import plotly

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
SECURITY = {
    # plotly writes style elements and attributes; scripts are files of ours only.
    "content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
Page = Callable[..., HttpResponse]


async def handle(
    platform: Platform, scope: Scope, _receive: Receive, send: Send, reader: str | None = None
) -> None:
    """Answer one request of a browser, which reads as a registered user or as the account."""
    request = head_of(scope)
    response = await asyncio.to_thread(answer, platform, request, reader)
    response.headers |= SECURITY
    response.headers["content-length"] = str(len(response.body))
    if request.method == "HEAD":
        response.body = b""
    await send_response(send, response)


def answer(platform: Platform, request: HttpRequest, reader: str | None = None) -> HttpResponse:
    """The response to a request."""
    if request.method not in ("GET", "HEAD"):
        return _text(405, "This page only reads.", allow="GET, HEAD")
    try:
        who = reader_of(store_of(platform), reader)
    except ResourceNotFound:
        return _text(403, f"The reader {reader} is not registered any more.")
    for pattern, page in ROUTES:
        match = pattern.fullmatch(request.raw_path)
        if match:
            with reading_as(who):
                return _guarded(page, platform, request, [unquote(p) for p in match.groups()])
    return _text(404, "There is no such page.")


def _guarded(
    page: Page, platform: Platform, request: HttpRequest, parts: list[str]
) -> HttpResponse:
    try:
        return page(platform, request, *parts)
    except (ResourceNotFound, KeyError):
        return _text(404, "There is no such page.")
    except QueryRefused as error:
        return _text(409, str(error))


def _list(platform: Platform, _request: HttpRequest) -> HttpResponse:
    store, reader = store_of(platform), reader_now()
    rows = [row for row in store.list(DASHBOARD) if may_open(store, reader, row["id"])]
    return _html(html.dashboard_list([(row["id"], row["document"]["Name"]) for row in rows]))


def _board(platform: Platform, request: HttpRequest, dashboard: str) -> Board:
    store, reader = store_of(platform), reader_now()
    if not may_open(store, reader, dashboard):
        raise ResourceNotFound("DASHBOARD", dashboard)  # as if it were not there
    return Board(store, dashboard, read_choices(request.query, reader.name or None))


def _dashboard(platform: Platform, request: HttpRequest, dashboard: str) -> HttpResponse:
    return _html(html.dashboard(_board(platform, request, dashboard).outline()))


def _outline(platform: Platform, request: HttpRequest, dashboard: str) -> HttpResponse:
    return _json(_board(platform, request, dashboard).outline())


def _offered(
    platform: Platform, request: HttpRequest, dashboard: str, control: str
) -> HttpResponse:
    search = next((value for name, value in request.query if name == "search"), "")
    return _json(_board(platform, request, dashboard).offered(control, search))


def _figures(
    platform: Platform, request: HttpRequest, dashboard: str, sheet: str, visual: str
) -> HttpResponse:
    return _json(_board(platform, request, dashboard).figures(sheet, visual))


def _data(
    platform: Platform, request: HttpRequest, dashboard: str, sheet: str, visual: str
) -> HttpResponse:
    return _json(_board(platform, request, dashboard).data(sheet, visual))


def _csv(
    platform: Platform, request: HttpRequest, dashboard: str, sheet: str, visual: str
) -> HttpResponse:
    body = _board(platform, request, dashboard).csv(sheet, visual)
    name = re.sub(r"\W+", "-", visual)
    headers = {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": f'attachment; filename="{name}.csv"',
        "cache-control": "no-store",
    }
    return HttpResponse(200, headers, body.encode())


def _plotly(_platform: Platform, request: HttpRequest) -> HttpResponse:
    return _file(plotly(), request)


def _static(_platform: Platform, request: HttpRequest, name: str) -> HttpResponse:
    path = STATIC / name
    if path.parent != STATIC or path.suffix not in TYPES or not path.is_file():
        raise KeyError(name)
    return _file(path, request)


ROUTES: tuple[tuple[re.Pattern[str], Page], ...] = tuple(
    (re.compile(pattern), page)
    for pattern, page in (
        ("/quicksight/?(?:dashboards/?)?", _list),
        (r"/quicksight/plotly\.min\.js", _plotly),
        (r"/quicksight/static/([\w.-]+)", _static),
        (r"/quicksight/dashboards/([^/]+)/controls/([^/]+)\.json", _offered),
        (r"/quicksight/dashboards/([^/]+)/sheets/([^/]+)/visuals/([^/]+)\.json", _figures),
        (r"/quicksight/dashboards/([^/]+)/sheets/([^/]+)/visuals/([^/]+)\.csv", _csv),
        (r"/quicksight/dashboards/([^/]+)/sheets/([^/]+)/visuals/([^/]+)/data\.json", _data),
        (r"/quicksight/dashboards/([^/]+)\.json", _outline),
        (r"/quicksight/dashboards/([^/]+)/?", _dashboard),
    )
)


_STORES: dict[Path, Store] = {}


def store_of(platform: Platform) -> Store:
    """The store of a data folder, opened once."""
    if platform.data_dir not in _STORES:
        _STORES[platform.data_dir] = Store(platform)
    return _STORES[platform.data_dir]


def _file(path: Path, request: HttpRequest) -> HttpResponse:
    stat = path.stat()
    tag = f'"{stat.st_size:x}-{stat.st_mtime_ns:x}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return HttpResponse(304, headers)
    headers["content-type"] = f"{TYPES[path.suffix]}; charset=utf-8"
    return HttpResponse(200, headers, path.read_bytes())


def _html(body: str) -> HttpResponse:
    headers = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store"}
    return HttpResponse(200, headers, body.encode())


def _json(value: Any) -> HttpResponse:
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return HttpResponse(200, headers, json.dumps(value, allow_nan=False).encode())


def _text(status: int, text: str, **headers: str) -> HttpResponse:
    kind = {"content-type": "text/plain; charset=utf-8"}
    return HttpResponse(status, kind | headers, f"{text}\n".encode())
