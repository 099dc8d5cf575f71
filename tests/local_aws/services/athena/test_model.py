"""The engine without HTTP: what QuickSight asks of it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local_aws.services.athena.errors import QueryFailed
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
