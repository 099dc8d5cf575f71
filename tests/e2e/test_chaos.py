"""kill -9 of each part of a running stack, at each step of a partition, under the real scheduler.

Whole with LAKE_CHAOS=all (72 kills, about an hour), else three. docs/adr/0010-chaos.md has the
table of what was run.
"""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.credentials import Credentials

from laptop import demo, stack, watching
from laptop.home import Home
from tests.conftest import free_port
from tests.e2e.chaos import PARTITION_STEPS, VICTIMS, VIEW_STEPS, Chaos, Outcome, table_of
from tests.faults import Faults

ALL = os.environ.get("LAKE_CHAOS") == "all"
pytestmark = [pytest.mark.airflow, pytest.mark.timeout(3600)]

SETTINGS = {
    "LAKE_AWS_OPTIONS": "--allow-faults",
    # How soon a task whose worker is gone is taken for dead: a laptop waits a minute.
    "LAKE_AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
    "LAKE_AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "20",
    "TARN_RETRIES": "3",
    "TARN_RETRY_SECONDS": "2",
}
ROWS = 16
FEW = (("convert", "task"), ("profile", "local_aws"), ("publish", "scheduler"))
CELLS = tuple(itertools.product(PARTITION_STEPS, VICTIMS))
outcomes: list[tuple[str, Outcome]] = []


def started(folder: Path, **settings: str) -> Chaos:
    """A stack of its own, deployed, its first partition published."""
    os.environ.update(SETTINGS | settings)
    os.environ["LAKE_HOME"] = str(folder)
    os.environ["LAKE_AWS_PORT"], os.environ["LAKE_AIRFLOW_PORT"] = (
        str(free_port()),
        str(free_port()),
    )
    home = Home.from_environment()
    stack.up(home, print)
    stack.use_aws(home)
    from tarn.deploy import deploy

    list(deploy())
    found = boto3.Session().get_credentials().get_frozen_credentials()
    owner = Credentials(found.access_key, found.secret_key)
    chaos = Chaos(home, Faults(f"http://127.0.0.1:{home.ports().aws}", owner))
    demo.wait_for_dags(chaos.api)
    chaos.api.unpause("airlines")
    chaos.ended("airlines", chaos.first_run("airlines"))  # its one run by its schedule
    return chaos


@pytest.fixture(scope="module")
def chaos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chaos]:
    kept = dict(os.environ)
    folder = tmp_path_factory.mktemp("chaos")
    try:
        yield started(folder)
    finally:
        stack.down(Home(folder))
        os.environ.clear()
        os.environ.update(kept)
        print("\n".join(["", *table_of(outcomes)]))  # noqa: T201 - for docs/adr/0010-chaos.md


def struck(chaos: Chaos, victim: str, dag_id: str, step: str) -> None:
    """One run of a DAG, struck at one step, goes to its end by itself."""
    run_id = f"chaos-{victim}-{step}"
    outcome = chaos.strike(victim, dag_id, run_id, step)
    outcomes.append((victim, outcome))
    assert chaos.ended(dag_id, run_id) == "success", watching.failures(chaos.api, [dag_id])
    assert outcome.sound, str(outcome)


def records() -> int:
    """How many runs of the partition the ledger holds."""
    from tarn.ledger import ledger

    return len(ledger.read("airlines"))


@pytest.mark.parametrize(("step", "victim"), CELLS if ALL else FEW)
def test_killed_in_a_partition(chaos: Chaos, step: str, victim: str) -> None:
    before = records()
    chaos.seen.clear()
    struck(chaos, victim, "airlines", step)
    assert chaos.seen == {ROWS}, "readers saw something else than a whole partition"
    assert records() == before + 1


@pytest.mark.skipif(not ALL, reason="LAKE_CHAOS=all runs the whole matrix")
@pytest.mark.parametrize(("step", "victim"), tuple(itertools.product(VIEW_STEPS, VICTIMS)))
def test_killed_in_a_refresh(chaos: Chaos, step: str, victim: str) -> None:
    from tarn.ledger import ledger

    chaos.api.unpause("lake_views")
    struck(chaos, victim, "lake_views", step)
    assert ledger.pending_refresh() == []
