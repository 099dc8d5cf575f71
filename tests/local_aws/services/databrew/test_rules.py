"""CheckExpressions: their grammar, and their answers on small data."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from local_aws.services.databrew.engine.errors import (
    InvalidConfiguration,
    InvalidRule,
    MissingColumn,
    UnsupportedOption,
)
from local_aws.services.databrew.engine.expressions import parse
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.rules import validate
from local_aws.services.databrew.engine.ruleset import STATISTICS, WHOLE_DATA_SET, check
from local_aws.services.databrew.engine.statistics import count

COLUMNS = {":n": "`n`", ":s": "`s`", ":m": "`m`"}


@pytest.fixture(scope="module")
def frame() -> Iterator[Frame]:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone='UTC'")
    connection.execute("CREATE TABLE raw (n VARCHAR, s VARCHAR, m VARCHAR)")
    connection.execute(
        "INSERT INTO raw VALUES ('1','abc','1'), ('2','abd','1'), ('3','xbc','5'), ('x',NULL,'4')"
    )
    yield Frame.of(connection, "raw")
    connection.close()


def result(frame: Frame, expression: str, values: dict[str, str], **rule: Any) -> dict[str, Any]:
    written = {
        "Name": "rule",
        "CheckExpression": expression,
        "SubstitutionMap": COLUMNS | values,
        **rule,
    }
    ruleset = {"name": "set", "arn": "arn", "lastModifiedDate": "now", "rules": [written]}
    (found,) = validate(frame, [ruleset], count(frame, frame.names))
    assert found["status"] == found["ruleResults"][0]["status"]
    return dict(found["ruleResults"][0])


@pytest.mark.parametrize(
    ("expression", "values", "failed"),
    [
        (":n > :v", {":v": "1"}, 2),
        (":n >= :m", {}, 2),
        (":n == :v", {":v": "1"}, 3),
        (":n != :v", {":v": "x"}, 1),
        (":n IS_BETWEEN :a and :b", {":a": "1", ":b": "3"}, 1),
        (":n is between :a and :b", {":a": "1", ":b": "2"}, 2),
        (":n NOT BETWEEN :a AND :b", {":a": "2", ":b": "3"}, 3),
        (":s IN :l", {":l": '["abc","abd"]'}, 2),
        (":s NOT IN :l", {":l": '["abc"]'}, 2),
        (":s starts_with :v", {":v": "ab"}, 2),
        (":s NOT STARTS_WITH :v", {":v": "ab"}, 3),
        (":s not_starts_with :v", {":v": "ab"}, 3),
        (":s ENDS_WITH :v", {":v": "bc"}, 2),
        (":s CONTAINS :v", {":v": "bd"}, 3),
        (":n MATCHES :v", {":v": "^[0-9]+$"}, 1),
        ("length(:s) == :v", {":v": "3"}, 1),
        (":n > :v AND :n < :w", {":v": "1", ":w": "3"}, 3),
        (
            "(:s starts_with :a or :s starts_with :x) and :n > :v",
            {":a": "a", ":x": "x", ":v": "1"},
            2,
        ),
    ],
)
def test_row_check(frame: Frame, expression: str, values: dict[str, str], failed: int) -> None:
    found = result(frame, expression, values)
    assert found["failedCount"] == failed
    assert found["status"] == ("FAILED" if failed else "SUCCEEDED")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("AGG(ROWS_COUNT) == :v", "4"),
        ("AGG(COLUMNS_COUNT) == :v", "3"),
        ("AGG(DUPLICATE_ROWS_COUNT) == :v", "0"),
        ("AGG(:s, MISSING_VALUES_COUNT) == :v", "1"),
        ("AGG(:s, MISSING_VALUES_PERCENTAGE) == :v", "25"),
        ("AGG(:m, DISTINCT_VALUES_COUNT) == :v", "3"),
        ("AGG(:m, UNIQUE_VALUES_COUNT) == :v", "2"),
        ("AGG(:m, DUPLICATE_VALUES_COUNT) == :v", "1"),
        ("AGG(:n, VALID_VALUES_COUNT) == :v", "3"),
        ("AGG(:n, VALID_VALUES_PERCENTAGE) == :v", "75"),
        ("AGG(:n, MAX) == :v", "3"),
        ("agg(:n, min) == :v", "1"),
        ("AGG(:n, MEAN) == :v", "2"),
        ("AGG(:n, MEDIAN) == :v", "2"),
        ("AGG(:m, MODE) == :v", "1"),
        ("AGG(:n, SUM) == :v", "6"),
        ("AGG(:n, VARIANCE) == :v", "1"),
        ("AGG(:n, STANDARD_DEVIATION) == :v", "1"),
        ("AGG(:n, SKEWNESS) == :v", "0"),
        ("AGG(:n, MEDIAN_ABSOLUTE_DEVIATION) == :v", "1"),
        ("AGG(:n, QUANTILE, :q) == :v", "1.5"),
        ("AGG(:n, Z_SCORE_OUTLIERS_COUNT, :z) == :v", "2"),
        ("AGG(:s, MAX) == :v", "3"),
    ],
)
def test_aggregate_check(frame: Frame, expression: str, value: str) -> None:
    parameters = {":v": value, ":q": "0.25", ":z": "0.5"}
    assert result(frame, expression, parameters)["status"] == "SUCCEEDED"
    parameters[":v"] = "77"
    assert result(frame, expression, parameters)["status"] == "FAILED"


def test_kurtosis_is_in_excess(frame: Frame) -> None:
    bounds = {":a": "-1.51", ":b": "-1.49"}
    found = result(frame, "AGG(:n, KURTOSIS) IS_BETWEEN :a AND :b", bounds)
    assert found["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("threshold", "status"),
    [
        ({"Value": 50, "Type": "GREATER_THAN_OR_EQUAL", "Unit": "PERCENTAGE"}, "SUCCEEDED"),
        ({"Value": 50, "Type": "GREATER_THAN", "Unit": "PERCENTAGE"}, "FAILED"),
        ({"Value": 2, "Type": "LESS_THAN_OR_EQUAL", "Unit": "COUNT"}, "SUCCEEDED"),
        ({"Value": 2, "Type": "LESS_THAN"}, "FAILED"),
    ],
)
def test_threshold(frame: Frame, threshold: dict[str, Any], status: str) -> None:
    found = result(frame, ":s STARTS_WITH :v", {":v": "ab"}, Threshold=threshold)
    assert (found["status"], found["failedCount"]) == (status, 2)


def test_selectors_give_a_result_a_column(frame: Frame) -> None:
    found = result(frame, "> :v", {":v": "0"}, ColumnSelectors=[{"Regex": "[nm]"}])
    assert found["columnResults"] == [
        {"name": "n", "status": "FAILED"},
        {"name": "m", "status": "SUCCEEDED"},
    ]
    assert found["failedCount"] == 1


def test_definition_and_disabled(frame: Frame) -> None:
    assert result(frame, ":n > :v", {":v": "1"})["definition"] == "`n` > 1"
    rule = {"Name": "r", "CheckExpression": "AGG(ROWS_COUNT) > :v", "Disabled": True}
    ruleset = {"name": "s", "arn": "a", "lastModifiedDate": "", "rules": [rule]}
    assert validate(frame, [ruleset], {})[0]["ruleResults"] == []


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (":n > :w", ":w is not in the SubstitutionMap"),
        (":n LIKE :v", "unknown condition 'LIKE'"),
        ("(:n > :v", r"expected \), got 'the end'"),
        (":n > :v AND AGG(ROWS_COUNT) > :v", "cannot be combined"),
        (":v > :v", "is no column"),
        (":n > :v ;", "unexpected ';'"),
    ],
)
def test_a_wrong_expression_says_what_is_wrong(expression: str, reason: str) -> None:
    with pytest.raises(InvalidRule, match=reason):
        parse(expression, {":n": "`n`", ":v": "1"})


@pytest.mark.parametrize(
    ("expression", "values", "rule", "reason"),
    [
        ("AGG(:n, AVERAGE) > :v", {}, {}, "the statistic AVERAGE is unknown"),
        ("AGG(:n, MAX) CONTAINS :v", {}, {}, "CONTAINS compares no statistic"),
        ("AGG(:n, MAX) > :v", {":v": "tall"}, {}, "tall is no number"),
        ("AGG(:n, MAX) > :m", {}, {}, "`m` is no number"),
        ("AGG(:n, QUANTILE, :v) > :v", {":v": "0.3"}, {}, "QUANTILE takes one of"),
        ("AGG(:n, QUANTILE) > :v", {}, {}, "QUANTILE takes one of"),
        ("AGG(:n, Z_SCORE_OUTLIERS_COUNT, :z) > :v", {":z": "far"}, {}, "parameter far"),
        ("AGG(MAX) > :v", {}, {}, "no ColumnSelectors"),
        ("> :v", {}, {}, "no ColumnSelectors"),
        (":n > :v", {}, {"ColumnSelectors": [{"Name": "n"}]}, "ColumnSelectors do too"),
        ("AGG(:n, MAX) > :v", {}, {"ColumnSelectors": [{"Name": "n"}]}, "ColumnSelectors do too"),
        ("> :v", {}, {"ColumnSelectors": [{"Regex": "("}]}, "cannot be read"),
        ("> :v", {}, {"ColumnSelectors": [{}]}, "either a Name or a Regex"),
        (":n IN :v", {":v": "a, b"}, {}, "no list in JSON"),
        (":n IN :v", {":v": '{"a": 1}'}, {}, "no list in JSON"),
        (":n MATCHES :v", {":v": "["}, {}, "cannot be read"),
        ("AGG(ROWS_COUNT) > :v", {}, {"Threshold": {"Value": 1}}, "takes no Threshold"),
    ],
)
def test_what_no_run_could_check_is_refused_before(
    expression: str, values: dict[str, str], rule: dict[str, Any], reason: str
) -> None:
    written = {"CheckExpression": expression, "SubstitutionMap": COLUMNS | {":v": "1"} | values}
    with pytest.raises((InvalidRule, InvalidConfiguration), match=reason):
        check(written | rule)


def test_a_pattern_that_duckdb_has_not_is_refused_by_name() -> None:
    rule = {"CheckExpression": ":n MATCHES :v", "SubstitutionMap": COLUMNS}
    check(rule | {"SubstitutionMap": COLUMNS | {":v": r"^\p{L}+$"}})
    with pytest.raises(UnsupportedOption, match=r"\(\?=a\)"):
        check(rule | {"SubstitutionMap": COLUMNS | {":v": "(?=a)"}})


def test_every_documented_statistic_has_an_answer(frame: Frame) -> None:
    for name in sorted(STATISTICS):
        column = "" if name in WHOLE_DATA_SET else ":n, "
        quantile = ", :q" if name == "QUANTILE" else ""
        expression = f"AGG({column}{name}{quantile}) >= :v"
        values = {":q": "0.5", ":v": "-10"}
        check({"CheckExpression": expression, "SubstitutionMap": COLUMNS | values})
        assert result(frame, expression, values)["status"] == "SUCCEEDED", name


def test_percentages(frame: Frame) -> None:
    for name, value in (
        ("DUPLICATE_VALUES_PERCENTAGE", "25"),
        ("DISTINCT_VALUES_PERCENTAGE", "75"),
        ("UNIQUE_VALUES_PERCENTAGE", "50"),
        ("Z_SCORE_OUTLIERS_PERCENTAGE", "0"),
    ):
        assert result(frame, f"AGG(:m, {name}) == :v", {":v": value})["status"] == "SUCCEEDED"
    assert (
        result(frame, "AGG(DUPLICATE_ROWS_PERCENTAGE) == :v", {":v": "0"})["status"] == "SUCCEEDED"
    )


def test_an_aggregate_over_selected_columns(frame: Frame) -> None:
    found = result(frame, "AGG(MAX) < :v", {":v": "4"}, ColumnSelectors=[{"Regex": "n|m"}])
    assert found["columnResults"] == [
        {"name": "n", "status": "SUCCEEDED"},
        {"name": "m", "status": "FAILED"},
    ]
    assert "failedCount" not in found


def test_a_rule_on_a_missing_column_names_it(frame: Frame) -> None:
    with pytest.raises(MissingColumn, match="cannot resolve '`gone`'"):
        result(frame, ":x > :v", {":x": "`gone`", ":v": "1"})
