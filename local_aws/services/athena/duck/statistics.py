"""Statistics of a group's values that DuckDB has not, or has by another definition.

https://trino.io/docs/current/functions/aggregate.html
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from local_aws.services.athena.duck.failures import fail

Values = list[float | None]


def skewness(values: Values) -> float | None:
    known = [v for v in values if v is not None]
    if len(known) < 3:
        return None
    second, third = _moments(known, 2), _moments(known, 3)
    return math.sqrt(len(known)) * third / second**1.5 if second else None


def kurtosis(values: Values) -> float | None:
    """The excess over a normal distribution, unbiased."""
    known = [v for v in values if v is not None]
    n = len(known)
    if n < 4:
        return None
    second, fourth = _moments(known, 2), _moments(known, 4)
    if not second:
        return None
    scale = n * (n + 1) * (n - 1) / ((n - 2) * (n - 3))
    return scale * fourth / second**2 - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))


def _moments(known: list[float], power: int) -> float:
    mean = math.fsum(known) / len(known)
    return math.fsum((v - mean) ** power for v in known)


# --- percentiles of weighted values, as Trino's t-digest interpolates between them


def weighted_percentiles(values: Values, weights: Values, wanted: Values) -> list[float] | None:
    """Percentiles between the values; all of them are kept where a digest would merge some."""
    pairs = [
        (v, w) for v, w in zip(values, weights, strict=True) if v is not None and w is not None
    ]
    if any(w <= 0 for _, w in pairs):
        raise fail("INVALID_FUNCTION_ARGUMENT", "percentile weight must be > 0")
    if not pairs:
        return None
    pairs.sort()
    return [_percentile(pairs, _checked(q)) for q in wanted]


def _checked(q: float | None) -> float:
    if q is None or not 0 <= q <= 1:
        raise fail("INVALID_FUNCTION_ARGUMENT", "Percentile must be between 0 and 1")
    return q


def _percentile(pairs: list[tuple[float, float]], q: float) -> float:
    total = math.fsum(w for _, w in pairs)
    offset, (low, first), (high, last) = q * total, pairs[0], pairs[-1]
    if offset < 1 or len(pairs) == 1:
        return low
    if offset >= total - 1:
        return high
    if offset < first / 2 or total - offset <= last / 2:
        # Inside of the first or the last value.
        return low if offset < first / 2 else high
    passed = first / 2
    for (a, left), (b, right) in pairwise(pairs):
        step = (left + right) / 2
        if passed + step > offset:
            return _between(a, left, b, right, offset - passed)
        passed += step
    return high


def _between(a: float, left: float, b: float, right: float, into: float) -> float:
    """Between two neighbours, `into` past the middle of the left; a single value does not blur."""
    if left == 1 and into < left / 2:
        return a
    if right == 1 and into >= left / 2:
        return b
    if left == 1:
        return a + (into - left / 2) / (right / 2) * (b - a)
    length = left / 2 if right == 1 else (left + right) / 2
    return a + into / length * (b - a)


# --- numeric_histogram: the nearest buckets are merged until there are few enough


@dataclass
class _Bucket:
    value: float
    weight: float


def numeric_histogram(buckets: int, values: Values, weights: Values) -> list[dict[str, float]]:
    """At most `buckets` buckets, each its mean value and its weight."""
    if buckets < 2:
        raise fail(
            "INVALID_FUNCTION_ARGUMENT", "numeric_histogram bucket count must be greater than one"
        )
    found: list[_Bucket] = []
    room = buckets + max(int(buckets * 0.2), 1)
    for value, weight in zip(values, weights, strict=False):
        if value is None or weight is None:
            continue
        if len(found) == room:
            found = _merged(found, buckets)
        found.append(_Bucket(value, weight))
    return [{"k": b.value, "v": b.weight} for b in _merged(found, buckets)]


def _merged(buckets: list[_Bucket], most: int) -> list[_Bucket]:
    found: list[_Bucket] = []
    for bucket in sorted(buckets, key=lambda b: b.value):
        if found and found[-1].value == bucket.value:
            found[-1].weight += bucket.weight
        else:
            found.append(_Bucket(bucket.value, bucket.weight))
    while len(found) > most:
        place = min(range(len(found) - 1), key=lambda i: _penalty(found[i], found[i + 1]))
        a, b = found[place : place + 2]
        weight = a.weight + b.weight
        mean = (a.value * a.weight + b.value * b.weight) / weight
        found[place : place + 2] = [_Bucket(mean, weight)]
    return found


def _penalty(a: _Bucket, b: _Bucket) -> float:
    weight = a.weight + b.weight
    return weight * (a.value - b.value) ** 2 * (a.weight * b.weight) / weight**2
