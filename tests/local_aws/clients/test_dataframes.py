"""Libraries that read and write tables in S3 with clients of their own."""

from pathlib import Path
from typing import Any

import awswrangler as wr
import duckdb
import duckdb_extension_httpfs
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import dataset as ds
from pyarrow import fs

TABLE = pa.table({"a": [1, 2, 3], "b": ["x", "y", "z"]})
HTTPFS = Path(duckdb_extension_httpfs.__file__).parent / "extensions" / f"v{duckdb.__version__}"


@pytest.fixture
def duck(aws: Any) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"LOAD '{HTTPFS / 'httpfs.duckdb_extension'}'")
    connection.execute(
        f"CREATE SECRET (TYPE s3, KEY_ID '{aws.env['AWS_ACCESS_KEY_ID']}', "
        f"SECRET '{aws.env['AWS_SECRET_ACCESS_KEY']}', ENDPOINT '127.0.0.1:{aws.port}', "
        f"USE_SSL false, URL_STYLE 'path', REGION '{aws.env['AWS_REGION']}')"
    )
    return connection


def test_polars(bucket: str, object_store: dict[str, str]) -> None:
    frame = pl.DataFrame(TABLE)
    for part in ("y=1", "y=2"):
        frame.write_parquet(f"s3://{bucket}/t/{part}/a.parquet", storage_options=object_store)
    scan = pl.scan_parquet(
        f"s3://{bucket}/t/", storage_options=object_store, hive_partitioning=True
    )
    assert scan.filter(pl.col("y") == 2).select("a").collect()["a"].to_list() == [1, 2, 3]


def test_duckdb_httpfs(bucket: str, duck: duckdb.DuckDBPyConnection) -> None:
    duck.execute(
        f"COPY (SELECT range AS a, range % 3 AS p FROM range(100000)) TO 's3://{bucket}/t' "
        "(FORMAT parquet, PARTITION_BY p)"
    )
    counted = duck.execute(
        f"SELECT p, count(*) FROM read_parquet('s3://{bucket}/t/*/*.parquet', "
        "hive_partitioning = true) GROUP BY p ORDER BY p"
    ).fetchall()
    assert counted == [(0, 33334), (1, 33333), (2, 33333)]


def test_duckdb_httpfs_uploads_in_parts(bucket: str, duck: duckdb.DuckDBPyConnection) -> None:
    duck.execute(
        f"COPY (SELECT range AS a, md5(range::VARCHAR) AS h FROM range(1500000)) "
        f"TO 's3://{bucket}/big.csv'"
    )
    assert duck.execute(f"SELECT count(*), max(a) FROM 's3://{bucket}/big.csv'").fetchone() == (
        1_500_000,
        1_499_999,
    )


def test_pyarrow_datasets(bucket: str, arrow_fs: fs.S3FileSystem) -> None:
    ds.write_dataset(
        TABLE, f"{bucket}/t", filesystem=arrow_fs, format="parquet", partitioning=["b"]
    )
    arrow_fs.move(f"{bucket}/t/x/part-0.parquet", f"{bucket}/t/x/moved.parquet")
    found = arrow_fs.get_file_info(fs.FileSelector(f"{bucket}/t", recursive=True))
    files = sorted(info.path for info in found if info.type == fs.FileType.File)
    assert files == [
        f"{bucket}/t/{path}" for path in ("x/moved.parquet", "y/part-0.parquet", "z/part-0.parquet")
    ]
    read = ds.dataset(f"{bucket}/t", filesystem=arrow_fs, partitioning=["b"]).to_table()
    assert sorted(read["a"].to_pylist()) == [1, 2, 3]
    arrow_fs.delete_dir(f"{bucket}/t")
    assert arrow_fs.get_file_info(f"{bucket}/t").type == fs.FileType.NotFound


def test_pyarrow_streams_and_reads_at_random(bucket: str, arrow_fs: fs.S3FileSystem) -> None:
    with arrow_fs.open_output_stream(f"{bucket}/big") as stream:
        for number in range(20):
            stream.write(bytes([number]) * 1_000_000)
    with arrow_fs.open_input_file(f"{bucket}/big") as file:
        assert file.size() == 20_000_000
        assert file.read_at(4, 6_999_998) == b"\6\6\7\7"


def test_awswrangler(bucket: str) -> None:
    frame, path = TABLE.to_pandas(), f"s3://{bucket}/t/"
    for mode in ("overwrite", "append", "overwrite_partitions"):
        wr.s3.to_parquet(frame, path, dataset=True, partition_cols=["b"], mode=mode)
    assert len(wr.s3.read_parquet(path, dataset=True)) == 3
    assert wr.s3.list_directories(path) == [f"{path}b={value}/" for value in "xyz"]
    wr.s3.to_csv(frame, f"s3://{bucket}/ü b.csv", index=False)
    assert wr.s3.read_csv(f"s3://{bucket}/ü b.csv").equals(frame)
    assert wr.s3.size_objects(f"s3://{bucket}/ü b.csv") == {f"s3://{bucket}/ü b.csv": 16}
    wr.s3.delete_objects(path)
    assert wr.s3.list_objects(path) == []
