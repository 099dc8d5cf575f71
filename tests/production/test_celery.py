"""docker-compose.yml's processes under CeleryExecutor: what a worker's end does to a run.

One worker dies by SIGKILL while it holds a task, a second one is asked to stop while it does. The
run is struck at two steps; LAKE_CELERY=all strikes each step of runs of their own.
"""

import os

import pytest

from laptop import watching
from tests.chaos.runs import at_once
from tests.e2e.chaos import PARTITION_STEPS, published_rows
from tests.production.chaos import DAG, Workers

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(3600)]
ROWS = 16


def wrong_with(chaos: Workers, run_id: str) -> list[str]:
    """What of a run is not as it has to be: it succeeds, nothing is done twice."""
    from tarn.aws import Aws
    from tarn.ledger import ledger

    state = chaos.ended(DAG, run_id)
    wrong = [] if state == "success" else [f"{state}: {watching.failures(chaos.api, [DAG])}"]
    published = [r["rows_published"] for r in ledger.read(DAG) if r["dag_run_id"] == run_id]
    if published != [ROWS]:
        wrong.append(f"published {published}")
    marked = [marked for marked in ledger.in_flight() if marked["dataset"] == DAG]
    return [*wrong, *at_once(Aws()), *(f"still under way: {mark}" for mark in marked)]


def test_a_run_outlives_its_workers(workers: Workers) -> None:
    workers.api.unpause(DAG)
    run_id = workers.first_run(DAG)
    workers.begun.add(run_id)
    killed = workers.kill(run_id, "convert")
    assert killed.sound, killed
    assert killed.tries == 2, "the first try died with its worker"
    assert killed.runs == (("SUCCEEDED",),), "the second found the run that the first had started"

    stopped = workers.ask_to_stop(run_id, "publish")
    assert stopped.sound, stopped
    assert stopped.tries == 1, "a worker that is asked to stop ends its task first"
    assert wrong_with(workers, run_id) == []
    workers.look()
    assert workers.seen <= {0, ROWS}, "readers saw a part of a partition"
    assert published_rows() == ROWS


@pytest.mark.skipif(os.environ.get("LAKE_CELERY") != "all", reason="ten minutes: LAKE_CELERY=all")
@pytest.mark.parametrize("how", ["kill", "ask_to_stop"])
@pytest.mark.parametrize("step", PARTITION_STEPS)
def test_each_step(workers: Workers, how: str, step: str) -> None:
    """For docs/docker.md's table."""
    workers.api.unpause(DAG)
    workers.ended(DAG, workers.first_run(DAG))
    if len(workers.workers) < 2:
        workers.add_worker()
    for name in workers.workers:
        workers.ready(name)
    run_id = f"{how}-{step}"
    outcome = workers.kill(run_id, step) if how == "kill" else workers.ask_to_stop(run_id, step)
    print(f"\n| {step} | {how} | {outcome} |")  # noqa: T201 - for docs/docker.md
    assert outcome.sound
    assert wrong_with(workers, run_id) == []
