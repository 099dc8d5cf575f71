"""Whether what AWS has is what is declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def covers(actual: Any, wanted: Any) -> bool:
    """Whether `actual` says all that `wanted` says; AWS adds defaults and timestamps of its own."""
    if isinstance(wanted, Mapping):
        return isinstance(actual, Mapping) and all(
            key in actual and covers(actual[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list | tuple):
        return (
            isinstance(actual, list | tuple)
            and len(actual) == len(wanted)
            and all(covers(a, w) for a, w in zip(actual, wanted, strict=True))
        )
    return bool(actual == wanted)
