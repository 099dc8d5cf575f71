"""Waiting without a worker, and what ends it."""

import asyncio
from typing import Any

import pytest
import tarn_triggers
from airflow.sdk.module_loading import import_string
from airflow.triggers.base import BaseTrigger
from tarn_triggers import RunsEndedTrigger, WorkTrigger


@pytest.fixture
def trigger(runs: Any, fake_work: Any) -> Any:
    """A trigger over a run that ends after some looks."""

    def make(looks: int = 2) -> WorkTrigger:
        work = fake_work("abc", looks=looks)
        return WorkTrigger(work.to_dict(), work.start(None), 0.01)

    return make


async def first_event(trigger: BaseTrigger) -> Any:
    async for event in trigger.run():
        return event.payload
    return None


async def cancelled_while_waiting(trigger: BaseTrigger) -> None:
    waiting = asyncio.ensure_future(first_event(trigger))
    await asyncio.sleep(0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_it_fires_when_the_run_has_ended(trigger: Any) -> None:
    assert asyncio.run(first_event(trigger())) == {"run_id": "run-1", "state": "SUCCEEDED"}


def test_it_is_rebuilt_from_what_it_serialises(trigger: Any) -> None:
    path, arguments = trigger().serialize()
    again = import_string(path)(**arguments)
    assert asyncio.run(first_event(again))["state"] == "SUCCEEDED"


def test_an_error_while_looking_brings_the_task_back(trigger: Any, runs: Any) -> None:
    waiting = trigger()
    runs.clear()
    event = asyncio.run(first_event(waiting))
    assert event["run_id"] == "run-1"
    assert "error" in event


def test_a_triggerer_that_stops_leaves_the_run_alone(trigger: Any, runs: Any) -> None:
    asyncio.run(cancelled_while_waiting(trigger(looks=1000)))
    assert runs["run-1"]["state"] == "RUNNING"


def test_a_user_who_ends_the_task_stops_the_run(trigger: Any, runs: Any) -> None:
    asyncio.run(trigger(looks=1000).on_kill())
    assert runs["run-1"]["stopped"]


@pytest.mark.parametrize("acted", [True, False])
def test_before_airflow_3_3_the_tasks_state_tells(
    trigger: Any, runs: Any, acted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def user_acted(self: Any) -> bool:
        return acted

    monkeypatch.delattr(BaseTrigger, "on_kill")
    monkeypatch.setattr(WorkTrigger, "_user_acted", user_acted)
    asyncio.run(cancelled_while_waiting(trigger(looks=1000)))
    assert runs["run-1"].get("stopped", False) is acted


def test_runs_ended_fires_at_the_last_run(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = [4, 1, 0]
    monkeypatch.setattr(tarn_triggers, "open_runs", lambda dag_ids: counts.pop(0))
    trigger = RunsEndedTrigger(["flights"], 0.01, 60)
    assert asyncio.run(first_event(trigger)) == {"open_runs": 0}


def test_runs_ended_gives_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tarn_triggers, "open_runs", lambda dag_ids: 4)
    trigger = RunsEndedTrigger(["flights"], 0.01, 0.05)
    assert asyncio.run(first_event(trigger)) == {"open_runs": 4}
