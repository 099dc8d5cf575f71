"""The profile's numbers against formulas written out, and what of it can be asked for."""

import math
import random
import statistics as plain
from collections import Counter
from itertools import pairwise
from typing import Any

import duckdb
import pytest

from local_aws.services.databrew.engine.configuration import matches
from local_aws.services.databrew.engine.errors import InvalidConfiguration
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.profile import check, profile
from local_aws.services.databrew.engine.statistics import whole_edges

RANDOM = random.Random(7)
WHOLE = [int(RANDOM.gauss(50, 20)) for _ in range(400)] + [900]
REAL = [round(RANDOM.expovariate(0.1), 3) for _ in range(401)]
WORDS = [RANDOM.choice(["a", "bb", "cccc", "NA"]) for _ in range(401)]


def frame_of(connection: duckdb.DuckDBPyConnection, columns: dict[str, list[Any]]) -> Frame:
    """A table of text, as a CSV file gives it."""
    shape = ", ".join(f'"{name}" VARCHAR' for name in columns)
    connection.execute(f"CREATE OR REPLACE TABLE raw ({shape})")
    rows = [", ".join(map(_value, row)) for row in zip(*columns.values(), strict=True)]
    if rows:
        connection.execute(f"INSERT INTO raw VALUES {', '.join(f'({row})' for row in rows)}")
    return Frame.of(connection, "raw")


def _value(item: Any) -> str:
    return "NULL" if item is None else f"'{item}'"


def profiled(
    connection: duckdb.DuckDBPyConnection,
    columns: dict[str, list[Any]],
    configuration: dict[str, Any] | None = None,
) -> dict[str, Any]:
    frame = frame_of(connection, columns)
    return profile(frame, configuration or {})


def column(report: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [column for column in report["columns"] if column["name"] == name]
    return dict(found)


def quantile(values: list[float], fraction: float) -> float:
    ordered = sorted(values)
    position = fraction * (len(ordered) - 1)
    low = math.floor(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


@pytest.mark.parametrize("values", [WHOLE, REAL], ids=["whole", "real"])
def test_numbers(connection: duckdb.DuckDBPyConnection, values: list[float]) -> None:
    found = column(profiled(connection, {"x": values}), "x")
    n, mean = len(values), plain.mean(values)
    moment = [sum((v - mean) ** k for v in values) / n for k in range(5)]
    median = plain.median(values)
    expected = {
        "min": min(values),
        "max": max(values),
        "mean": mean,
        "sum": sum(values),
        "variance": plain.variance(values),
        "standardDeviation": plain.stdev(values),
        "skewness": moment[3] / moment[2] ** 1.5,
        "kurtosis": moment[4] / moment[2] ** 2 - 3,
        "range": max(values) - min(values),
        "percentile5": quantile(values, 0.05),
        "percentile25": quantile(values, 0.25),
        "median": median,
        "percentile75": quantile(values, 0.75),
        "percentile95": quantile(values, 0.95),
        "interquartileRange": quantile(values, 0.75) - quantile(values, 0.25),
        "medianAbsoluteDeviation": plain.median([abs(v - median) for v in values]),
        "zerosCount": sum(v == 0 for v in values),
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-9), name


def test_values(connection: duckdb.DuckDBPyConnection) -> None:
    words = [*WORDS, None, "", "once"]
    found = column(profiled(connection, {"w": words}), "w")
    counts = Counter(word for word in words if word)
    total = counts.total()
    entropy = -sum(n / total * math.log(n / total) for n in counts.values())
    assert found["type"] == "string"
    assert found["entropy"] == pytest.approx(entropy)
    assert found["distinctValuesCount"] == len(counts)
    assert found["uniqueValuesCount"] == 1
    assert found["missingValuesCount"] == 2
    assert {v["value"]: v["count"] for v in found["mostCommonValues"]} == counts
    assert found["max"] == 4


def test_outliers(connection: duckdb.DuckDBPyConnection) -> None:
    found = column(profiled(connection, {"x": WHOLE}), "x")
    mean, deviation = plain.mean(WHOLE), plain.stdev(WHOLE)
    far = [v for v in WHOLE if abs(v - mean) / deviation > 3]
    assert found["zScoreOutliersCount"] == len(far)
    (first, *_) = found["zScoreOutliersSample"]
    assert first == {"value": 900, "zScore": pytest.approx((900 - mean) / deviation)}
    bins = found["zScoreDistribution"]
    assert (bins[0]["bucket"][0], bins[-1]["bucket"][1]) == ("-inf", "inf")
    assert sum(b["count"] for b in bins) == len(WHOLE)


def test_histogram_of_whole_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    found = column(profiled(connection, {"x": WHOLE}), "x")["valueDistribution"]
    width, wider = divmod(max(WHOLE) - min(WHOLE), 20)
    edges = [b["bucket"][0] for b in found]
    widths = [b - a for a, b in pairwise(edges)]
    assert len(found) == 20
    assert found[-1]["bucket"][1] == "inf"
    assert widths == [width] * (20 - wider) + [width + 1] * (wider - 1)
    for low, high, count in [(*b["bucket"], b["count"]) for b in found]:
        top = math.inf if high == "inf" else high
        assert count == sum(low <= v < top for v in WHOLE)


def test_histogram_of_a_narrow_range() -> None:
    assert whole_edges(1, 4) == [1.0, 2.0, 3.0]
    assert whole_edges(5, 5) == [5.0]


def test_correlations(connection: duckdb.DuckDBPyConnection) -> None:
    report = profiled(connection, {"x": WHOLE, "y": REAL, "w": WORDS})
    r = plain.correlation(WHOLE, REAL)
    assert column(report, "x")["correlations"] == {
        "x": pytest.approx(1.0),
        "y": pytest.approx(r),
    }
    assert "correlations" not in column(report, "w")


def test_texts_in_a_number_column_show_as_values(connection: duckdb.DuckDBPyConnection) -> None:
    found = column(profiled(connection, {"x": [1, 2, 3, "NA", 3]}), "x")
    assert found["type"] == "int"
    assert found["mean"] == 2.25
    assert found["mostCommonValues"][0] == {"value": 3, "count": 2}
    assert {"value": "NA", "count": 1} in found["mostCommonValues"]


def test_duplicate_rows(connection: duckdb.DuckDBPyConnection) -> None:
    report = profiled(connection, {"a": [1, 1, 1, 2, None, None], "b": ["x"] * 4 + [None] * 2})
    assert report["duplicateRowsCount"] == 3
    assert report["sampleSize"] == 6


def test_rows_of_one_hash_are_compared(connection: duckdb.DuckDBPyConnection) -> None:
    """A hash that all rows share leaves the count as it is."""
    connection.execute("CREATE OR REPLACE TEMP MACRO hash(a, b) AS (7)")
    try:
        assert connection.execute("SELECT hash(1, 2)").fetchone() == (7,)
        report = profiled(connection, {"a": [1, 1, 2, None, None], "b": ["x", "x", "x", "", None]})
    finally:
        connection.execute("DROP MACRO hash")
    assert report["duplicateRowsCount"] == 1


def test_other_types_and_empty_columns(connection: duckdb.DuckDBPyConnection) -> None:
    report = profiled(
        connection,
        {
            "d": ["2013-01-01", "2013-01-02"],
            "t": ["2013-01-01T10:00:00Z", None],
            "b": ["true", "false"],
            "e": [None, ""],
        },
    )
    assert [c["type"] for c in report["columns"]] == ["date", "timestamp", "boolean", "string"]
    assert column(report, "e")["missingValuesCount"] == 2
    assert column(report, "e")["entropy"] == 0.0
    assert "mean" not in column(report, "e")


def test_no_rows(connection: duckdb.DuckDBPyConnection) -> None:
    report = profiled(connection, {"a": []})
    assert report["sampleSize"] == 0
    assert column(report, "a")["distinctValuesCount"] == 0


def test_configuration_chooses_columns_and_statistics(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    report = profiled(
        connection,
        {"x1": WHOLE, "x2": REAL, "w": WORDS},
        {
            "ProfileColumns": [{"Regex": "x.*"}, {"Name": "w"}],
            "DatasetStatisticsConfiguration": {
                "IncludedStatistics": ["CORRELATION"],
                "Overrides": [{"Statistic": "CORRELATION", "Parameters": {"columnNumber": "2"}}],
            },
            "ColumnStatisticsConfigurations": [
                {"Statistics": {"IncludedStatistics": ["MIN", "INTER_QUARTILE_RANGE"]}},
                {"Selectors": [{"Name": "w"}], "Statistics": {"IncludedStatistics": ["ENTROPY"]}},
            ],
        },
    )
    assert "duplicateRowsCount" not in report
    kept = {
        c["name"]: set(c) - {"name", "type", "columnConfigurationOverride"}
        for c in report["columns"]
    }
    assert kept == {
        "x1": {"correlations", "min", "interquartileRange"},
        "x2": {"correlations", "min", "interquartileRange"},
        "w": {"entropy"},
    }


def configured(statistic: str, **parameters: str) -> dict[str, Any]:
    override = {"Statistic": statistic, "Parameters": parameters}
    return {"ColumnStatisticsConfigurations": [{"Statistics": {"Overrides": [override]}}]}


def correlating(**parameters: str) -> dict[str, Any]:
    override = {"Statistic": "CORRELATION", "Parameters": parameters}
    return {"DatasetStatisticsConfiguration": {"Overrides": [override]}}


@pytest.mark.parametrize(
    ("configuration", "named"),
    [
        ({"DatasetStatisticsConfiguration": {"IncludedStatistics": ["MEAN"]}}, "statistic MEAN"),
        ({"DatasetStatisticsConfiguration": {"Overrides": [{"Statistic": "X"}]}}, "statistic X"),
        (
            {"ColumnStatisticsConfigurations": [{"Statistics": {"IncludedStatistics": ["X_Y"]}}]},
            "statistic X_Y",
        ),
        (configured("MEAN", a="1"), "MEAN has no override"),
        (configured("VALUE_DISTRIBUTION", bins="3"), "no parameter bins"),
        (configured("VALUE_DISTRIBUTION", binNumber="0"), "binNumber .* cannot be '0'"),
        (configured("MOST_COMMON_VALUES", sampleSize="some"), "sampleSize .* cannot be 'some'"),
        (configured("OUTLIER_DETECTION", threshold="-1"), "threshold .* cannot be '-1'"),
        (configured("OUTLIER_DETECTION", threshold="nan"), "threshold .* cannot be 'nan'"),
        (configured("OUTLIER_DETECTION", mildThreshold="3"), "less than threshold"),
        (correlating(columnNumber="1"), "columnNumber .* cannot be '1'"),
        (correlating(columnSelectors="{"), "columnSelectors cannot be"),
        (correlating(rows="1"), "no parameter rows"),
        ({"ProfileColumns": [{"Regex": "("}]}, "cannot be read"),
        ({"ProfileColumns": [{"Name": "a", "Regex": "b"}]}, "either a Name or a Regex"),
    ],
)
def test_a_wrong_configuration_is_named(configuration: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidConfiguration, match=named):
        check(configuration)


def test_none_excludes_all(connection: duckdb.DuckDBPyConnection) -> None:
    nothing = {"IncludedStatistics": ["NONE"]}
    configuration = {
        "DatasetStatisticsConfiguration": nothing,
        "ColumnStatisticsConfigurations": [{"Statistics": nothing}],
    }
    report = profiled(connection, {"x": WHOLE}, configuration)
    assert "duplicateRowsCount" not in report
    assert report["columns"] == [
        {
            "name": "x",
            "type": "int",
            "columnConfigurationOverride": {"includedStatistics": ["NONE"]},
        }
    ]


def test_the_last_configuration_of_a_column_holds_whole(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    bins = {"Statistic": "VALUE_DISTRIBUTION", "Parameters": {"binNumber": "4"}}
    configurations = [
        {"Statistics": {"Overrides": [bins]}},
        {"Selectors": [{"Regex": "y.*"}], "Statistics": {"IncludedStatistics": ["MODE"]}},
    ]
    report = profiled(
        connection, {"x": REAL, "y": REAL}, {"ColumnStatisticsConfigurations": configurations}
    )
    assert len(column(report, "x")["valueDistribution"]) == 4
    assert column(report, "x")["columnConfigurationOverride"] == {
        "parameters": {"VALUE_DISTRIBUTION": {"binNumber": "4"}}
    }
    assert "valueDistribution" not in column(report, "y")


def test_parameters(connection: duckdb.DuckDBPyConnection) -> None:
    def one(statistic: str, **parameters: str) -> dict[str, Any]:
        return column(profiled(connection, {"x": WHOLE}, configured(statistic, **parameters)), "x")

    distinct = len(set(WHOLE))
    assert len(one("MINIMUM_VALUES", sampleSize="ALL")["minimumValues"]) == distinct
    assert len(one("MAXIMUM_VALUES", sampleSize="2")["maximumValues"]) == 2
    assert len(one("MOST_COMMON_VALUES", sampleSize="3")["mostCommonValues"]) == 3
    assert len(one("Z_SCORE_DISTRIBUTION", binNumber="7")["zScoreDistribution"]) == 7
    found = one("OUTLIER_DETECTION", threshold="2", mildThreshold="0.5", sampleSize="4")
    scores = [abs(v - plain.mean(WHOLE)) / plain.stdev(WHOLE) for v in WHOLE]
    far, mild = (sum(score > least for score in scores) for least in (2, 0.5))
    assert (found["zScoreOutliersCount"], found["zScoreMildOutliersCount"]) == (far, mild - far)
    assert len(found["zScoreOutliersSample"]) == 4


def test_correlations_of_chosen_columns(connection: duckdb.DuckDBPyConnection) -> None:
    columns = {"a": WHOLE, "b1": REAL, "b2": WHOLE, "w": WORDS}
    chosen = '[{"name": "a"}, {"regex": "b.*"}, {"name": "w"}]'
    for parameters, names in (
        ({"columnSelectors": chosen}, {"a", "b1", "b2"}),
        ({"columnNumber": "2"}, {"a", "b1"}),
        ({"columnNumber": "ALL"}, {"a", "b1", "b2"}),
    ):
        report = profiled(connection, columns, correlating(**parameters))
        assert {c["name"] for c in report["columns"] if "correlations" in c} == names


def test_the_default_configuration_is_the_guides(connection: duckdb.DuckDBPyConnection) -> None:
    default = profiled(connection, {"x": WHOLE})["defaultProfileConfiguration"]
    columns = default["columnConfiguration"]
    assert default["datasetConfiguration"] == {
        "includedStatistics": ["CORRELATION", "DUPLICATE_ROWS_COUNT"],
        "parameters": {"CORRELATION": {"columnNumber": "10"}},
    }
    assert {name: len(c["includedStatistics"]) for name, c in columns.items()} == {
        "booleanColumn": 5,
        "stringColumn": 13,
        "numericColumn": 25,
    }
    assert columns["stringColumn"]["parameters"] == {
        "MOST_COMMON_VALUES": {"sampleSize": "50"},
        "VALUE_DISTRIBUTION": {"binNumber": "20"},
        "OUTLIER_DETECTION": {"threshold": "3", "sampleSize": "50"},
    }


def test_a_regex_that_backtracks_without_end_is_an_error() -> None:
    selector = {"Regex": "(a|a)*(a|a)*(a|a)*$"}
    with pytest.raises(InvalidConfiguration, match="takes too long"):
        matches(selector, "a" * 250 + "b")
