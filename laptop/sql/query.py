"""One statement through Athena: started, waited for, its rows read a page at a time."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tarn.aws import Aws
from tarn.ledger import costs
from tarn.services import athena

FIRST_WAIT, LONGEST_WAIT = 0.02, 0.5  # a person waits
_PLACE = re.compile(r"\bline (\d+):(\d+)\b")
_FREE = ("DDL", "UTILITY")
_WRITES = ("CREATE_TABLE_AS_SELECT",)  # DDL by its name, billed as the query that it is

Row = tuple[str | None, ...]


class QueryRefused(Exception):
    """Athena refused or failed the statement, or is not there. The message is Athena's.

    `line` and `column` count from 1 where the message names a place in the statement.
    """

    def __init__(self, message: str, sql: str = "") -> None:
        super().__init__(message)
        self.sql = sql
        found = _PLACE.search(message)
        self.line, self.column = (int(found[1]), int(found[2])) if found else (0, 0)

    def marked(self) -> str:
        """The line that the message means and a mark under its place; nothing without one."""
        lines = self.sql.split("\n")
        if not 0 < self.line <= len(lines) or self.column < 1:
            return ""
        line = lines[self.line - 1]
        blank = re.sub(r"[^\t]", " ", line[: self.column - 1]).ljust(self.column - 1)
        return f"{line}\n{blank}^"


@dataclass(frozen=True)
class Column:
    name: str
    type: str


@dataclass
class Answer:
    """A statement that succeeded. `row_count` is None where Athena does not tell it."""

    columns: tuple[Column, ...]
    rows: Iterator[Row]
    row_count: int | None
    seconds: float
    scanned: int
    usd: float
    reused: bool
    is_query: bool


class Asker:
    """Asks in one workgroup and database; both may be changed between two statements."""

    def __init__(self, aws: Aws | None = None, database: str = "") -> None:
        self.aws = aws or Aws()
        self.database = database or self.aws.settings.database

    def ask(self, sql: str) -> Answer:
        """Raises QueryRefused. An interrupt while it waits stops the query at Athena."""
        text = sql.strip().rstrip(";").rstrip()
        try:
            query_id = athena.start(text, self.database, self.aws)
            execution = self._wait(query_id)
            return self._answer(execution, text)
        except ClientError as error:
            details: Any = error.response
            raise QueryRefused(details["Error"].get("Message", str(error)), text) from error
        except BotoCoreError as error:
            raise QueryRefused(str(error), text) from error

    def _wait(self, query_id: str) -> dict[str, Any]:
        try:
            return self._ended(query_id)
        except KeyboardInterrupt:
            self.aws.athena.stop_query_execution(QueryExecutionId=query_id)
            return self._ended(query_id)

    def _ended(self, query_id: str) -> dict[str, Any]:
        return athena.ended(query_id, self.aws, FIRST_WAIT, LONGEST_WAIT)

    def _answer(self, execution: dict[str, Any], sql: str) -> Answer:
        status, statistics = execution["Status"], execution["Statistics"]
        if status["State"] != "SUCCEEDED":
            raise QueryRefused(status.get("StateChangeReason") or status["State"], sql)
        query_id = execution["QueryExecutionId"]
        pages = iter(
            self.aws.athena.get_paginator("get_query_results").paginate(QueryExecutionId=query_id)
        )
        first: Any = next(pages)
        metadata = first["ResultSet"].get("ResultSetMetadata") or {}
        columns = tuple(Column(c["Name"], c["Type"]) for c in metadata.get("ColumnInfo") or [])
        is_query = execution.get("SubstatementType") == "SELECT"
        headed = "DML" in execution.get("StatementType", "") or _is_functions(execution)
        reused = statistics.get("ResultReuseInformation", {}).get("ReusedPreviousResult", False)
        scanned = statistics.get("DataScannedInBytes", 0)
        return Answer(
            columns=columns,
            rows=_rows(first, pages, columns, headed),
            row_count=self._count(query_id) if is_query else first.get("UpdateCount") or None,
            seconds=statistics.get("TotalExecutionTimeInMillis", 0) / 1000,
            scanned=scanned,
            usd=0.0 if reused else _usd(execution, scanned),
            reused=reused,
            is_query=is_query,
        )

    def _count(self, query_id: str) -> int | None:
        """AWS has these statistics a moment after the query has ended."""
        try:
            found = self.aws.athena.get_query_runtime_statistics(QueryExecutionId=query_id)
        except ClientError:
            return None
        return found["QueryRuntimeStatistics"].get("Rows", {}).get("OutputRows")


def _usd(execution: dict[str, Any], scanned: int) -> float:
    """By Athena's list price: DDL is free, but for the query of a CREATE TABLE AS."""
    free = execution.get("StatementType") in _FREE
    if free and execution.get("SubstatementType") not in _WRITES:
        return 0.0
    return costs.athena([scanned]).usd


def _is_functions(execution: dict[str, Any]) -> bool:
    """SHOW FUNCTIONS, alone among utilities, has a header as queries have."""
    return bool(execution.get("SubstatementType") == "SHOW_FUNCTIONS")


def _rows(
    first: Any, pages: Iterator[Any], columns: tuple[Column, ...], headed: bool
) -> Iterator[Row]:
    """Every row but the header.

    A row of SHOW or DESCRIBE is one text, with tabs between its columns.
    """
    for row in itertools.islice(_every(first, pages), int(headed), None):
        cells = tuple(cell.get("VarCharValue") for cell in row.get("Data") or [])
        yield _split(cells, len(columns))


def _every(first: Any, pages: Iterator[Any]) -> Iterator[Any]:
    for page in itertools.chain([first], pages):
        yield from page["ResultSet"].get("Rows") or []


def _split(cells: Row, width: int) -> Row:
    if len(cells) != 1 or width < 2 or cells[0] is None:
        return cells
    parts = [part.strip() for part in cells[0].split("\t", width - 1)]
    return tuple(parts + [""] * (width - len(parts)))
