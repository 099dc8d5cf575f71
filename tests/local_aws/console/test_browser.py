"""The console in headless Chromium: its door, hostile objects, other origins, keyboard, phone."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
from botocore.config import Config
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests import chromium
from tests.chromium import wait
from tests.conftest import LocalServer
from tests.local_aws.console.support import HOSTILE, link

pytestmark = chromium.needs_browser
READ = """
const [address, options, done] = arguments;
fetch(address, options).then((a) => a.text(), (e) => `refused: ${e.message}`).then(done);
"""


@pytest.fixture
def chrome(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """A fresh Chromium that notes its console."""
    driver = chromium.start(tmp_path / "profile", "--window-size=1400,1000", logs=("browser",))
    driver.set_script_timeout(20)
    yield driver
    driver.quit()


@pytest.fixture
def inside(chrome: webdriver.Chrome, server: LocalServer) -> webdriver.Chrome:
    """The same, signed in by a link as from a terminal."""
    chrome.get(link(server))
    wait(lambda: chrome.current_url == f"{server.endpoint}/_console/")
    wait(lambda: heading(chrome) == "Overview")
    return chrome


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Another server on this machine: the address of a page with this HTML."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()

        def page(html: str, host: str = "127.0.0.1") -> str:
            # A name of its own: two pages of one name and second are one to the browser.
            name = f"page{len(list(folder.iterdir()))}.html"
            (folder / name).write_text(f"<!doctype html><meta charset=utf-8>{html}")
            return f"http://{host}:{other.server_port}/{name}"

        yield page
        other.shutdown()


def heading(chrome: webdriver.Chrome) -> str:
    return str(chrome.execute_script("return document.querySelector('h1')?.textContent || ''"))


def problems(chrome: webdriver.Chrome) -> list[str]:
    return [entry["message"] for entry in chrome.get_log("browser")]


def test_a_link_of_another_site_goes_in_too(
    chrome: webdriver.Chrome, server: LocalServer, elsewhere: Callable[..., str]
) -> None:
    """SameSite=Strict keeps the cookie from the first request of both; the pages ask again."""
    address = elsewhere(f'<a href="{link(server, "/_console/buckets")}">in</a>', "localhost")
    chrome.get(address)
    chrome.find_element(By.TAG_NAME, "a").click()
    wait(lambda: heading(chrome) == "Buckets")
    chrome.get(elsewhere(f'<a href="{server.endpoint}/_console/queries">q</a>', "localhost"))
    chrome.find_element(By.TAG_NAME, "a").click()
    wait(lambda: heading(chrome) == "Athena queries")


def test_a_link_of_another_site_without_a_session_ends_at_the_door(
    chrome: webdriver.Chrome, server: LocalServer, elsewhere: Callable[..., str]
) -> None:
    page = "/quicksight/dashboards/one"
    chrome.get(elsewhere(f'<a href="{server.endpoint}{page}">board</a>', "localhost"))
    chrome.find_element(By.TAG_NAME, "a").click()
    wait(lambda: heading(chrome) == "This lake is closed.")
    assert chrome.find_element(By.TAG_NAME, "code").text == f"./lake open {page}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_another_origins_page_gets_at_nothing(
    inside: webdriver.Chrome, server: LocalServer, elsewhere: Callable[..., str], host: str
) -> None:
    """Of this machine, 127.0.0.1 is the same site on every port: its cookies come along."""
    inside.get(elsewhere("<h1>other</h1><iframe></iframe>", host))
    for path in ("/", "/_console/", "/_console/buckets", "/_local_aws/console-link"):
        for options in ({"credentials": "include"}, {"credentials": "include", "method": "POST"}):
            found = inside.execute_async_script(READ, server.endpoint + path, options)
            assert found.startswith("refused:"), path
    silent = {"credentials": "include", "method": "POST", "mode": "no-cors"}
    inside.execute_async_script(READ, f"{server.endpoint}/_console/logout", silent)
    inside.execute_script(
        "document.querySelector('iframe').src = arguments[0]", f"{server.endpoint}/_console/"
    )
    time.sleep(0.5)
    inside.switch_to.frame(0)
    assert "Overview" not in inside.page_source
    inside.switch_to.default_content()
    inside.get(f"{server.endpoint}/_console/")
    assert heading(inside) == "Overview"  # nobody was signed out


def test_an_object_of_html_runs_nowhere(
    inside: webdriver.Chrome, server: LocalServer, bucket: str
) -> None:
    attack = b"<title>mine</title><script>document.title='owned'</script><h1>page</h1>"
    s3 = server.client("s3", config=Config(signature_version="s3v4"))
    for key in ("a.html", f"{HOSTILE}.html", "javascript:alert(1)"):
        s3.put_object(Bucket=bucket, Key=key, Body=attack, ContentType="text/html")
        query = urlencode({"bucket": bucket, "key": key})
        inside.get(f"{server.endpoint}/_console/object?{query}")
        assert "<script>document.title" in inside.find_element(By.CSS_SELECTOR, "pre.code").text
        assert inside.title != "owned"
        parameters = {"Bucket": bucket, "Key": key}
        inside.get(s3.generate_presigned_url("get_object", Params=parameters))
        assert heading(inside) == "page"
        assert inside.title == "mine"
        inside.get(f"{server.endpoint}/_console/download?{query}")  # no navigation happens
        assert inside.title != "owned"
    inside.get(f"{server.endpoint}/_console/bucket?name={bucket}")
    assert inside.title != "owned"
    assert problems_of_ours(inside) == []


def problems_of_ours(chrome: webdriver.Chrome) -> list[str]:
    """Without what Chromium says of the sandbox that did its work."""
    return [message for message in problems(chrome) if "sandboxed" not in message]


def test_the_overview_keeps_itself_up_to_date(
    inside: webdriver.Chrome, server: LocalServer, name: str
) -> None:
    inside.find_element(By.LINK_TEXT, "Queries").click()
    inside.back()
    inside.execute_script("document.querySelector('.tiles a').focus()")
    athena = server.client("athena")
    server.client("s3").create_bucket(Bucket=name)
    output = {"OutputLocation": f"s3://{name}/"}
    athena.start_query_execution(QueryString=f"SELECT '{name}'", ResultConfiguration=output)
    done = "return document.querySelector('[aria-labelledby=done]').textContent"
    wait(lambda: name in inside.execute_script(done))  # an element would go stale meanwhile
    focused = inside.execute_script("return document.activeElement.getAttribute('href')")
    assert focused == "/_console/buckets"
    assert problems(inside) == []


def test_the_keyboard_is_enough(inside: webdriver.Chrome, server: LocalServer) -> None:
    body = inside.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    assert inside.switch_to.active_element.text == "Skip to the content"
    inside.switch_to.active_element.send_keys(Keys.ENTER)
    assert inside.execute_script("return document.activeElement.id") == "main"
    inside.get(f"{server.endpoint}/_console/queries")
    inside.find_element(By.TAG_NAME, "body").send_keys("/")
    field = inside.switch_to.active_element
    assert field.get_attribute("name") == "q"
    outline = inside.execute_script("return getComputedStyle(arguments[0]).outlineStyle", field)
    assert outline == "solid"
    field.send_keys("nothing like this", Keys.ENTER)
    wait(lambda: "No query is like that" in inside.page_source)


def test_signing_out_is_a_button(inside: webdriver.Chrome, server: LocalServer) -> None:
    inside.find_element(By.CSS_SELECTOR, "form button").click()
    wait(lambda: heading(inside) == "You are signed out.")
    inside.get(f"{server.endpoint}/_console/")
    assert heading(inside) == "This lake is closed."


def test_a_phone_has_no_sideways_scrolling(
    inside: webdriver.Chrome, server: LocalServer, bucket: str
) -> None:
    server.client("s3").put_object(Bucket=bucket, Key="x" * 900, Body=b"a,b\n" + b"y" * 5000)
    metrics = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    inside.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    one = urlencode({"bucket": bucket, "key": "x" * 900})
    for page in ("", "buckets", f"bucket?name={bucket}", f"object?{one}", "databases", "crawlers",
                 "jobs", "databrew", "queries", "workgroups", "dashboards", "nowhere"):  # fmt: skip
        inside.get(f"{server.endpoint}/_console/{page}")
        width = inside.execute_script("return document.documentElement.scrollWidth")
        assert width <= 390, page
