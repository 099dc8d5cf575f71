"""A profile's page in headless Chromium: real flights and hostile names, wide and on a phone."""

import csv
import http.server
import json
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import profile_page
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.output import connect
from local_aws.services.databrew.engine.profile import profile
from local_aws.services.databrew.engine.rules import validate
from local_aws.services.databrew.engine.source import Source, load
from local_aws.services.databrew.engine.statistics import count
from tests import chromium
from tests.chromium import wait

pytestmark = chromium.needs_browser
EVIL = "<script>document.title='owned'</script>"
BREAKOUT = "</script><img src=x onerror=\"document.title='owned'\">"
ROWS = 28_000
NONCE = "for-the-test"
ROOT = Path(__file__).parents[2]
DETECTOR = {"EntityDetectorConfiguration": {"EntityTypes": ["USA_SSN"]}}


def page(file: Path, name: str, scratch: Path, configuration: Any, rules: list[Any]) -> str:
    """The page of a file's profile."""
    connection = connect("1GB", str(scratch))
    source = Source(uri=f"s3://raw/{name}", format="CSV", paths=(str(file),), options={})
    load(connection, source, print, ROWS)
    frame = Frame.of(connection, "raw")
    columns = count(frame, frame.names)
    ruleset = {"name": f"{name} rules", "arn": "arn", "lastModifiedDate": "", "rules": rules}
    return profile_page.render(
        profile(frame, configuration, columns),
        validate(frame, [ruleset], columns),
        title=f"Profile of {name}",
        back=("Back", "/"),
        plotly_address="plotly.min.js",
        nonce=NONCE,
    )


def hostile(file: Path) -> Path:
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow([EVIL, BREAKOUT, "😀", "long " * 60, "<b>n</b>", "__proto__", "ssn"])
        for i in range(60):
            texts = [EVIL if i % 2 else BREAKOUT, "=cmd|", "😀" * (i % 5 + 1), "x" * 3000]
            rows.writerow([*texts, i, i * i - 3, "078-05-1120"])
    return file


def flights(file: Path) -> Path:
    from laptop.bench.many_flights import write_flights

    write_flights(file.parent, ("2013-01", "2013-02"), 1)
    parts = [file.parent / f"flights-2013-0{month}.csv" for month in (1, 2)]
    _, _, rows = parts[1].read_bytes().partition(b"\n")
    file.write_bytes(parts[0].read_bytes() + rows)
    return file


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files, with the page's own policy."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", profile_page.policy(NONCE))
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("pages")
    scratch = tmp_path_factory.mktemp("scratch")
    rule = {
        "Name": EVIL,
        "CheckExpression": ":a > :b",
        "SubstitutionMap": {":a": "`<b>n</b>`", ":b": "3"},
    }
    rules = json.loads((ROOT / "recipes" / "flights.rules.json").read_text())
    rules = rules if isinstance(rules, list) else rules["Rules"]
    pages = {
        "flights": page(flights(scratch / "f.csv"), "flights", scratch, {}, rules),
        "hostile": page(hostile(scratch / "h.csv"), EVIL, scratch, DETECTOR, [rule]),
        "empty": profile_page.render(
            {}, [], title="Nothing", back=("B", "/"), plotly_address="plotly.min.js", nonce=NONCE
        ),
    }
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html)
    (folder / "plotly.min.js").write_bytes(profile_page.plotly().read_bytes())
    (folder / "favicon.ico").write_bytes(b"")
    handler = partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    driver = chromium.start(tmp_path_factory.mktemp("chrome"), "--window-size=1400,1000")
    yield driver
    driver.quit()


def shown(chrome: webdriver.Chrome, address: str, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    chrome.get(address)


def texts(chrome: webdriver.Chrome, selector: str) -> list[str]:
    found = chrome.find_elements(By.CSS_SELECTOR, selector)
    return [str(one.get_attribute("textContent")) for one in found]


def scroll_through(chrome: webdriver.Chrome) -> None:
    for chart in chrome.find_elements(By.CSS_SELECTOR, ".chart"):
        chrome.execute_script("arguments[0].scrollIntoView()", chart)
        wait(lambda chart=chart: chart.find_elements(By.CSS_SELECTOR, "svg .bars path"))


@pytest.mark.parametrize("width", [1400, 390])
def test_flights(chrome: webdriver.Chrome, address: str, width: int) -> None:
    shown(chrome, f"{address}/flights.html", width)
    tiles = dict(zip(texts(chrome, "#tiles span"), texts(chrome, "#tiles b"), strict=True))
    assert (tiles["Rows"], tiles["Columns"], tiles["Rules failed"]) == ("28,000", "19", "1")
    assert len(texts(chrome, "#index tbody tr")) == 19
    assert "month is one value" in texts(chrome, "#rules tr.bad")[0]
    scroll_through(chrome)
    assert chrome.find_elements(By.CSS_SELECTOR, "#heat svg .heatmaplayer image, #heat svg .hm")
    wide = "return document.documentElement.scrollWidth <= innerWidth"
    assert chrome.execute_script(wide)
    assert chrome.get_log("browser") == []


@pytest.mark.parametrize("width", [1400, 390])
def test_hostile_names_and_values_are_text(
    chrome: webdriver.Chrome, address: str, width: int
) -> None:
    shown(chrome, f"{address}/hostile.html", width)
    scroll_through(chrome)
    assert chrome.title == f"Profile of {EVIL}"
    assert texts(chrome, "h3")[:3] == [EVIL, BREAKOUT, "😀"]
    assert EVIL in texts(chrome, "#rules th")
    assert {EVIL, BREAKOUT} <= set(texts(chrome, "td.value"))
    assert "<b>n</b>" in texts(chrome, "#heat svg .ytick text")
    assert "personal data: USA_SSN (60 rows)" in texts(chrome, ".tag.warn")
    assert not chrome.find_elements(By.CSS_SELECTOR, "img, b script, svg b")
    assert chrome.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert chrome.get_log("browser") == []


def test_by_keyboard(chrome: webdriver.Chrome, address: str) -> None:
    shown(chrome, f"{address}/hostile.html", 1400)
    chrome.switch_to.active_element.send_keys(Keys.TAB, Keys.ENTER)
    assert chrome.switch_to.active_element.get_attribute("id") == "columns"
    field = chrome.find_element(By.ID, "filter")
    field.send_keys("PROTO")
    rows = chrome.find_elements(By.CSS_SELECTOR, "#index tbody tr")
    visible = [row for row in rows if row.is_displayed()]
    assert [row.find_element(By.CSS_SELECTOR, "a").text for row in visible] == ["__proto__"]
    visible[0].find_element(By.CSS_SELECTOR, "a").send_keys(Keys.ENTER)
    article = chrome.switch_to.active_element
    assert article.find_element(By.CSS_SELECTOR, "h3").text == "__proto__"
    summary = article.find_element(By.CSS_SELECTOR, "summary")
    summary.send_keys(Keys.ENTER)
    assert article.find_element(By.CSS_SELECTOR, "details").get_attribute("open") is not None


def test_dark_and_print(chrome: webdriver.Chrome, address: str) -> None:
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    shown(chrome, f"{address}/hostile.html", 1400)
    ground = "return getComputedStyle(document.documentElement).backgroundColor"
    assert chrome.execute_script(ground) == "rgb(13, 19, 25)"
    chrome.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert chrome.execute_script(ground) == "rgb(245, 247, 248)"
    charts = chrome.find_elements(By.CSS_SELECTOR, ".chart")
    assert all(chart.find_elements(By.CSS_SELECTOR, "svg .bars path") for chart in charts)
    chrome.execute_script("dispatchEvent(new Event('afterprint'))")
    assert chrome.execute_script(ground) == "rgb(13, 19, 25)"
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_a_report_of_nothing(chrome: webdriver.Chrome, address: str) -> None:
    shown(chrome, f"{address}/empty.html", 1400)
    assert texts(chrome, "#tiles b")[:2] == ["0", "0"]
    assert chrome.get_log("browser") == []
