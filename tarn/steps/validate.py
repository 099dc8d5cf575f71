"""validate: the Great Expectations suite on the unpublished run, by SQL through Athena."""

from __future__ import annotations

from typing import Any

from tarn.aws import Aws
from tarn.partition import Partition


def validate(partition: Partition, token: str, aws: Aws | None = None) -> dict[str, Any]:
    """Run expectations/<dataset>.json on the run's shadow table (token: the *convert* step's).

    Returns {"expectations", "passed", "warnings": [...], "queries", "rows"}; a critical
    failure raises GateFailed naming expectation, column, count and examples.
    """
    raise NotImplementedError
