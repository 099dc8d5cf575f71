"""publish: one Glue catalog call points readers at the new run's folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarn.aws import Aws
from tarn.partition import Partition


def publish(
    partition: Partition,
    tokens: Mapping[str, str],
    results: Mapping[str, Mapping[str, Any]],
    aws: Aws | None = None,
) -> dict[str, Any]:
    """Check conservation, publish the run, write the ledger record, clean up.

    tokens: by step, {"land", "profile", "clean", "convert", "crawl", "publish"}; "convert" names
    the run's folder, "publish" the record. results: by step, what it returned: {"land": land(),
    "profile": Status.detail or check_profile(), "clean": Status.detail, "convert": Status.detail,
    "crawl": Status.detail, "drift": compare_schema(), "validate": validate()}; only "land" and
    "clean" are required. Returns the ledger record. The same token again is a no-op.
    """
    raise NotImplementedError


def rollback(partition: Partition, aws: Aws | None = None) -> dict[str, Any]:
    """Point readers back at the location before the last publish."""
    raise NotImplementedError
