"""When a link is opened in a browser, and when it is only printed."""

import sys
import webbrowser
from typing import Any

import pytest

from laptop import cli, console


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: addresses.append(address) or True)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    return addresses


def test_a_browser_with_a_window_opens_it(opened: list[str]) -> None:
    assert console.show("http://127.0.0.1/")
    assert opened == ["http://127.0.0.1/"]


@pytest.mark.parametrize("missing", ["window", "terminal"])
def test_without_a_window_or_a_reader_nothing_opens(
    opened: list[str], monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    if missing == "window":
        monkeypatch.delenv("DISPLAY")
    else:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: False, raising=False)
    assert not console.show("http://127.0.0.1/")
    assert opened == []


@pytest.mark.parametrize(("words", "shown"), [(["open"], 1), (["open", "--print"], 0)])
def test_lake_open_prints_the_link_of_the_page(
    monkeypatch: pytest.MonkeyPatch, capsys: Any, words: list[str], shown: int
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(cli.stack, "use_aws", lambda _home: None)
    monkeypatch.setattr(cli.pages, "link", lambda path, _: f"http://127.0.0.1/{'x' * 200}?{path}")
    monkeypatch.setattr(cli.pages, "show", lambda address: seen.append(address) or True)
    assert cli.main([*words, "/quicksight/dashboards"]) == 0
    address = f"http://127.0.0.1/{'x' * 200}?/quicksight/dashboards"
    assert capsys.readouterr().out == f"{address}\n"  # one line, to be copied
    assert seen == [address] * shown
