"""Data Docs: what Great Expectations makes, with nothing that leads outside or that runs."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.page import data_docs
from tarn.partition import Partition
from tarn.steps.validate import check
from tests.tarn.conftest import lake as lake
from tests.tarn.page.lakes import HOSTILE

MARCH = Partition("flights", (("year", 2013), ("month", 3)))
APRIL = Partition("flights", (("year", 2013), ("month", 4)))
SUITE = [
    ("column_values_to_be_in_set", {"column": "name", "value_set": ["<b>bold</b>"]}),
    ("column_values_to_be_unique", {"column": "name"}),
    ("column_distinct_values_to_be_in_set", {"column": "name", "value_set": ["x"]}),
    ("column_most_common_value_to_be_in_set", {"column": "name", "value_set": ["x"]}),
    ("column_max_to_be_between", {"column": "size", "max_value": 3}),
    ("column_pair_values_to_be_equal", {"column_A": "name", "column_B": "size"}),
    ("compound_columns_to_be_unique", {"column_list": ["name", "size"]}),
    ("column_values_to_not_be_null", {"column": "size"}),
    ("table_columns_to_match_set", {"column_set": ["z"]}),
    ("table_row_count_to_be_between", {"min_value": 1000}),
]


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a suite of which all but two break, over long values that would run."""
    path: Path = tmp_path_factory.mktemp("sql") / "lake.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (name TEXT, size INT)")
        rows = [(f"{HOSTILE}{n % 90}" + "x" * 5000, n) for n in range(100)]
        connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
    suite: list[dict[str, Any]] = [
        {"type": f"expect_{kind}", "kwargs": kwargs, "severity": "warning"}
        for kind, kwargs in SUITE
    ]
    checked = check(f"sqlite:///{path}", "t", {"expectations": suite})
    assert len(checked.failures) == len(SUITE) - 2
    return data_docs.render(checked.suite, MARCH, "abc123")


def test_it_says_what_great_expectations_says(html: str) -> None:
    assert "Expectation Validation Result" not in html  # its side bar
    assert "100 unexpected values found. 100% of 100 total rows." in html
    assert re.search(r"Evaluated Expectations.*?>10<.*?Successful Expectations.*?>2<", html, re.S)
    assert "Data Docs: flights 2013-03" in html


def test_nothing_is_fetched_and_nothing_runs(html: str) -> None:
    assert {found[0] for found in re.findall(r'(?:href|src)="([^"]*)"', html)} == {"#"}
    assert not re.search(r"<(script|link|img|iframe|b)\b|url\(|@import", html)
    assert "&lt;script&gt;" in html
    assert "&amp;lt;" not in html
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy[0].startswith("default-src 'none'; style-src 'unsafe-inline';")


def test_long_values_are_cut(html: str) -> None:
    assert "x" * 300 not in html
    assert len(html) < 100_000


def test_what_opens_has_its_target(html: str) -> None:
    """No script opens "Show more info…": a style does, of the element that the address names."""
    targets = set(re.findall(r'href="#([^"]*)"', html))
    assert targets
    ids = set(re.findall(r'\bid="?([\w-]+)', html))
    assert targets <= ids


def test_kept_by_run(lake: Aws) -> None:
    data_docs.keep("one", MARCH, "a1", lake)
    data_docs.keep("other", MARCH, "a2", lake)
    data_docs.keep("again", MARCH, "a1", lake)
    data_docs.keep("april", APRIL, "b1", lake)
    assert data_docs.tokens(MARCH, lake) == {"a1", "a2"}
    assert data_docs.read(MARCH, "a1", lake) == b"again"
    assert data_docs.read(APRIL, "a1", lake) is None
