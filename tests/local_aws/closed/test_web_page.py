"""A web page of another origin, in headless Chromium: it reads nothing and changes nothing."""

import http.server
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium import webdriver

from tests import chromium
from tests.conftest import LocalServer
from tests.local_aws.closed.client import Answer, Signer, ask, raw

# Every way that a page has to another origin. Each reports what it could read, or "".
ATTACKS = """
const done = arguments[arguments.length - 1];
const [origin, read, write, remove] = arguments;
const results = {};
const limit = (promise) => Promise.race([promise, new Promise(r => setTimeout(() => r(""), 8000))]);
const text = async (url, options) => {
  try { return await (await fetch(url, options)).text(); } catch (error) { return ""; }
};
const element = (tag, set) => new Promise(resolve => {
  const made = document.createElement(tag);
  made.onload = () => {
    let seen = "loaded";
    try { seen += made.contentDocument ? made.contentDocument.body.innerText : ""; } catch {}
    resolve(tag === "iframe" ? seen.slice(6) : seen);
  };
  made.onerror = () => resolve("");
  set(made);
  document.body.append(made);
});
const xhr = (method, url) => new Promise(resolve => {
  const request = new XMLHttpRequest();
  request.onload = () => resolve(request.responseText || "loaded");
  request.onerror = () => resolve("");
  request.open(method, url);
  request.withCredentials = true;
  request.send(method === "GET" ? null : "<evil/>");
});
const form = (url, type) => new Promise(resolve => {
  const frame = document.createElement("iframe");
  frame.name = "f" + Math.random();
  frame.onload = () => {
    try { resolve(frame.contentDocument.body.innerText); } catch { resolve(""); }
  };
  const made = document.createElement("form");
  Object.assign(made, {action: url, method: "POST", enctype: type, target: frame.name});
  const field = document.createElement("input");
  Object.assign(field, {name: '{"a":"', value: '"}'});
  made.append(field);
  document.body.append(frame, made);
  setTimeout(() => made.submit(), 100);
});
const socket = (url) => new Promise(resolve => {
  const made = new WebSocket(url.replace("http", "ws"));
  made.onopen = () => resolve("open");
  made.onerror = () => resolve("");
});
const events = (url) => new Promise(resolve => {
  const made = new EventSource(url, {withCredentials: true});
  made.onopen = () => resolve("open");
  made.onerror = () => { made.close(); resolve(""); };
});
const named = {"x-amz-target": "AWSGlue.DeleteDatabase",
               "content-type": "application/x-amz-json-1.1"};
const attacks = {
  "fetch cors": () => text(read),
  "fetch no-cors": () => text(read, {mode: "no-cors"}),
  "fetch credentials": () => text(read, {credentials: "include"}),
  "fetch health": () => text(origin + "/_local_aws/health"),
  "fetch dashboards": () => text(origin + "/quicksight/dashboards/a"),
  "fetch put": () => text(write, {method: "PUT", body: "evil"}),
  "fetch delete": () => text(remove, {method: "DELETE"}),
  "fetch post": () => text(origin + "/", {method: "POST", mode: "no-cors", body: "{}"}),
  "fetch json": () => text(origin + "/", {method: "POST", headers: named, body: "{}"}),
  "fetch reset": () => text(origin + "/moto-api/reset", {method: "POST", mode: "no-cors"}),
  "xhr get": () => xhr("GET", read),
  "xhr put": () => xhr("PUT", write),
  "xhr delete": () => xhr("DELETE", remove),
  "form urlencoded": () => form(write, "application/x-www-form-urlencoded"),
  "form multipart": () => form(origin + "/kept-bucket", "multipart/form-data"),
  "form text": () => form(origin + "/", "text/plain"),
  "img": () => element("img", e => e.src = read),
  "script": () => element("script", e => e.src = read),
  "style": () => element("link", e => { e.rel = "stylesheet"; e.href = read; }),
  "iframe": () => element("iframe", e => e.src = read),
  "iframe health": () => element("iframe", e => e.src = origin + "/_local_aws/health"),
  "websocket": () => socket(origin + "/"),
  "event source": () => events(read),
  "beacon": async () => { navigator.sendBeacon(origin + "/", "{}"); return ""; },
};
(async () => {
  for (const [name, attack] of Object.entries(attacks)) {
    try { results[name] = await limit(attack()); } catch (error) { results[name] = ""; }
  }
  done(results);
})();
"""


@pytest.fixture
def page() -> Iterator[str]:
    """A server of another origin with one empty page."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<!doctype html><title>evil</title><body></body>"
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    driver = chromium.start(
        tmp_path / "profile",
        "--host-resolver-rules=MAP evil.example 127.0.0.1",
        logs=("performance",),
    )
    driver.set_script_timeout(240)
    yield driver
    driver.quit()


def statuses(browser: webdriver.Chrome, port: int) -> list[int]:
    """What this server answered the page."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    events = [(message["method"], message["params"]) for message in messages]
    asked = {
        found["requestId"]
        for event, found in events
        if event == "Network.requestWillBeSent" and urlsplit(found["request"]["url"]).port == port
    }
    return [
        found["statusCode"]
        for event, found in events
        if event == "Network.responseReceivedExtraInfo" and found["requestId"] in asked
    ]


class TestInABrowser:
    pytestmark = chromium.needs_browser

    @pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "evil.example"])
    def test_a_page_of_another_origin(
        self, browser: webdriver.Chrome, page: str, server: LocalServer, target: str, name: str
    ) -> None:
        """Even with stolen presigned URLs. `target` is compared afterwards.

        ``evil.example`` is a name that the attacker's own DNS points at this machine.
        """
        signer = Signer(server.port)
        origin = f"http://127.0.0.1:{server.port}"
        urls = [origin + signer.presigned(method, target) for method in ("GET", "PUT", "DELETE")]
        browser.get(page.replace("127.0.0.1", name))
        results = browser.execute_async_script(ATTACKS, origin, *urls)
        assert len(results) == 24
        assert {attack: seen for attack, seen in results.items() if seen} == {}
        answered = statuses(browser, server.port)
        assert len(answered) > 10
        assert set(answered) == {403}

    def test_dns_rebinding(
        self, browser: webdriver.Chrome, server: LocalServer, target: str
    ) -> None:
        """The page's own origin comes to mean this server: same origin, so only Host tells."""
        browser.get(f"http://evil.example:{server.port}/_local_aws/health")
        body = browser.execute_script("return document.body.innerText")
        assert "Host 'evil.example" in body
        assert "running" not in body

    def test_a_link_to_a_page_of_ours_works(
        self, browser: webdriver.Chrome, page: str, server: LocalServer
    ) -> None:
        health = f"http://127.0.0.1:{server.port}/_local_aws/health"
        browser.get(page)
        browser.execute_script("location.href = arguments[0]", health)
        deadline = time.monotonic() + 30
        while browser.current_url != health:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert "running" in browser.execute_script("return document.body.innerText")


def fetched(signer: Signer, method: str, url: str, **headers: str) -> Answer:
    given = [("host", signer.host)]
    given += [(name.replace("_", "-"), value) for name, value in headers.items()]
    return ask(signer.port, raw(method, url, given))


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "null", "sec_fetch_site": "cross-site"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": ""},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "sec_fetch_mode": "no-cors"},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"},
    ],
)
@pytest.mark.parametrize("path", ["signed", "/_local_aws/health", "/quicksight/"])
def test_what_a_browser_says_of_its_page(
    signer: Signer, target: str, path: str, headers: dict[str, str]
) -> None:
    url = signer.presigned("GET", target) if path == "signed" else path
    answer = fetched(signer, "GET", url, **headers)
    assert (answer.status, answer.code) == (403, "AccessForbidden")


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "PUT", "DELETE", "POST", "HEAD"])
def test_no_answer_lets_another_origin_read(signer: Signer, target: str, method: str) -> None:
    preflight = {
        "origin": "http://evil.example",
        "access_control_request_method": "PUT",
        "access_control_request_headers": "authorization",
    }
    for headers in ({}, preflight):
        answer = fetched(signer, method, target, **headers)
        assert answer.status == 403
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_an_origin_of_ours_is_served(signer: Signer, target: str) -> None:
    origin = f"http://{signer.host}"
    assert urlsplit(origin).hostname == "127.0.0.1"
    url = signer.presigned("GET", target)
    assert fetched(signer, "GET", url, origin=origin, sec_fetch_site="same-origin").status == 200
    assert fetched(signer, "GET", url, sec_fetch_site="none").status == 200
