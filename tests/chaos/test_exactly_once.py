"""Every step of a partition on AWS's bad days, and under a worker that dies between any two calls.

Whatever strikes: of each token one run is living or has succeeded, the ledger has one record, and
readers see the whole of it or the whole of what was there before.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tarn.aws import Aws
from tarn.contracts.load import load_contract
from tarn.ledger import ledger
from tarn.published import turns
from tarn.services import athena, catalog
from tarn.steps import convert, views
from tests.chaos.runs import AIRLINES, NEWEST_FIRST, runs
from tests.chaos.tries import Killed, Task, killed_after
from tests.faults import Faults

pytestmark = [pytest.mark.restart, pytest.mark.timeout(600)]

ROWS = 16
VIEW = "fleet_age_by_carrier"
STARTS = {
    "profile": ("databrew", "StartJobRun"),
    "clean": ("databrew", "StartJobRun"),
    "convert": ("glue", "StartJobRun"),
    "crawl": ("glue", "StartCrawler"),
    "validate": ("athena", "StartQueryExecution"),
    "views": ("athena", "StartQueryExecution"),
    "dashboards": ("quicksight", "CreateIngestion"),
}
CALLS = STARTS | {"land": ("s3", "PutObject"), "publish": ("glue", "UpdateTable")}
STEPS = (
    "land",
    "profile",
    "clean",
    pytest.param("convert", marks=pytest.mark.spark),
    "crawl",
    "validate",
    "publish",
    "views",
    "dashboards",
)
FAULTS = ("throttle", "error", "slow", "drop_before", "drop_after")
STRIDES = {"validate": 5}  # some thirty calls, each of them of a query that only reads
OPTIONS = {"slow": {"seconds": 0.5}, "fail_run": {"message": "on purpose"}}


@pytest.fixture(scope="module")
def done(bad_days: Faults) -> dict[str, Any]:
    """What each step before the one under test returned; convert's work is put there by hand."""
    results: dict[str, Any] = {}
    for step in ("land", "profile", "clean"):
        results[step] = Task(step, results).through()
    results["convert"] = converted(results["clean"], Aws())
    for step in ("crawl", "validate"):
        results[step] = Task(step, results).through()
    return results


def converted(cleaned: dict[str, Any], aws: Aws) -> dict[str, Any]:
    """What a run of the Glue job leaves, without Spark: clean's file is Parquet already."""
    token = "0a0a0a0a0a0a"
    folder = AIRLINES.run_folder(token)
    bucket, _, prefix = cleaned["uri"].removeprefix("s3://").partition("/")
    ((key, size),) = aws.keys("clean", prefix)
    aws.s3.copy_object(
        Bucket=aws.settings.bucket("curated"),
        Key=f"{folder}part-0.parquet",
        CopySource={"Bucket": bucket, "Key": key},
    )
    metrics = {"rows_in": ROWS, "rows_out": ROWS, "rows_quarantined": 0, "files": 1, "bytes": size}
    aws.put_json("ops", f"metrics/airlines/run={token}.json", metrics)
    uri = aws.settings.uri("curated", folder)
    return {"token": token, "uri": uri, "read": cleaned["uri"], "run_id": "jr_0"}


@pytest.fixture
def task(done: dict[str, Any]) -> Callable[[str], Task]:
    """A task of a step, ready for its first try; nothing of it has been done before."""

    def make(step: str) -> Task:
        if step == "publish":
            unpublish(Aws())
            return Task(step, done | {"crawl": Task("crawl", done).through()})
        if step == "views":
            return Task(step, mapped={"query": views.statement(VIEW)})
        if step == "dashboards":
            return Task(step, mapped={"inputs": {"view": VIEW}})
        return Task(step, done)

    return make


def unpublish(aws: Aws) -> None:
    """Readers see an empty table, as before the first publish."""
    contract = load_contract("airlines", aws.settings)
    catalog.point(contract, AIRLINES, catalog.unpublished(contract, aws), {}, aws)


# -- what must hold, step by step


def check(task: Task, result: Any, ended: list[str]) -> None:
    """The runs of the task's token ended just so, the oldest first; and its work is done."""
    aws = Aws()
    if task.step in NEWEST_FIRST:
        assert runs(task.step, result, aws) == ended
    CHECKS[task.step](task, result, aws)


def landed(task: Task, result: Any, aws: Aws) -> None:
    names = [
        key.rpartition("/")[2] for key, _ in aws.keys("raw", f"airlines/run={result['token']}")
    ]
    assert names == ["_manifest.json", "airlines.csv"]
    assert result["gate"]["rows"] == result["rows"] == ROWS


def profiled(task: Task, result: Any, aws: Aws) -> None:
    assert result["gate"]["rows"] == ROWS
    assert {rule["status"] for rule in result["gate"]["rules"]} == {"SUCCEEDED"}


def cleaned(task: Task, result: Any, aws: Aws) -> None:
    assert len(aws.keys("clean", f"airlines/run={result['token']}/")) == 1


def was_converted(task: Task, result: Any, aws: Aws) -> None:
    metrics = convert.read_metrics(AIRLINES, result["token"], aws)
    folder = AIRLINES.run_folder(result["token"])
    assert (metrics["rows_in"], metrics["rows_out"]) == (ROWS, ROWS)
    assert len(aws.keys("curated", folder)) == metrics["files"] == 1


def crawled(task: Task, result: Any, aws: Aws) -> None:
    assert result["gate"] == {**result["gate"], "added": [], "missing": [], "retyped": []}


def validated(task: Task, result: Any, aws: Aws) -> None:
    assert result["passed"] == result["expectations"] > 0
    assert result["warnings"] == []


def published(task: Task, result: Any, aws: Aws) -> None:
    uri = task.results["convert"]["uri"]
    assert catalog.location_of(AIRLINES, aws)[0] == uri
    assert athena.count("airlines", aws.settings.database, aws)[0] == ROWS
    mine = [r for r in ledger.read("airlines", aws=aws) if r["token"] == result["token"]]
    assert mine == [result]
    assert result["rows_landed"] == result["rows_published"] == ROWS
    assert not any(marker["dataset"] == "airlines" for marker in ledger.in_flight(aws))
    assert aws.glue.get_tables(DatabaseName=aws.settings.shadow_database)["TableList"] == []


def viewed(task: Task, result: Any, aws: Aws) -> None:
    assert catalog.get_table(aws.settings.database, VIEW, aws) is not None


def ingested(task: Task, result: Any, aws: Aws) -> None:
    assert result["gate"]["rows"] == result["gate"]["athena_rows"]


CHECKS: dict[str, Callable[[Task, Any, Aws], None]] = {
    "land": landed,
    "profile": profiled,
    "clean": cleaned,
    "convert": was_converted,
    "crawl": crawled,
    "validate": validated,
    "publish": published,
    "views": viewed,
    "dashboards": ingested,
}


# -- the bad days


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_on_a_bad_day(
    step: str, fault: str, task: Callable[[str], Task], faults: Faults
) -> None:
    mine, (service, operation) = task(step), CALLS[step]
    rule = {"service": service, "operation": operation, "fault": fault}
    faults.set(rule | OPTIONS.get(fault, {}))
    result = mine.through()
    assert faults.fired() == [1], "the step made no such call: nothing was tried"
    faults.clear()
    check(mine, result, ["SUCCEEDED"])


@pytest.mark.parametrize("step", [step for step in STEPS if step not in ("land", "publish")])
def test_a_run_that_aws_fails_is_followed_by_one_more(
    step: str, task: Callable[[str], Task], faults: Faults
) -> None:
    mine, (service, operation) = task(step), STARTS[step]
    rule = {"service": service, "operation": operation, "fault": "fail_run"}
    faults.set(rule | OPTIONS["fail_run"])
    result = mine.through()
    assert faults.fired() == [1]
    assert len(mine.errors) == 1
    assert "on purpose" in str(mine.errors[0])
    faults.clear()
    check(mine, result, ["FAILED", "SUCCEEDED"])


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_that_dies_after_any_call(
    step: str, task: Callable[[str], Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "TURN_SECONDS", 3)  # how long the dead are waited for
    call, died = 1, True
    while died:  # until the number is past the step's last call
        mine = task(step)
        with killed_after(call, monkeypatch) as made:
            result = mine.through()
        check(mine, result, ["SUCCEEDED"])
        died = any(isinstance(error, Killed) for error in mine.errors)
        assert died or call > 2, made
        call += STRIDES.get(step, 1)
