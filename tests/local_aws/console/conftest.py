"""A visitor of the session's server, and names of one's own."""

import uuid
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import LocalServer
from tests.local_aws.console.support import visitor


@pytest.fixture
def browser(server: LocalServer) -> Iterator[httpx.Client]:
    with visitor(server) as client:
        yield client


@pytest.fixture
def name() -> str:
    return f"console-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def bucket(server: LocalServer, name: str) -> str:
    server.client("s3").create_bucket(Bucket=name)
    return name
