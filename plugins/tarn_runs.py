"""Airflow's runs of the lake's partitions, read from its metadata: for the page, in the api-server.

Tables and no REST call: the page is served by the api-server itself, and 2,500 runs are two
queries. The columns are those that Airflow 3.0 and 3.3 have alike, or are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session
from sqlalchemy import select
from tarn_errors import FINDING

from tarn.contracts.contract import Contract
from tarn.errors import Terminal
from tarn.health.matrix import STEPS, Run
from tarn.partition import Partition

AT_WORK = ("running", "deferred", "queued", "scheduled", "up_for_retry", "up_for_reschedule")
NEWEST = 20_000  # runs that are looked at
Place = tuple[str, str]  # dag_id and run_id


def newest_runs(contracts: Mapping[str, Contract]) -> list[Run]:
    """The newest run of each partition, with the step that is at work or has failed."""
    with create_session() as session:
        rows = _newest_of_each(session, contracts)
        open_runs = {
            (r.dag_id, r.run_id) for r in rows.values() if r.state in ("running", "failed")
        }
        steps = _steps(session, open_runs)
        findings = _findings(session, {(d, r) for d, r in steps if steps[d, r].state == "failed"})
    return [
        _run(partition, row, steps.get((row.dag_id, row.run_id)), findings)
        for partition, row in rows.items()
    ]


def _newest_of_each(session: Any, contracts: Mapping[str, Contract]) -> dict[Partition, Any]:
    # Airflow 3.0 does not know who started a run.
    by = [DagRun.triggering_user_name] if hasattr(DagRun, "triggering_user_name") else []
    asked = (
        select(
            DagRun.dag_id,
            DagRun.run_id,
            DagRun.state,
            DagRun.run_type,
            DagRun.logical_date,
            DagRun.start_date,
            DagRun.end_date,
            *by,
        )
        .where(DagRun.dag_id.in_(list(contracts)))
        .order_by(DagRun.id.desc())
        .limit(NEWEST)
    )
    found: dict[Partition, Any] = {}
    for row in session.execute(asked):
        try:
            partition = Partition.of(contracts[row.dag_id], row.logical_date)
        except Terminal:
            continue  # started without a date: it holds no partition
        # The newest is the one that started last; a run that waits goes before all.
        before = found.get(partition)
        if before is None or _began(row) > _began(before):
            found[partition] = row
    return found


def _began(row: Any) -> tuple[bool, Any]:
    return row.start_date is None, row.start_date and row.start_date.timestamp()


def _steps(session: Any, places: set[Place]) -> dict[Place, Any]:
    """The first task of each run that failed or is at work: task_id, state, start_date."""
    if not places:
        return {}
    asked = select(
        TaskInstance.dag_id,
        TaskInstance.run_id,
        TaskInstance.task_id,
        TaskInstance.state,
        TaskInstance.start_date,
    ).where(
        TaskInstance.dag_id.in_({dag_id for dag_id, _ in places}),
        TaskInstance.run_id.in_({run_id for _, run_id in places}),
        TaskInstance.state.in_(("failed", *AT_WORK)),
    )
    found: dict[Place, Any] = {}
    for row in sorted(session.execute(asked), key=_order):
        found.setdefault((row.dag_id, row.run_id), row)
    return {place: step for place, step in found.items() if place in places}


def _order(row: Any) -> tuple[bool, int]:
    place = STEPS.index(row.task_id) if row.task_id in STEPS else len(STEPS)
    return row.state == "scheduled", place


def _findings(session: Any, places: Iterable[Place]) -> dict[Place, Mapping[str, Any]]:
    """What gates found in these runs."""
    wanted = set(places)
    if not wanted:
        return {}
    asked = select(XComModel.dag_id, XComModel.run_id, XComModel.value).where(
        XComModel.key == FINDING,
        XComModel.dag_id.in_({dag_id for dag_id, _ in wanted}),
        XComModel.run_id.in_({run_id for _, run_id in wanted}),
    )
    found = {}
    for row in session.execute(asked):
        value = XComModel.deserialize_value(row)
        if isinstance(value, Mapping):
            found[row.dag_id, row.run_id] = value
    return found


def _run(
    partition: Partition,
    row: Any,
    step: Any,
    findings: Mapping[Place, Mapping[str, Any]],
) -> Run:
    user = getattr(row, "triggering_user_name", None)
    return Run(
        dataset=partition.dataset,
        partition=partition.label,
        run_id=row.run_id,
        state=str(getattr(row.state, "value", row.state)),
        started=row.start_date,
        ended=row.end_date,
        step=step.task_id if step else "",
        step_state=str(step.state) if step else "",
        step_started=step.start_date if step else None,
        finding=findings.get((row.dag_id, row.run_id), {}),
        by=" · ".join(str(part) for part in (user, row.run_type) if part),
    )
