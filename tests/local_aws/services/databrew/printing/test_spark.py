"""Every operation's fixture through its recipe as PySpark, in a real Spark."""

from typing import Any

import pytest

from tests.local_aws.services.databrew.printing.programs import (
    CASES,
    assert_same,
    by_column,
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


@pytest.mark.parametrize(("operation", "case"), CASES)
def test_the_same_rows(session: Any, operation: str, case: dict[str, Any]) -> None:
    program = printed(case, "pyspark")
    if program is None:
        assert operation in REFUSED
        return
    module: dict[str, Any] = {}
    exec(program[1], module)
    result = module["recipe"](table(session, module, case["input"]))
    assert_same(by_column(result.columns, result.collect()), case["expected"])


# Operations of which some recipe has no PySpark.
REFUSED = {"MODE", "SPLIT_COLUMN_SINGLE_DELIMITER"}
