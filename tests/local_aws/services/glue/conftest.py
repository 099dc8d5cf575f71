"""Glue's models over an empty folder: what engine tests work on, without HTTP."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local_aws.context import Credentials, Platform
from local_aws.services.glue.catalog import Catalog
from local_aws.services.logs.model import LogStore
from local_aws.services.s3.model import S3Store


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    """S3, the catalog and the logs, with a bucket ``lake`` and a database ``found``."""
    made = Platform(tmp_path, 1, Credentials("key", "secret"))
    made.s3, made.glue, made.logs = S3Store(made), Catalog(made), LogStore(made)
    made.s3.create_bucket("lake")
    made.glue.create_database({"Name": "found"})
    return made


@pytest.fixture
def catalog(platform: Platform) -> Catalog:
    return platform.glue


def parquet(**columns: Any) -> bytes:
    """A Parquet file of these columns."""
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


@pytest.fixture
def put(platform: Platform) -> Callable[[str, bytes | str], None]:
    """Put an object into the bucket ``lake``."""

    def put(key: str, data: bytes | str) -> None:
        platform.s3.put("lake", key, data.encode() if isinstance(data, str) else data)

    return put
