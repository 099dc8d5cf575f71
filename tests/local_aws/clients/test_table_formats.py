"""Table formats, whose commits are S3's conditional writes and nothing else."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
import pytest
from pyiceberg.catalog.sql import SqlCatalog

TABLE = pa.table({"a": [1, 2, 3], "b": ["x", "y", "z"]})


def test_delta_rs_commits_at_once_and_loses_nothing(
    bucket: str, object_store: dict[str, str]
) -> None:
    options = object_store | {"aws_conditional_put": "etag"}
    address = f"s3://{bucket}/delta"
    deltalake.write_deltalake(address, TABLE, storage_options=options)

    def append(number: int) -> None:
        deltalake.write_deltalake(
            address, pa.table({"a": [number], "b": ["w"]}), mode="append", storage_options=options
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(append, range(10, 22)))
    table = deltalake.DeltaTable(address, storage_options=options)
    assert sorted(table.to_pyarrow_table()["a"].to_pylist()) == [1, 2, 3, *range(10, 22)]
    table.delete("a >= 10")
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    assert sorted(table.to_pyarrow_table()["a"].to_pylist()) == [1, 2, 3]


@pytest.mark.parametrize(
    "io", ["pyiceberg.io.pyarrow.PyArrowFileIO", "pyiceberg.io.fsspec.FsspecFileIO"]
)
def test_pyiceberg(aws: Any, bucket: str, tmp_path: Path, io: str) -> None:
    catalog = SqlCatalog(
        "tests",
        **{
            "uri": f"sqlite:///{tmp_path}/catalog.db",
            "warehouse": f"s3://{bucket}/warehouse",
            "py-io-impl": io,
            "s3.endpoint": aws.endpoint,
            "s3.access-key-id": aws.env["AWS_ACCESS_KEY_ID"],
            "s3.secret-access-key": aws.env["AWS_SECRET_ACCESS_KEY"],
            "s3.region": aws.env["AWS_REGION"],
        },
    )
    catalog.create_namespace("n")
    table = catalog.create_table("n.t", schema=TABLE.schema)
    table.append(TABLE)
    table.append(TABLE)
    table.delete("a = 2")
    assert sorted(table.scan().to_arrow()["a"].to_pylist()) == [1, 1, 3, 3]
