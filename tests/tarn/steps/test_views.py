"""Views in dependency order, and only what changed."""

from pathlib import Path

import pytest

from tarn.contracts.load import dataset_names
from tarn.errors import Terminal
from tarn.settings import Settings
from tarn.steps.views import in_order, read_views, references, statement, view_names, views_of


def test_references() -> None:
    sql = "WITH x AS (SELECT * FROM lake.flights) SELECT * FROM x JOIN lake.planes p ON true"
    assert references("v", sql) == {"flights", "planes"}


def test_a_cte_may_hide_a_table() -> None:
    assert references("v", "WITH planes AS (SELECT 1 a) SELECT * FROM planes") == set()


def test_order() -> None:
    views = {
        "a": "SELECT * FROM lake.b",
        "b": "SELECT * FROM lake.c, lake.flights",
        "c": "SELECT 1 AS x",
    }
    assert in_order(views) == ["c", "b", "a"]


def test_a_circle() -> None:
    with pytest.raises(Terminal, match="read each other: "):
        in_order({"a": "SELECT * FROM lake.b", "b": "SELECT * FROM lake.a"})


def test_not_sql() -> None:
    with pytest.raises(Terminal, match=r"sql/lake/a\.sql is not SQL"):
        references("a", "SELECT FROM WHERE (")


def test_views_of(tmp_path: Path) -> None:
    folder = tmp_path / "sql" / "lake"
    folder.mkdir(parents=True)
    (folder / "a.sql").write_text("SELECT * FROM lake.b")
    (folder / "b.sql").write_text("SELECT * FROM lake.flights")
    (folder / "c.sql").write_text("SELECT * FROM lake.planes")
    settings = Settings(home=str(tmp_path))
    assert views_of(["flights"], settings) == ["b", "a"]
    assert views_of([], settings) == []


def test_the_views_of_the_lake_read_all_datasets() -> None:
    views = read_views(Settings())
    assert len(views) >= 5
    used = set().union(*(references(name, sql) for name, sql in views.items()))
    assert used == set(dataset_names())
    assert sorted(view_names()) == sorted(views)


def test_statement() -> None:
    sql = statement("worst_routes")
    assert sql.startswith("CREATE OR REPLACE VIEW worst_routes AS\n")
    assert "lake.flights" in sql
    with pytest.raises(Terminal, match="no view 'nope'"):
        statement("nope")


def test_statement_in_another_database() -> None:
    sql = statement("worst_routes", Settings(database="prod_lake"))
    assert "prod_lake.flights" in sql
    assert "lake.flights" not in sql.replace("prod_lake.", "")
