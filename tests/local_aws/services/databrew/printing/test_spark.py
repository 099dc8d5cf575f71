"""Every operation's fixture through its recipe as PySpark, in a real Spark."""

from typing import Any

import pytest

from tests.local_aws.services.databrew.printing.programs import (
    OPERATIONS,
    assert_same,
    by_column,
    cases,
    printed,
)
from tests.local_aws.services.databrew.test_operations import sql_type

pytestmark = pytest.mark.spark
TYPES = {"INTEGER": int, "VARCHAR": str, "DOUBLE": float}


@pytest.fixture
def session(spark_session: Any) -> Any:
    """The session in UTC, one partition after a shuffle."""
    spark_session.conf.set("spark.sql.session.timeZone", "UTC")
    spark_session.conf.set("spark.sql.shuffle.partitions", "1")
    return spark_session


def table(session: Any, module: dict[str, Any], columns: dict[str, list[Any]]) -> Any:
    kinds = [TYPES[sql_type(items)] for items in columns.values()]
    rows = [
        tuple(None if item is None else kind(item) for kind, item in zip(kinds, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]
    return session.createDataFrame(rows, module["INPUT"]).coalesce(1)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_same_rows(session: Any, operation: str) -> None:
    """The first of its cases that there is PySpark for: Athena's test goes through all."""
    for case in cases(operation):
        program = printed(case, "pyspark")
        if program is None:
            continue
        module: dict[str, Any] = {}
        exec(program[1], module)
        result = module["recipe"](table(session, module, case["input"]))
        assert_same(by_column(result.columns, result.collect()), case)
        return
    assert operation in NEVER


# Operations without PySpark.
NEVER = {
    "ABSOLUTE",
    "CHAR",
    "CRYPTOGRAPHIC_HASH",
    "EXTRACT_VALUE",
    "FILL_WITH_MOST_FREQUENT",
    "INT_TO_IP",
    "JOIN",
    "JSON_TO_STRUCTS",
    "KTH_LARGEST",
    "KTH_LARGEST_UNIQUE",
    "MODE",
    "NEGATE",
    "NEST_TO_MAP",
    "NEST_TO_STRUCT",
    "ONE_HOT_ENCODING",
    "PIVOT",
    "RANDOM",
    "RANDOM_BETWEEN",
    "REPLACE_WITH_MOST_FREQUENT",
    "REPLACE_WITH_RANDOM_BETWEEN",
    "REPLACE_WITH_RANDOM_DATE_BETWEEN",
    "ROLLING_KTH_LARGEST",
    "ROLLING_KTH_LARGEST_UNIQUE",
    "ROLLING_MODE",
    "SHUFFLE_ROWS",
    "SPLIT_COLUMN_WITH_INTERVALS",
    "STANDARD_DEVIATION",
    "TOKENIZATION",
    "TRANSPOSE",
    "UNION",
    "UNIX_TIME_FORMAT",
    "UNNEST_ARRAY",
    "UNNEST_MAP",
    "UNNEST_STRUCT",
    "UNNEST_STRUCT_N",
    "UNPIVOT",
    "URL_PARAMS",
    "VARIANCE",
}
