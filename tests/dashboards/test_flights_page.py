"""What readers do with the flights dashboard, and whether Athena gives the same figures.

Two real months in a lake of its own, the dashboard as it is deployed, a headless Chromium. Athena
is asked of the tables where it can be: a view that is wrong would make the page wrong too.
"""

import csv
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tarn.aws import Aws
from tarn.services import athena
from tests import chromium
from tests.chromium import wait
from tests.conftest import LocalServer, start_server
from tests.local_aws.console.support import link
from tests.local_aws.services.quicksight.page.test_browser import card, choose, ready
from tests.sql.test_scanned import publish_all
from tests.tarn import ground
from tests.tarn.conftest import deploy_stages

pytestmark = chromium.needs_browser
BOARD = "/quicksight/dashboards/tarn-flights"
SLIDER = "[data-control=late-minutes] input"
Rows = list[tuple[str | None, ...]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server of its own: data sets name the lake's database, which others use too."""
    running = start_server(tmp_path_factory.mktemp("local_aws") / "data")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def lake(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """The two months published, the views made, the dashboard deployed and its data ingested."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("AWS_") and n != "AWS_CA_BUNDLE"]:
            patch.delenv(name)
        for name, value in server.env.items():
            patch.setenv(name, value)
        patch.setenv("TARN_ACCOUNT_ID", "123456789012")
        aws = Aws.from_environment()
        ground.buckets(aws)
        publish_all(aws, tmp_path_factory.mktemp("csv"))
        ground.data_source(aws)
        deploy_stages(aws, "quicksight:data_sets", "quicksight:dashboards")
        wait(lambda: ingested(aws), 60)
        yield aws


def ingested(aws: Aws) -> bool:
    account = aws.account_id
    sets = aws.quicksight.list_data_sets(AwsAccountId=account)["DataSetSummaries"]
    states = [
        run["IngestionStatus"]
        for each in sets
        for run in aws.quicksight.list_ingestions(
            AwsAccountId=account, DataSetId=each["DataSetId"]
        )["Ingestions"]
    ]
    assert "FAILED" not in states
    return len(states) == len(sets) > 0 and set(states) == {"COMPLETED"}


@pytest.fixture(scope="module")
def browser(
    server: LocalServer, lake: Aws, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[webdriver.Chrome]:
    """Signed in by a link, as from a terminal; files go to `browser.downloads`."""
    driver = chromium.start(tmp_path_factory.mktemp("profile"), "--window-size=1400,1400")
    driver.downloads = tmp_path_factory.mktemp("downloads")  # type: ignore[attr-defined]
    behaviour = {"behavior": "allow", "downloadPath": str(driver.downloads)}  # type: ignore[attr-defined]
    driver.execute_cdp_cmd("Browser.setDownloadBehavior", behaviour)
    driver.get(link(server, BOARD))
    wait(lambda: ready(driver))
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser: webdriver.Chrome, server: LocalServer) -> webdriver.Chrome:
    """The dashboard as nobody has touched it."""
    show(browser, server, "on-time")
    return browser


def show(browser: webdriver.Chrome, server: LocalServer, sheet: str) -> None:
    browser.get("about:blank")
    browser.get(f"{server.endpoint}{BOARD}#{sheet}")
    wait(lambda: ready(browser))


def asked(lake: Aws, sql: str) -> Rows:
    """Athena's rows."""
    return list(athena.query(sql, lake.settings.database, lake).rows)


def shown(browser: webdriver.Chrome, visual: str, expected: str) -> None:
    """Wait until a card says it; what it says instead tells more than a time-out."""
    end = time.monotonic() + 15
    while expected not in (text := card(browser, visual).text):
        assert time.monotonic() < end, f"{visual} shows {text!r}, and Athena says {expected}"
        time.sleep(0.05)


def rows_of(browser: webdriver.Chrome, visual: str) -> list[list[str]]:
    """The cells of a card's table."""
    found: list[list[str]] = browser.execute_script(
        "return [...arguments[0].querySelectorAll('tbody tr')]"
        ".map((row) => [...row.children].map((cell) => cell.textContent))",
        card(browser, visual),
    )
    return found


@pytest.mark.parametrize("sheet", ["on-time", "weather", "routes", "fleets", "cancellations"])
def test_every_visual_is_drawn(browser: webdriver.Chrome, server: LocalServer, sheet: str) -> None:
    show(browser, server, sheet)
    cards = browser.find_elements(By.CSS_SELECTOR, "#sheet .item")
    states = {item.get_attribute("id"): item.get_attribute("data-state") for item in cards}
    assert len(states) >= 4
    assert set(states.values()) == {"ok"}, states
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_a_filter(opened: webdriver.Chrome, lake: Aws) -> None:
    ((flights, cancelled),) = asked(lake, """
        SELECT count(*), count_if(f.dep_time IS NULL) FROM flights AS f
        JOIN airlines AS a ON a.carrier = f.carrier
        WHERE a.name = 'JetBlue Airways' AND f.month = 2""")  # fmt: skip
    opened.find_element(By.CSS_SELECTOR, "[data-control=on-time-carrier] .pick").click()
    box = wait(lambda: opened.find_elements(By.CSS_SELECTOR, "input[value='JetBlue Airways']"))[0]
    box.send_keys(Keys.SPACE)
    opened.find_element(By.CSS_SELECTOR, ".menu .apply").send_keys(Keys.ENTER)
    shown(opened, "kpi-flights", f"{int(flights or 0):,}")
    shown(opened, "kpi-cancelled", f"{int(cancelled or 0) / int(flights or 1):.1%}")
    assert "f.filter-carrier=JetBlue" in opened.current_url


def test_a_parameter(opened: webdriver.Chrome, lake: Aws) -> None:
    def on_time(minutes: int) -> str:
        ((punctual, arrivals),) = asked(lake, f"""
            SELECT count_if(arr_delay < {minutes}), count(arr_delay)
            FROM flights WHERE month = 2""")  # fmt: skip
        return f"{int(punctual or 0) / int(arrivals or 1):.1%}"

    assert on_time(15) != on_time(25)
    shown(opened, "kpi-on-time", on_time(15))
    for minutes in (20, 25):
        opened.find_element(By.CSS_SELECTOR, SLIDER).send_keys(Keys.ARROW_RIGHT)
        shown(opened, "kpi-on-time", on_time(minutes))
    shown(opened, "kpi-on-time", "less than 25 minutes late")


def test_a_step_down(opened: webdriver.Chrome, server: LocalServer, lake: Aws) -> None:
    show(opened, server, "routes")
    expected = asked(lake, """
        SELECT coalesce(p.name, f.dest), count_if(f.arr_delay >= 15) FROM flights AS f
        LEFT JOIN airports AS p ON p.faa = f.dest
        WHERE f.origin = 'EWR' GROUP BY f.dest, coalesce(p.name, f.dest)
        HAVING count(f.arr_delay) >= 100 ORDER BY 2 DESC, 1""")  # fmt: skip
    choose(opened, "late-flights", "Choose a value…")
    press(opened, "Newark Liberty Intl")
    press(opened, "Drill down to dest_name")
    wait(lambda: "d.late-flights" in opened.current_url)
    shown(opened, "late-flights", "Other")
    choose(opened, "late-flights", "Show data as table")
    wait(lambda: rows_of(opened, "late-flights"))
    found = [(name, int(figure.replace(",", ""))) for name, figure in
             rows_of(opened, "late-flights")]  # fmt: skip
    assert len(expected) > 8
    assert sorted(found) == sorted((name, int(figure or 0)) for name, figure in expected)


def press(browser: webdriver.Chrome, label: str) -> None:
    """An entry of the menu that is open."""
    items = wait(lambda: [item for item in browser.find_elements(
        By.CSS_SELECTOR, ".popup [role=menuitem]") if item.text == label])  # fmt: skip
    items[0].click()


def test_a_file(opened: webdriver.Chrome, server: LocalServer, lake: Aws) -> None:
    show(opened, server, "cancellations")
    expected = asked(lake, """
        SELECT a.name, count(*), count_if(f.dep_time IS NULL) FROM flights AS f
        JOIN airlines AS a ON a.carrier = f.carrier GROUP BY a.name""")  # fmt: skip
    choose(opened, "who-cancels", "Download CSV")
    path = Path(opened.downloads) / "who-cancels.csv"  # type: ignore[attr-defined]
    wait(path.exists)
    wait(lambda: path.stat().st_size)
    with path.open(newline="") as file:
        head, *lines = csv.reader(file)
    assert head == ["Carrier name", "Share cancelled"]
    found = {name: float(share) for name, share in lines}
    assert found == {name: pytest.approx(int(cancelled or 0) / int(flights or 1))
                     for name, flights, cancelled in expected}  # fmt: skip
