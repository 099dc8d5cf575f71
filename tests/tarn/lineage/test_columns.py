"""Which columns come from which, held against the declared recipes and views."""

import json
from pathlib import Path
from typing import Any

import pytest

from tarn.contracts.load import dataset_names, load_contract
from tarn.errors import Terminal
from tarn.lineage import columns
from tarn.settings import Settings
from tarn.steps.views import read_views

ROOT = Path(__file__).parent.parent.parent.parent


def recipe(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((ROOT / "recipes" / f"{name}.json").read_text())
    return found


def step(operation: str, **parameters: str) -> dict[str, Any]:
    return {"Action": {"Operation": operation, "Parameters": parameters}}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([step("UPPER_CASE", sourceColumn="a")], {"a": "a", "b": "b"}),
        ([step("RENAME", sourceColumn="a", targetColumn="c")], {"b": "b", "c": "a"}),
        ([step("DELETE", sourceColumns='["a"]')], {"b": "b"}),
        (
            [step("MERGE", sourceColumns='["a", "b"]', targetColumn="c", delimiter="{")],
            {"a": "a", "b": "b", "c": "ab"},
        ),
        (
            [step("DATE_DIFF", sourceColumn1="a", sourceColumn2="b", targetColumn="c")],
            {"a": "a", "b": "b", "c": "ab"},
        ),
        (  # over two steps, of a column that is gone at the end
            [
                step("RENAME", sourceColumn="a", targetColumn="c"),
                step("MERGE", sourceColumns='["c", "b"]', targetColumn="d"),
                step("DELETE", sourceColumns='["c", "b"]'),
            ],
            {"d": "ab"},
        ),
        (
            [
                step(
                    "DATE",
                    dateTimeParameters='{"day":{"sourceColumn":"a"},"hour":{}}',
                    targetColumn="c",
                )
            ],
            {"a": "a", "b": "b", "c": "a"},
        ),
        (
            [step("MERGE", value="[not json", sourceColumn="a", targetColumn="c")],
            {"a": "a", "b": "b", "c": "a"},
        ),
        ([step("ROW_NUMBER", targetColumn="c")], {"a": "a", "b": "b", "c": ""}),
    ],
)
def test_through_recipe(steps: list[dict[str, Any]], expected: dict[str, str]) -> None:
    found = columns.through_recipe(["a", "b"], steps)
    assert {column: "".join(sorted(sources)) for column, sources in found.items()} == expected


@pytest.mark.parametrize("name", dataset_names())
def test_every_published_column_has_its_source(name: str) -> None:
    contract = load_contract(name)
    found = columns.of_dataset(contract, recipe(name))
    assert set(found) == {column.name for column in contract.columns}
    assert all(found.values()), "a column of nothing"
    assert {s for sources in found.values() for s in sources} <= set(contract.source_columns)


def test_a_derived_column() -> None:
    found = columns.of_dataset(load_contract("flights"), recipe("flights"))
    assert found["flight_date"] == ["day", "month", "year"]
    assert found["dep_time"] == ["dep_time"]


TABLES = {
    name: [c.name for c in (*load_contract(name).columns, *load_contract(name).partition_columns)]
    for name in dataset_names()
}


def test_a_views_columns() -> None:
    sql = read_views(Settings())
    found = columns.of_view("cancellations", sql["cancellations"], TABLES)
    assert found["origin_name"] == [("airports", "name"), ("flights", "origin")]
    assert found["cancelled_rate"] == [("flights", "dep_time")]
    assert found["flights"] == []  # count(*)


def test_every_view_can_be_followed() -> None:
    for name, sql in read_views(Settings()).items():
        for sources in columns.of_view(name, sql, TABLES).values():
            assert all(column in TABLES[table] for table, column in sources), name


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("SELECT nothing FROM lake.flights AS f", "reads flights.nothing"),
        ("SELECT f.origin FROM lake.gone AS f", "reads gone.origin"),
        ("SELECT FROM WHERE", "cannot be followed"),
    ],
)
def test_a_view_that_cannot_be_followed(sql: str, what: str) -> None:
    with pytest.raises(Terminal, match=rf"sql/lake/odd\.sql.*{what}"):
        columns.of_view("odd", sql, TABLES)
