"""Every operation's fixture through its recipe as PySpark, in a real Spark."""

import json
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


# A few rows each: what Spark does to be fast on many would be nearly all of the time.
SETTINGS = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "1",
}


@pytest.fixture(scope="module")
def session(spark_session: Any) -> Any:
    """A session of the module's own, in the JVM that all share."""
    made = spark_session.newSession()
    for name, value in SETTINGS.items():
        made.conf.set(name, value)
    return made


def table(session: Any, module: dict[str, Any], columns: dict[str, list[Any]]) -> Any:
    """Made within the JVM: rows of Python's own would go through a Python process each time."""
    from pyspark.sql import functions as F  # noqa: N812

    kinds = [TYPES[sql_type(items)] for items in columns.values()]
    rows = [
        {
            name: None if item is None else kind(item)
            for name, kind, item in zip(columns, kinds, row, strict=True)
        }
        for row in zip(*columns.values(), strict=True)
    ]
    rows_of_json = F.from_json(F.lit(json.dumps(rows)), f"array<struct<{module['INPUT']}>>")
    return session.sql("SELECT 1").select(F.inline(rows_of_json)).coalesce(1)


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
    "FORMAT_PHONE_NUMBER",
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
