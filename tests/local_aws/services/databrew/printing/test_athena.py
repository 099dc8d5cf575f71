"""Every operation's fixture through its recipe as Athena SQL, by Athena."""

import uuid
from typing import Any

import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.athena.query_client import Queries
from tests.local_aws.services.databrew.printing.programs import (
    CASES,
    assert_same,
    by_column,
    printed,
)
from tests.local_aws.services.databrew.test_operations import sql_type, value


@pytest.fixture(scope="module")
def queries(server: LocalServer) -> Queries:
    bucket = f"recipes-{uuid.uuid4().hex[:8]}"
    server.client("s3").create_bucket(Bucket=bucket)
    return Queries(server.client("athena"), server.client("s3"), bucket)


def over(columns: dict[str, list[Any]], query: str) -> str:
    """The query with its table beside it."""
    kinds = [sql_type(items).lower() for items in columns.values()]
    rows = [
        ", ".join(f"CAST({value(v)} AS {kind})" for v, kind in zip(row, kinds, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]
    names = ", ".join(f'"{name}"' for name in columns)
    given = f"input AS (SELECT * FROM (VALUES ({'), ('.join(rows)})) AS t({names}))"
    _, _, rest = query.partition("WITH\n")
    return f"WITH {given}, {rest}" if rest else f"WITH {given} {query}"


def read(text: str | None, kind: str) -> Any:
    if text is None:
        return None
    if kind in ("tinyint", "smallint", "integer", "bigint"):
        return int(text)
    if kind in ("double", "float", "decimal"):
        return float(text)
    if kind == "boolean":
        return text == "true"
    return text.removesuffix(".000") if kind.startswith("timestamp") else text


@pytest.mark.parametrize(("operation", "case"), CASES)
def test_the_same_rows(queries: Queries, operation: str, case: dict[str, Any]) -> None:
    program = printed(case, "athena-sql")
    if program is None:
        assert operation in REFUSED
        return
    execution = queries.succeeded(over(case["input"], program[1]))
    result = queries.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    kinds = [c["Type"] for c in result["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
    names, *rows = [
        [cell.get("VarCharValue") for cell in row["Data"]] for row in result["ResultSet"]["Rows"]
    ]
    found = [[read(v, k) for v, k in zip(row, kinds, strict=True)] for row in rows]
    assert_same(by_column(names, found), case["expected"])


# Operations of which some recipe has no Athena SQL, most for want of an order of rows.
REFUSED = {
    "DELETE_DUPLICATE_ROWS",
    "FILL_WITH_LAST_VALID",
    "FILL_WITH_MEDIAN",
    "FILL_WITH_MODE",
    "FILL_WITH_MOST_FREQUENT",
    "FLAG_DUPLICATES_IN_COLUMN",
    "FLAG_DUPLICATE_ROWS",
    "MEDIAN",
    "MODE",
    "NEXT",
    "PREV",
    "REMOVE_DUPLICATES",
    "REMOVE_OUTLIERS",
    "REPLACE_WITH_LAST_VALID",
    "REPLACE_WITH_MEDIAN",
    "REPLACE_WITH_MODE",
    "REPLACE_WITH_MOST_FREQUENT",
    "ROLLING_AVERAGE",
    "ROLLING_MAX",
    "ROLLING_MIN",
    "ROLLING_STANDARD_DEVIATION",
    "ROLLING_SUM",
    "ROLLING_VARIANCE",
    "ROW_NUMBER",
    "SPLIT_COLUMN_SINGLE_DELIMITER",
}
