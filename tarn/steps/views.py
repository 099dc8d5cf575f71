"""views: sql/<database>/<view>.sql, created in dependency order, only what changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tarn.aws import Aws


def view_names() -> list[str]:
    """All views, in dependency order."""
    raise NotImplementedError


def views_of(datasets: Iterable[str]) -> list[str]:
    """The views that read any of the datasets, directly or through other views, in order."""
    raise NotImplementedError


def refresh_views(aws: Aws | None = None) -> dict[str, Any]:
    """CREATE OR REPLACE each view whose text changed.

    Returns {"created": [...], "unchanged": [...]}.
    """
    raise NotImplementedError
