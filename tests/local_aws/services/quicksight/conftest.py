"""QuickSight without HTTP, over a small table."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local_aws.services.quicksight.fakes import QuickSight


@pytest.fixture
def quicksight(tmp_path: Path) -> Iterator[QuickSight]:
    """QuickSight with a data source, and no data set."""
    made = QuickSight(tmp_path / "data")
    made.source()
    yield made
    made.athena.gate.set()
    made.api.stop()
