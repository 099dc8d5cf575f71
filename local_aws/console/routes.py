"""The console's addresses, and who is let in.

GET  /                                    the console, for a browser; anything else is S3's
GET  /_console/login?token=...            a one-time link: opens a session
POST /_console/logout                     ends it
GET  /_console/static/<file>              style and script, for the page that refuses, too
GET  /_console/<page>?...                 the pages of `PAGES`
GET  /quicksight/...                      the dashboards' pages, behind the same session
Names travel in the query: a key may be `..` or end in a slash, which no path keeps in a browser.
"""

import json
import logging
import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import anyio
from anyio import to_thread

from local_aws.console import (
    catalog,
    crawlers,
    dashboards,
    databrew,
    jobs,
    logs,
    overview,
    queries,
    stacks,
    storage,
)
from local_aws.console.access import HOME, LINK_SECONDS, SESSION_SECONDS, Access, NotAPage
from local_aws.console.answers import SANDBOX, SECURITY, Answer, NotThere, page, redirect, text
from local_aws.console.lake import Ask, Lake
from local_aws.context import Platform
from local_aws.errors import ServiceError
from local_aws.services import Services
from local_aws.wire.http import HttpRequest, HttpResponse, Receive, Scope, Send

logger = logging.getLogger(__name__)

LINK_PATH = "/_local_aws/console-link"
STATIC = Path(__file__).parent / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
BLOCK = 1 << 20
THREADS = 4
"""Pages at once: the operations that work on the lake keep the other threads."""

OUR_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?", re.IGNORECASE)
SIGNED = {"X-Amz-Algorithm", "AWSAccessKeyId"}
"""In the query of a presigned address, of version 4 or 2."""

OUR_PATH = re.compile(r"/(_console|quicksight)(/.*)?", re.DOTALL)
Page = Callable[[Lake, Ask], Answer]
PAGES: dict[str, Page] = {
    "": overview.overview,
    "buckets": storage.buckets,
    "bucket": storage.bucket,
    "object": storage.one_object,
    "download": storage.download,
    "databases": catalog.databases,
    "database": catalog.database,
    "table": catalog.table,
    "crawlers": crawlers.crawlers,
    "crawler": crawlers.crawler,
    "jobs": jobs.jobs,
    "job": jobs.job,
    "run": jobs.run,
    "databrew": databrew.jobs,
    "databrew-job": databrew.job,
    "databrew-run": databrew.run,
    "databrew-profile": databrew.profile,
    "queries": queries.queries,
    "query": queries.query,
    "workgroups": queries.workgroups,
    "dashboards": dashboards.dashboards,
    "stacks": stacks.stacks,
    "stack": stacks.stack,
    "log": logs.log,
}


class Console:
    """Answers a browser, or passes on."""

    def __init__(self, platform: Platform, services: Services) -> None:
        self.platform = platform
        self.access = Access(platform)
        self.lake = Lake(platform, services)
        self.cookie = f"tarn_console_{platform.port}"
        self._limiter = anyio.CapacityLimiter(THREADS)

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send, request: HttpRequest
    ) -> bool:
        """Whether the request was the console's, which is answered then."""
        if not self._is_ours(request):
            return False
        of_dashboards = request.raw_path.startswith("/quicksight")
        session = self.access.session(self._session(request)) if of_dashboards else None
        if session and not _is_foreign(request):
            from local_aws.services.quicksight.page import handle  # DuckDB comes with it

            await handle(self.platform, scope, receive, send, session.reader)
            return True
        answer = await to_thread.run_sync(self.answer, request, limiter=self._limiter)
        await _send(send, answer, request.method == "HEAD")
        return True

    def _is_ours(self, request: HttpRequest) -> bool:
        """A signed request is an AWS client's, and another host name is a bucket's."""
        path, host = request.raw_path, request.headers.get("host", "")
        named = host.rpartition(":")[0] or host
        if _is_signed(request) or not (OUR_HOST.fullmatch(host) or named in self.platform.hosts):
            return False
        if path == "/":
            browser = "text/html" in request.headers.get("accept", "")
            return request.method in ("GET", "HEAD") and (browser or bool(self._session(request)))
        return bool(OUR_PATH.fullmatch(path))

    def answer(self, request: HttpRequest) -> Answer:
        """The answer to a browser."""
        name = request.raw_path.removeprefix("/_console/")
        if name.startswith("static/") and request.raw_path != name:
            return _static(name.removeprefix("static/"))
        if request.raw_path == "/_console/login":
            return self._login(request)
        if request.raw_path == "/_console/logout":
            return self._logout(request)
        if not self.access.is_open(self._session(request)):
            return _closed(request)
        if _is_foreign(request):
            return text(403, "A page of another origin asked for this.")
        if request.method not in ("GET", "HEAD"):
            return text(405, "The console only reads.", allow="GET, HEAD")
        if request.raw_path in ("/", "/_console"):
            return redirect(HOME)
        return self._page(PAGES.get(name), request)

    def _page(self, found: Page | None, request: HttpRequest) -> Answer:
        try:
            if found is None:
                raise NotThere("The console has no page at this address.")
            return found(self.lake, Ask(dict(request.query)))
        except NotThere as error:
            return page("failed.html", 404, title="Not here", words=str(error))
        except ServiceError as error:
            if "NotFound" in error.code or "NoSuch" in error.code:
                return page("failed.html", 404, title="Not here", words=error.message)
            return page("failed.html", 400, title="Refused", words=error.message)
        except Exception as error:
            logger.exception("console: %s failed", request.raw_path)
            words = f"This page failed: {type(error).__name__}. The server's log says more."
            return page("failed.html", 500, title="A defect of ours", words=words)

    def _session(self, request: HttpRequest) -> str | None:
        pairs = (part.partition("=") for part in request.headers.get("cookie", "").split(";"))
        return next((value for name, _, value in pairs if name.strip() == self.cookie), None)

    def _login(self, request: HttpRequest) -> Answer:
        """A page that goes on by itself: a redirect would be of the site that linked here.

        SameSite=Strict withholds the cookie from a redirect that another site began; a refresh
        that our own page begins carries it.
        """
        if request.method != "GET":
            return text(405, "A link is opened with GET.", allow="GET")
        token = dict(request.query).get("token", "")
        path = self.access.path(token)
        session = self.access.redeem(token)
        if session is None:
            if self.access.session(self._session(request)):
                return redirect(path)
            return page("closed.html", 401, **_remedy(path, spent=True))
        answer = page("entered.html", path=path)
        answer.headers["set-cookie"] = self._set_cookie(session, SESSION_SECONDS)
        return answer

    def _logout(self, request: HttpRequest) -> Answer:
        if request.method != "POST":
            return text(405, "Signing out is a POST.", allow="POST")
        if _is_foreign(request) or not _is_own_origin(request):
            return text(403, "A page of another origin asked for this.")
        self.access.end(self._session(request) or "")
        answer = page("closed.html", 200, **_remedy(HOME, left=True))
        answer.headers["set-cookie"] = self._set_cookie("", 0)
        return answer

    def _set_cookie(self, value: str, seconds: int) -> str:
        return f"{self.cookie}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}"


def make_link(console: Console, request: HttpRequest) -> HttpResponse:
    """A one-time link, for whoever signed the request.

    Body: ``{"next": "/_console/...", "reader": <a registered user of QuickSight, or nothing>}``.
    Answers ``{"url": ..., "expires_in_seconds": ...}``. Raises NotAPage, ResourceNotFound.
    """
    try:
        asked = json.loads(request.body or b"{}")
        path, reader = asked.get("next") or HOME, asked.get("reader") or None
    except (ValueError, AttributeError):
        raise NotAPage(request.body[:80].decode(errors="replace")) from None
    if reader is not None:
        console.lake.quicksight.store.directory.user(str(reader))
    token = console.access.link(str(path), reader and str(reader))
    address = f"http://{request.headers['host']}/_console/login?token={token}"
    body = json.dumps({"url": address, "expires_in_seconds": LINK_SECONDS}).encode()
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return HttpResponse(200, headers, body)


def sandboxed(request: HttpRequest, send: Send) -> Send:
    """For a browser, AWS's answers have no origin: an HTML object would else be the console's peer.

    A presigned link to an object opens at this server's origin, where the session's cookie is.
    """
    accept = request.headers.get("accept", "")
    if "sec-fetch-mode" not in request.headers and "text/html" not in accept:
        return send

    async def wrapped(message: Any) -> None:
        if message["type"] == "http.response.start":
            names = {name.lower() for name, _ in message["headers"]}
            if b"content-security-policy" not in names:
                added = [
                    (b"content-security-policy", SANDBOX.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
                message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return wrapped


def _is_signed(request: HttpRequest) -> bool:
    names = {name for name, _ in request.query}
    return "authorization" in request.headers or not names.isdisjoint(SIGNED)


def _is_foreign(request: HttpRequest) -> bool:
    """Another origin's page wants this inside itself. Following a link from there is fine.

    Ports are no part of a site, so SameSite=Strict keeps out no other server on this machine.
    """
    headers = request.headers
    site = headers.get("sec-fetch-site", "none")
    opens = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
    foreign = site in ("cross-site", "same-site")
    return foreign and (opens != ("navigate", "document") or request.method == "POST")


def _is_own_origin(request: HttpRequest) -> bool:
    """A form of ours names our origin, or `null` where the referrer policy hides it."""
    origin = request.headers.get("origin")
    same_site = request.headers.get("sec-fetch-site") == "same-origin"
    return same_site or origin in (None, f"http://{request.headers.get('host', '')}")


def _closed(request: HttpRequest) -> Answer:
    """What a browser without a session gets."""
    path = quote(request.raw_path, safe="/%:@!$&()*+,;=~")
    pairs = "&".join(f"{quote(name)}={quote(value)}" for name, value in request.query)
    path = f"{path}?{pairs}" if pairs else path
    if "text/html" not in request.headers.get("accept", ""):
        return text(401, "Run ./lake open: it prints a link that opens this page.")
    # A link on another site's page comes without the cookie, however good the session. Asked for
    # again by our own page it comes with it.
    again = path if request.headers.get("sec-fetch-site") == "cross-site" else None
    return page("closed.html", 401, **_remedy(path, again=again))


def _remedy(path: str, again: str | None = None, **facts: bool) -> dict[str, Any]:
    command = "./lake open"
    if path not in (HOME, "/", "/_console"):
        command += f" {shlex.quote(path)}"
    return {"command": command, "again": again, "spent": False, "left": False} | facts


def _static(name: str) -> Answer:
    path = STATIC / unquote(name)
    if path.parent != STATIC or path.suffix not in TYPES or not path.is_file():
        return text(404, "There is no such file.")
    headers = {"content-type": f"{TYPES[path.suffix]}; charset=utf-8"}
    return Answer(200, headers | {"content-security-policy": SANDBOX}, path.read_bytes())


async def _send(send: Send, answer: Answer, head: bool) -> None:
    try:
        length = answer.file.size if answer.file else len(answer.body)
        fields = SECURITY | answer.headers | {"content-length": str(length)}
        headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in fields.items()]
        start = {"type": "http.response.start", "status": answer.status, "headers": headers}
        await send(start)
        if answer.file and not head:
            await _send_file(send, answer.file.descriptor, answer.file.size)
        else:
            await send({"type": "http.response.body", "body": b"" if head else answer.body})
    finally:
        if answer.file:
            os.close(answer.file.descriptor)


async def _send_file(send: Send, descriptor: int, size: int) -> None:
    sent = 0
    while True:
        wanted = min(BLOCK, size - sent)
        block = await to_thread.run_sync(os.pread, descriptor, wanted, sent)
        if wanted and not block:
            raise OSError("a file became shorter while it was sent")
        sent += len(block)
        more = sent < size
        await send({"type": "http.response.body", "body": block, "more_body": more})
        if not more:
            return
