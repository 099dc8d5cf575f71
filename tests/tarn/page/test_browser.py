"""The page in a real browser: keys, the drawer, a phone, both themes, and data that would run."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tarn.contracts.load import load_contract
from tarn.health.matrix import Matrix, Run, matrices
from tarn.page import render
from tarn.page.detail import Detail, Piece, Sample
from tests.chromium import needs_browser, start, wait
from tests.conftest import free_port
from tests.tarn.page.lakes import HOSTILE, NOW, record, year

pytestmark = needs_browser
POLICY = (
    "default-src 'none'; script-src 'nonce-n'; style-src 'nonce-n'; img-src 'self'; "
    "connect-src 'self'"
)
TITLE = "document.getElementById('drawer-title')?.textContent ?? ''"


def lake() -> list[Matrix]:
    contracts = {name: load_contract(name) for name in ("flights", "weather", "planes")}
    records = [record(p, HOSTILE) for name in contracts for p in year(name)]
    runs = [Run("flights", "2013-05", HOSTILE, "running", NOW, None, "convert")]
    return matrices(contracts, records, [], runs, NOW)


def drawer(request: Request) -> str:
    asked = request.query_params
    row = next(r for m in lake() for r in m.rows if r.dataset == asked["dataset"])
    sample = Sample(("_rule", HOSTILE), (("r", HOSTILE),) * 20)
    found = Detail(Piece([dict(row.cells[asked["partition"]].record)]), sample=Piece(sample))
    return render.drawer(row.cells[asked["partition"]], row, found, "state")


def page(request: Request) -> Response:
    asked = request.query_params
    chosen = (asked.get("dataset", ""), asked.get("partition", ""))
    html = render.page(
        lake(),
        asked.get("show", "state"),
        NOW,
        nonce="n",
        drawer=drawer(request) if chosen[1] else "",
        chosen=chosen,
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})


def framed(_request: Request) -> Response:
    """As Airflow's UI frames it."""
    sandbox = "allow-scripts allow-same-origin allow-forms allow-downloads"
    return HTMLResponse(f'<iframe src="tarn/" sandbox="{sandbox}" width=1200 height=700></iframe>')


def with_a_header(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """As Airflow 3.0 serves it: no cookie says who asks, only a token in a header."""

    def served(request: Request) -> Response:
        if request.headers.get("authorization") == "Bearer t":
            return answer(request)
        html = render.message("Sign in", "It is for who is signed in.", "n")
        return HTMLResponse(html, 401, {"Content-Security-Policy": POLICY})

    return served


def docs(_request: Request) -> Response:
    style = "<style>body { color: rgb(1, 2, 3) }</style>"
    return HTMLResponse(f"<title>Data Docs</title>{style}<body><p id=docs>docs</p>")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    inner = {
        "/": page,
        "/cell": lambda request: HTMLResponse(drawer(request)),
        "/docs": docs,
    }
    static = Mount("/static", StaticFiles(directory=render.STATIC))
    old = [Route(path, with_a_header(answer)) for path, answer in inner.items()]
    routes = [
        Mount("/tarn", routes=[*(Route(path, answer) for path, answer in inner.items()), static]),
        Mount("/old", routes=[*old, static]),
        Route("/framed", framed),
        Route("/dags/{rest:path}", lambda request: HTMLResponse(f"<h1>{request.url.path}</h1>")),
    ]
    port = free_port()
    config = uvicorn.Config(Starlette(routes=routes), port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    driver = start(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


class Shown:
    """The page in the browser."""

    def __init__(self, chrome: webdriver.Chrome, address: str) -> None:
        self.chrome, self.address = chrome, address

    def open(self, query: str = "", width: int = 1280, theme: str = "light") -> None:
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
        self.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": theme}]
        self.chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.chrome.get(f"{self.address}/tarn/{query}")

    def press(self, *keys: str) -> None:
        ActionChains(self.chrome).send_keys(*keys).perform()

    def js(self, script: str) -> Any:
        return self.chrome.execute_script(f"return {script}")

    @property
    def focused(self) -> str:
        return str(self.js("document.activeElement.getAttribute('aria-label')"))

    def drawer_is_open(self) -> bool:
        return not self.js("document.getElementById('drawer').hidden")


@pytest.fixture
def shown(chrome: webdriver.Chrome, address: str) -> Iterator[Shown]:
    chrome.get_log("browser")
    page = Shown(chrome, address)
    page.open()
    yield page
    found = [e["message"] for e in chrome.get_log("browser") if e["level"] == "SEVERE"]
    assert [message for message in found if "favicon.ico" not in message] == []


def test_keys_alone(shown: Shown) -> None:
    shown.js("document.querySelector('[role=grid] a.cell[tabindex=\"0\"]').focus()")
    assert shown.focused.startswith("flights 2013-12")  # the newest
    shown.press(Keys.ARROW_DOWN)
    assert shown.focused.startswith("weather 2013-12")
    shown.press(Keys.HOME)
    assert shown.focused.startswith("weather 2013-01")
    shown.press(Keys.ARROW_LEFT)  # there is nothing further: it stays
    shown.press(Keys.ARROW_UP, Keys.ARROW_RIGHT)
    assert shown.focused.startswith("flights 2013-02")
    shown.press(Keys.ENTER)
    wait(shown.drawer_is_open)
    assert shown.js("document.activeElement.id") == "drawer-title"
    assert shown.js("location.search") == "?show=state&dataset=flights&partition=2013-02"
    shown.press(Keys.ESCAPE)
    wait(lambda: not shown.drawer_is_open())
    assert shown.focused.startswith("flights 2013-02")
    assert (
        shown.js(
            "document.querySelectorAll('[role=grid]')[0].querySelectorAll('a[tabindex=\"0\"]').length"
        )
        == 1
    )


def test_back_and_forward(shown: Shown) -> None:
    shown.chrome.find_element(By.CSS_SELECTOR, "a.cell[href*='2013-03']").click()
    wait(shown.drawer_is_open)
    shown.chrome.back()
    wait(lambda: not shown.drawer_is_open())
    shown.chrome.forward()
    wait(shown.drawer_is_open)
    assert "2013-03" in shown.js(TITLE)


def test_the_drawer_stays_when_another_figure_is_shown(shown: Shown) -> None:
    shown.chrome.find_element(By.CSS_SELECTOR, "a.cell[href*='2013-03']").click()
    wait(shown.drawer_is_open)
    shown.js("document.querySelector('.shows a[href*=\"show=rows\"]').click()")
    wait(lambda: shown.js("document.querySelector('main').dataset.show") == "rows")
    assert shown.drawer_is_open()


def test_data_does_not_run(shown: Shown) -> None:
    for query in ("?dataset=flights&partition=2013-03", "?dataset=flights&partition=2013-05"):
        shown.open(query)
        assert shown.chrome.title == "Lake"
        shown.js("document.querySelector('a.cell[href*=\"2013-04\"]').click()")
        wait(lambda: "2013-04" in shown.js(TITLE))
        assert shown.chrome.title == "Lake"
        assert HOSTILE in shown.js("document.getElementById('drawer').textContent")
        assert shown.js("document.querySelectorAll('#drawer script, #drawer img').length") == 0


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("query", ["", "?dataset=flights&partition=2013-03"])
def test_nothing_is_wider_than_the_window(shown: Shown, width: int, query: str) -> None:
    shown.open(query, width=width)
    assert shown.js("document.documentElement.scrollWidth") <= width
    assert shown.js("document.getElementById('drawer').getBoundingClientRect().left") >= 0


def test_the_newest_is_in_view_on_a_phone(shown: Shown) -> None:
    shown.open(width=390)
    right = shown.js(
        "document.querySelector('a.cell[href*=\"2013-12\"]').getBoundingClientRect().right"
    )
    assert 0 < right <= 390


def test_themes(shown: Shown) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = shown.js(ground)
    shown.open(theme="dark")
    dark = shown.js(ground)
    assert light != dark
    shown.js("localStorage.setItem('theme', 'light')")  # as Airflow's UI keeps it
    try:
        shown.open(theme="dark")
        assert shown.js(ground) == light
    finally:
        shown.js("localStorage.clear()")


def test_what_a_screen_reader_finds(shown: Shown) -> None:
    shown.open("?dataset=flights&partition=2013-03")
    nodes = shown.chrome.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    named = [
        (n["role"]["value"], n.get("name", {}).get("value", ""))
        for n in nodes
        if not n["ignored"] and "role" in n
    ]
    for role in ("grid", "navigation", "dialog", "main"):
        assert any(r == role for r, _ in named), role
    unnamed = [
        n for n in named if n[0] in ("link", "button", "grid", "dialog") and not n[1].strip()
    ]
    assert unnamed == []
    assert ("dialog", "flights 2013-03") in named
    headings = shown.js("[...document.querySelectorAll('h1,h2,h3')].map(h => h.tagName).join('')")
    assert headings.startswith("H1H2")


def test_a_look_keeps_focus_and_place(shown: Shown) -> None:
    shown.open(width=390)
    shown.js("document.querySelector('a.cell[href*=\"2013-12\"]').focus()")
    shown.press(Keys.HOME)
    left = shown.js("document.querySelector('main .scroll').scrollLeft")
    shown.js("document.querySelector('.top').setAttribute('data-old', '1')")
    shown.js("look()")
    wait(lambda: not shown.js("document.querySelector('.top[data-old]')"))
    assert shown.focused.startswith("flights 2013-01")
    assert shown.js("document.querySelector('main .scroll').scrollLeft") == left


def test_links_leave_airflows_frame(shown: Shown, address: str) -> None:
    shown.chrome.get(f"{address}/framed")
    shown.chrome.switch_to.frame(shown.chrome.find_element(By.TAG_NAME, "iframe"))
    wait(lambda: shown.chrome.find_elements(By.CSS_SELECTOR, "tbody th a"))[0].click()
    shown.chrome.switch_to.default_content()
    wait(lambda: shown.chrome.current_url == f"{address}/dags/flights")


def test_without_javascript(address: str, tmp_path: Path) -> None:
    chrome = start(tmp_path, "--blink-settings=scriptEnabled=false")
    try:
        chrome.get(f"{address}/tarn/")
        chrome.find_element(By.CSS_SELECTOR, "a.cell[href*='2013-03']").click()
        time.sleep(0.2)
        assert "2013-03" in chrome.find_element(By.ID, "drawer-title").text
        chrome.find_element(By.CSS_SELECTOR, ".close").click()
        assert not chrome.find_elements(By.ID, "drawer-title")
    finally:
        chrome.quit()


LOOK = """
    fetch('.').then((answer) => answer.text()).then((html) => {
      refresh(document.querySelector('main'), parse(html).querySelector('main'));
      document.body.dataset.looked = 'yes';
    })
"""


def test_a_look_from_before_the_drawer_opened_keeps_its_cell_marked(shown: Shown) -> None:
    shown.js("document.querySelector('a.cell[href*=\"2013-04\"]').click()")
    wait(shown.drawer_is_open)
    shown.js(LOOK.strip())  # the page as it is without a drawer
    wait(lambda: shown.js("document.body.dataset.looked === 'yes'"))
    marked = shown.js("document.querySelector('a.cell[aria-current]')?.getAttribute('href')")
    assert "2013-04" in str(marked)


def test_airflow_3_0_keeps_its_token_in_the_browser(shown: Shown) -> None:
    shown.chrome.get(f"{shown.address}/old/")
    assert shown.js("document.querySelector('h1').textContent") == "Sign in"
    shown.js("localStorage.setItem('token', 't')")
    try:
        shown.chrome.get(f"{shown.address}/old/")
        wait(lambda: shown.js("document.querySelectorAll('a.cell').length > 9"))
        shown.js("document.querySelector('a.cell[href*=\"2013-04\"]').click()")
        wait(lambda: shown.js("document.getElementById('drawer-title') !== null"))
        assert "2013-04" in shown.js(TITLE)
        shown.chrome.get(f"{shown.address}/old/docs")
        wait(lambda: shown.js("document.getElementById('docs') !== null"))
        assert shown.js("document.title") == "Data Docs"
        assert shown.js("getComputedStyle(document.body).color") == "rgb(1, 2, 3)"
    finally:
        shown.js("localStorage.removeItem('token')")
        shown.chrome.get_log("browser")  # which tells of each 401
