"""Controls and clicks on marks in headless Chromium: the figures and the address follow."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests import chromium
from tests.chromium import wait
from tests.local_aws.services.quicksight.fakes import (
    QuickSight,
    bars,
    column,
    dimension,
    filter_group,
    measure,
    parameter,
    visual,
)
from tests.local_aws.services.quicksight.page.served import served, violations

pytestmark = chromium.needs_browser
EVERYTHING = {"FilterListConfiguration": {"MatchOperator": "CONTAINS",
                                          "SelectAllOptions": "FILTER_ALL_VALUES"}}  # fmt: skip
CLICK = {"CustomActionId": "a", "Name": "Filter", "Trigger": "DATA_POINT_CLICK",
         "ActionOperations": [{"FilterOperation": {
             "SelectedFieldsConfiguration": {"SelectedFieldOptions": "ALL_FIELDS"},
             "TargetVisualsConfiguration": {"SameSheetTargetVisualConfiguration": {
                 "TargetVisualOptions": "ALL_VISUALS"}}}}]}  # fmt: skip
GROUPS = [
    filter_group("CategoryFilter", "region", "region", Configuration=EVERYTHING),
    filter_group("NumericRangeFilter", "units", "units", NullOption="ALL_VALUES"),
    filter_group("TimeRangeFilter", "sold", "sold", NullOption="ALL_VALUES", TimeGranularity="DAY",
                 IncludeMinimum=True, IncludeMaximum=True),
]  # fmt: skip
GROUPS.append(filter_group(
    "RelativeDatesFilter", "sold", "when", NullOption="ALL_VALUES", TimeGranularity="YEAR",
    AnchorDateConfiguration={"ParameterName": "anchor"}, RelativeDateType="LAST",
    RelativeDateValue=3))  # fmt: skip
CONTROLS = [
    {"RelativeDateTime": {"FilterControlId": "c-when", "SourceFilterId": "when"}},
    {"HierarchyList": {"FilterControlId": "c-tree", "SourceFilterId": "region"}},
    {"Dropdown": {"FilterControlId": "c-region", "SourceFilterId": "region", "Title": "Region"}},
    {"Slider": {"FilterControlId": "c-units", "SourceFilterId": "units", "Title": "Units",
                "Type": "RANGE", "MinimumValue": 0.0, "MaximumValue": 30.0, "StepSize": 5.0}},
    {"DateTimePicker": {"FilterControlId": "c-sold", "SourceFilterId": "sold", "Title": "Sold"}},
]  # fmt: skip
TIMES = {"TextField": {"ParameterControlId": "c-times", "SourceParameterName": "times",
                       "Title": "Times"}}  # fmt: skip
NAMES = {"TextArea": {"ParameterControlId": "c-names", "SourceParameterName": "names",
                      "Title": "Names", "Delimiter": ","}}  # fmt: skip


def regions() -> dict[str, Any]:
    item = bars("regions", measure("units"))
    options = item["BarChartVisual"]
    wells = options["ChartConfiguration"]["FieldWells"]["BarChartAggregatedFieldWells"]
    wells["Category"][0]["CategoricalDimensionField"]["HierarchyId"] = "h"
    hierarchy = {"HierarchyId": "h", "Columns": [column("region"), column("product")]}
    options["ColumnHierarchies"] = [{"ExplicitHierarchy": hierarchy}]
    options["Actions"] = [CLICK]
    return item


def figure() -> dict[str, Any]:
    item = visual("KPIVisual", "kpi", {"Values": [measure("scaled")]})
    item["KPIVisual"]["Title"] = {"FormatText": {"PlainText": "Units ×${times}"}}
    return item


def renamed(field: str, name: str) -> dict[str, Any]:
    return {"CategoricalDimensionField": {"FieldId": field, "Column": column(name)}}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[webdriver.Chrome, str]]:
    """One server and one browser for the module."""
    folder = tmp_path_factory.mktemp("controls")
    quicksight = QuickSight(folder / "data")
    quicksight.source()
    quicksight.data_set()
    field = {"DataSetIdentifier": "sales", "Name": "scaled", "Expression": "{units} * ${times}"}
    grid = visual("TableVisual", "grid", {"TableAggregatedFieldWells": {
        "GroupBy": [dimension("product")], "Values": [measure("units")]}})  # fmt: skip
    heat = visual("HeatMapVisual", "heat", {"HeatMapAggregatedFieldWells": {
        "Rows": [renamed("heat-r", "region")], "Columns": [renamed("heat-p", "product")],
        "Values": [measure("units")]}})  # fmt: skip
    heat["HeatMapVisual"]["Actions"] = [CLICK]
    quicksight.dashboard(
        regions(), figure(), grid, heat,
        sheet={"FilterControls": CONTROLS, "ParameterControls": [TIMES, NAMES]},
        FilterGroups=GROUPS,
        CalculatedFields=[field],
        ParameterDeclarations=[
            parameter("Integer", "times", 1), parameter("DateTime", "anchor", "2024-06-01"),
            parameter("String", "names", ParameterValueType="MULTI_VALUED"),
        ],
    )  # fmt: skip
    browser = chromium.start(folder / "profile", "--window-size=1400,1200")
    with served(quicksight) as address:
        yield browser, address
    browser.quit()
    quicksight.api.stop()


@pytest.fixture
def browser(page: tuple[webdriver.Chrome, str]) -> Iterator[webdriver.Chrome]:
    """The page as it opens; whatever it says in the console fails the test."""
    shown, address = page
    shown.get(address)
    wait(lambda: kpi(shown) == "70")
    yield shown
    assert [entry["message"] for entry in shown.get_log("browser")] == []


def kpi(browser: webdriver.Chrome) -> str:
    return text(browser, "#visual-kpi .figure")


def text(browser: webdriver.Chrome, selector: str) -> str:
    """What is written there; an element may be replaced between finding and reading it."""
    asked = "return document.querySelector(arguments[0])?.innerText || ''"
    return str(browser.execute_script(asked, selector))


def control(browser: webdriver.Chrome, name: str, what: str = "input") -> Any:
    return browser.find_elements(By.CSS_SELECTOR, f"[data-control=c-{name}] {what}")


def chosen(browser: webdriver.Chrome) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(browser.current_url).query, keep_blank_values=True)


def pick(browser: webdriver.Chrome, *values: str) -> None:
    control(browser, "region", "button")[0].send_keys(Keys.ENTER)
    for value in values:
        path = f"[data-control=c-region] .menu input[value={value}]"
        wait(lambda path=path: browser.find_elements(By.CSS_SELECTOR, path))[0].send_keys(
            Keys.SPACE
        )
    control(browser, "region", ".apply")[0].send_keys(Keys.ENTER)


def test_a_dropdown_by_keyboard_and_back(browser: webdriver.Chrome) -> None:
    pick(browser, "north", "east")
    wait(lambda: kpi(browser) == "41")
    assert chosen(browser) == [("f.region", "north"), ("f.region", "east")]
    assert control(browser, "region", ".pick")[0].text == "2 chosen"
    focused = browser.switch_to.active_element.get_attribute("aria-label")
    assert focused == "Region: 2 chosen"
    browser.back()
    wait(lambda: kpi(browser) == "70")


def test_escape_closes_the_list_and_changes_nothing(browser: webdriver.Chrome) -> None:
    control(browser, "region", "button")[0].send_keys(Keys.ENTER)
    box = wait(lambda: control(browser, "region", ".menu input"))[0]
    box.send_keys(Keys.SPACE)
    box.send_keys(Keys.ESCAPE)
    assert control(browser, "region", ".menu") == []
    assert chosen(browser) == []


def test_a_slider_dates_and_a_reset(browser: webdriver.Chrome) -> None:
    control(browser, "units")[0].send_keys(Keys.ARROW_RIGHT)
    wait(lambda: kpi(browser) == "65")
    browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    wait(lambda: kpi(browser) == "60")
    assert chosen(browser) == [("f.units", "10"), ("f.units", "30")]
    browser.execute_script(
        "const [from] = arguments; from.value = '2024-01-20';"
        "from.dispatchEvent(new Event('change', {bubbles: true}))",
        control(browser, "sold")[0],
    )
    wait(lambda: kpi(browser) == "50")
    browser.find_element(By.CSS_SELECTOR, "#controls .reset").click()
    wait(lambda: kpi(browser) == "70")
    assert chosen(browser) == []


def test_a_parameter_in_a_figure_and_a_title(browser: webdriver.Chrome) -> None:
    box = control(browser, "times")[0]
    assert box.get_attribute("value") == "1"
    box.send_keys(Keys.BACKSPACE, "3", Keys.TAB)
    wait(lambda: kpi(browser) == "210")
    wait(lambda: text(browser, "#visual-kpi h2") == "Units ×3")
    control(browser, "times")[0].send_keys("x", Keys.TAB)
    wait(lambda: "'3x' is no Integer value" in text(browser, "#visual-kpi"))
    assert kpi(browser) == ""


def mark(browser: webdriver.Chrome, number: int) -> None:
    """A click of plotly's on one bar: where a bar is on the screen is plotly's affair."""
    browser.execute_script(
        "const plot = document.querySelector('#visual-regions .plot');"
        "plot.emit('plotly_click', {points: [{data: plot.data[0], pointNumber: arguments[0]}]})",
        number,
    )


def test_a_click_filters_the_others_and_a_chip_takes_it_back(browser: webdriver.Chrome) -> None:
    wait(lambda: browser.find_elements(By.CSS_SELECTOR, "#visual-regions.clickable"))
    mark(browser, 1)
    wait(lambda: browser.find_elements(By.CSS_SELECTOR, ".popup [role=menuitem]"))[0].click()
    wait(lambda: kpi(browser) == "25")
    assert chosen(browser) == [("x.regions", "region:south")]
    assert "coffee" not in text(browser, "#visual-grid")
    chip = browser.find_element(By.CSS_SELECTOR, "#controls .chip")
    assert chip.get_attribute("aria-label") == "Remove The regions: south"
    chip.click()
    wait(lambda: kpi(browser) == "70")


def test_a_value_is_chosen_by_keyboard_from_the_card_s_menu(browser: webdriver.Chrome) -> None:
    wait(lambda: browser.find_elements(By.CSS_SELECTOR, "#visual-regions.clickable"))
    browser.find_element(By.CSS_SELECTOR, "#visual-regions .dots").send_keys(Keys.ENTER)
    for words in ("Choose a value…", "north", "Filter"):
        wait(lambda words=words: entry(browser, words))[0].send_keys(Keys.ENTER)
    wait(lambda: kpi(browser) == "40")
    assert chosen(browser) == [("x.regions", "region:north")]


def entry(browser: webdriver.Chrome, words: str) -> list[Any]:
    found = browser.find_elements(By.CSS_SELECTOR, ".popup [role=menuitem]")
    return [item for item in found if item.text == words]


def test_a_cell_of_a_heat_map_filters_by_row_and_column(browser: webdriver.Chrome) -> None:
    wait(lambda: browser.find_elements(By.CSS_SELECTOR, "#visual-heat.clickable"))
    browser.execute_script(
        "const plot = document.querySelector('#visual-heat .plot');"
        "const at = (n, value) => plot.data[0].stands.grid[n][1].indexOf(value);"
        "const pointNumber = [at(1, 'south'), at(0, 'tea')];"
        "plot.emit('plotly_click', {points: [{data: plot.data[0], pointNumber}]})"
    )
    wait(lambda: kpi(browser) == "20")
    assert sorted(chosen(browser)) == [("x.heat", "heat-p:tea"), ("x.heat", "heat-r:south")]


def test_a_step_down_a_hierarchy_and_up_again(browser: webdriver.Chrome) -> None:
    wait(lambda: browser.find_elements(By.CSS_SELECTOR, "#visual-regions.clickable"))
    mark(browser, 1)
    entries = wait(lambda: browser.find_elements(By.CSS_SELECTOR, ".popup [role=menuitem]"))
    assert entries[1].text == "Drill down to product"
    entries[1].click()
    labels = "return document.querySelector('#visual-regions .plot').data[0].x.join()"
    wait(lambda: browser.execute_script(labels) == "tea,milk")
    assert chosen(browser) == [("d.regions", "region:south")]
    assert kpi(browser) == "70"
    browser.find_element(By.CSS_SELECTOR, "#controls .chip").click()
    wait(lambda: browser.execute_script(labels).startswith("north,south"))


def test_a_phone_has_every_control_and_no_sideways_scrolling(browser: webdriver.Chrome) -> None:
    metrics = {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.refresh()
    wait(lambda: kpi(browser) == "70")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 400
    browser.find_element(By.CSS_SELECTOR, "#controls summary").click()
    shown = browser.find_elements(By.CSS_SELECTOR, "#controls .control")
    assert [item.is_displayed() for item in shown] == [True] * 7
    control(browser, "region", "button")[0].click()
    box = wait(lambda: control(browser, "region", ".menu"))[0]
    assert box.rect["x"] >= 0
    assert box.rect["x"] + box.rect["width"] <= 400
    box.find_element(By.CSS_SELECTOR, "input[value=north]").click()
    box.find_element(By.CLASS_NAME, "apply").click()
    wait(lambda: kpi(browser) == "40")
    assert control(browser, "region", ".pick")[0].is_displayed()
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_axe_finds_no_violation_in_any_type_of_control(browser: webdriver.Chrome) -> None:
    wait(lambda: browser.find_elements(By.CSS_SELECTOR, "#visual-regions.clickable"))
    mark(browser, 1)
    wait(lambda: browser.find_elements(By.CSS_SELECTOR, ".popup [role=menuitem]"))[0].click()
    wait(lambda: kpi(browser) == "25")
    control(browser, "region", "button")[0].send_keys(Keys.ENTER)
    wait(lambda: control(browser, "region", ".menu input"))
    assert violations(browser) == []


def test_relative_dates_and_a_list_of_texts(browser: webdriver.Chrome) -> None:
    count = control(browser, "when", "input")[0]
    assert count.get_attribute("value") == "3"
    browser.execute_script(
        "const [kind] = arguments; kind.value = 'PREVIOUS';"
        "kind.dispatchEvent(new Event('change', {bubbles: true}))",
        control(browser, "when", "select")[0],
    )
    wait(lambda: text(browser, "#visual-kpi").endswith("No rows match the filters."))
    assert chosen(browser) == [("f.when", "PREVIOUS:3:YEAR")]
    control(browser, "names", "textarea")[0].send_keys("a, b,,", Keys.TAB)
    wait(lambda: chosen(browser)[1:] == [("p.names", "a"), ("p.names", "b")])
