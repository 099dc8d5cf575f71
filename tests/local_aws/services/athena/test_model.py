"""The engine without HTTP: what QuickSight asks of it."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from local_aws.services.athena.duck.session import connect
from local_aws.services.athena.errors import QueryCancelled, QueryFailed
from local_aws.services.athena.model import AthenaEngine
from local_aws.services.glue.errors import EntityNotFoundException


class EmptyCatalog:
    def get_table(self, database: str, name: str) -> Any:
        raise EntityNotFoundException(name)

    def get_database(self, name: str) -> Any:
        return {"Name": name}


@pytest.fixture
def engine(tmp_path: Path) -> AthenaEngine:
    platform: Any = SimpleNamespace(glue=EmptyCatalog(), scratch=lambda name: tmp_path)
    return AthenaEngine(platform)


def test_query_gives_an_arrow_table(engine: AthenaEngine) -> None:
    table = engine.query("SELECT 1 AS a, DECIMAL '1.50' AS b, DATE '2024-01-01' AS c;", "default")
    assert table.column_names == ["a", "b", "c"]
    assert [str(kind) for kind in table.schema.types] == [
        "int32",
        "decimal128(3, 2)",
        "date32[day]",
    ]


def nobody(_end: Callable[[], None]) -> None:
    """Watches nothing."""


def test_export_gives_a_file_and_the_names(engine: AthenaEngine, tmp_path: Path) -> None:
    target = tmp_path / "it's.parquet"
    names = engine.export("SELECT 1 AS a, 'x' AS a, now() AS b;", "default", target, nobody)
    assert names == ["a", "a", "b"]
    read = duckdb.read_parquet(str(target))
    assert read.columns == ["q0", "q1", "q2"]
    assert [str(kind) for kind in read.types] == ["INTEGER", "VARCHAR", "TIMESTAMP"]
    assert (read.fetchone() or ())[:2] == (1, "x")


def test_export_is_ended_by_what_it_hands_out(engine: AthenaEngine, tmp_path: Path) -> None:
    endless = (
        "SELECT count(*) FROM unnest(sequence(1, 10000)) a(x)"
        " CROSS JOIN unnest(sequence(1, 10000)) b(y) CROSS JOIN unnest(sequence(1, 10000)) c(z)"
        " CROSS JOIN unnest(sequence(1, 10000)) d(t) WHERE x * y % 7 = z * t % 5"
    )
    ended = threading.Event()

    def watch(end: Callable[[], None]) -> None:
        def insist() -> None:  # it may not have begun yet
            while not ended.wait(0.05):
                end()

        threading.Thread(target=insist, daemon=True).start()

    with pytest.raises(QueryCancelled):
        engine.export(endless, "default", tmp_path / "a.parquet", watch)
    ended.set()


def test_query_fails_with_athenas_message(engine: AthenaEngine) -> None:
    with pytest.raises(
        QueryFailed, match=r"TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.d.t'"
    ):
        engine.query("SELECT * FROM t", "d")


def test_a_failure_inside_of_the_engine_is_trinos(engine: AthenaEngine) -> None:
    with pytest.raises(QueryFailed, match="DIVISION_BY_ZERO: Division by zero"):
        engine.query("SELECT 1 / (x - 1) FROM (VALUES 1) t(x)", "d")


def test_counting_only_nulls_is_zero(engine: AthenaEngine) -> None:
    table = engine.query("SELECT count_if(x > 1) FROM (VALUES CAST(NULL AS integer)) t(x)", "d")
    assert table.to_pylist() == [{"_col0": 0}]


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        ("ARRAY[1, 2] = ARRAY[1, 2]", True),
        ("ARRAY[1, 2] <> ARRAY[1, 3]", True),
        ("ARRAY[1] = ARRAY[1, 2]", False),
        ("ARRAY[1, NULL] = ARRAY[1, NULL]", None),
        ("ARRAY[1, NULL] <> ARRAY[1, NULL]", None),
        ("ARRAY[1, NULL] = ARRAY[2, NULL]", False),
        ("ARRAY[ARRAY[1, NULL]] = ARRAY[ARRAY[1, NULL]]", None),
        ("CAST(NULL AS array(integer)) = ARRAY[1]", None),
    ],
)
def test_arrays_compare_element_by_element(
    engine: AthenaEngine, comparison: str, expected: bool | None
) -> None:
    table = engine.query(f"SELECT {comparison}", "d")
    assert table.to_pylist() == [{"_col0": expected}]


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        ("a * (1 - b)", "-700000000000.000000"),
        ("a * b * b", "70000000001400000000007.00000000"),  # too long for the engine's short ones
    ],
)
def test_decimals_under_sum_are_exact_whatever_their_digits(
    engine: AthenaEngine, tmp_path: Path, total: str, expected: str
) -> None:
    cursor = engine.cursor()
    row = "(DECIMAL '7.0000', DECIMAL '100000000001.00')"
    sql = f"SELECT sum({total}), TRY(b * b * a) FROM (VALUES {row}) t(a, b) GROUP BY a, b"
    translation = engine.translate(sql, "d", cursor)
    assert translation.narrow not in (None, translation.sql)
    assert engine.run_to_csv(translation, tmp_path / "out.csv", cursor) == 1
    answer = (tmp_path / "out.csv").read_text().splitlines()[1]
    assert answer == f'"{expected}","70000000001400000000007.00000000"'


def test_a_cursor_is_in_utc_wherever_the_laptop_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    cursor = connect(tmp_path, "500MB", 1).cursor()
    assert cursor.execute("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)


def test_a_query_has_a_database_of_its_own_until_it_is_given_back(engine: AthenaEngine) -> None:
    first, second = engine.cursor(), engine.cursor()
    first.execute("CREATE TABLE memory.main.mine AS SELECT 1")
    with pytest.raises(duckdb.CatalogException):
        second.execute("FROM memory.main.mine")
    engine.release(first)
    again = engine.cursor()
    assert again.execute("FROM memory.main.mine").fetchall() == [(1,)]


def test_a_database_that_a_bug_broke_is_not_used_again(engine: AthenaEngine) -> None:
    cursor = engine.cursor()
    with pytest.raises(duckdb.InternalException):
        cursor.execute("SELECT TRY(a + 1), count(*) FROM (VALUES (1)) t(a) GROUP BY a")
    engine.release(cursor)
    assert engine.query("SELECT 1 AS one", "d").to_pylist() == [{"one": 1}]
