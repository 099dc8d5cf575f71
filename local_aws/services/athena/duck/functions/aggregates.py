"""Aggregates over the list of their values."""

from __future__ import annotations

import math
from typing import Any


def skewness(values: list[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    if len(known) < 3:
        return None
    mean = sum(known) / len(known)
    second, third = (sum((v - mean) ** k for v in known) for k in (2, 3))
    return math.sqrt(len(known)) * third / second**1.5 if second else math.nan


def entropy(values: list[int | None]) -> float:
    counts = [v for v in values if v]
    total = sum(counts)
    return sum(c / total * math.log2(total / c) for c in counts) if total else 0.0


SIGNATURES: dict[str, tuple[Any, list[str], str]] = {
    "py_skewness": (skewness, ["DOUBLE[]"], "DOUBLE"),
    "py_entropy": (entropy, ["BIGINT[]"], "DOUBLE"),
}
