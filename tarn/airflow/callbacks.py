"""What happens when a task has failed for good."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
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
    """Take the partition's mark out of the ledger: it no longer is under way."""

    def clear_mark(context: Mapping[str, Any]) -> None:
        from tarn import ledger
        from tarn.partition import Partition

        ledger.ended(Partition.of(contract, context.get("logical_date")))

    return clear_mark


def alert_failed(contract: Contract) -> Callable[[Mapping[str, Any]], None]:
    """Tell the lake's topic that a partition stopped, where and why; once a generation of tries."""

    def alert(context: Mapping[str, Any]) -> None:
        from tarn import alerts
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

    from tarn.work import make_token

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
