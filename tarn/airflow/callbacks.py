"""What happens when a task has failed for good."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tarn.contract import Contract

log = logging.getLogger(__name__)


def say_why(context: Mapping[str, Any]) -> None:
    """End the task's log with the error's own words: Airflow's ends with a traceback."""
    if error := context.get("exception"):
        log.info("::endgroup::")  # Airflow's own "Post Execute", which its UI shows folded
        log.error("%s", error)


def partition_failed(contract: Contract) -> Callable[[Mapping[str, Any]], None]:
    """Record the failed run, and take the partition's mark away: it no longer is under way."""

    def note(context: Mapping[str, Any]) -> None:
        from tarn import ledger, record
        from tarn.aws import Aws
        from tarn.partition import Partition

        partition, aws = Partition.of(contract, context.get("logical_date")), Aws.from_environment()
        try:
            ledger.record(record.failed(partition, **_failure(context), aws=aws), aws)
        finally:
            ledger.ended(partition, aws)

    return note


def _failure(context: Mapping[str, Any]) -> dict[str, Any]:
    """What tarn.record.failed is told. Of a task that was killed less is known than of others."""
    from tarn_errors import FINDING
    from tarn_operators import LEFT

    from tarn.airflow.steps import BEFORE_PUBLISH
    from tarn.work import make_token

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
