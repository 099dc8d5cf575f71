"""Outliers against scipy's and numpy's figures, over columns of random numbers."""

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy
import pytest
from scipy import stats

from local_aws.services.databrew.engine.errors import InvalidStep
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.recipe import apply

Numbers = numpy.ndarray[Any, numpy.dtype[numpy.float64]]


@pytest.fixture(params=[1, 2, 3])
def values(request: pytest.FixtureRequest) -> Numbers:
    """A bell with a heavy tail to the right."""
    random = numpy.random.default_rng(request.param)
    return numpy.concatenate([random.normal(10, 2, 500), random.lognormal(3, 1, 40)])


@pytest.fixture
def connection(values: Numbers) -> Iterator[duckdb.DuckDBPyConnection]:
    opened = duckdb.connect(config={"threads": 2})
    opened.execute("CREATE TABLE input (v DOUBLE)")
    opened.execute("INSERT INTO input SELECT unnest(?::DOUBLE[])", [values.tolist()])
    yield opened
    opened.close()


def column(connection: duckdb.DuckDBPyConnection, operation: str, **parameters: str) -> list[Any]:
    """The last column that the operation gives."""
    step = {"Action": {"Operation": operation, "Parameters": {"sourceColumn": "v", **parameters}}}
    frame = apply(Frame.of(connection, "input"), [step])
    return [row[-1] for row in connection.execute(frame.sql()).fetchall()]


def z_scores(values: Numbers) -> Numbers:
    return numpy.abs(stats.zscore(values, ddof=1))


def modified(values: Numbers) -> Numbers:
    distance = numpy.abs(values - numpy.median(values))
    return 0.6745 * distance / stats.median_abs_deviation(values)


def quartiles(values: Numbers) -> Numbers:
    low, high = numpy.percentile(values, [25, 75])
    return numpy.maximum(low - values, values - high) / stats.iqr(values)


SCORES = {"Z_SCORE": z_scores, "MODIFIED_Z_SCORE": modified, "IQR": quartiles}


@pytest.mark.parametrize("strategy", SCORES)
@pytest.mark.parametrize("threshold", ["1.5", "3"])
def test_flags(
    connection: duckdb.DuckDBPyConnection, values: Numbers, strategy: str, threshold: str
) -> None:
    flags = column(
        connection,
        "FLAG_OUTLIERS",
        targetColumn="t",
        outlierStrategy=strategy,
        threshold=threshold,
    )
    expected = SCORES[strategy](values) > float(threshold)
    assert 0 < expected.sum() < len(values) / 4
    assert flags == [str(bool(flag)) for flag in expected]


@pytest.mark.parametrize("strategy", SCORES)
def test_removed_rows(
    connection: duckdb.DuckDBPyConnection, values: Numbers, strategy: str
) -> None:
    kept = column(connection, "REMOVE_OUTLIERS", outlierStrategy=strategy, removeType="DELETE_ROWS")
    assert kept == list(values[SCORES[strategy](values) <= 3])


def test_trimmed_to_the_percentiles(connection: duckdb.DuckDBPyConnection, values: Numbers) -> None:
    kept = column(
        connection,
        "REMOVE_OUTLIERS",
        outlierStrategy="IQR",
        threshold="1.5",
        trimValue="TRUE",
        minValue="2",
        maxValue="98",
    )
    low, high = numpy.percentile(values, [2, 98])
    assert kept == list(values[(quartiles(values) <= 1.5) | ((values >= low) & (values <= high))])


def test_winsorized(connection: duckdb.DuckDBPyConnection, values: Numbers) -> None:
    capped = column(
        connection,
        "REPLACE_OUTLIERS",
        outlierStrategy="MODIFIED_Z_SCORE",
        replaceType="WINSORIZE_VALUES",
        minValue="5",
        maxValue="95",
    )
    low, high = numpy.percentile(values, [5, 95])
    expected = numpy.where(modified(values) > 3, numpy.clip(values, low, high), values)
    assert capped == pytest.approx(list(expected))


def test_z_scores_of_a_column(connection: duckdb.DuckDBPyConnection, values: Numbers) -> None:
    scaled = column(
        connection, "RESCALE_OUTLIERS_WITH_Z_SCORE", targetColumn="t", outlierStrategy="Z_SCORE"
    )
    assert scaled == pytest.approx(list(stats.zscore(values, ddof=1)))
    assert numpy.mean(scaled) == pytest.approx(0, abs=1e-12)
    assert numpy.std(scaled, ddof=1) == pytest.approx(1)


@pytest.mark.parametrize("strategy", SCORES)
def test_a_logarithm_of_the_outliers_reduces_the_skew(
    connection: duckdb.DuckDBPyConnection, values: Numbers, strategy: str
) -> None:
    scaled = column(
        connection,
        "RESCALE_OUTLIERS_WITH_SKEW",
        targetColumn="t",
        outlierStrategy=strategy,
        skewFunction="LOG",
    )
    assert abs(stats.skew(scaled)) < stats.skew(values)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"outlierStrategy": "GUESS"}, "none of Z_SCORE"),
        ({"threshold": "high"}, "threshold is no number"),
        ({"trimValue": "true"}, "needs the parameter minValue"),
        ({"trimValue": "true", "minValue": "-1", "maxValue": "5"}, "outside 0 to 100"),
        ({"removeType": "HIDE"}, "neither DELETE_ROWS nor CLEAR"),
    ],
)
def test_what_says_nothing(
    connection: duckdb.DuckDBPyConnection, parameters: dict[str, str], message: str
) -> None:
    with pytest.raises(InvalidStep, match=message):
        column(connection, "REMOVE_OUTLIERS", **parameters)
