"""Who is let in: through HTTP, as browsers and strangers come."""

import re
from pathlib import Path

import httpx
import pytest
from botocore.config import Config

from tests.conftest import ACCESS_KEY, LocalServer, start_server
from tests.local_aws.console.support import (
    HTML,
    SECRET_KEY,
    ask_link,
    link,
    show,
    stranger,
    visitor,
)

FOREIGN = {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"}


def token_of(address: str) -> str:
    return address.partition("token=")[2]


def test_a_browser_without_a_session_is_told_the_remedy(server: LocalServer) -> None:
    with stranger(server) as browser:
        for path in ("/", "/_console/", "/_console/buckets", "/_console/nowhere"):
            answer = browser.get(path)
            assert answer.status_code == 401, path
            assert "./lake open" in answer.text
        closed = browser.get("/quicksight/dashboards/one?f.a=1")
        assert closed.status_code == 401
        assert "./lake open &#39;/quicksight/dashboards/one?f.a=1&#39;" in closed.text


def test_the_root_is_still_s3s(server: LocalServer) -> None:
    answer = httpx.get(server.endpoint)
    assert answer.status_code == 403
    assert "<Code>AccessDenied</Code>" in answer.text
    assert server.client("s3").list_buckets()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_link_opens_the_console_once(server: LocalServer) -> None:
    address = link(server)
    with stranger(server) as browser, stranger(server) as other:
        entered = browser.get(address)
        assert 'content="0;url=/_console/"' in entered.text
        cookie = entered.headers["set-cookie"]
        for part in ("HttpOnly", "SameSite=Strict", "Path=/", f"tarn_console_{server.port}="):
            assert part in cookie
        assert browser.get("/").headers["location"] == "/_console/"
        assert "Overview" in show(browser, "")
        again = other.get(address)
        assert (again.status_code, "used up" in again.text) == (401, True)
        assert "set-cookie" not in again.headers
        assert browser.get(address).headers["location"] == "/_console/"


def test_a_head_request_uses_no_link_up(server: LocalServer) -> None:
    address = link(server)
    with stranger(server) as browser:
        assert browser.head(address).status_code == 405
        assert browser.get(address).status_code == 200


@pytest.mark.parametrize("token", ["", "forged", "%00", "a" * 4000, "%ff"])
def test_a_forged_token_opens_nothing(server: LocalServer, token: str) -> None:
    with stranger(server) as browser:
        answer = browser.get(f"/_console/login?token={token}")
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers


def test_a_link_is_made_for_the_accounts_key_alone(server: LocalServer) -> None:
    assert ask_link(server, secret="guessed").status_code == 403
    unsigned = httpx.post(f"{server.endpoint}/_local_aws/console-link", content="{}")
    assert unsigned.status_code == 403
    with visitor(server) as browser:
        by_cookie = browser.post("/_local_aws/console-link", content="{}")
        assert by_cookie.status_code == 403


@pytest.mark.parametrize("path", ["//evil.example", "\\\\evil.example", "https://evil", ["/"], 7])
def test_a_link_leads_nowhere_else(server: LocalServer, path: object) -> None:
    answer = ask_link(server, path)
    assert answer.status_code == 400
    assert "is no path of the console" in answer.json()["message"]


def test_next_in_a_links_address_changes_nothing(server: LocalServer) -> None:
    with stranger(server) as browser:
        entered = browser.get(f"{link(server)}&next=//evil.example")
        assert 'content="0;url=/_console/"' in entered.text
        assert "evil" not in entered.text


def test_a_session_ends_when_it_is_told_to(server: LocalServer) -> None:
    with visitor(server) as browser:
        kept = dict(browser.cookies)
        assert browser.get("/_console/logout").status_code == 405
        assert "signed out" in browser.post("/_console/logout").text
        assert browser.get("/_console/").status_code == 401
        assert httpx.get(f"{server.endpoint}/_console/", cookies=kept).status_code == 401


def test_another_origin_signs_nobody_out(server: LocalServer) -> None:
    with visitor(server) as browser:
        for headers in ({"origin": "http://127.0.0.1:1"}, {"sec-fetch-site": "same-site"}):
            assert browser.post("/_console/logout", headers=headers).status_code == 403
        assert browser.get("/_console/").status_code == 200


def test_a_cookie_of_another_port_opens_nothing(server: LocalServer) -> None:
    with visitor(server) as browser:
        value = browser.cookies[f"tarn_console_{server.port}"]
    for name in ("tarn_console_4566", "tarn_console_", "tarn_console", "session"):
        answer = httpx.get(f"{server.endpoint}/_console/", headers={"cookie": f"{name}={value}"})
        assert answer.status_code == 401


def test_the_cookie_is_no_credential_for_an_api(server: LocalServer, bucket: str) -> None:
    server.client("s3").put_object(Bucket=bucket, Key="key", Body=b"secret")
    with visitor(server) as browser:
        for method, path in (("GET", f"/{bucket}"), ("GET", f"/{bucket}/key"),
                             ("PUT", f"/{bucket}/new"), ("DELETE", f"/{bucket}/key")):  # fmt: skip
            answer = browser.request(method, path)
            assert answer.status_code == 403, (method, path)
            assert b"secret" not in answer.content
        target = {"x-amz-target": "AWSGlue.GetDatabases"}
        assert browser.post("/", headers=target, content="{}").status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("page", ["", "buckets", "download?bucket=b&key=k"])
def test_it_only_reads(browser: httpx.Client, method: str, page: str) -> None:
    answer = browser.request(method, f"/_console/{page}")
    assert answer.status_code == 405
    assert not any(name.startswith("access-control") for name in answer.headers)


def test_another_servers_page_gets_nothing_inside_itself(browser: httpx.Client) -> None:
    for path in ("/_console/", "/_console/buckets", "/quicksight/dashboards"):
        assert browser.get(path, headers=FOREIGN).status_code == 403
        framed = {**FOREIGN, "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}
        assert browser.get(path, headers=framed).status_code == 403
        followed = {**FOREIGN, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
        assert browser.get(path, headers=followed).status_code == 200


def test_a_foreign_host_is_refused_before_all_this(browser: httpx.Client) -> None:
    for path in ("/", "/_console/", "/_console/static/console.css"):
        assert browser.get(path, headers={"host": "evil.example"}).status_code == 403


def test_a_buckets_own_host_has_no_console(browser: httpx.Client) -> None:
    answer = browser.get("/_console/", headers={"host": "some-bucket.localhost"})
    assert "AccessDenied" in answer.text


def test_every_answer_has_the_headers_that_keep_it_tame(browser: httpx.Client) -> None:
    for path in ("/", "/_console/", "/_console/nowhere", "/_console/static/console.css",
                 "/_console/login", "/_console/logout"):  # fmt: skip
        headers = browser.get(path).headers
        assert headers["x-frame-options"] == "DENY", path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]


def test_a_script_is_named_by_a_nonce_that_is_new_each_time(browser: httpx.Client) -> None:
    answers = [browser.get("/_console/") for _ in range(2)]
    nonces = [re.findall(r'nonce="([\w-]+)"', answer.text) for answer in answers]
    assert len(set(nonces[0])) == len(set(nonces[1])) == 1
    assert nonces[0][0] != nonces[1][0]
    for answer, found in zip(answers, nonces, strict=True):
        assert f"script-src 'nonce-{found[0]}'" in answer.headers["content-security-policy"]
        assert "unsafe-inline" not in answer.headers["content-security-policy"]
        assert not re.findall(r"<script(?![^>]* src=)", answer.text)
        assert not re.findall(r"\son\w+=|style=", answer.text)


@pytest.mark.parametrize(
    "file", ["../routes.py", "..%2froutes.py", "%2e%2e/access.py", "none.css", "",
             "....//access.py", "/etc/passwd", "console.css%00.js"]
)  # fmt: skip
def test_static_files_are_three(browser: httpx.Client, file: str) -> None:
    answer = browser.get(f"/_console/static/{file}")
    assert answer.status_code == 404
    assert "import" not in answer.text


def test_an_object_opened_in_a_browser_has_no_origin(server: LocalServer, bucket: str) -> None:
    s3 = server.client("s3", config=Config(signature_version="s3v4"))
    s3.put_object(Bucket=bucket, Key="a.html", Body=b"<script>1</script>", ContentType="text/html")
    parameters = {"Bucket": bucket, "Key": "a.html"}
    address = s3.generate_presigned_url("get_object", Params=parameters)
    for headers in (HTML, {"sec-fetch-mode": "navigate"}):
        opened = httpx.get(address, headers=headers)
        assert opened.status_code == 200
        assert opened.headers["content-security-policy"].startswith("sandbox;")
    assert "content-security-policy" not in httpx.get(address).headers


@pytest.mark.restart
def test_a_session_survives_a_restart_and_is_of_one_server(tmp_path: Path) -> None:
    first = start_server(tmp_path / "data")
    try:
        with visitor(first) as browser:
            kept = dict(browser.cookies)
        address = link(first)
    finally:
        first.stop()
    second, other = start_server(tmp_path / "data", first.port), start_server(tmp_path / "other")
    try:
        assert httpx.get(f"{second.endpoint}/_console/", cookies=kept).status_code == 200
        with stranger(other) as browser:
            assert browser.get(f"/_console/login?token={token_of(address)}").status_code == 401
            value = next(iter(kept.values()))
            browser.cookies.set(f"tarn_console_{other.port}", value)
            assert browser.get("/_console/").status_code == 401
    finally:
        second.stop()
        other.stop()


def test_laptops_link_is_this_one(aws: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    from laptop import console

    address = console.link("/_console/buckets")
    with stranger(aws) as browser:
        assert 'content="0;url=/_console/buckets"' in browser.get(address).text
    with pytest.raises(console.LinkRefused, match="is no path of the console"):
        console.link("//evil.example")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "guessed")
    with pytest.raises(console.LinkRefused, match="signature"):
        console.link()
    assert ACCESS_KEY not in address
    assert SECRET_KEY not in address
