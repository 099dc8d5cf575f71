"""The lake's gauges through Airflow's own metrics: StatsD or OpenTelemetry, or none, as set there.

https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/logging-monitoring/metrics.html
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

log = logging.getLogger(__name__)

GAUGES = ("rows_landed", "rows_published", "rows_quarantined", "bytes_published", "cost_usd")


def gauge_published(record: Mapping[str, Any]) -> None:
    """Set `tarn.<dataset>.<figure>` to what a ledger record says; what it lacks is left out.

    Airflow puts its prefix before the name: `airflow.tarn.flights.rows_published`.
    """
    dataset = str(record["dataset"])
    try:
        for name in GAUGES:
            if isinstance(value := record.get(name), int | float):
                _stats().gauge(f"tarn.{dataset}.{name}", value, tags={"dataset": dataset})
    except Exception:  # whatever it is, it must not fail a task that has published
        log.exception("The gauges of %s were not set.", dataset)


def _stats() -> Any:
    try:
        from airflow.sdk.observability import stats
    except ImportError:  # before Airflow 3.2
        from airflow.stats import Stats as stats  # noqa: N813
    return stats
