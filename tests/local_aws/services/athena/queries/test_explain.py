"""EXPLAIN and EXPLAIN ANALYZE through boto3."""

import json
from typing import Any

import pytest

from tests.local_aws.services.athena.query_client import Queries


@pytest.fixture
def table(queries: Queries) -> str:
    queries.answer("CREATE DATABASE IF NOT EXISTS default")
    queries.answer("DROP TABLE IF EXISTS explained")
    queries.answer(
        "CREATE TABLE explained AS SELECT x, x % 3 AS y FROM UNNEST(sequence(1, 1000)) t(x)"
    )
    return "explained"


def lines(queries: Queries, sql: str) -> tuple[list[str], Any]:
    found = queries.succeeded(sql)
    answer = queries.athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])
    rows = [row["Data"][0].get("VarCharValue", "") for row in answer["ResultSet"]["Rows"]]
    assert rows[0] == "Query Plan"
    return rows[1:], found["Statistics"]


def test_analyze_runs_the_query_and_counts(queries: Queries, table: str) -> None:
    sql = f"SELECT y, count(*) AS n FROM {table} WHERE x > 10 GROUP BY y"
    planned, free = lines(queries, f"EXPLAIN {sql}")
    analyzed, charged = lines(queries, f"EXPLAIN ANALYZE {sql}")
    assert planned[0] == "Output[columnNames = [y, n]]"
    assert free["DataScannedInBytes"] == 0
    assert charged["DataScannedInBytes"] > 0
    assert any("=> 3 rows" in line for line in analyzed)
    assert any("=> 990 rows" in line for line in analyzed)
    assert not any("=>" in line for line in planned)
    for line in (*planned, *analyzed):
        assert ".parquet" not in line, "where a file lies on this machine"


def test_analyze_as_json(queries: Queries, table: str) -> None:
    told, _ = lines(queries, f"EXPLAIN ANALYZE (FORMAT JSON) SELECT x FROM {table} WHERE x > 10")
    [root] = json.loads("\n".join(told))
    assert root["outputRows"] == 990
    known, _ = lines(queries, f"EXPLAIN ANALYZE SELECT max(x) FROM {table}")
    assert known[-2:] == ["- STATISTICS", ""]
    planned, _ = lines(queries, f"EXPLAIN (FORMAT JSON) SELECT x FROM {table}")
    assert "outputRows" not in json.loads("\n".join(planned))[0]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("EXPLAIN (TYPE IO) SELECT 1", "NOT_SUPPORTED: EXPLAIN (TYPE IO)"),
        ("EXPLAIN (FORMAT GRAPHVIZ) SELECT 1", "NOT_SUPPORTED: EXPLAIN (FORMAT GRAPHVIZ)"),
        ("EXPLAIN ANALYZE SELECT 1 / 0", "DIVISION_BY_ZERO"),
        ("EXPLAIN ANALYZE\nSELECT nope", "COLUMN_NOT_FOUND: line 2:8"),
    ],
)
def test_what_cannot_be_explained(queries: Queries, sql: str, reason: str) -> None:
    found = queries.run(sql)
    assert found["Status"]["State"] == "FAILED"
    assert reason in found["Status"]["StateChangeReason"]
