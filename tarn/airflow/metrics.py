"""The lake's gauges through Airflow's own metrics: StatsD or OpenTelemetry, or none, as set there.

https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/logging-monitoring/metrics.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GAUGES = ("rows_landed", "rows_published", "rows_quarantined", "bytes_published", "cost_usd")


def gauge_published(record: Mapping[str, Any]) -> None:
    """Set `tarn.<dataset>.<figure>` to what a ledger record says; what it lacks is left out."""
    try:
        from airflow.sdk.observability import stats
    except ImportError:  # before Airflow 3.2
        from airflow.stats import Stats as stats  # noqa: N813

    for name in GAUGES:
        value = record.get(name)
        if isinstance(value, int | float):
            tags = {"dataset": str(record["dataset"])}
            stats.gauge(f"tarn.{record['dataset']}.{name}", value, tags=tags)
