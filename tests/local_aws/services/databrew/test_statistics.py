"""A profile's numbers against numpy's and scipy's, over columns of every temper."""

import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import stats

from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.profile import profile

RANDOM = np.random.default_rng(7)
COLUMNS: dict[str, list[Any]] = {
    "normal": list(RANDOM.normal(50, 20, 997)),
    "whole": [int(v) for v in RANDOM.integers(-40, 900, 1003)],
    "few": [int(v) for v in RANDOM.integers(0, 4, 500)],
    "skewed": list(RANDOM.lognormal(0, 3, 800)),
    "heavy": list(RANDOM.standard_cauchy(700)),
    "constant": [7] * 50,
    "constant_real": [0.1] * 50,
    "one": [3.5],
    "two": [-1, 4],
    "far_from_zero": [1e9 + v for v in RANDOM.normal(0, 10, 400)],
    "large": [float(v) * 1e60 for v in RANDOM.normal(0, 1, 300)],
    "tiny": list(RANDOM.normal(0, 1e-40, 300)),
}
LONG = [2**62 - int(v) for v in RANDOM.integers(0, 1000, 200)]
MIXED = ["1", "2.5", "NA", "", None, "-3", "1e2", "1_000", "0x1f", "inf", "nan", " 7 ", "2.5"]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as opened:
        opened.execute("SET TimeZone='UTC'")
        yield opened


def profiled(connection: duckdb.DuckDBPyConnection, values: list[Any], kind: str) -> dict[str, Any]:
    connection.execute(f"CREATE OR REPLACE TABLE raw (x {kind})")
    if values:
        connection.executemany("INSERT INTO raw VALUES (?)", [[value] for value in values])
    report = profile(Frame.of(connection, "raw"), {})
    json.dumps(report, allow_nan=False)
    return dict(report["columns"][0])


def expected(values: list[Any]) -> dict[str, float | None]:
    x = np.array(values, dtype=np.float64)
    varies, many = x.min() < x.max(), len(x) > 1
    quantiles = np.quantile(x, [0.05, 0.25, 0.5, 0.75, 0.95])
    deviation = x.std(ddof=1) if many else None
    far = np.abs(x - x.mean()) > 3 * deviation if varies else np.array([False])
    return {
        "min": x.min(),
        "max": x.max(),
        "sum": math.fsum(values),
        "mean": math.fsum(values) / len(x),
        "range": x.max() - x.min(),
        "variance": x.var(ddof=1) if many else None,
        "standardDeviation": deviation,
        "skewness": stats.skew(x) if varies else None,
        "kurtosis": stats.kurtosis(x) if varies else None,
        "percentile5": quantiles[0],
        "percentile25": quantiles[1],
        "median": quantiles[2],
        "percentile75": quantiles[3],
        "percentile95": quantiles[4],
        "interquartileRange": quantiles[3] - quantiles[1],
        "medianAbsoluteDeviation": stats.median_abs_deviation(x),
        "zerosCount": int((x == 0).sum()),
        "zScoreOutliersCount": int(far.sum()),
        "entropy": stats.entropy(list(Counter(values).values())),
        "distinctValuesCount": len(set(values)),
        "uniqueValuesCount": sum(n == 1 for n in Counter(values).values()),
    }


def nearly(value: float | None, scale: float) -> Any:
    return None if value is None else pytest.approx(value, rel=1e-6, abs=scale)


@pytest.mark.parametrize("name", COLUMNS)
def test_numbers(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    values = COLUMNS[name]
    kind = "BIGINT" if all(isinstance(v, int) for v in values) else "DOUBLE"
    found = profiled(connection, values, kind)
    # What cancels out of large numbers is exact to their last digit, not to its own.
    scale = 1e-15 * max(abs(v) for v in values)
    for statistic, value in expected(values).items():
        assert found[statistic] == nearly(value, scale), statistic


@pytest.mark.parametrize("name", COLUMNS)
def test_every_row_is_in_one_bin(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    values = COLUMNS[name]
    kind = "BIGINT" if all(isinstance(v, int) for v in values) else "DOUBLE"
    found = profiled(connection, values, kind)
    assert sum(b["count"] for b in found["valueDistribution"]) == len(values)
    if found["zScoreDistribution"]:
        assert sum(b["count"] for b in found["zScoreDistribution"]) == len(values)
        assert len(found["zScoreDistribution"]) == 20


def test_bins_are_numpys(connection: duckdb.DuckDBPyConnection) -> None:
    found = profiled(connection, COLUMNS["normal"], "DOUBLE")
    counts, edges = np.histogram(COLUMNS["normal"], bins=20)
    assert [b["count"] for b in found["valueDistribution"]] == list(counts)
    assert [b["bucket"][0] for b in found["valueDistribution"]] == pytest.approx(list(edges[:-1]))
    assert [b["count"] for b in found["zScoreDistribution"]] == list(counts)


def test_whole_numbers_are_exact_beyond_what_a_double_holds(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    values = LONG
    found = profiled(connection, values, "BIGINT")
    assert (found["min"], found["max"], found["sum"]) == (min(values), max(values), sum(values))
    assert found["minimumValues"][0]["value"] == min(values)
    assert found["mostCommonValues"][0]["value"] in values


def test_numbers_whose_squares_no_double_holds(connection: duckdb.DuckDBPyConnection) -> None:
    found = profiled(connection, [1e308, -1e308, 5e307, 0.0], "DOUBLE")
    assert (found["max"], found["median"]) == (1e308, 2.5e307)
    assert (found["range"], found["variance"], found["kurtosis"]) == (None, None, None)
    assert sum(b["count"] for b in found["valueDistribution"]) == 4


def test_texts_that_are_and_are_no_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    found = profiled(connection, MIXED, "VARCHAR")
    numbers = [1.0, 2.5, -3.0, 100.0, 7.0, 2.5]
    assert (found["type"], found["missingValuesCount"]) == ("double", 2)
    assert found["sum"] == pytest.approx(sum(numbers))
    assert found["median"] == 2.5
    assert {"value": 2.5, "count": 2} in found["mostCommonValues"]
    assert {"value": "1_000", "count": 1} in found["mostCommonValues"]


@pytest.mark.parametrize("values", [[], [None], ["", None]], ids=["none", "missing", "empty"])
def test_no_values(connection: duckdb.DuckDBPyConnection, values: list[Any]) -> None:
    found = profiled(connection, values, "VARCHAR")
    assert found["missingValuesCount"] == len(values)
    assert (found["distinctValuesCount"], found["entropy"]) == (0, 0.0)
    assert "mean" not in found


def test_correlations_are_numpys(connection: duckdb.DuckDBPyConnection) -> None:
    x, z = RANDOM.normal(0, 1, (2, 300))
    columns = {"x": x, "y": 3 * x + z, "z": z, "flat": np.ones(300)}
    connection.execute("CREATE OR REPLACE TABLE raw (x VARCHAR, y DOUBLE, z DOUBLE, flat DOUBLE)")
    rows = [[str(a), *rest] for a, *rest in zip(*columns.values(), strict=True)]
    connection.executemany("INSERT INTO raw VALUES (?, ?, ?, ?)", rows)
    connection.execute("INSERT INTO raw VALUES ('NA', 1, 1, 1)")
    report = profile(Frame.of(connection, "raw"), {})
    found = {column["name"]: column["correlations"] for column in report["columns"]}
    assert found["x"]["y"] == pytest.approx(np.corrcoef(columns["x"], columns["y"])[0, 1])
    assert found["y"]["x"] == found["x"]["y"]
    assert found["flat"] == {}


def test_numbers_whose_sum_no_double_holds_have_their_order(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("CREATE OR REPLACE TABLE raw (x VARCHAR)")
    connection.execute("INSERT INTO raw VALUES ('1e308'), ('-1e308'), ('1e308'), ('3.5')")
    (found,) = profile(Frame.of(connection, "raw"), {})["columns"]
    assert (found["sum"], found["mean"], found["variance"]) == (None, None, None)
    assert (found["min"], found["max"], found["mode"]) == (-1e308, 1e308, 1e308)


@pytest.mark.parametrize(
    ("sql_type", "value", "kind", "largest"),
    [("TIMESTAMP_NS", "2020-01-02 03:04:05.000000006", "timestamp", None),
     ("TIMESTAMP WITH TIME ZONE", "2020-01-02 03:04:05+02", "timestamp", None),
     ("USMALLINT", "65535", "int", 65535), ("UINTEGER", "4294967295", "long", 4294967295),
     ("UBIGINT", "18446744073709551615", "decimal", 2.0**64)],
)  # fmt: skip
def test_types_that_spark_has_not_are_no_texts(
    connection: duckdb.DuckDBPyConnection, sql_type: str, value: str, kind: str, largest: Any
) -> None:
    connection.execute(f"CREATE OR REPLACE TABLE raw AS SELECT '{value}'::{sql_type} AS x")
    (found,) = profile(Frame.of(connection, "raw"), {})["columns"]
    assert (found["type"], found.get("max")) == (kind, largest)
