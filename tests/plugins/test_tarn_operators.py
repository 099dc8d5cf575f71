"""One run on AWS, as a task sees it: found or started, waited for, checked, stopped."""

from datetime import timedelta
from typing import Any

import pytest
import tarn_operators
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, TaskDeferred
from tarn_operators import AwsWorkOperator, SettleOperator, WorkFailed, task_token

from tarn.errors import Finding, GateFailed, Terminal, Transient


@pytest.fixture
def operator(runs: Any, fake_work: Any) -> Any:
    """An operator over a fake run; options replace what a test is about."""

    def make(ends: str = "SUCCEEDED", **options: Any) -> AwsWorkOperator:
        defaults = {
            "task_id": "profile",
            "make_work": lambda attempt: fake_work(attempt.token, ends=ends),
            "poll_seconds": 0.0,
            "deferrable": False,
        }
        return AwsWorkOperator(**(defaults | options))

    return make


def gate_that_fails(attempt: Any, detail: Any) -> Any:
    raise GateFailed("profile", "flights", "2013-03", [Finding("5 rows", "dep_time")], "Mend it.")


def test_result_names_the_run_and_its_folder(operator: Any, runs: Any, ti: Any) -> None:
    result = operator().execute(ti.context)
    assert result == {
        "uri": f"s3://clean/run={task_token(ti.context)}/",
        "token": task_token(ti.context),
        "run_id": "run-1",
    }


def test_results_of_other_tasks_reach_the_work_and_the_gate(operator: Any, ti: Any) -> None:
    seen = []
    task = operator(reads=("land",), gate=lambda attempt, detail: seen.append(attempt) or {"ok": 1})
    assert task.execute(ti.context)["gate"] == {"ok": 1}
    assert seen[0].inputs["land"]["uri"] == "s3://raw/run=1/"
    assert task.inputs == seen[0].inputs


def test_a_retry_reconnects_to_the_running_run(
    operator: Any, runs: Any, fake_work: Any, ti: Any
) -> None:
    fake_work(task_token(ti.context)).start(None)
    assert operator().execute(ti.context)["run_id"] == "run-1"
    assert list(runs) == ["run-1"]


def test_a_cleared_task_starts_a_new_run(operator: Any, runs: Any, ti: Any) -> None:
    operator().execute(ti.context)
    ti.max_tries = 4  # as clear_task_instances does
    assert operator().execute(ti.context)["run_id"] == "run-2"


def test_a_task_cleared_while_it_is_deferred_has_no_second_run_beside_it(
    operator: Any, runs: Any, ti: Any
) -> None:
    """Airflow raises max_tries and starts the task before its triggerer has stopped the run."""
    with pytest.raises(TaskDeferred):
        operator(deferrable=True, retries=3).execute(ti.context)
    ti.max_tries = 4
    operator(retries=3).execute(ti.context)
    assert [run.get("stopped", False) for run in runs.values()] == [True, False]
    assert runs["run-2"]["state"] == "SUCCEEDED"


def test_what_ended_before_the_clear_is_left_alone(operator: Any, runs: Any, ti: Any) -> None:
    operator(retries=3).execute(ti.context)
    ti.max_tries = 4
    operator(retries=3).execute(ti.context)
    assert [run.get("stopped", False) for run in runs.values()] == [False, False]


def test_a_run_made_again_under_the_same_id_starts_new_runs(
    operator: Any, runs: Any, ti: Any
) -> None:
    operator().execute(ti.context)
    ti.run_started += timedelta(hours=1)
    assert operator().execute(ti.context)["run_id"] == "run-2"


def test_a_mapped_task_has_a_token_for_each_index(ti: Any) -> None:
    first = task_token(ti.context)
    ti.map_index = 1
    assert task_token(ti.context) != first


def test_a_task_that_fails_leaves_what_aws_did(operator: Any, runs: Any, ti: Any) -> None:
    with pytest.raises(WorkFailed):
        operator(ends="FAILED").execute(ti.context)
    assert ti.pushed["left"]["run_id"] == "run-1"
    ti.pushed.clear()
    with pytest.raises(AirflowFailException):
        operator(gate=gate_that_fails).execute(ti.context)
    assert ti.pushed["left"]["token"] == task_token(ti.context)
    ti.pushed.clear()
    operator().execute(ti.context)
    assert "left" not in ti.pushed


def test_a_run_that_failed_on_aws_is_retried_with_a_new_run(
    operator: Any, runs: Any, ti: Any
) -> None:
    with pytest.raises(WorkFailed, match="run-1 failed on AWS: as AWS says"):
        operator(ends="FAILED").execute(ti.context)
    assert operator().execute(ti.context)["run_id"] == "run-2"


def test_a_failed_gate_is_not_retried_and_leaves_its_finding(operator: Any, ti: Any) -> None:
    with pytest.raises(AirflowFailException, match="dep_time: 5 rows"):
        operator(gate=gate_that_fails).execute(ti.context)
    assert ti.pushed["finding"]["findings"] == [{"what": "5 rows", "where": "dep_time"}]


@pytest.mark.parametrize(
    ("error", "seen"), [(Terminal("no"), AirflowFailException), (Transient("slow"), Transient)]
)
def test_only_what_a_retry_can_help_is_retried(
    operator: Any, ti: Any, error: Exception, seen: type[Exception]
) -> None:
    def make_work(attempt: Any) -> Any:
        raise error

    with pytest.raises(seen):
        operator(make_work=make_work).execute(ti.context)


def test_the_link_to_the_run_is_there_from_its_start(operator: Any, ti: Any) -> None:
    task = operator(ends="FAILED")
    with pytest.raises(WorkFailed):
        task.execute(ti.context)
    assert ti.pushed["_link_AwsRunLink"] == "https://console.example/run-1"
    assert task.operator_extra_links[0].get_link(task, ti_key=ti) == ti.pushed["_link_AwsRunLink"]


def test_a_killed_task_stops_its_run_and_ends(
    operator: Any, runs: Any, ti: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = operator()
    # Airflow's SIGTERM handler calls on_kill and then lets the task go on.
    monkeypatch.setattr(tarn_operators.time, "sleep", lambda seconds: task.on_kill())
    with pytest.raises(WorkFailed):
        task.execute(ti.context)
    assert runs["run-1"]["stopped"]


def test_a_kill_before_the_id_is_known_finds_the_run(
    operator: Any, runs: Any, fake_work: Any, ti: Any
) -> None:
    task = operator()
    task._work = fake_work(task_token(ti.context))
    task._work.start(None)
    task.on_kill()
    assert runs["run-1"]["stopped"]


@pytest.mark.parametrize("deferrable", [False, True])
def test_a_kill_while_aws_starts_the_run_stops_it(
    operator: Any,
    runs: Any,
    fake_work: Any,
    ti: Any,
    monkeypatch: pytest.MonkeyPatch,
    deferrable: bool,
) -> None:
    task, start = operator(deferrable=deferrable), fake_work.start

    def slow_start(work: Any, aws: Any) -> str:
        task.on_kill()  # it looks, and AWS has no such run yet
        return str(start(work, aws))

    monkeypatch.setattr(fake_work, "start", slow_start)
    with pytest.raises(WorkFailed, match="run run-1 was stopped"):
        task.execute(ti.context)
    assert runs["run-1"]["stopped"]


def test_a_deferred_task_comes_back_and_asks_aws(operator: Any, runs: Any, ti: Any) -> None:
    task = operator(deferrable=True, gate=lambda attempt, detail: {"ok": 1})
    with pytest.raises(TaskDeferred) as deferred:
        task.execute(ti.context)
    assert deferred.value.trigger.run_id == "run-1"
    result = task.execute_complete(ti.context, {"run_id": "run-1", "state": "SUCCEEDED"})
    assert (result["run_id"], result["gate"]) == ("run-1", {"ok": 1})


def test_a_trigger_that_lost_sight_is_retried(operator: Any, ti: Any) -> None:
    with pytest.raises(WorkFailed, match="Lost sight of run run-1: no route"):
        operator().execute_complete(ti.context, {"run_id": "run-1", "error": "no route"})


@pytest.fixture
def settle(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A settle step that sees these counts of open runs, one at each look."""

    def make(counts: list[int], datasets: list[str], **options: Any) -> SettleOperator:
        left = list(counts)
        monkeypatch.setattr("tarn_triggers.open_runs", lambda dag_ids: left.pop(0))
        defaults = {
            "task_id": "settle",
            "dag_ids": ["flights", "planes"],
            "pending": lambda context: {"datasets": datasets, "views": ["worst_routes"]},
            "at_most": timedelta(minutes=1),
            "poll_seconds": 0.0,
            "deferrable": False,
        }
        return SettleOperator(**(defaults | options))

    return make


def test_settle_waits_for_the_last_open_run(settle: Any, ti: Any) -> None:
    assert settle([3, 1, 0], ["flights"]).execute(ti.context) == ["worst_routes"]
    assert ti.pushed["datasets"] == ["flights"]


def test_settle_skips_when_nothing_changed(settle: Any, ti: Any) -> None:
    with pytest.raises(AirflowSkipException, match="already show"):
        settle([0], []).execute(ti.context)


def test_settle_waits_no_longer_than_it_may(settle: Any, ti: Any) -> None:
    assert settle([3], ["flights"], at_most=timedelta(0)).execute(ti.context) == ["worst_routes"]


def test_settle_defers_only_when_it_has_to_wait(settle: Any, ti: Any) -> None:
    with pytest.raises(TaskDeferred):
        settle([3], ["flights"], deferrable=True).execute(ti.context)
    assert settle([0, 0], ["flights"], deferrable=True).execute(ti.context) == ["worst_routes"]
