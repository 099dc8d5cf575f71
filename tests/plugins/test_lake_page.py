"""The page's app as Airflow mounts it: who gets in, what they see, and what a browser is told."""

import asyncio
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from tarn.aws import Aws
from tarn.page import data_docs
from tarn.page.snapshot import RememberingAws, Watch
from tarn.partition import Partition
from tests.tarn.conftest import lake as lake
from tests.tarn.page.lakes import HOSTILE, fill

ROOT = Path(__file__).parent.parent.parent
HTML = {"accept": "text/html,application/xhtml+xml"}
TOKEN = "a-token"
PROFILE = "profile?partition=2013-03&run=c000002&id=db_ab"
DOCS = "docs?partition=2013-03&run=c000002"


class AuthManager:
    """Who holds TOKEN may read flights and weather, and the logs of flights."""

    async def get_user_from_token(self, token: str) -> Any:
        from jwt import InvalidTokenError

        if token != TOKEN:
            raise InvalidTokenError
        return SimpleNamespace(name="ada")

    def get_authorized_dag_ids(self, *, user: Any) -> set[str]:
        assert user.name == "ada"
        return {"flights", "weather"}

    def is_authorized_dag(self, *, details: Any, access_entity: Any, **_: Any) -> bool:
        return bool(details.id == "flights" and access_entity.value == "TASK_LOGS")


class Page:
    """The app under /tarn, as in Airflow, and a client of it."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.root = FastAPI()
        self.root.mount("/tarn", app)

    def get(self, address: str, token: str | None = TOKEN, **headers: str) -> httpx.Response:
        if token:
            headers["cookie"] = f"_token={token}"
        return asyncio.run(self._get(address, headers))

    async def _get(self, address: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(self.root, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://lake.test") as client:
            return await client.get(f"/tarn/{address}", headers=headers)


@pytest.fixture
def tarn_page(monkeypatch: pytest.MonkeyPatch) -> Any:
    import tarn_page
    from airflow.api_fastapi.core_api import security

    monkeypatch.setattr(security, "get_auth_manager", AuthManager)
    monkeypatch.setattr(tarn_page, "get_auth_manager", AuthManager)
    return tarn_page


@pytest.fixture
def page(lake: Aws, tarn_page: Any) -> Page:
    fill(lake)
    app = tarn_page.make_app()
    app.dependency_overrides[tarn_page.watch] = lambda: Watch(RememberingAws(), seconds=0)
    app.dependency_overrides[tarn_page.airflow_runs] = lambda: lambda contracts: []
    return Page(app)


# -- who gets in


@pytest.mark.parametrize(
    "address",
    [
        "",
        "?show=rows",
        "cell?dataset=flights&partition=2013-03",
        f"{DOCS}&dataset=flights",
        f"{PROFILE}&dataset=flights",
    ],
)
@pytest.mark.parametrize(("token", "status"), [(None, 401), ("forged", 403)])
def test_nobody_else_gets_in(page: Page, address: str, token: str | None, status: int) -> None:
    answer = page.get(address, token)
    assert answer.status_code == status
    assert "flights" not in answer.text


def test_every_route_asks_who_it_is(page: Page) -> None:
    """A route that was added without `reader` would be open to anybody."""
    paths = [route.path for route in page.app.routes if route.path != "/static"]  # type: ignore[attr-defined]
    assert paths
    for path in paths:
        assert page.get(path.lstrip("/"), None).status_code == 401, path


def test_a_person_is_sent_to_sign_in(page: Page) -> None:
    answer = page.get("?show=rows", None, **HTML)
    assert answer.status_code == 307
    wanted = "../api/v2/auth/login?next=http%3A%2F%2Flake.test%2Ftarn%2F%3Fshow%3Drows"
    assert answer.headers["location"] == wanted


def test_airflow_3_0_has_no_cookie(
    page: Page, tarn_page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that says so, whose script tries the token that the UI of 3.0 keeps."""
    monkeypatch.setattr(tarn_page, "KEEPS_COOKIE", False)
    answer = page.get("", None, **HTML)
    assert answer.status_code == 401
    assert "data-message" in answer.text
    assert "static/page.js" in answer.text


@pytest.mark.parametrize(("scheme", "status"), [("Bearer", 200), ("bearer", 200), ("Basic", 401)])
def test_a_token_in_the_header(page: Page, tarn_page: Any, scheme: str, status: int) -> None:
    headers = {"authorization": f"{scheme} {TOKEN}"}
    assert page.get("", None, **headers).status_code == status


def test_the_user_of_airflow_3_0(tarn_page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def get_user(token: str) -> str:  # as Airflow 3.0's takes it
        return f"user of {token}"

    monkeypatch.setattr(tarn_page.security, "get_user", get_user)

    def user(headers: dict[str, str], cookies: dict[str, str]) -> Any:
        request = SimpleNamespace(headers=headers, cookies=cookies)
        return asyncio.run(tarn_page._user_of_3_0(request))

    assert user({"authorization": "Bearer t"}, {"_token": "c"}) == "user of t"
    assert user({}, {"_token": "c"}) == "user of c"
    with pytest.raises(tarn_page.HTTPException):
        user({}, {})


# -- what they see


def test_only_what_the_reader_may_see(page: Page) -> None:
    html = page.get("").text
    assert "flights 2013-03, published" in html
    assert "weather 2013-11, missing" in html
    assert "planes" not in html
    answer = page.get("cell?dataset=planes&partition=all")
    assert answer.status_code == 404


def test_rows_are_for_who_may_read_logs(page: Page) -> None:
    assert (
        "may not read this dataset" not in page.get("cell?dataset=flights&partition=2013-03").text
    )
    assert "may not read this dataset" in page.get("cell?dataset=weather&partition=2013-03").text


def test_data_docs_are_for_who_may_read_rows(page: Page, lake: Aws) -> None:
    march = Partition("flights", (("year", 2013), ("month", 3)))
    data_docs.keep("<p>quoted rows</p>", march, "c000002", lake)
    drawer = page.get("cell?dataset=flights&partition=2013-03").text
    [address] = set(re.findall(r'href="(docs[^"]*)"', drawer))
    answer = page.get(unescape(address))
    assert (answer.status_code, answer.text) == (200, "<p>quoted rows</p>")
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for hidden in ("weather", "planes", "nope"):
        refused = page.get(f"{DOCS}&dataset={hidden}")
        assert refused.status_code == 403
        assert "may not read" in refused.text
    assert "docs?" not in page.get("cell?dataset=weather&partition=2013-03").text


@pytest.mark.parametrize("run", ["other", "../../../planes/run=1", HOSTILE])
def test_a_run_without_data_docs(page: Page, run: str) -> None:
    answer = page.get(
        "docs?" + urlencode({"dataset": "flights", "partition": "2013-03", "run": run})
    )
    assert answer.status_code == 404
    assert "No Data Docs" in answer.text
    assert HOSTILE not in answer.text


def test_data_docs_of_no_partition(page: Page) -> None:
    assert page.get("docs?dataset=flights&partition=x&run=1").status_code == 404


def test_profiles_are_for_who_may_read_rows(page: Page, lake: Aws) -> None:
    march = Partition("flights", (("year", 2013), ("month", 3)))
    folder = f"profiles/{march.run_folder('c000002')}"
    hostile = {"name": f"</script>{HOSTILE}", "type": "int"}
    lake.put_json("ops", f"{folder}flights_ab.json", {"sampleSize": 3, "columns": [hostile]})
    report = {"rulesetResults": [{"name": "all", "ruleResults": []}]}
    lake.put_json("ops", f"{folder}flights_ab_dq-validation-report.json", report)
    answer = page.get(f"{PROFILE}&dataset=flights")
    assert answer.status_code == 200
    assert '"sampleSize": 3' in answer.text
    assert HOSTILE not in answer.text
    assert "script-src 'nonce-" in answer.headers["content-security-policy"]
    for hidden in ("weather", "planes", "nope"):
        refused = page.get(f"{PROFILE}&dataset={hidden}")
        assert (refused.status_code, "may not read" in refused.text) == (403, True)


@pytest.mark.parametrize("run", ["other", "../../../planes/run=1", HOSTILE])
def test_a_run_without_a_profile(page: Page, run: str) -> None:
    asked = {"dataset": "flights", "partition": "2013-03", "run": run, "id": "db_x"}
    answer = page.get("profile?" + urlencode(asked))
    assert (answer.status_code, "No profile" in answer.text) == (404, True)
    assert HOSTILE not in answer.text


def test_plotly_is_for_who_is_signed_in(page: Page) -> None:
    answer = page.get("plotly.min.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert len(answer.content) > 1_000_000


def test_a_drawer_without_javascript(page: Page) -> None:
    html = page.get("?dataset=flights&partition=2013-03&show=cost").text
    assert re.search(r'<aside id="drawer"[^>]*>\s*<header>', html)
    assert "27,1" not in html
    assert 'aria-current="true">$0.12' in html


@pytest.mark.parametrize(
    "query", ["?show=nonsense", "?dataset=x&partition=y", f"?show={HOSTILE}&dataset={HOSTILE}"]
)
def test_addresses_that_name_nothing(page: Page, query: str) -> None:
    answer = page.get(query)
    assert answer.status_code == 200
    assert '<main data-show="state"' in answer.text
    assert HOSTILE not in answer.text


def test_what_a_browser_is_told(page: Page) -> None:
    answer = page.get("")
    policy = answer.headers["content-security-policy"]
    [nonce] = set(re.findall(r"nonce-([\w-]+)'", policy))
    assert answer.text.count(f'nonce="{nonce}"') == 2
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert nonce not in page.get("").text


def test_static_files(page: Page) -> None:
    for name in ("page.js", "page.css", "icon.svg"):
        assert page.get(f"static/{name}", None).status_code == 200
    assert page.get("static/../render.py", None).status_code in (401, 404)


def test_a_lake_that_cannot_be_read(page: Page, lake: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARN_LAKE", "nobody")
    answer = page.get("", TOKEN, **HTML)
    assert answer.status_code == 503
    assert "NoSuchBucket" in answer.text


# -- how Airflow finds it


def test_the_plugin(tarn_page: Any) -> None:
    from lake_page import LakePagePlugin

    plugin = LakePagePlugin()
    [app] = plugin.fastapi_apps
    assert isinstance(app["app"], FastAPI)
    assert app["url_prefix"] == "/tarn"
    [view] = plugin.external_views
    assert view["href"] == "tarn/"
    assert not view["href"].startswith("/")


def test_an_airflow_without_what_the_page_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    from lake_page import LakePagePlugin

    monkeypatch.setitem(sys.modules, "tarn_page", None)
    assert LakePagePlugin().fastapi_apps == []


def test_airflow_loads_the_plugin_and_nothing_heavy(tmp_path: Path) -> None:
    """Every process of Airflow loads plugins; only the api-server makes the app."""
    program = """
import sys
from airflow import plugins_manager as manager
from airflow import settings
found = manager._get_plugins()
print([p.name for p in found[0] if p.name == "lake_page"], found[1])
print([n for n in ("tarn_page", "boto3", "tarn.page", "jinja2.environment") if n in sys.modules])
"""
    environment = {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": str(ROOT),
        "PATH": "/usr/bin:/bin",
    }
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    loaded, heavy = run.stdout.splitlines()[-2:]
    assert loaded == "['lake_page'] {}"
    assert "tarn_page" not in heavy
    assert "tarn.page" not in heavy
