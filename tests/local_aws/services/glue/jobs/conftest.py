import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def glue(aws: Any) -> Any:
    """Glue, with a bucket of this test's own."""
    from support import Glue

    return Glue(aws)
