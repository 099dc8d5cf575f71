"""kill -9 of each part of a running stack, and clears of tasks, at each step of a partition.

Under the real scheduler: three kills and a clear by default. LAKE_CHAOS=all is the whole matrix,
about an hour, of which -k takes a part: -k "triggerer or clear". Each outcome is written to a file
when it is known. docs/adr/0010-chaos.md has the table of what was run.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from botocore.credentials import Credentials

from laptop import demo, stack, watching
from laptop.home import Home
from tests.chaos.runs import at_once
from tests.conftest import free_port
from tests.e2e.chaos import (
    CLEARS,
    PARTITION_STEPS,
    STARTING,
    VICTIMS,
    VIEW_STEPS,
    Chaos,
    Missed,
    lake,
)
from tests.faults import Faults

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(7200)]

SETTINGS = {
    "LAKE_AWS_OPTIONS": "--allow-faults",
    # How soon a task whose worker is gone is taken for dead: a laptop waits a minute.
    "LAKE_AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
    "LAKE_AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "20",
    # How soon a task that is cleared gets its signal: while its call is held.
    "LAKE_AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    "TARN_RETRIES": "3",
    "TARN_RETRY_SECONDS": "2",
}
# A start that is held is carried out when the hold ends: the retry has to look after that.
DEFERRING = {"LAKE_AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE": "True", "TARN_RETRY_SECONDS": "6"}
ROWS = 16


@dataclass(frozen=True)
class Way:
    """One run of a DAG, struck at each of these steps."""

    strikes: tuple[tuple[str, str], ...]
    dag_id: str = "airlines"
    deferring: bool = False

    def __str__(self) -> str:
        struck = dict.fromkeys(what for _, what in self.strikes)
        words = [self.dag_id, *struck, *(["deferring"] if self.deferring else [])]
        return "-".join(words).replace(" ", "-")

    @property
    def run(self) -> str:
        """What the ids of its runs begin with."""
        return f"chaos-{self}"

    @property
    def publishes_again(self) -> bool:
        """Whether it is cleared from its start or after its end, to publish again."""
        return any(what in ("clear run", "clear ended") for _, what in self.strikes)


def column(what: str, deferring: bool = False) -> list[Way]:
    """One thing done at every step, of a partition and of a refresh."""
    steps, views = PARTITION_STEPS, VIEW_STEPS
    if what == "clear start" or (deferring and what != "triggerer"):
        steps = tuple(step for step in steps if step in STARTING)
    return [
        Way(tuple((step, what) for step in steps), "airlines", deferring),
        Way(tuple((step, what) for step in views), "lake_views", deferring),
    ]


FEW = [
    Way(
        (
            ("profile", "local_aws"),
            ("convert", "task"),
            ("crawl", "clear"),
            ("publish", "scheduler"),
        )
    )
]
DEFERRED = ("triggerer", "task", "worker", "clear", "clear start", "clear run")
MATRIX = [
    # A triggerer has no part in a stack that does not defer.
    *(way for what in (*VICTIMS, *CLEARS) if what != "triggerer" for way in column(what)),
    *(way for what in DEFERRED for way in column(what, deferring=True)),
]


def asked() -> list[Way]:
    """What to go through: one stack after the other, and in each the refreshes last.

    A refresh would make calls that a partition's strike waits for.
    """
    ways = MATRIX if os.environ.get("LAKE_CHAOS") == "all" else FEW
    return sorted(ways, key=lambda way: (way.deferring, way.dag_id))


def started(folder: Path, deferring: bool) -> Chaos:
    """A stack of its own, deployed, its first partition published."""
    os.environ.update(SETTINGS | (DEFERRING if deferring else {}))
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
    chaos = Chaos(home, Faults(f"http://127.0.0.1:{home.ports().aws}", owner), deferring)
    demo.wait_for_dags(chaos.api)
    chaos.api.unpause("airlines")
    chaos.ended("airlines", chaos.first_run("airlines"))  # its one run by its schedule
    return chaos


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The table of what became of each strike, a row as soon as it is known."""
    path = tmp_path_factory.mktemp("outcomes") / "chaos.md"
    path.write_text("| step | struck | what became of it |\n|---|---|---|\n")
    yield path
    print(f"\n{path.read_text()}")  # noqa: T201 - for docs/adr/0010-chaos.md


@pytest.fixture(scope="module")
def chaos(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chaos]:
    kept = dict(os.environ)
    folder = tmp_path_factory.mktemp("chaos")
    try:
        yield started(folder, request.param)
    finally:
        lake("down")
        os.environ.clear()
        os.environ.update(kept)


def through(chaos: Chaos, way: Way, outcomes: Path) -> list[str]:
    """Strike every step of the way; what was not sound. A run that is lost is followed by more."""
    wrong, lost = [], 0
    for step, what in way.strikes:
        for _ in range(3):
            run_id = f"{way.run}-{lost}"
            try:
                if what == "clear ended":
                    chaos.begin(way.dag_id, run_id)
                told = str(outcome := chaos.strike(what, way.dag_id, run_id, step))
            except Missed:
                lost += 1  # the step was too fast: again, in another run
                continue
            except AssertionError as error:
                told, outcome = f"**NOT SOUND**: {error}", None
            break
        else:
            told, outcome = "**NOT TRIED**: the step was over before it was held", None
        if what == "clear ended" and outcome and chaos.ended(way.dag_id, run_id) != "success":
            told, outcome = f"**NOT SOUND**: {watching.failures(chaos.api, [way.dag_id])}", None
        with outcomes.open("a") as table:
            table.write(f"| {step} | {way} | {told} |\n")
        if not (outcome and outcome.sound):
            wrong.append(f"{step}: {told}")
            lost += 1
    return wrong


@pytest.mark.parametrize(
    ("chaos", "way"),
    [pytest.param(way.deferring, way, id=str(way)) for way in asked()],
    indirect=["chaos"],
    scope="module",  # one stack for all ways of a kind
)
def test_nothing_is_lost_nor_done_twice(chaos: Chaos, way: Way, outcomes: Path) -> None:
    """Each step succeeds, each run ends in success, readers see whole partitions all the while."""
    from tarn.aws import Aws
    from tarn.ledger import ledger

    chaos.api.unpause(way.dag_id)
    chaos.seen.clear()
    wrong = through(chaos, way, outcomes)
    runs = [run for run in chaos.begun if run.rpartition("-")[0] == way.run]
    for run_id in runs:
        if (state := chaos.ended(way.dag_id, run_id)) != "success":
            wrong.append(f"{run_id} {state}: {watching.failures(chaos.api, [way.dag_id])}")
    assert wrong + at_once(Aws()) == []
    assert chaos.seen == {ROWS}, "readers saw something else than a whole partition"
    assert [m for m in ledger.in_flight() if m["dataset"] == "airlines"] == []
    if way.dag_id == "lake_views":
        assert ledger.pending_refresh() == []
    elif not way.publishes_again:
        recorded = Counter(record["dag_run_id"] for record in ledger.read("airlines"))
        assert {run: recorded[run] for run in runs} == dict.fromkeys(runs, 1)
