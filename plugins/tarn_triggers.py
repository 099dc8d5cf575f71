"""Triggers: waiting that holds no worker.

An Airflow that has BaseTrigger.on_kill (3.3) calls it when a user marks or clears the deferred
task, and not when the triggerer stops or restarts. Before that both look alike, a CancelledError;
the task's state tells them apart: it is no longer deferred when a user acted.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from tarn.aws import Aws
from tarn.services.work import Status, Work, work_from_dict

log = logging.getLogger(__name__)


class WorkTrigger(BaseTrigger):  # type: ignore[misc]
    """Wait for one run on AWS; stop it when a user ends the task."""

    def __init__(self, work: Mapping[str, Any], run_id: str, poll_seconds: float) -> None:
        super().__init__()
        self.work = dict(work)
        self.run_id = run_id
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "tarn_triggers.WorkTrigger", {
            "work": self.work,
            "run_id": self.run_id,
            "poll_seconds": self.poll_seconds,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        try:
            status = await self._end_of_run()
        except asyncio.CancelledError:
            if not hasattr(BaseTrigger, "on_kill") and await self._user_acted():
                await self.on_kill()
            raise
        except Exception as error:
            # The task comes back, says what went wrong, and a retry reconnects to the run.
            yield TriggerEvent({"run_id": self.run_id, "error": str(error)})
        else:
            yield TriggerEvent({"run_id": self.run_id, "state": status.state})

    async def on_kill(self) -> None:
        log.info("Stopping %s run %s on AWS.", self.work["kind"], self.run_id)
        await asyncio.to_thread(self._stop)

    async def _end_of_run(self) -> Status:
        work, aws = await asyncio.to_thread(self._connect)
        while not (status := await asyncio.to_thread(work.status, aws, self.run_id)).done:
            await asyncio.sleep(self.poll_seconds)
        return status

    def _connect(self) -> tuple[Work, Aws]:
        return work_from_dict(self.work), Aws.from_environment()

    def _stop(self) -> None:
        work, aws = self._connect()
        work.stop(aws, self.run_id)

    async def _user_acted(self) -> bool:
        from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance
        from asgiref.sync import sync_to_async

        ti = self.task_instance
        states = await sync_to_async(RuntimeTaskInstance.get_task_states)(
            dag_id=ti.dag_id,
            task_ids=[ti.task_id],
            run_ids=[ti.run_id],
            map_index=ti.map_index,
        )
        return "deferred" not in states.get(ti.run_id, {}).values()


class RunsEndedTrigger(BaseTrigger):  # type: ignore[misc]
    """Wait until none of the DAGs has a queued or running run, or long enough."""

    def __init__(self, dag_ids: list[str], poll_seconds: float, at_most_seconds: float) -> None:
        super().__init__()
        self.dag_ids = dag_ids
        self.poll_seconds = poll_seconds
        self.at_most_seconds = at_most_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "tarn_triggers.RunsEndedTrigger", {
            "dag_ids": self.dag_ids,
            "poll_seconds": self.poll_seconds,
            "at_most_seconds": self.at_most_seconds,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        from asgiref.sync import sync_to_async

        deadline = time.monotonic() + self.at_most_seconds
        # sync_to_async and no thread of ours: the triggerer's line to its supervisor wants it.
        while count := await sync_to_async(open_runs)(self.dag_ids):
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(self.poll_seconds)
        yield TriggerEvent({"open_runs": count})


def open_runs(dag_ids: list[str]) -> int:
    """How many runs of these DAGs are queued or running, by Airflow's own count."""
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    count = RuntimeTaskInstance.get_dr_count
    return sum(count(dag_id=dag_id, states=["queued", "running"]) for dag_id in dag_ids)
