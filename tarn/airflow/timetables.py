"""Schedules: data intervals by cron, and the DAGs of the lake as a whole that follow one."""

from __future__ import annotations

import pendulum
from airflow.sdk import DAG

from tarn.airflow.settings import OWNER, dag_settings, default_args

try:
    from airflow.sdk import CronDataIntervalTimetable
except ImportError:  # Airflow 3.0
    from airflow.timetables.interval import CronDataIntervalTimetable

__all__ = ["CronDataIntervalTimetable", "regular"]


def regular(dag_id: str, doc: str | None, description: str, cron: str, *tags: str) -> DAG:
    """A DAG that looks after the whole lake, as it is now, whatever the run's date; cron: UTC."""
    return DAG(
        dag_id=dag_id,
        description=description,
        doc_md=doc,
        schedule=CronDataIntervalTimetable(cron, timezone="UTC"),
        start_date=pendulum.datetime(2013, 1, 1, tz="UTC"),
        catchup=False,
        max_active_runs=1,
        default_args=default_args(dag_settings(), OWNER),
        tags=["lake", *tags],
    )
