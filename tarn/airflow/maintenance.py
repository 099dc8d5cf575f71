"""The nightly collection of what nobody needs."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk import DAG, task
from tarn_errors import task_errors

from tarn.airflow.timetables import regular

NIGHTLY = "30 2 * * *"
log = logging.getLogger(__name__)


def build(dag_id: str, doc: str | None) -> DAG:
    description = "Deletes files of runs that nobody reads nor can go back to."
    with regular(dag_id, doc, description, NIGHTLY, "maintenance") as dag:
        collect()
    return dag


@task
def collect(**context: Any) -> dict[str, int]:
    """Delete, and say in the log what and why; the same again finds what was left."""
    from tarn.published import retention

    things, objects, size = 0, 0, 0
    with task_errors(context["ti"]):
        for thing in retention.collect():
            log.info("%s: %s", thing.what, thing.why)
            things, objects, size = things + 1, objects + thing.objects, size + thing.bytes
    return {"things": things, "objects": objects, "bytes": size}
