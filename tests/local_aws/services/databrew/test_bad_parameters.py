"""Parameters that say nothing that can be done: refused, by the step and the parameter."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from local_aws.services.databrew.engine.errors import RunFailed
from local_aws.services.databrew.engine.frame import Frame
from local_aws.services.databrew.engine.recipe import apply

TABLE = """
CREATE TABLE one AS SELECT 1 AS a, 'x;y' AS t, [1] AS l, {'f': 1} AS s, MAP {'k': 1} AS m,
    range AS n FROM range(11)
"""
SUM = '[{"sourceColumnName":"a","targetColumnName":"%s","functionName":"%s"}]'
PIVOT = {"sourceColumn": "n", "valueColumn": "a", "aggregateFunction": "SUM"}
SPLIT = {"sourceColumn": "t", "pattern": ";"}
PHONE = {"sourceColumn": "t"}
NEW = {"sourceColumn": "a", "targetColumn": "new"}


@pytest.fixture(scope="module")
def frame() -> Iterator[Frame]:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(TABLE)
    yield Frame.of(connection, "one")
    connection.close()


@pytest.mark.parametrize(
    ("operation", "parameters", "named"),
    [
        ("BOOLEAN_OPERATION", {"targetColumn": "r"}, "needs the parameter valueExpression"),
        (
            "CASE_OPERATION",
            {"targetColumn": "r", "valueExpression": "1", "withExpressions": '[{"name":"x"}]'},
            "Invalid expression at position 1",
        ),
        (
            "CASE_OPERATION",
            {
                "targetColumn": "r",
                "valueExpression": "1",
                "withExpressions": '[{"name":"x","value":"mode(`a`)","type":"aggregate"}]',
            },
            "aggregate function mode is unknown",
        ),
        ("FORMAT_PHONE_NUMBER", PHONE | {"phoneNumberFormat": "NATIONAL"}, "NATIONAL is not E164"),
        ("FORMAT_PHONE_NUMBER", PHONE | {"defaultRegion": "ZZ"}, "there is no region ZZ"),
        (
            "FORMAT_PHONE_NUMBER",
            PHONE | {"defaultRegion": "US", "defaultRegionColumn": "t"},
            "not both",
        ),
        ("FLAG_COLUMN_FROM_NULL", NEW | {"flagType": "Pattern"}, "flagType must be one of Null v"),
        ("FLAG_COLUMN_FROM_PATTERN", NEW | {"pattern": "("}, "missing \\)"),
        ("SPLIT_COLUMN_SINGLE_DELIMITER", SPLIT | {"limit": "21"}, "limit must be between 1 and"),
        ("SPLIT_COLUMN_SINGLE_DELIMITER", SPLIT | {"pattern": ""}, "a delimiter is empty"),
        ("SPLIT_COLUMN_SINGLE_DELIMITER", SPLIT | {"isText": "FALSE"}, "isText FALSE is not supp"),
        (
            "SPLIT_COLUMN_MULTIPLE_DELIMITER",
            {"sourceColumn": "t", "patternOptions": "[1]"},
            "a delimiter needs a pattern: 1",
        ),
        (
            "SPLIT_COLUMN_WITH_INTERVALS",
            {"sourceColumn": "t", "interval": "0", "startPosition": "0"},
            "interval must be at least 1",
        ),
        ("GROUP_BY", {"sourceColumns": '["a"]'}, "needs the parameter groupByAggFunctionOptions"),
        (
            "GROUP_BY",
            {"sourceColumns": '["a"]', "groupByAggFunctionOptions": "[{}]"},
            "an aggregation needs sourceColumnName, functionName",
        ),
        (
            "GROUP_BY",
            {"sourceColumns": '["a"]', "groupByAggFunctionOptions": SUM % ("r", "KURT")},
            "aggregate function KURT is unknown",
        ),
        (
            "GROUP_BY",
            {"sourceColumns": '["a"]', "groupByAggFunctionOptions": SUM % ("A", "SUM")},
            "there is a column `A` already",
        ),
        ("PIVOT", PIVOT, "`n` has more than 10 distinct values"),
        ("PIVOT", PIVOT | {"aggregateFunction": "NONE"}, "NONE is unknown|more than 10"),
        ("ONE_HOT_ENCODING", {"sourceColumn": "n"}, "`n` has more than 10 distinct values"),
        ("TRANSPOSE", {"pivotColumns": "[]", "valueColumns": "[]", "newColumn": "x"}, "no column"),
        (
            "UNPIVOT",
            {"sourceColumns": '["a"]', "unpivotColumn": "T", "valueColumn": "v"},
            "there is a column `T` already",
        ),
        ("JOIN", {"joinType": "CROSS_JOIN"}, "joinType must be one of INNER_JOIN, LEFT_JOIN"),
        ("JOIN", {"joinType": "LEFT_JOIN"}, "JOIN needs a secondary data set or location"),
        (
            "UNION",
            {"targetColumnNames": '["a"]', "datasetsColumns": '[["a","t"]]'},
            "datasetsColumns needs 1 columns for each of 1 data sets",
        ),
        ("UNNEST_ARRAY", {"sourceColumn": "t"}, "it should be of array type, not VARCHAR"),
        ("UNNEST_MAP", {"sourceColumn": "s"}, "it should be of map type, not STRUCT"),
        ("UNNEST_STRUCT", {"sourceColumn": "l"}, "it should be of struct type, not INTEGER"),
        ("UNNEST_STRUCT_N", {"regexColumnSelector": "("}, r"regexColumnSelector \(: missing"),
        ("UNNEST_STRUCT_N", {"sourceColumns": '["s"]', "unnestLevel": "0"}, "at least 1, got 0"),
        ("EXTRACT_VALUE", NEW | {"path": "`a"}, "the path `a cannot be read"),
        ("EXTRACT_VALUE", NEW | {"path": "`a`.`b`"}, "Can't extract value b from a value of the"),
        (
            "EXTRACT_VALUE",
            {"sourceColumn": "s", "targetColumn": "r", "path": "`s`.`g`"},
            "No such struct field g in f",
        ),
        ("BINARIZATION", NEW | {"threshold": "high"}, "high is no number"),
        ("BINARIZATION", NEW | {"threshold": "nan"}, "nan is no number"),
        ("BUCKETIZATION", NEW | {"splits": '["1"]'}, "0 bucket names for 0 buckets"),
        (
            "BUCKETIZATION",
            NEW | {"splits": '["1","2"]', "bucketNames": '["x","y"]'},
            "2 bucket names for 1 buckets",
        ),
        ("BUCKETIZATION", NEW | {"percentage": "0"}, "percentage must be between 1 and 100"),
        ("CATEGORICAL_MAPPING", NEW | {"categoryMap": "[]"}, "categoryMap is no map"),
        ("CATEGORICAL_MAPPING", NEW | {"categoryMap": "{"}, "categoryMap is no JSON"),
        ("SKEWNESS", NEW | {"skewFunction": "CUBE"}, "skewFunction must be one of ROOT, LOG, SQU"),
        ("SKEWNESS", NEW | {"skewFunction": "LOG", "value": "1"}, "1 is no base of a logarithm"),
        ("SKEWNESS", NEW | {"skewFunction": "ROOT", "value": "0"}, "there is no root 0"),
        ("TOKENIZATION", NEW | {"stemmingMode": "PORTER"}, "stemmingMode is not supported"),
        ("TOKENIZATION", NEW | {"stopWordRemovalMode": "ALL"}, "stopWordRemovalMode ALL is unkn"),
    ],
)
def test_a_bad_parameter(
    frame: Frame, operation: str, parameters: dict[str, Any], named: str
) -> None:
    step = {"Action": {"Operation": operation, "Parameters": parameters}}
    with pytest.raises(RunFailed, match=named) as error:
        apply(frame, [step])
    told = str(error.value)
    assert f"Step 1 ({operation})" in told or f"(step 1, {operation})" in told


@pytest.mark.parametrize("value", ["", "[", "null", "5", '"a"', "{}", '["a"', "\x00", "🦆" * 1000])
@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("GROUP_BY", "groupByAggFunctionOptions"),
        ("JOIN", "joinKeys"),
        ("UNION", "datasetsColumns"),
        ("CATEGORICAL_MAPPING", "categoryMap"),
        ("BUCKETIZATION", "splits"),
        ("SPLIT_COLUMN_BETWEEN_DELIMITER", "patternOption1"),
        ("CASE_OPERATION", "withExpressions"),
    ],
)
def test_what_is_no_json_of_the_right_shape(
    frame: Frame, operation: str, name: str, value: str
) -> None:
    given = {**NEW, "sourceColumns": '["a"]', "joinType": "LEFT_JOIN", "targetColumnNames": "[]"}
    step = {"Action": {"Operation": operation, "Parameters": {**given, name: value}}}
    with pytest.raises(RunFailed, match="Step 1"):
        apply(frame, [step])
