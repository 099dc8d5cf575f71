"""One Athena query, asked and waited for."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tarn.aws import Aws
from tarn.errors import Terminal, Transient

CATALOG = "AwsDataCatalog"
FIRST_WAIT = 0.05
LONGEST_WAIT = 2.0
BATCH = 50  # what BatchGetQueryExecution takes


@dataclass(frozen=True)
class Answer:
    """The rows of a query as texts (None where NULL), its id, and the bytes that it scanned."""

    query_id: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    scanned: int


def query(sql: str, database: str, aws: Aws) -> Answer:
    """Run a statement in the lake's workgroup; what Athena says of a failure is raised."""
    query_id = start(sql, database, aws)
    execution = ended(query_id, aws)
    if execution["Status"]["State"] != "SUCCEEDED":
        raise _error(execution["Status"], query_id, sql)
    scanned = int(execution.get("Statistics", {}).get("DataScannedInBytes", 0))
    if execution.get("StatementType") != "DML":
        return Answer(query_id, (), (), scanned)
    columns, rows = _rows(query_id, aws)
    return Answer(query_id, columns, rows, scanned)


def start(sql: str, database: str, aws: Aws) -> str:
    """Start a statement in the lake's workgroup; its query's id."""
    started = aws.athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": database, "Catalog": CATALOG},
        WorkGroup=aws.settings.workgroup,
    )
    return started["QueryExecutionId"]


def ended(
    query_id: str, aws: Aws, first: float = FIRST_WAIT, longest: float = LONGEST_WAIT
) -> dict[str, Any]:
    """The execution once it has ended, however it did. first, longest: seconds between looks."""
    pause = first
    while True:
        execution = aws.athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
        if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return dict(execution)
        time.sleep(pause)
        pause = min(pause * 1.5, longest)


def count(
    table: str, database: str, aws: Aws, keys: Mapping[str, int] | None = None
) -> tuple[int, Answer]:
    """count(*) of a table or view of a database, or of its rows with these values."""
    where = " AND ".join(f'"{name}" = {value}' for name, value in (keys or {}).items())
    sql = f'SELECT count(*) FROM "{database}"."{table}"'  # noqa: S608
    answer = query(f"{sql} WHERE {where}" if where else sql, database, aws)
    return int(answer.rows[0][0] or 0), answer


@dataclass(frozen=True)
class Billed:
    """What Athena bills of a query: the bytes that it scanned, and when it was asked."""

    scanned: int
    at: datetime


def billed(query_ids: Sequence[str], aws: Aws) -> list[Billed]:
    """What each of these queries is billed by; DDL, which Athena does not bill, is left out.

    Athena knows a query for 45 days.
    """
    found = []
    for first in range(0, len(query_ids), BATCH):
        answer = aws.athena.batch_get_query_execution(
            QueryExecutionIds=list(query_ids[first : first + BATCH])
        )
        found += [q for q in answer["QueryExecutions"] if q.get("StatementType") == "DML"]
    return [
        Billed(
            int(q.get("Statistics", {}).get("DataScannedInBytes", 0)),
            q["Status"]["SubmissionDateTime"],
        )
        for q in found
    ]


def _error(status: dict[str, Any], query_id: str, sql: str) -> Transient | Terminal:
    reason = status.get("StateChangeReason") or "Athena gave no reason"
    error = status.get("AthenaError", {})
    # Category 1 is Athena's own failure; 2 is the query's.
    # https://docs.aws.amazon.com/athena/latest/APIReference/API_AthenaError.html
    kind = Transient if error.get("Retryable") or error.get("ErrorCategory") == 1 else Terminal
    first = " ".join(sql.split())[:200]
    return kind(f"Athena query {query_id} ended {status['State']}: {reason} The query: {first}")


def _rows(query_id: str, aws: Aws) -> tuple[tuple[str, ...], tuple[tuple[str | None, ...], ...]]:
    pages = aws.athena.get_paginator("get_query_results").paginate(QueryExecutionId=query_id)
    rows: list[tuple[str | None, ...]] = []
    columns: tuple[str, ...] = ()
    for page in pages:
        info = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        columns = tuple(column["Name"] for column in info)
        rows += [
            tuple(cell.get("VarCharValue") for cell in row["Data"])
            for row in page["ResultSet"]["Rows"]
        ]
    return columns, tuple(rows[1:])  # the first row of a query's result is its header
