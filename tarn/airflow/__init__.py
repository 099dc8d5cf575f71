"""The one part of tarn that knows Airflow: contracts, views and watches as DAGs.

Parsing is light: no AWS client, no connection, no Variable is touched, and boto3, pandas and Great
Expectations are imported by tasks only. A DAG file calls one of the functions here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.sdk import DAG

__all__ = ["dataset_dag", "freshness_dag", "late_dag", "maintenance_dag", "views_dag"]


def dataset_dag(dag_id: str, doc: str | None) -> DAG:
    """The DAG of the dataset of the same name."""
    from tarn.airflow.dataset import build

    return build(dag_id, doc)


def views_dag(dag_id: str, doc: str | None) -> DAG:
    """The DAG of all views and dashboards."""
    from tarn.airflow.views import build

    return build(dag_id, doc)


def maintenance_dag(dag_id: str, doc: str | None) -> DAG:
    """The DAG that deletes what nobody needs."""
    from tarn.airflow.maintenance import build

    return build(dag_id, doc)


def late_dag(dag_id: str, doc: str | None, schedule: str) -> DAG:
    """The DAG that runs partitions again whose source has changed; schedule: cron, UTC."""
    from tarn.airflow.late import build

    return build(dag_id, doc, schedule)


def freshness_dag(dag_id: str, doc: str | None) -> DAG:
    """The DAG that watches the freshness of all datasets."""
    from tarn.airflow.freshness import build

    return build(dag_id, doc)
