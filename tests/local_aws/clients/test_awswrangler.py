"""awswrangler's Athena and its tables in S3 with the Glue catalog."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import awswrangler as wr
import pandas as pd
import pytest
from awswrangler.exceptions import QueryFailed

TYPED = """SELECT * FROM (VALUES
 (1, BIGINT '10', 1.5e0, DECIMAL '1.25', 'a,b"c' || chr(10), true, DATE '2024-02-29',
  TIMESTAMP '2024-02-29 12:34:56.789', ARRAY[1, 2]),
 (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
) t(i, b, d, n, s, f, day, at, list) ORDER BY i"""
MODES: tuple[dict[str, Any], ...] = (
    {"ctas_approach": True},
    {"ctas_approach": False, "unload_approach": True},
    {"ctas_approach": False},
)


@pytest.fixture
def lake(aws: Any, bucket: str) -> dict[str, str]:
    """What reading wants: a database, and where results go."""
    name = f"wrangler_{uuid.uuid4().hex[:8]}"
    wr.catalog.create_database(name)
    return {"database": name, "s3_output": f"s3://{bucket}/results/"}


def frame(*ids: int, year: int = 2013) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": pd.Series(ids, dtype="int64"),
            "name": [f"name {i}" for i in ids],
            "at": pd.to_datetime(["2024-02-29 01:02:03.456"] * len(ids)),
            "year": year,
        }
    )


def read(sql: str, lake: dict[str, str], **options: Any) -> pd.DataFrame:
    """Each query with a place of its own: UNLOAD writes into no folder that has something."""
    own = {"s3_output": f"{lake['s3_output']}{uuid.uuid4()}/"}
    return wr.athena.read_sql_query(sql, **({"ctas_approach": False} | lake | own | options))


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_reads_the_same(mode: dict[str, Any], lake: dict[str, str]) -> None:
    found = read(TYPED, lake, **mode)
    assert found["i"].tolist() == [1, 2]
    assert found["b"][0] == 10
    assert pd.isna(found["b"][1])
    assert found["n"][0] == Decimal("1.25")
    assert found["s"][0] == 'a,b"c\n'
    assert found["day"][0] == dt.date(2024, 2, 29)
    assert found["at"][0] == pd.Timestamp("2024-02-29 12:34:56.789")
    assert found.query_metadata["StatementType"] in ("DML", "DDL")
    # Temporary tables are gone.
    assert wr.catalog.tables(database=lake["database"]).empty


@pytest.mark.parametrize("mode", MODES)
def test_chunks_and_no_rows(mode: dict[str, Any], lake: dict[str, str]) -> None:
    sql = "SELECT x FROM UNNEST(sequence(1, 5000)) t(x)"
    chunks = list(read(sql, lake, chunksize=2000, **mode))
    assert sum(len(chunk) for chunk in chunks) == 5000
    assert read("SELECT 1 AS a WHERE false", lake, **mode).empty


def test_parameters_and_prepared_statements(lake: dict[str, str]) -> None:
    named = read("SELECT :a AS a", lake, params={"a": "it's"}, paramstyle="named")
    assert named["a"].tolist() == ["it's"]
    bound = read("SELECT ? || 'b' AS a", lake, params=["a"], paramstyle="qmark")
    assert bound["a"].tolist() == ["ab"]
    name = f"wr_{uuid.uuid4().hex[:8]}"
    for sql in ("SELECT 1 AS a", "SELECT 2 AS a"):
        wr.athena.create_prepared_statement(sql, name, mode="update")
    assert read(f"EXECUTE {name}", lake)["a"].tolist() == [2]
    assert name in [s["StatementName"] for s in wr.athena.list_prepared_statements()]
    wr.athena.delete_prepared_statement(name)


def test_a_table_is_made_appended_and_overwritten(lake: dict[str, str], bucket: str) -> None:
    place = {"database": lake["database"], "table": "t", "path": f"s3://{bucket}/t/"}
    options = {"dataset": True, "partition_cols": ["year"], **place}
    wr.s3.to_parquet(frame(1, 2), **options, mode="overwrite")
    wr.s3.to_parquet(frame(3, year=2014), **options, mode="append")
    wr.s3.to_parquet(frame(4), **options, mode="overwrite_partitions")
    found = read("SELECT id, year FROM t ORDER BY id", lake)
    assert found.values.tolist() == [[3, 2014], [4, 2013]]
    wider = frame(5, year=2015).assign(extra=1.5)
    wr.s3.to_parquet(wider, **options, mode="append", schema_evolution=True)
    found = read("SELECT id, extra FROM t ORDER BY id", lake)
    assert found["extra"].tolist()[-1] == 1.5
    assert pd.isna(found["extra"].tolist()[0])
    table = wr.athena.read_sql_table("t", **lake, ctas_approach=True)
    assert sorted(table["id"]) == [3, 4, 5]
    described = wr.athena.describe_table(
        "t", database=lake["database"], s3_output=lake["s3_output"]
    )
    assert described["Column Name"].tolist() == ["id", "name", "at", "extra", "year"]
    shown = wr.athena.show_create_table("t", database=lake["database"], s3_output=lake["s3_output"])
    assert shown.startswith("CREATE EXTERNAL TABLE `t`")


def test_a_csv_table(lake: dict[str, str], bucket: str) -> None:
    place = {"database": lake["database"], "table": "c", "path": f"s3://{bucket}/c/"}
    wr.s3.to_csv(frame(1, 2), **place, dataset=True, index=False, mode="overwrite")
    assert read("SELECT id, name FROM c ORDER BY id", lake).values.tolist() == [
        [1, "name 1"],
        [2, "name 2"],
    ]


def test_repair_finds_partitions(lake: dict[str, str], bucket: str) -> None:
    place = {"database": lake["database"], "table": "r", "path": f"s3://{bucket}/r/"}
    options = {"dataset": True, "partition_cols": ["year"]}
    wr.s3.to_parquet(frame(1), **options, **place)
    wr.s3.to_parquet(frame(2, year=2014), path=place["path"], **options)
    assert len(read("SELECT id FROM r", lake)) == 1
    state = wr.athena.repair_table("r", **lake)
    assert state == "SUCCEEDED"
    assert len(read("SELECT id FROM r", lake)) == 2


def test_unload_and_ctas(lake: dict[str, str], bucket: str) -> None:
    path = f"s3://{bucket}/u/"
    sql = "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) t(id, name)"
    unloaded = wr.athena.unload(sql, path, lake["database"])
    assert unloaded.manifest_location.endswith("-manifest.csv")
    # awswrangler has the manifest written into the same folder, on AWS as well.
    written = wr.s3.read_parquet(path, path_ignore_suffix=[".csv", ".metadata"])
    assert sorted(written["id"]) == [1, 2]
    made = wr.athena.create_ctas_table(
        sql,
        database=lake["database"],
        ctas_table="made",
        s3_output=lake["s3_output"],
        partitioning_info=["name"],
        wait=True,
    )
    assert made["ctas_table"] == "made"
    assert wr.catalog.get_partitions(lake["database"], "made")


def test_the_cache_spares_a_query(lake: dict[str, str]) -> None:
    sql = f"SELECT 1 AS a, '{uuid.uuid4()}' AS b"
    cache = {"max_cache_seconds": 900}
    first = read(sql, lake, athena_cache_settings=cache)
    second = read(sql, lake, athena_cache_settings=cache)
    assert first.query_metadata["QueryExecutionId"] == second.query_metadata["QueryExecutionId"]
    other = read(sql, lake)
    assert other.query_metadata["QueryExecutionId"] != first.query_metadata["QueryExecutionId"]


def test_a_workgroup_that_enforces_its_place(aws: Any, lake: dict[str, str], bucket: str) -> None:
    name, place = f"wr-{uuid.uuid4().hex[:8]}", f"s3://{bucket}/enforced/"
    aws.client("athena").create_work_group(
        Name=name, Configuration={"ResultConfiguration": {"OutputLocation": place}}
    )
    found = wr.athena.read_sql_query(
        "SELECT 1 AS a", lake["database"], workgroup=name, ctas_approach=False
    )
    assert found.query_metadata["ResultConfiguration"]["OutputLocation"].startswith(place)


def test_what_fails_says_why(lake: dict[str, str], bucket: str) -> None:
    with pytest.raises(QueryFailed, match="TABLE_NOT_FOUND"):
        read("SELECT * FROM nope", lake)
    with pytest.raises(QueryFailed, match="Iceberg"):
        wr.athena.to_iceberg(
            frame(1),
            database=lake["database"],
            table="ice",
            table_location=f"s3://{bucket}/ice/",
            temp_path=f"s3://{bucket}/temporary/",
            s3_output=lake["s3_output"],
        )
