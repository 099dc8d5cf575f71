"""The freshness of every dataset as one DAG of one task."""

from __future__ import annotations

from typing import Any

import pendulum
from airflow.sdk import DAG, task
from tarn_errors import task_errors

from tarn.airflow.settings import OWNER, dag_settings, default_args
from tarn.airflow.timetables import CronDataIntervalTimetable

HOURLY = "17 * * * *"  # not on the hour, when everybody's DAGs start


def build(dag_id: str, doc: str | None) -> DAG:
    with DAG(
        dag_id=dag_id,
        description="Alerts once where a dataset is older than its contract allows.",
        doc_md=doc,
        schedule=CronDataIntervalTimetable(HOURLY, timezone="UTC"),
        start_date=pendulum.datetime(2013, 1, 1, tz="UTC"),
        catchup=False,
        max_active_runs=1,
        default_args=default_args(dag_settings(), OWNER),
        tags=["lake", "alerts"],
    ) as dag:
        check()
    return dag


@task
def check(**context: Any) -> dict[str, str]:
    """Hold every dataset against its contract as it is now, whatever the run's date."""
    from tarn.steps.freshness import check_freshness

    with task_errors(context["ti"]):
        return check_freshness()
