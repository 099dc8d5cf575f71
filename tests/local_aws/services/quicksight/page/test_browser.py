"""The page in headless Chromium: every visual drawn, no error, nothing asked of elsewhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests import chromium
from tests.chromium import wait
from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    dimension,
    measure,
    visual,
)
from tests.local_aws.services.quicksight.page.served import served

pytestmark = chromium.needs_browser
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
MONTH = dimension("sold", "Date", DateGranularity="MONTH")


def wells(kind: str, **given: list[dict[str, Any]]) -> dict[str, Any]:
    return {f"{kind}AggregatedFieldWells": given}


VISUALS = (
    visual("KPIVisual", "kpi", {"Values": [measure("units")]}),
    visual("KPIVisual", "trend", {"Values": [measure("units")], "TrendGroups": [MONTH]}),
    bars("bar", measure("units"), Orientation="HORIZONTAL", DataLabels={"Visibility": "VISIBLE"}),
    visual("LineChartVisual", "line", wells("LineChart", Category=[MONTH],
           Values=[measure("units")], Colors=[dimension("product")])),
    visual("ComboChartVisual", "combo", wells("ComboChart", Category=[MONTH],
           BarValues=[measure("units")], LineValues=[measure("price", "AVERAGE")])),
    visual("PieChartVisual", "pie", wells("PieChart", Category=[dimension("product")],
           Values=[measure("units")])),
    visual("HeatMapVisual", "heat", wells("HeatMap", Rows=[dimension("region")],
           Columns=[dimension("product")], Values=[measure("units")])),
    visual("TableVisual", "table", wells("Table", GroupBy=[dimension("region")],
           Values=[measure("units")])),
    visual("PivotTableVisual", "pivot", wells("PivotTable", Rows=[dimension("region")],
           Columns=[dimension("product")], Values=[measure("units")])),
)  # fmt: skip
CHARTS = ("bar", "line", "combo", "pie", "heat")


@pytest.fixture
def address(quicksight: QuickSight) -> Iterator[str]:
    """A dashboard of every kind of visual, served; one region has a hostile name."""
    quicksight.athena.database.execute("UPDATE lake.sales SET region = ? WHERE region = 'east'",
                                       [HOSTILE])  # fmt: skip
    quicksight.data_set()
    column = {"DataSetIdentifier": "sales", "ColumnName": "region"}
    everything = {"FilterListConfiguration": {"MatchOperator": "CONTAINS",
                                              "SelectAllOptions": "FILTER_ALL_VALUES"}}  # fmt: skip
    filters = [{"CategoryFilter": {"FilterId": "f", "Column": column,
                                   "Configuration": everything}}]  # fmt: skip
    group = {"FilterGroupId": "g", "Filters": filters, "ScopeConfiguration": {"AllSheets": {}},
             "CrossDataset": "SINGLE_DATASET"}  # fmt: skip
    control = {"Dropdown": {"FilterControlId": "c", "SourceFilterId": "f", "Title": "Region"}}
    second = {"SheetId": "two", "Name": "Two", "Visuals": []}
    quicksight.dashboard(*VISUALS, sheet={"FilterControls": [control]}, FilterGroups=[group])
    document = quicksight.describe_dashboard_definition(DashboardId="board")["Definition"]
    document["Sheets"].append(second)
    quicksight.update_dashboard(DashboardId="board", Name=HOSTILE, Definition=document)
    quicksight.update_dashboard_published_version(DashboardId="board", VersionNumber=2)
    with served(quicksight) as address:
        yield address


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """A fresh Chromium that notes its console and its requests."""
    driver = chromium.start(
        tmp_path / "profile", "--window-size=1400,1600", logs=("browser", "performance")
    )
    yield driver
    driver.quit()


def ready(browser: webdriver.Chrome) -> Any:
    return browser.execute_script("return document.body.dataset.ready")


def card(browser: webdriver.Chrome, name: str) -> Any:
    return browser.find_element(By.ID, f"visual-{name}")


def requested(browser: webdriver.Chrome) -> set[str]:
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return {m["params"]["request"]["url"] for m in messages
            if m["method"] == "Network.requestWillBeSent"}  # fmt: skip


def test_every_visual_is_drawn_from_this_server_alone(
    browser: webdriver.Chrome, address: str
) -> None:
    browser.get(address)
    wait(lambda: ready(browser))
    for name in (next(iter(v.values()))["VisualId"] for v in VISUALS):
        assert card(browser, name).get_attribute("data-state") == "ok", name
    for name in CHARTS:
        assert card(browser, name).find_elements(By.CSS_SELECTOR, "svg.main-svg"), name
    assert card(browser, "kpi").find_element(By.CLASS_NAME, "figure").text == "70"
    assert card(browser, "trend").find_elements(By.CSS_SELECTOR, "svg.spark polyline")
    assert len(card(browser, "table").find_elements(By.CSS_SELECTOR, "tbody tr")) == 4
    assert "north" in card(browser, "pivot").text
    host = address.split("/quicksight")[0]
    asked = {url for url in requested(browser) if url.startswith("http")}
    assert asked
    assert {url for url in asked if not url.startswith(host)} == set()
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_hostile_text_is_shown_as_text(browser: webdriver.Chrome, address: str) -> None:
    browser.get(address)
    wait(lambda: ready(browser))
    assert browser.find_element(By.TAG_NAME, "h1").text == HOSTILE
    assert HOSTILE in card(browser, "table").text
    assert "<img src=x" in card(browser, "heat").get_attribute("textContent")
    assert browser.title == HOSTILE
    assert browser.find_elements(By.CSS_SELECTOR, "img[onerror]") == []


def test_a_filter_by_keyboard_changes_the_figures_and_the_address(
    browser: webdriver.Chrome, address: str
) -> None:
    browser.get(address)
    first = wait(lambda: ready(browser))
    browser.find_element(By.CSS_SELECTOR, ".control button").send_keys(Keys.ENTER)
    box = wait(lambda: browser.find_elements(By.CSS_SELECTOR, ".menu input[value=north]"))[0]
    box.send_keys(Keys.SPACE)
    browser.find_element(By.CSS_SELECTOR, ".menu .apply").send_keys(Keys.ENTER)
    wait(lambda: ready(browser) != first)
    assert card(browser, "kpi").find_element(By.CLASS_NAME, "figure").text == "40"
    assert browser.current_url.endswith("?f.f=north")
    assert browser.find_elements(By.CLASS_NAME, "menu") == []


def test_sheets_are_tabs_for_the_keyboard(browser: webdriver.Chrome, address: str) -> None:
    browser.get(address)
    wait(lambda: ready(browser))
    browser.find_element(By.ID, "tab-one").send_keys(Keys.ARROW_RIGHT)
    assert browser.current_url.endswith("#two")
    assert browser.find_element(By.ID, "tab-two").get_attribute("aria-selected") == "true"


def test_a_phone_has_no_sideways_scrolling(browser: webdriver.Chrome, address: str) -> None:
    metrics = {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(address)
    wait(lambda: ready(browser))
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 400
