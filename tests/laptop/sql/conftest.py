"""A lake with a table, asked through its own workgroup."""

import io
from typing import Any

import pytest
from rich.console import Console

from laptop.sql.query import Asker
from tarn.aws import Aws
from tests.laptop.conftest import lake
from tests.tarn import ground

__all__ = ["lake"]


@pytest.fixture
def asker(lake: Any) -> Asker:
    ground.databases(lake)
    ground.workgroup(lake)
    made = Asker()
    made.ask(
        "CREATE TABLE planes AS SELECT * FROM"
        " (VALUES (1, 'N1', 1.5e0, true), (2, NULL, NULL, NULL)) t(id, tail, hours, flown)"
    )
    return made


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Asker:
    """Asks where nobody listens, and once."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    aws = Aws()
    for service in ("athena", "glue"):
        setattr(aws, service, aws.client(service, attempts=1))
    return Asker(aws)


@pytest.fixture
def console() -> Console:
    """What is printed is in `file`."""
    return Console(file=io.StringIO(), width=110, highlight=False)
