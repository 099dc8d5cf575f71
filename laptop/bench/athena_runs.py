"""TPC-H's queries through boto3 beside a plain DuckDB: asked, timed and compared."""

import csv
import io
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from laptop.bench import servers
from laptop.bench.athena_suite import Suite

BUCKET, DATABASE = "bench", "bench"
MEMORY, THREADS = "1GB", 2
"""Of the plain DuckDB: local_aws gives a query as much."""
POLL, IMPATIENT = 0.05, 0.002
"""Seconds between two looks at a query. Looking often takes the cores from the engine."""


@dataclass(frozen=True)
class Result:
    """One query: seconds, the median of its runs; `wrong` says how the answers differ."""

    name: str
    athena: float
    planning: float
    duckdb: float | None
    bytes: int
    rows: int
    wrong: str | None

    @property
    def ratio(self) -> float | None:
        return self.athena / self.duckdb if self.duckdb else None


class QueryRefused(Exception):
    """A query did not end well; the message is Athena's."""


def measured(lake: "Lake", suite: Suite, runs: int, console: Console) -> Iterator[Result]:
    plain = _plain(suite)
    for name, sql in suite.queries.items():
        result = _one(name, sql, lake, plain, runs)
        beside = "" if result.duckdb is None else f", DuckDB {result.duckdb:.2f} s"
        said = result.wrong or "the same answer"
        console.print(f"{name}: {result.athena:.2f} s{beside}; {said}", markup=False)
        yield result


def _one(name: str, sql: str, lake: "Lake", plain: duckdb.DuckDBPyConnection, runs: int) -> Result:
    athena, planning, own = [], [], []
    rows: Sequence[list[str]] = []
    statistics: Mapping[str, Any] = {}
    known: Sequence[Sequence[Any]] | None = None
    for _ in range(runs):
        try:
            statistics, rows = lake.answer(sql)
        except QueryRefused as refused:
            return Result(name, 0, 0, None, 0, 0, str(refused))
        athena.append(statistics["EngineExecutionTimeInMillis"] / 1000)
        planning.append(statistics.get("QueryPlanningTimeInMillis", 0) / 1000)
        began = time.perf_counter()
        try:
            known = plain.execute(sql).fetchall()
        except duckdb.Error:
            continue  # what Trino says otherwise than DuckDB
        own.append(time.perf_counter() - began)
    return Result(
        name,
        median(athena),
        median(planning),
        median(own) if own else None,
        statistics["DataScannedInBytes"],
        len(rows),
        None if known is None else difference(rows, known),
    )


def _plain(suite: Suite) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"memory_limit": MEMORY, "threads": THREADS})
    for name, path in suite.tables.items():
        quoted = str(path).replace("'", "''")
        connection.execute(f"CREATE VIEW \"{name}\" AS FROM read_parquet('{quoted}')")
    return connection


def difference(found: Sequence[list[str]], known: Sequence[Sequence[Any]]) -> str | None:
    """How Athena's rows differ from DuckDB's. A decimal of Athena's is rounded to its digits.

    Rows are compared without regard to their order: where it is not told it is anybody's.
    """
    if len(found) != len(known):
        return f"{len(found)} rows, not {len(known)}"
    pairs = zip(sorted(found), sorted(_text(row) for row in known), strict=True)
    for one, other in pairs:
        if not all(map(_alike, one, other)):
            return f"{one}, not {other}"
    return None


def _text(row: Sequence[Any]) -> list[str]:
    return ["" if value is None else str(value) for value in row]


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        x, y = float(one), float(other)
    except ValueError:
        return False
    digits = len(one.partition(".")[2]) if "E" not in one else 15
    return math.isclose(x, y, rel_tol=1e-9, abs_tol=0.51 * 10**-digits)


class Lake:
    """A running server with the suite's tables in it."""

    def __init__(self, server: servers.Server) -> None:
        self.pid = server.process.pid
        self.athena, self.s3 = servers.clients(server, "athena", "s3")

    def fill(self, suite: Suite) -> None:
        """Uploads the files and makes the tables."""
        self.s3.create_bucket(Bucket=BUCKET)
        self.answer(f"CREATE DATABASE {DATABASE}")
        for name, path in suite.tables.items():
            self.s3.upload_file(str(path), BUCKET, f"{name}/{path.name}")
            fields = pq.read_schema(path)
            columns = ", ".join(f"`{field.name}` {hive_type(field.type)}" for field in fields)
            self.answer(
                f"CREATE EXTERNAL TABLE {name} ({columns}) STORED AS PARQUET"
                f" LOCATION 's3://{BUCKET}/{name}/'"
            )

    def answer(self, sql: str) -> tuple[Mapping[str, Any], list[list[str]]]:
        """The query's statistics and the rows of its result file."""
        found = self._wait(self._start(sql))
        if found["Status"]["State"] != "SUCCEEDED":
            raise QueryRefused(found["Status"].get("StateChangeReason", "no reason"))
        if not found["ResultConfiguration"]["OutputLocation"].endswith(".csv"):
            return found["Statistics"], []
        key = found["ResultConfiguration"]["OutputLocation"].partition(f"{BUCKET}/")[2]
        body = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()
        rows = list(csv.reader(io.StringIO(body)))[1:]
        return found["Statistics"], [row or [""] for row in rows]

    def seconds_of_one(self) -> float:
        """From StartQueryExecution to the page of GetQueryResults."""
        began = time.perf_counter()
        query_id = self._start("SELECT 1")
        self._wait(query_id, IMPATIENT)
        self.athena.get_query_results(QueryExecutionId=query_id)
        return time.perf_counter() - began

    def _start(self, sql: str) -> str:
        try:
            started = self.athena.start_query_execution(
                QueryString=sql,
                QueryExecutionContext={"Database": DATABASE},
                ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/results/"},
            )
        except self.athena.exceptions.InvalidRequestException as error:
            raise QueryRefused(str(error)) from error
        return str(started["QueryExecutionId"])

    def _wait(self, query_id: str, pause: float = POLL) -> Mapping[str, Any]:
        while True:
            found: Mapping[str, Any] = self.athena.get_query_execution(QueryExecutionId=query_id)[
                "QueryExecution"
            ]
            if found["Status"]["State"] not in ("QUEUED", "RUNNING"):
                return found
            time.sleep(pause)


_HIVE = {
    "int64": "bigint",
    "int32": "int",
    "int16": "smallint",
    "int8": "tinyint",
    "double": "double",
    "float": "float",
    "bool": "boolean",
    "date32[day]": "date",
}


def hive_type(kind: pa.DataType) -> str:
    """The column's type in Hive's DDL."""
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pa.types.is_timestamp(kind):
        return "timestamp"
    return _HIVE.get(str(kind), "string")


@contextmanager
def running(suite: Suite, folder: Path) -> Iterator[Lake]:
    server = servers.start(servers.LOCAL_AWS, folder)
    try:
        lake = Lake(server)
        lake.fill(suite)
        yield lake
    finally:
        server.stop()
