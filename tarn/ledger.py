"""The ledger: one record per partition run, and what is under way at this moment.

Records are JSON objects in the ops zone (ledger/<dataset>/<label>/<token>.json), which Athena reads
as lake_ops.ledger. Markers of partitions under way are in-flight/<dataset>/<label>.json.
"""

from __future__ import annotations

from typing import Any

from tarn.aws import Aws
from tarn.partition import Partition


def started(partition: Partition, token: str, aws: Aws | None = None) -> None:
    """Mark a partition as under way. land() does this itself."""
    raise NotImplementedError


def ended(partition: Partition, aws: Aws | None = None) -> None:
    """Take the mark away: published (publish() does it), or failed (a failure callback does it)."""
    raise NotImplementedError


def record(entry: dict[str, Any], aws: Aws | None = None) -> str:
    """Write a partition run's record and return its uri; the same run overwrites its own record."""
    raise NotImplementedError


def read(
    dataset: str = "", partition: Partition | None = None, aws: Aws | None = None
) -> list[dict[str, Any]]:
    """Records, oldest first: all, of one dataset, or of one partition."""
    raise NotImplementedError


def in_flight(aws: Aws | None = None) -> list[dict[str, Any]]:
    """Partitions started and not finished: {dataset, partition, token, started_at}."""
    raise NotImplementedError


def summary(aws: Aws | None = None) -> list[dict[str, Any]]:
    """The latest published record of each partition, by dataset and partition."""
    raise NotImplementedError


def pending_refresh(aws: Aws | None = None) -> list[str]:
    """Datasets published since the views were last refreshed."""
    raise NotImplementedError


def quiet(aws: Aws | None = None) -> bool:
    """Whether nothing is in flight, and nothing was published for TARN_QUIET_SECONDS."""
    raise NotImplementedError


def refreshed(datasets: list[str], token: str, aws: Aws | None = None) -> dict[str, Any]:
    """Record that views and dashboards now show these datasets as they were when it began."""
    raise NotImplementedError
