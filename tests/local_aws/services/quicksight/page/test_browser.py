"""The page in headless Chromium: one server, one browser, every visual there is.

The visuals are those of the fixtures beside `test_visuals`, over a table with a hostile name in it;
`flights` is the demo's own dashboard over a few rows.
"""

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests import chromium
from tests.chromium import wait
from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    definition,
    measure,
    visual,
)
from tests.local_aws.services.quicksight.page.served import served, violations

pytestmark = chromium.needs_browser
ROOT = Path(__file__).parents[5]
FIXTURES = sorted((ROOT / "tests/fixtures/quicksight/visuals").glob("*.json"))
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
SAMPLES = {"STRING": "'name ' || n", "INTEGER": "n * 10", "DECIMAL": "n * 2.5",
           "DATETIME": "DATE '2013-01-15' + INTERVAL 1 MONTH * n"}  # fmt: skip
Open = Callable[..., webdriver.Chrome]


def gallery(quicksight: QuickSight) -> None:
    """Every fixture's visual on one sheet, and an empty second sheet."""
    quicksight.athena.database.execute(
        "UPDATE lake.sales SET region = ? WHERE region = 'east'", [HOSTILE]
    )
    quicksight.data_set()
    visuals, calculated = [], {}
    for path in FIXTURES:
        fixture = json.loads(path.read_text())
        next(iter(fixture["visual"].values()))["VisualId"] = path.stem
        visuals.append(fixture["visual"])
        calculated |= fixture.get("calculated", {})
    document = definition(quicksight, *visuals)
    document["CalculatedFields"] = [
        {"DataSetIdentifier": "sales", "Name": name, "Expression": text}
        for name, text in calculated.items()
    ]
    document["Sheets"].append({"SheetId": "two", "Name": "Two", "Visuals": []})
    quicksight.create_dashboard(DashboardId="board", Name=HOSTILE, Definition=document)


def flights(quicksight: QuickSight) -> None:
    """The demo's dashboard; each of its views is a table of three rows."""
    for path in sorted((ROOT / "dashboards/data_sets").glob("*.json")):
        request = json.loads(path.read_text())
        table = request["PhysicalTableMap"]["view"]["RelationalTable"]
        table["DataSourceArn"] = quicksight.arn("datasource", "athena")
        columns = ", ".join(f"{SAMPLES[c['Type']]} AS {c['Name']}" for c in table["InputColumns"])
        quicksight.athena.database.execute(
            f"CREATE TABLE lake.{path.stem} AS SELECT {columns} FROM range(1, 4) AS t(n)"
        )
        made = quicksight.create_data_set(**request)
        quicksight.wait(request["DataSetId"], made["IngestionId"])
    board = json.loads((ROOT / "dashboards/flights.json").read_text())["Definition"]
    for declared in board["DataSetIdentifierDeclarations"]:
        name = declared["Identifier"].replace("_", "-")
        declared["DataSetArn"] = quicksight.arn("dataset", f"tarn-{name}")
    quicksight.create_dashboard(DashboardId="flights", Name="Flights", Definition=board)


def small(quicksight: QuickSight) -> None:
    """KPIs and a chart in places that are low for what they say."""
    goal = measure("units", "MAX", FieldId="goal")
    wells = {"Values": [measure("units")], "TargetValues": [goal]}
    kpis = [visual("KPIVisual", name, wells) for name in ("low", "lower")]
    for item in kpis:
        item["KPIVisual"]["Subtitle"] = {"FormatText": {"PlainText": "Of all regions"}}
    chart = bars("chart", measure("units"), measure("price"), Legend={"Position": "BOTTOM"})
    elements = [{"ElementId": name, "ElementType": "VISUAL", "ColumnSpan": 9, "RowSpan": rows}
                for name, rows in (("low", 4), ("lower", 3), ("chart", 5))]  # fmt: skip
    layouts = [{"Configuration": {"GridLayout": {"Elements": elements}}}]
    quicksight.dashboard(*kpis, chart, name="small", sheet={"Layouts": layouts})


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboards, served."""
    quicksight = QuickSight(tmp_path_factory.mktemp("quicksight"))
    quicksight.source()
    gallery(quicksight)
    flights(quicksight)
    small(quicksight)
    with served(quicksight) as found:
        yield found.removesuffix("board")
    quicksight.api.stop()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A fresh Chromium that notes its console and its requests."""
    profile = tmp_path_factory.mktemp("profile")
    driver = chromium.start(profile, "--window-size=1400,1600", logs=("browser", "performance"))
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser: webdriver.Chrome, address: str) -> Open:
    """Open a dashboard in a theme and width, all of it drawn; it stays open for the next test."""

    def open_page(board: str, theme: str = "light", width: int = 1400) -> webdriver.Chrome:
        wanted = (address + board, theme, width)
        if getattr(browser, "shown", None) == wanted:
            return browser
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = [{"name": "prefers-color-scheme", "value": theme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
        browser.get("about:blank")
        browser.get(address + board)
        wait(lambda: ready(browser))
        browser.shown = wanted  # type: ignore[attr-defined]
        return browser

    return open_page


def ready(browser: webdriver.Chrome) -> Any:
    return browser.execute_script("return document.body && document.body.dataset.ready")


def card(browser: webdriver.Chrome, name: str) -> WebElement:
    return browser.find_element(By.ID, f"visual-{name}")


def requested(browser: webdriver.Chrome) -> set[str]:
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return {m["params"]["request"]["url"] for m in messages
            if m["method"] == "Network.requestWillBeSent"}  # fmt: skip


def choose(browser: webdriver.Chrome, name: str, label: str) -> None:
    """An entry of a card's menu, by keyboard alone."""
    browser.execute_script("arguments[0].focus()", card(browser, name))
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    items = wait(lambda: browser.find_elements(By.CSS_SELECTOR, ".popup [role=menuitem]"))
    for item in items:
        if browser.switch_to.active_element.text == label:
            browser.switch_to.active_element.send_keys(Keys.ENTER)
            return
        item.send_keys(Keys.ARROW_DOWN)
    raise AssertionError(f"{label} is not in {[item.text for item in items]}")


def test_every_visual_is_drawn_from_this_server_alone(opened: Open, address: str) -> None:
    browser = opened("board")
    for path in FIXTURES:
        found = card(browser, path.stem)
        assert found.get_attribute("data-state") == "ok", path.stem
        if "figure" in json.loads(path.read_text())["expected"]:
            assert found.find_elements(By.CSS_SELECTOR, "svg.main-svg"), path.stem
    assert card(browser, "kpi").find_elements(By.CSS_SELECTOR, "svg.spark polyline")
    assert len(card(browser, "table").find_elements(By.CSS_SELECTOR, "tbody tr")) == 4
    assert card(browser, "word_cloud").find_elements(By.CSS_SELECTOR, "li")
    host = address.split("/quicksight")[0]
    asked = {url for url in requested(browser) if url.startswith("http")}
    assert asked
    assert {url for url in asked if not url.startswith(host)} == set()
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_hostile_text_is_shown_as_text(opened: Open) -> None:
    browser = opened("board")
    assert browser.find_element(By.TAG_NAME, "h1").text == HOSTILE
    assert HOSTILE in card(browser, "table").text
    for name in ("heat_map", "bar_chart", "sankey", "pivot_table", "insight"):
        assert card(browser, name).find_elements(By.TAG_NAME, "img") == [], name
    assert "<img src=x" in card(browser, "heat_map").get_attribute("textContent")
    assert browser.title == HOSTILE


def test_a_chart_s_data_is_a_table_by_keyboard(opened: Open) -> None:
    browser = opened("board")
    choose(browser, "combo_chart", "Show data as table")
    rows = wait(lambda: card(browser, "combo_chart").find_elements(By.CSS_SELECTOR, "tbody tr"))
    assert [row.text for row in rows] == ["Jan 2024 40 3.25", "Feb 2024 25 1.50", "Mar 2024 5 4.50"]
    choose(browser, "combo_chart", "Show as chart")
    wait(lambda: card(browser, "combo_chart").find_elements(By.CSS_SELECTOR, "svg.main-svg"))


def test_a_card_fills_the_screen_and_comes_back(opened: Open) -> None:
    browser = opened("board")
    choose(browser, "bar_chart", "Full screen")
    dialog = wait(lambda: browser.find_elements(By.CSS_SELECTOR, "dialog[open]"))[0]
    assert dialog.find_element(By.TAG_NAME, "h2").text == "The v"
    assert dialog.size["width"] > 1200
    ActionChains(browser).send_keys(Keys.ESCAPE).perform()
    wait(lambda: not browser.find_elements(By.TAG_NAME, "dialog"))
    wait(lambda: card(browser, "bar_chart").find_elements(By.CSS_SELECTOR, "svg.main-svg"))
    wait(lambda: browser.switch_to.active_element == card(browser, "bar_chart"))


def test_groups_of_a_pivot_table_fold(opened: Open) -> None:
    browser = opened("board")

    def rows() -> list[str]:
        return [row.text for row in card(browser, "pivot_table_tree").find_elements(
            By.CSS_SELECTOR, "tbody tr")]  # fmt: skip

    folded = rows()
    assert len(folded) == 8  # four regions, two measures each
    card(browser, "pivot_table_tree").find_elements(By.CLASS_NAME, "fold")[1].send_keys(Keys.ENTER)
    assert len(rows()) == 12
    open_fold = browser.switch_to.active_element
    assert open_fold.get_attribute("aria-expanded") == "true"
    open_fold.send_keys(Keys.ENTER)
    assert rows() == folded


def test_sheets_are_tabs_for_the_keyboard_and_the_back_button(opened: Open) -> None:
    browser = opened("board")
    browser.find_element(By.ID, "tab-one").send_keys(Keys.ARROW_RIGHT)
    assert browser.current_url.endswith("#two")
    assert browser.find_element(By.ID, "tab-two").get_attribute("aria-selected") == "true"
    browser.back()
    wait(lambda: browser.find_element(By.ID, "tab-one").get_attribute("aria-selected") == "true")
    browser.shown = None  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("board", "theme", "width"),
    [
        ("flights#on-time", "light", 1400),
        ("flights#fleets", "dark", 1400),
        ("flights#weather", "light", 390),
        ("board", "dark", 1400),
    ],
)
def test_axe_finds_no_violation(opened: Open, board: str, theme: str, width: int) -> None:
    browser = opened(board, theme, width)
    assert violations(browser) == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_a_printed_sheet_has_no_buttons(opened: Open) -> None:
    browser = opened("flights")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    for selector in (".tools", "#controls", ".dots", "#tabs [aria-selected=false]"):
        for found in browser.find_elements(By.CSS_SELECTOR, selector):
            assert not found.is_displayed(), selector
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    printed = browser.print_page()
    assert len(printed) > 10_000  # a PDF, in base 64


def test_what_a_low_card_says_is_not_on_top_of_each_other(opened: Open) -> None:
    page = opened("small")
    for name, parts in {"low": ("h2", ".figure", ".change", ".note"),
                        "lower": ("h2", ".figure")}.items():  # fmt: skip
        boxes = [card(page, name).find_element(By.CSS_SELECTOR, part).rect for part in parts]
        for above, below in pairwise(boxes):
            assert above["y"] + above["height"] <= below["y"] + 1
        ends = card(page, name).rect
        assert boxes[-1]["y"] + boxes[-1]["height"] <= ends["y"] + ends["height"]
    assert not card(page, "chart").find_elements(By.CSS_SELECTOR, ".legend .traces")
