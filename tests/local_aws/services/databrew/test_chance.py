"""Operations of chance, by what must hold whatever is drawn."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from local_aws.services.databrew.engine.errors import InvalidStep, UnsupportedOption
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.recipe import apply

ROWS = 2000


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    opened = duckdb.connect(config={"threads": 2})
    opened.execute("SET TimeZone='UTC'")
    opened.execute(
        "CREATE TABLE input AS SELECT i AS id, i % 7 AS kind, 'p' || i AS name "
        f"FROM range({ROWS}) AS numbers(i)"
    )
    yield opened
    opened.close()


def step(operation: str, **parameters: Any) -> dict[str, Any]:
    return {"Action": {"Operation": operation, "Parameters": parameters}}


def run(connection: duckdb.DuckDBPyConnection, *steps: dict[str, Any]) -> list[tuple[Any, ...]]:
    frame = apply(Frame.of(connection, "input"), list(steps))
    return connection.execute(frame.sql()).fetchall()


def test_random_lies_from_0_to_1_and_differs(connection: duckdb.DuckDBPyConnection) -> None:
    first, again = (run(connection, step("RANDOM", targetColumn="r")) for _ in range(2))
    drawn = [row[3] for row in first]
    assert all(0 <= value < 1 for value in drawn)
    assert len(set(drawn)) > ROWS * 0.99
    assert abs(sum(drawn) / ROWS - 0.5) < 0.05
    assert drawn != [row[3] for row in again]
    assert [row[0] for row in first] == list(range(ROWS))


def test_random_between_reaches_both_ends(connection: duckdb.DuckDBPyConnection) -> None:
    rows = run(
        connection, step("RANDOM_BETWEEN", lowerBound="-1", upperBound="2", targetColumn="r")
    )
    counts = Counter(row[3] for row in rows)
    assert set(counts) == {-1, 0, 1, 2}
    assert min(counts.values()) > ROWS / 8


def test_a_drawn_value_is_the_same_for_all_later_steps(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = run(
        connection,
        step("RANDOM", targetColumn="r"),
        step("DUPLICATE", sourceColumn="r", targetColumn="s"),
        step("RESCALE_OUTLIERS_WITH_Z_SCORE", sourceColumn="r", targetColumn="z"),
    )
    assert all(row[3] == row[4] for row in rows)
    # Figures and rows are of one drawing: the z-scores have the mean 0 and the deviation 1.
    assert abs(sum(row[5] for row in rows)) < 1e-6
    assert sum(row[5] ** 2 for row in rows) / (ROWS - 1) == pytest.approx(1)


def test_replaced_numbers_are_within_the_bounds(connection: duckdb.DuckDBPyConnection) -> None:
    given = step(
        "REPLACE_WITH_RANDOM_BETWEEN",
        lowerBound="1",
        upperBound="100",
        sourceColumns=["kind", "name"],
    )
    rows = run(connection, given)
    assert {type(row[i]) for row in rows for i in (1, 2)} == {int}
    assert {row[i] for row in rows for i in (1, 2)} == set(range(1, 101))
    assert any(row[1] != row[2] for row in rows)


def test_replaced_dates_are_within_the_bounds(connection: duckdb.DuckDBPyConnection) -> None:
    start, end = "2020-12-12 12:12:12", "2021-12-12 12:12:12"
    given = step(
        "REPLACE_WITH_RANDOM_DATE_BETWEEN", startDate=start, endDate=end, sourceColumns=["name"]
    )
    drawn = [row[2] for row in run(connection, given)]
    assert all(start <= value <= end for value in drawn)
    assert len(set(drawn)) > ROWS * 0.99


def test_shuffling_keeps_every_value_and_moves_most(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = run(connection, step("SHUFFLE_ROWS", sourceColumns=["name"]))
    assert [row[:2] for row in rows] == [(i, i % 7) for i in range(ROWS)]
    assert Counter(row[2] for row in rows) == Counter(f"p{i}" for i in range(ROWS))
    assert sum(row[2] == f"p{row[0]}" for row in rows) < ROWS / 10


def test_shuffling_stays_within_its_groups(connection: duckdb.DuckDBPyConnection) -> None:
    given = step("SHUFFLE_ROWS", sourceColumns='["name"]', groupByColumns='["kind"]')
    rows = run(connection, given)
    assert all(int(row[2][1:]) % 7 == row[1] for row in rows)
    assert sum(row[2] == f"p{row[0]}" for row in rows) < ROWS / 10


def test_columns_are_shuffled_each_for_itself(connection: duckdb.DuckDBPyConnection) -> None:
    rows = run(connection, step("SHUFFLE_ROWS", sourceColumns=["id", "name"]))
    assert {row[0] for row in rows} == set(range(ROWS))
    assert sum(row[2] == f"p{row[0]}" for row in rows) < ROWS / 10


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (step("RANDOM_BETWEEN", lowerBound="2", upperBound="1", targetColumn="t"), "is above"),
        (step("RANDOM_BETWEEN", lowerBound="x", upperBound="1", targetColumn="t"), "no number"),
        (
            step("RANDOM_BETWEEN", lowerBound="NaN", upperBound="1", targetColumn="t"),
            "out of range",
        ),
        (step("RANDOM_BETWEEN", lowerBound="1", upperBound="1e300", targetColumn="t"), "range"),
        (
            step(
                "REPLACE_WITH_RANDOM_DATE_BETWEEN",
                startDate="2021-01-01",
                endDate="2020-01-01",
                sourceColumns=["name"],
            ),
            "no span of time",
        ),
    ],
)
def test_bounds_that_are_none(
    connection: duckdb.DuckDBPyConnection, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidStep, match=message):
        run(connection, given)


def test_a_shuffle_of_some_rows_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    given = step("SHUFFLE_ROWS", sourceColumns=["name"])
    given["ConditionExpressions"] = [{"Condition": "IS_MISSING", "TargetColumn": "name"}]
    with pytest.raises(UnsupportedOption, match="SHUFFLE_ROWS with ConditionExpressions"):
        run(connection, given)
