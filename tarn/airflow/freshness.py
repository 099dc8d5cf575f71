"""The freshness of every dataset as one DAG of one task."""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, task
from tarn_errors import task_errors

from tarn.airflow.timetables import regular

HOURLY = "17 * * * *"  # not on the hour, when everybody's DAGs start


def build(dag_id: str, doc: str | None) -> DAG:
    description = "Alerts once where a dataset is older than its contract allows."
    with regular(dag_id, doc, description, HOURLY, "alerts") as dag:
        check()
    return dag


@task
def check(**context: Any) -> dict[str, str]:
    """Hold every dataset against its contract as it is now, whatever the run's date."""
    from tarn.steps.freshness import check_freshness

    with task_errors(context["ti"]):
        return check_freshness()
