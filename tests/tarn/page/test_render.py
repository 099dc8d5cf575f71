"""The page's HTML: nothing in data runs, figures are said, a reader without eyes is told."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from tarn.contracts.load import load_contract
from tarn.health.matrix import RETURNED_TO, Matrix, Run, matrices
from tarn.intervals import expected
from tarn.page import render
from tarn.page.detail import Detail, Piece, Sample
from tests.tarn.page.lakes import HOSTILE, NOW, record, year


class Tags(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def of(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        return [
            attributes
            for name, attributes in self.found
            if name == tag and all(attributes.get(k) == v for k, v in wanted.items())
        ]


def lake(**more: Any) -> list[Matrix]:
    contracts = {name: load_contract(name) for name in ("flights", "planes")}
    records = [record(partition, "aa") | more for partition in year("flights")[:3]]
    finding = {
        "gate": HOSTILE,
        "findings": [{"what": HOSTILE, "where": HOSTILE}],
        "remedy": HOSTILE,
    }
    runs = [
        Run(
            "flights",
            "2013-04",
            HOSTILE,
            "failed",
            NOW,
            NOW,
            "profile",
            "failed",
            NOW,
            finding,
            HOSTILE,
        ),
        Run("flights", "2013-05", "r", "running", NOW, None, "convert"),
    ]
    return matrices(contracts, records, [], runs, NOW + timedelta(hours=3))


HOSTILE_RECORD: dict[str, Any] = {
    "token": HOSTILE,
    "status": HOSTILE,
    "started_at": HOSTILE,
    "warnings": [HOSTILE],
    "quarantined_by_rule": {HOSTILE: HOSTILE},
    "files": HOSTILE,
    "rows_dropped": HOSTILE,
    "cost_usd": HOSTILE,
    "rules": [{"name": HOSTILE, "kind": HOSTILE, "severity": HOSTILE, "rows_broken": HOSTILE}, 1],
}


def harmless(html: str) -> None:
    tags = Tags(html)
    assert HOSTILE in html.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace(
        "&#39;", "'"
    )
    assert [s.get("src") for s in tags.of("script")] in ([], ["static/page.js"])
    assert not tags.of("img")
    for _, attributes in tags.found:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert not attributes.get("href", "").lower().startswith(("javascript:", "data:"))


@pytest.mark.parametrize("show", list(render.SHOWS))
def test_hostile_values_are_text(show: str) -> None:
    found = lake(**HOSTILE_RECORD)
    row = found[0].rows[0]
    sample = Sample((HOSTILE,), ((HOSTILE,), (None,)))
    profile = {
        "columns": [{"name": HOSTILE, "type": HOSTILE, "min": HOSTILE, "max": HOSTILE}],
        "rules": [{"name": HOSTILE, "status": HOSTILE, "failed": 1}],
    }
    for label in ("2013-01", "2013-04"):
        detail = Detail(
            Piece([HOSTILE_RECORD]), Piece(profile), Piece(sample), ((HOSTILE, "https://x/"),)
        )
        drawer = render.drawer(row.cells[label], row, detail, show)
        harmless(drawer)
        harmless(render.page(found, show, NOW, nonce="n", drawer=drawer, chosen=("flights", label)))
    problems = Detail(Piece(problem=HOSTILE), Piece(problem=HOSTILE), Piece(problem=HOSTILE))
    harmless(render.drawer(row.cells["2013-01"], row, problems, show))
    harmless(render.message(HOSTILE, HOSTILE, "n", (HOSTILE, "../x")))


@pytest.mark.parametrize("show", list(render.SHOWS))
def test_each_cell_is_said_in_words(show: str) -> None:
    links = Tags(render.page(lake(), show, NOW, nonce="n")).of("a")
    cells = [link for link in links if link.get("class", "").startswith("cell")]
    assert len(cells) == 13
    words = [cell["aria-label"] for cell in cells]
    assert words[0].startswith("flights 2013-01, published, some rows quarantined")
    assert "flights 2013-05, running, at convert, for 3 h" in words
    assert any(w.startswith("planes all, missing") for w in words)
    assert all(cell["href"].startswith("?show=") for cell in cells)


def test_what_a_cell_shows() -> None:
    def first(show: str) -> str:
        months = lake()[0]
        shown = render._shown(months, render.window(months, ""), show)["rows"][0][1]
        return " ".join(cell.text for cell in shown[:6])

    assert first("state") == "◒ ◒ ◷ ✕ ▸4 ·"
    assert first("rows") == "30.4k 26.4k ◷ 26.8k ✕ ▸ ·"
    assert first("quality") == "<0.1 % <0.1 % ◷ <0.1 % ✕ ▸ ·"
    assert first("bytes") == "640 kB 556 kB ◷ 563 kB ✕ ▸ ·"
    assert first("cost") == "$0.18 $0.12 ◷ $0.12 ✕ ▸ ·"
    assert first("age") == "12 d 3 h ◷ 1 d ✕ ▸ ·"


def test_a_warning_is_marked_beside_the_quality() -> None:
    months = lake(warnings=["x"])[0]
    shown = render._shown(months, render.window(months, ""), "quality")["rows"][0][1]
    assert shown[0].text.endswith("!")


def test_legend_holds_every_state() -> None:
    html = render.page(lake(), "state", NOW, nonce="n")
    legend = html[html.index('class="legend"') :]
    for state in render.STATES.values():
        assert state.sign in legend
        assert state.word in legend


def test_why_a_run_failed_stands_in_the_ledger_where_airflow_has_no_finding() -> None:
    contracts = {"flights": load_contract("flights")}
    [months] = matrices(contracts, [], [], [Run("flights", "2013-04", "r", "failed")], NOW)
    row = months.rows[0]
    failed = Piece([{"status": "failed", "step": "land", "message": "no such file"}])
    html = render.drawer(row.cells["2013-04"], row, Detail(failed), "state")
    assert "no such file" in html
    assert "failed at land" in html
    past = Piece([{"status": "published"}, *failed.value])
    html = render.drawer(row.cells["2013-04"], row, Detail(past), "state")
    assert "no such file" not in html
    assert "say why" in html


def test_nothing_to_read() -> None:
    assert "no dataset here that you may read" in render.page([], "state", NOW, nonce="n")


def luminance(colour: str) -> float:
    values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_can_be_read(theme: str) -> None:
    """WCAG 2.2 AA: text has 4.5 to 1 against its ground."""
    css = (render.STATIC / "page.css").read_text()
    block = (
        css.split(":root {")[1] if theme == "light" else css.split(':root[data-theme="dark"] {')[1]
    )
    pairs = [part.split(":") for part in block.split("}")[0].replace("\n", " ").split(";")]
    colours = {pair[0].strip(): pair[1].strip() for pair in pairs if len(pair) == 2}
    grounds = [(f"--{name}-text", f"--{name}") for name in render.STATES if name != "missing"]
    grounds += [
        (text, "--page")
        for text in ("--text", "--soft", "--link", "--missing-text", "--failed-text")
    ]
    grounds += [("--soft", "--surface"), ("--text", "--surface")]
    for text, ground in grounds:
        light, dark = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


def cell_html(partition: str, records: list[dict[str, Any]], runs: list[Run]) -> tuple[str, str]:
    """The page, and the drawer of one partition of flights."""
    [matrix] = matrices({"flights": load_contract("flights")}, records, [], runs, NOW)
    [row] = matrix.rows
    drawer = render.drawer(row.cells[partition], row, Detail(Piece([])), "state")
    return render.page([matrix], "state", NOW, nonce="n"), " ".join(drawer.split())


def test_a_rollback_says_by_whom_and_when_and_shows_the_run_gone_back_to() -> None:
    march = year("flights")[2]
    seen = record(march, "aa", dag_run_id="backfill__2013-03")
    back = seen | {
        "status": "rolled_back",
        "token": "cc",
        "cost_usd": 0.0,
        "run_by": f"ann {HOSTILE}",
        "published_at": seen["finished_at"],
        "finished_at": NOW.isoformat(),
        "previous_location": "s3://b/flights/run=cbb/",
        RETURNED_TO: seen,
    }
    html, drawer = cell_html("2013-03", [back], [Run("flights", "2013-03", "later", "success")])
    assert "flights 2013-03, rolled back, by ann" in html
    assert "<b>Rolled back</b> on 2026-11-27 12:00 UTC by ann" in drawer
    assert "readers see run <code>caa</code> again" in drawer
    assert "no longer run <code>cbb</code>" in drawer
    assert "$0.1" in drawer
    assert "../dags/flights/runs/backfill__2013-03" in drawer
    assert HOSTILE not in html + drawer


def test_progress_of_what_is_under_way() -> None:
    began = NOW - timedelta(minutes=12)
    run = Run(
        "flights",
        "2013-03",
        "r",
        "running",
        began,
        step="convert",
        step_state="up_for_retry",
        step_started=NOW - timedelta(minutes=2),
    )
    html, drawer = cell_html("2013-03", [record(year("flights")[2], "aa")], [run])
    assert "flights 2013-03, running, at convert, for 12 min" in html
    assert drawer.count('aria-label="done"') == 3
    assert '<li class="running" aria-current="step">convert</li>' in drawer
    assert "Under way since 2026-11-27 11:48 UTC" in drawer
    assert "convert is up for retry since 2026-11-27 11:58 UTC" in drawer
    assert "Meanwhile readers see the run before." in drawer


def long_lake(datasets: int, months: int) -> Matrix:
    """Datasets of so many months up to 2026-10, all published."""
    contract = replace(load_contract("flights"), start="1900-01-01", end="2026-10-01")
    labels = [p.label for p in expected(contract, NOW)][-months:]
    start = f"{labels[0]}-01"
    contracts = {
        f"d{n:02}": replace(contract, name=f"d{n:02}", start=start) for n in range(datasets)
    }
    [matrix] = matrices(contracts, [], [], [], NOW)
    assert matrix.labels == tuple(labels)
    return matrix


def test_a_page_does_not_grow_with_the_lakes_age() -> None:
    short, long = long_lake(40, 60), long_lake(40, 1000)
    sizes = [len(render.page([matrix], "state", NOW, nonce="n")) for matrix in (short, long)]
    assert sizes[1] < 1.05 * sizes[0] < 1_000_000
    assert "1,000" in render.page([long], "state", NOW, nonce="n")
    assert "pager" not in render.page([short], "state", NOW, nonce="n")


def test_windows_meet_and_reach_every_partition() -> None:
    matrix = long_lake(2, 200)
    seen, until = [], ""
    while until is not None:
        shown = render.window(matrix, until)
        assert len(shown.labels) == render.MOST
        seen.append(shown)
        until = shown.older  # type: ignore[assignment]
    assert seen[0].labels[-1] == "2026-10"
    assert seen[0].newer is None
    assert seen[1].newer == ""
    assert {label for shown in seen for label in shown.labels} == set(matrix.labels)
    assert render.window(matrix, seen[2].newer or "") == seen[1]


@pytest.mark.parametrize("until", ["", "2026-10", "2030-01", "zebra", "1800-01", HOSTILE])
def test_a_window_holds_the_chosen_partition(until: str) -> None:
    matrix = long_lake(2, 200)
    for label in (matrix.labels[0], matrix.labels[99], matrix.labels[-1]):
        shown = render.window(matrix, until, ("d01", label))
        assert label in shown.labels
        assert len(shown.labels) == render.MOST
    assert len(render.window(matrix, until, ("elsewhere", matrix.labels[0])).labels) == render.MOST
    assert HOSTILE not in render.page([matrix], "state", NOW, nonce="n", until=until)


def test_links_keep_the_window() -> None:
    html = render.page([long_lake(1, 200)], "cost", NOW, nonce="n", until="2015-03")
    links = [
        link["href"] for link in Tags(html).of("a") if "d00" in link["href"] and "?" in link["href"]
    ]
    assert len(links) == render.MOST
    assert all("until=2015-03" in link for link in links)


def test_many_datasets_make_a_window_narrow() -> None:
    assert len(render.window(long_lake(150, 200), "").labels) == render.CELLS // 150


def test_a_failure_is_told_apart_from_what_readers_see() -> None:
    seen = record(year("flights")[2], "aa")
    failed = {"status": "failed", "message": "It stopped.", "tokens": {"convert": "bad"}}
    run = Run("flights", "2013-03", "r", "failed", NOW, NOW, "validate", "failed")
    [matrix] = matrices({"flights": load_contract("flights")}, [seen], [], [run], NOW)
    [row] = matrix.rows
    found = Detail(Piece([failed, seen]), docs=frozenset({"bad", "caa"}))
    drawer = " ".join(render.drawer(row.cells["2013-03"], row, found, "state").split())
    address = "docs?dataset=flights&amp;partition=2013-03&amp;run="
    of_failed, of_seen = f"{address}bad", f"{address}caa"
    heads = ["of the run that failed", "Rows that readers see", "Newest run", "What readers see"]
    places = [drawer.index(text) for text in heads]
    assert places == sorted(places)
    assert drawer.index(of_failed) < places[0]
    assert places[3] < drawer.index(of_seen)


def test_many_late_datasets_are_counted() -> None:
    contract = replace(load_contract("flights"), end="")
    contracts = {f"d{n}": replace(contract, name=f"d{n}", start="2026-01-01") for n in range(9)}
    html = render.page(matrices(contracts, [], [], [], NOW), "state", NOW, nonce="n")
    assert "late: d0, d1, d2, d3, d4 and 4 more" in html
