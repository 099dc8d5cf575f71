"""What a query reads: row groups, early ends, the workgroup's limit, and queries that run away."""

import io
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.local_aws.services.athena.lakes import Lake


def parquet(groups: int, **columns: Any) -> bytes:
    buffer = io.BytesIO()
    table = pa.table(columns)
    pq.write_table(table, buffer, row_group_size=len(table) // groups)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    day = pa.array(range(1000), pa.date32())
    text = [f"row {i}" for i in range(1000)]
    noise = np.random.default_rng(1).bytes(11_000_000)
    return {
        "g/a.parquet": parquet(10, id=range(1000), text=text, day=day),
        "p/k=1/a.parquet": parquet(1, id=[1]),
        "p/k=2/a.parquet": parquet(1, id=[2]),
        "big/a.parquet": parquet(1, id=[1], noise=[noise]),
    }


@pytest.fixture(scope="module")
def lake(server: Any, files: dict[str, bytes]) -> Lake:
    made = Lake.empty(server)
    for key, body in files.items():
        made.put(key, body)
    root = f"STORED AS PARQUET LOCATION 's3://{made.bucket}"
    for sql in (
        f"CREATE EXTERNAL TABLE g (id bigint, text string, day date) {root}/g/'",
        f"CREATE EXTERNAL TABLE big (id bigint, noise binary) {root}/big/'",
        f"CREATE EXTERNAL TABLE p (id bigint) PARTITIONED BY (k int) {root}/p/'",
        "MSCK REPAIR TABLE p",
    ):
        made.succeeded(sql)
    return made


def scanned(lake: Lake, sql: str) -> int:
    return int(lake.succeeded(sql)["Statistics"]["DataScannedInBytes"])


def chunks(body: bytes, groups: Iterable[int], *columns: int) -> int:
    metadata = pq.read_metadata(io.BytesIO(body))
    read = [metadata.row_group(g).column(c) for g in groups for c in columns]
    return sum(chunk.total_compressed_size for chunk in read)


@pytest.mark.parametrize(
    ("condition", "groups"),
    [
        ("id = 250", [2]),
        ("id BETWEEN 250 AND 310", [2, 3]),
        ("id IN (5, 999)", [0, 9]),
        ("100 > id", [0]),
        ("id >= 899 + 1", [9]),
        ("id < 100 OR id > 900", range(10)),
        ("id < 150 AND id > 90", [0, 1]),
        ("day >= DATE '1970-01-01' + INTERVAL '900' DAY", [9]),
        ("id = 1000", []),
        ("id + 0 = 250", range(10)),
    ],
)
def test_row_groups_that_hold_nothing_are_not_read(
    lake: Lake, files: dict[str, bytes], condition: str, groups: Any
) -> None:
    columns = (0, 2) if "day" in condition else (0,)
    size = scanned(lake, f"SELECT max(id) FROM g WHERE {condition}")
    assert size == chunks(files["g/a.parquet"], groups, *columns)


def test_bounds_reach_through_subqueries_but_not_under_an_outer_join(
    lake: Lake, files: dict[str, bytes]
) -> None:
    one = chunks(files["g/a.parquet"], [2], 0)
    whole = chunks(files["g/a.parquet"], range(10), 0)
    assert scanned(lake, "SELECT * FROM (SELECT id AS n FROM g) WHERE n = 250") == one
    joined = "SELECT a.id FROM g a LEFT JOIN g b ON a.id = b.id WHERE"
    assert scanned(lake, f"{joined} a.id = 250") == one + whole
    assert lake.rows(f"{joined} b.id IS NULL AND a.id < 3") == []


def test_a_limit_over_a_table_alone_ends_early(lake: Lake, files: dict[str, bytes]) -> None:
    body = files["g/a.parquet"]
    assert scanned(lake, "SELECT id FROM g LIMIT 5") == chunks(body, [0], 0)
    assert scanned(lake, "SELECT id FROM g OFFSET 98 LIMIT 5") == chunks(body, [0, 1], 0)
    assert scanned(lake, "SELECT id FROM g ORDER BY id LIMIT 5") == chunks(body, range(10), 0)
    assert scanned(lake, "SELECT count(id) FROM g LIMIT 5") == chunks(body, range(10), 0)


def test_a_named_query_read_twice_serves_both_conditions(lake: Lake) -> None:
    both = "WITH c AS (SELECT id, k FROM p) SELECT id FROM c WHERE k = 1 UNION ALL"
    assert lake.rows(f"{both} SELECT id FROM c WHERE k = 2 ORDER BY 1") == [["1"], ["2"]]


def test_the_workgroups_limit_cancels(lake: Lake) -> None:
    group = f"g-{lake.database}"
    configuration = {"BytesScannedCutoffPerQuery": 10_000_000}
    lake.athena.create_work_group(Name=group, Configuration=configuration)
    found = lake.run("SELECT max(length(noise)) FROM big", WorkGroup=group)
    assert found["Status"]["State"] == "CANCELLED"
    assert "Bytes scanned limit was exceeded" in found["Status"]["StateChangeReason"]
    assert lake.run("SELECT max(id) FROM big", WorkGroup=group)["Status"]["State"] == "SUCCEEDED"


NUMBERS = "SELECT n FROM UNNEST(sequence(1, 10000)) t(n)"
RUNAWAYS = {
    "counts": "count(*)",
    "keeps": "count(DISTINCT a.n * b.n * c.n)",
    "sorts": "max_by(a.n, b.n * c.n)",
}


@pytest.mark.parametrize("what", RUNAWAYS)
def test_a_runaway_cross_join_is_cancelled(lake: Lake, what: str) -> None:
    query = lake.start(
        f"WITH s AS ({NUMBERS}) SELECT {RUNAWAYS[what]} FROM s a CROSS JOIN s b CROSS JOIN s c"
    )
    lake.athena.stop_query_execution(QueryExecutionId=query)
    assert lake.wait(query)["Status"]["State"] == "CANCELLED"


def test_others_run_beside_a_runaway(lake: Lake) -> None:
    query = lake.start(f"WITH s AS ({NUMBERS}) SELECT count(*) FROM s a, s b, s c")
    assert lake.rows("SELECT count(*) FROM g") == [["1000"]]
    lake.athena.stop_query_execution(QueryExecutionId=query)
    assert lake.wait(query)["Status"]["State"] == "CANCELLED"
