"""A client of CloudFormation, and a name of one's own."""

import uuid
from typing import Any

import pytest

from tests.conftest import LocalServer


@pytest.fixture
def cf(server: LocalServer) -> Any:
    return server.client("cloudformation")


@pytest.fixture
def name() -> str:
    """Of a stack, and the start of what it makes."""
    return f"s{uuid.uuid4().hex[:8]}"
