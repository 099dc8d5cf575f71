"""Crawls without threads and without HTTP."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from local_aws.context import Platform
from local_aws.services.glue.crawlers import engine
from local_aws.services.glue.crawlers.settings import checked
from tests.local_aws.services.glue.conftest import parquet

Crawl = Callable[..., Counter[str]]


FLIGHTS = parquet(day=pa.array([1, 2], pa.int32()), carrier=["AA", "B6"])
PLANES = parquet(tailnum=["N1"], seats=[100], engines=[2])


@pytest.fixture
def said() -> list[str]:
    """What the crawls wrote to their log."""
    return []


@pytest.fixture
def crawl(platform: Platform, said: list[str]) -> Crawl:
    """Crawl ``s3://lake/<path>`` into the database ``found``; what changed, counted."""

    def run(path: str = "", target: Any = None, **members: Any) -> Counter[str]:
        targets = {"S3Targets": [{"Path": f"s3://lake/{path}", **(target or {})}]}
        given = {"Name": "c", "Role": "crawling", "DatabaseName": "found", "Targets": targets}
        around = engine.Surroundings(platform.s3, platform.glue, said.append, lambda: False)
        return engine.crawl(checked({**given, **members}), around)

    return run
