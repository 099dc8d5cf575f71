"""Metrics and their data points in SQLite.

A metric is its namespace, name and dimensions together: another set of dimensions is another
metric (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html).
"""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.database import Row

if TYPE_CHECKING:
    from local_aws.context import Platform

SCHEMA = """
CREATE TABLE IF NOT EXISTS metrics (
    id INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    dimensions TEXT NOT NULL,
    last INTEGER NOT NULL,
    UNIQUE (namespace, name, dimensions)
);
CREATE TABLE IF NOT EXISTS points (
    metric INTEGER NOT NULL REFERENCES metrics ON DELETE CASCADE,
    at INTEGER NOT NULL,
    unit TEXT NOT NULL,
    samples REAL NOT NULL,
    sum REAL NOT NULL,
    minimum REAL NOT NULL,
    maximum REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS points_in_order ON points (metric, at);
"""
AGGREGATED = (
    "sum(samples) AS samples, sum(sum) AS sum, min(minimum) AS minimum, max(maximum) AS maximum"
)
DAY = 86_400
KEPT_DAYS = 455
LISTED_DAYS = 14

Dimensions = dict[str, str]


@dataclass(frozen=True)
class Metric:
    """Which metric."""

    namespace: str
    name: str
    dimensions: Dimensions

    @property
    def key(self) -> tuple[str, str, str]:
        """As the table has it; the order of dimensions means nothing."""
        return self.namespace, self.name, json.dumps(self.dimensions, sort_keys=True)


@dataclass(frozen=True)
class Datum:
    """Samples of a metric at a moment (epoch seconds): their number, sum and extremes."""

    metric: Metric
    at: int
    unit: str
    samples: float
    sum: float
    minimum: float
    maximum: float

    @classmethod
    def of(cls, metric: Metric, at: int, unit: str, value: float, samples: float = 1) -> "Datum":
        """The same value, so many times."""
        return cls(metric, at, unit, samples, value * samples, value, value)


@dataclass(frozen=True)
class Span:
    """From `start` (inclusive) to `end` (exclusive), in steps of `period`, all in epoch seconds."""

    start: int
    end: int
    period: int


class MetricStore:
    """All metrics of the server. Other services put theirs with `put`."""

    def __init__(self, platform: "Platform") -> None:
        self.db = platform.db("cloudwatch")
        self.db.script(SCHEMA)

    def put(self, data: Iterable[Datum]) -> None:
        """All of them or none."""
        moment = int(time.time())
        with self.db.transaction():
            for datum in data:
                self._put(datum, moment)

    def _put(self, datum: Datum, moment: int) -> None:
        key = datum.metric.key
        self.db.execute(
            "INSERT INTO metrics (namespace, name, dimensions, last) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET last = excluded.last",
            (*key, moment),
        )
        self.db.execute(
            "INSERT INTO points SELECT id, ?, ?, ?, ?, ?, ? FROM metrics"
            " WHERE (namespace, name, dimensions) = (?, ?, ?)",
            (
                *(datum.at, datum.unit, datum.samples, datum.sum),
                *(datum.minimum, datum.maximum, *key),
            ),
        )

    def series(self, metric: Metric, span: Span, unit: str | None = None) -> list[Row]:
        """``at, samples, sum, minimum, maximum`` of each period that has data, the oldest first."""
        return self._series(metric, span, unit, "slot")

    def series_by_unit(self, metric: Metric, span: Span, unit: str | None = None) -> list[Row]:
        """The same with ``unit``: a row for each unit that the period's data were put in."""
        return self._series(metric, span, unit, "slot, unit")

    def _series(self, metric: Metric, span: Span, unit: str | None, group: str) -> list[Row]:
        sql = (
            f"SELECT (at - ?) / ? AS slot, unit, {AGGREGATED} FROM points WHERE metric ="  # noqa: S608
            " (SELECT id FROM metrics WHERE (namespace, name, dimensions) = (?, ?, ?))"
            " AND at >= ? AND at < ? AND coalesce(? = unit, true)"
            f" GROUP BY {group} ORDER BY {group}"
        )
        values = (span.start, span.period, *metric.key, span.start, span.end, unit)
        rows = self.db.all(sql, values)
        return [row | {"at": span.start + row["slot"] * span.period} for row in rows]

    def metrics(self, after: int, since: int) -> list[Row]:
        """``id, namespace, name, dimensions`` of metrics with data put since, behind that id."""
        sql = "SELECT * FROM metrics WHERE id > ? AND last >= ? ORDER BY id"
        rows = self.db.all(sql, (after, since))
        return [row | {"dimensions": json.loads(row["dimensions"])} for row in rows]

    def expire(self) -> None:
        """Forget what AWS would have forgotten, and metrics of which nothing is left."""
        with self.db.transaction():
            oldest = int(time.time()) - KEPT_DAYS * DAY
            self.db.execute("DELETE FROM points WHERE at < ?", (oldest,))
            self.db.execute("DELETE FROM metrics WHERE id NOT IN (SELECT metric FROM points)")
