"""A task's tries as Airflow makes them, without its scheduler: the same token in each of them."""

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import botocore.client
import pytest

TRIES = 4  # a first one and TARN_RETRIES
RUN_STARTED = datetime(2026, 1, 1, tzinfo=UTC)
numbers = itertools.count(1)


class Killed(BaseException):
    """The worker is gone: nothing of the task's own sees to anything any more."""


@dataclass
class Task:
    """One task instance of the real DAG, and what came of its tries."""

    step: str
    results: dict[str, Any] = field(default_factory=dict)
    mapped: dict[str, Any] | None = None
    number: int = field(default_factory=lambda: next(numbers))
    errors: list[BaseException] = field(default_factory=list)
    pushed: dict[str, Any] = field(default_factory=dict)

    dag_id = "airlines"
    run_id = "scheduled__2013-01-01"
    map_index = -1
    try_number = 1
    max_tries = TRIES - 1

    @property
    def task_id(self) -> str:
        return self.step

    def xcom_pull(self, task_ids: str) -> Any:
        return self.results.get(task_ids)

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value

    @property
    def context(self) -> dict[str, Any]:
        from airflow.sdk import Asset

        moment = datetime(2013, 1, 1, tzinfo=UTC)
        # A start of its own: no other task of a test finds its runs.
        began = RUN_STARTED + timedelta(seconds=self.number)
        run = SimpleNamespace(start_date=began, run_id=self.run_id, logical_date=moment)
        run.run_type, run.clear_number = "scheduled", 0
        events = {Asset("airlines"): SimpleNamespace(extra={})}
        return {
            "ti": self,
            "task_instance": self,
            "dag_run": run,
            "logical_date": moment,
            "outlet_events": events,
        }

    def operator(self) -> Any:
        """The step's operator, from a DAG that was parsed anew, as each try's process does."""
        from tarn.airflow import dataset_dag, views_dag

        if self.mapped is not None:
            return views_dag("lake_views", "").get_task(self.step).unmap(self.mapped)
        return dataset_dag("airlines", "").get_task(self.step)

    def once(self) -> Any:
        operator = self.operator().prepare_for_execution()
        return operator.execute({**self.context, "task": operator})

    def through(self) -> Any:
        """The result of the first try that succeeds, when a retry may follow the ones before."""
        from tarn_errors import AirflowFailException

        while True:
            try:
                return self.once()
            except AirflowFailException:
                raise  # Airflow retries no such failure
            except (Exception, Killed) as error:
                self.errors.append(error)
                if len(self.errors) == TRIES:
                    raise


@contextlib.contextmanager
def killed_after(call: int, patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The worker dies when AWS has answered its call of this number; yields the calls' names."""
    made: list[str] = []
    original = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def counted(client: Any, operation: str, arguments: Any) -> Any:
        answer = original(client, operation, arguments)
        made.append(operation)
        if len(made) == call:
            raise Killed(f"after call {call}, {operation}")
        return answer

    with patch.context() as inside:
        inside.setattr(botocore.client.BaseClient, "_make_api_call", counted)
        yield made
