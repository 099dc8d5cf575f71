"""land: the source's file for the interval goes to the raw zone, its manifest last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarn.aws import Aws
from tarn.partition import Partition


def land(partition: Partition, token: str, aws: Aws | None = None) -> dict[str, Any]:
    """Put the partition's raw file and its manifest.

    Returns the manifest: {"uri" (the run's folder), "key", "rows", "bytes", "sha256", "token",
    "source", ...}. The same bytes for the same token change nothing.
    """
    raise NotImplementedError


def check_landed(
    partition: Partition, landed: Mapping[str, Any], aws: Aws | None = None
) -> dict[str, Any]:
    """The structural gate: read the raw object back and hold it against contract and manifest.

    Returns {"rows", "columns", "bytes"}; raises GateFailed.
    """
    raise NotImplementedError
