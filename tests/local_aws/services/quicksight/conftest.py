"""QuickSight without HTTP, over a small table; and boto3's client of the real server."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import LocalServer
from tests.local_aws.services.quicksight.clients import Client
from tests.local_aws.services.quicksight.fakes import QuickSight


@pytest.fixture
def quicksight(tmp_path: Path) -> Iterator[QuickSight]:
    """QuickSight with a data source, and no data set."""
    made = QuickSight(tmp_path / "data")
    made.source()
    yield made
    made.athena.gate.set()
    made.api.stop()


@pytest.fixture
def client(aws: LocalServer) -> Client:
    """boto3's client."""
    return Client(aws)


@pytest.fixture
def name() -> str:
    """An id that no other test uses."""
    return f"q{uuid.uuid4().hex[:10]}"
