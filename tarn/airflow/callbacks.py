"""What happens when a task has failed for good."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tarn.contracts.contract import Contract

log = logging.getLogger(__name__)


def say_why(context: Mapping[str, Any]) -> None:
    """End the task's log with the error's own words: Airflow's ends with a traceback."""
    if error := context.get("exception"):
        log.info("::endgroup::")  # Airflow's own "Post Execute", which its UI shows folded
        log.error("%s", error)


def partition_failed(contract: Contract) -> Callable[[Mapping[str, Any]], None]:
    """Record the failed run, and take the partition's mark away: it no longer is under way."""

    def note(context: Mapping[str, Any]) -> None:
        from tarn.aws import Aws
        from tarn.ledger import ledger, record
        from tarn.partition import Partition

        partition, aws = Partition.of(contract, context.get("logical_date")), Aws.from_environment()
        try:
            ledger.record(record.failed(partition, **_failure(context), aws=aws), aws)
        finally:
            ledger.ended(partition, aws)

    return note


def _failure(context: Mapping[str, Any]) -> dict[str, Any]:
    """What tarn.ledger.record.failed is told. Of a killed task less is known than of others."""
    from tarn_errors import FINDING
    from tarn_operators import LEFT

    from tarn.airflow.steps import BEFORE_PUBLISH
    from tarn.services.work import make_token

    ti = context["ti"]
    pull = getattr(ti, "xcom_pull", lambda **_: None)
    # Not of later steps: those of a run that was cleared still have their former results.
    before = takewhile(lambda step: step != ti.task_id, BEFORE_PUBLISH)
    results = {step: pull(task_ids=step) for step in before}
    results[ti.task_id] = pull(task_ids=ti.task_id, key=LEFT)
    error = context.get("exception") or context.get("reason") or "The task was killed."
    return {
        "token": make_token("failed", ti.dag_id, ti.run_id, ti.task_id, ti.try_number),
        "step": ti.task_id,
        "message": str(error),
        "finding": pull(task_ids=ti.task_id, key=FINDING) or {},
        "results": {step: result for step, result in results.items() if result},
    }


def alert_failed(contract: Contract) -> Callable[[Mapping[str, Any]], None]:
    """Tell the lake's topic that a partition stopped, where and why; once a generation of tries."""

    def alert(context: Mapping[str, Any]) -> None:
        from tarn.health import alerts
        from tarn.partition import Partition

        ti, error = context["ti"], context.get("exception")
        partition = Partition.of(contract, context.get("logical_date"))
        gate = _gate(error)
        alerts.tell(
            alerts.Alert(
                kind="failed",
                severity="critical",
                dataset=partition.dataset,
                partition=partition.label,
                title=f"{partition} failed at {f'the gate {gate}' if gate else ti.task_id}",
                text=str(error or context.get("reason") or "The task was killed."),
                token=_tries(context),
                step=ti.task_id,
                gate=gate,
                link=str(getattr(ti, "log_url", "")),
            )
        )

    return alert


def _tries(context: Mapping[str, Any]) -> str:
    """The token of a task's tries; of its last one, where a killed task's context knows no more."""
    from tarn_operators import task_token

    from tarn.services.work import make_token

    if context.get("dag_run"):
        return task_token(context)
    ti = context["ti"]
    return make_token(ti.dag_id, ti.run_id, ti.task_id, ti.map_index, ti.try_number)


def _gate(error: BaseException | None) -> str:
    """The gate that stopped a task: `task_errors` raised Airflow's error in place of GateFailed."""
    from tarn.errors import GateFailed

    while error is not None and not isinstance(error, GateFailed):
        error = error.__cause__ or error.__context__
    return error.gate if error else ""
