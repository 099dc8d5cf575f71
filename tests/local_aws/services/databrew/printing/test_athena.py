"""Every operation's fixture through its recipe as Athena SQL, by Athena."""

import re
import uuid
from typing import Any

import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.athena.query_client import Queries
from tests.local_aws.services.databrew.printing.programs import (
    OPERATIONS,
    assert_same,
    by_column,
    cases,
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
    if kind == "array":
        return [_element(item) for item in text[1:-1].split(", ")]
    return text.removesuffix(".000") if kind.startswith("timestamp") else text


def _element(text: str) -> Any:
    """A value as Athena writes it within a list: null, a number, or a text without quotes."""
    return None if text == "null" else float(text) if re.fullmatch(r"\d+\.\d+", text) else text


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_same_rows(queries: Queries, operation: str) -> None:
    found = 0
    for case in cases(operation):
        program = printed(case, "athena-sql")
        if program is not None:
            found += 1
            assert_same(_answer(queries, over(case["input"], program[1])), case)
    assert bool(found) != (operation in NEVER)


def _answer(queries: Queries, sql: str) -> dict[str, list[Any]]:
    execution = queries.succeeded(sql)
    result = queries.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
    kinds = [c["Type"] for c in result["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
    names, *rows = [
        [cell.get("VarCharValue") for cell in row["Data"]] for row in result["ResultSet"]["Rows"]
    ]
    return by_column(names, [[read(v, k) for v, k in zip(r, kinds, strict=True)] for r in rows])


# Operations without Athena SQL, most for want of an order of rows.
NEVER = {
    "CRYPTOGRAPHIC_HASH",
    "DELETE_DUPLICATE_ROWS",
    "EXTRACT_VALUE",
    "FILL",
    "FILL_WITH_LAST_VALID",
    "FILL_WITH_MEDIAN",
    "FILL_WITH_MOST_FREQUENT",
    "FLAG_DUPLICATES_IN_COLUMN",
    "FLAG_DUPLICATE_ROWS",
    "FORMAT_PHONE_NUMBER",
    "INT_TO_IP",
    "JOIN",
    "JSON_TO_STRUCTS",
    "KTH_LARGEST",
    "KTH_LARGEST_UNIQUE",
    "MASK_RANGE",
    "MEDIAN",
    "MODE",
    "NEST_TO_MAP",
    "NEST_TO_STRUCT",
    "NEXT",
    "ONE_HOT_ENCODING",
    "PIVOT",
    "PREV",
    "RANDOM",
    "RANDOM_BETWEEN",
    "REMOVE_DUPLICATES",
    "REPLACE_OUTLIERS",
    "REPLACE_WITH_LAST_VALID",
    "REPLACE_WITH_MEDIAN",
    "REPLACE_WITH_MOST_FREQUENT",
    "REPLACE_WITH_RANDOM_BETWEEN",
    "REPLACE_WITH_RANDOM_DATE_BETWEEN",
    "REPLACE_WITH_ROLLING_AVERAGE",
    "REPLACE_WITH_ROLLING_SUM",
    "ROLLING_AVERAGE",
    "ROLLING_COUNT_A",
    "ROLLING_KTH_LARGEST",
    "ROLLING_KTH_LARGEST_UNIQUE",
    "ROLLING_MAX",
    "ROLLING_MIN",
    "ROLLING_MODE",
    "ROLLING_STANDARD_DEVIATION",
    "ROLLING_SUM",
    "ROLLING_VARIANCE",
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
