"""The steps of a partition as Airflow's tasks call them.

An attempt's `inputs` hold the results of earlier steps, by step. A result says by its token and
its uri which run's folder it wrote, so a later step reads just that. Imports stand inside the
functions: a DAG file is parsed often, and boto3 alone costs a quarter of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tarn.partition import Partition

if TYPE_CHECKING:
    from tarn_operators import Attempt

    from tarn.contracts.contract import Contract
    from tarn.services.work import Work

Json = Mapping[str, Any]
BEFORE_PUBLISH = ("land", "profile", "clean", "convert", "crawl", "validate")


def partition_of(contract: Contract, attempt: Attempt) -> Partition:
    """The partition that holds the run's logical date: a data interval's start.

    Not `data_interval_start`: in a run started by hand Airflow sets that to the interval before.
    """
    return Partition.of(contract, attempt.context.get("logical_date"))


def token_over(attempt: Attempt, before: str) -> str:
    """The token of a step that reads what an earlier one wrote.

    A retry after the earlier step was cleared must not find the work done on its old result.
    """
    from tarn.services.work import make_token

    return make_token(attempt.token, attempt.inputs[before]["uri"])


def land(contract: Contract, attempt: Attempt) -> dict[str, Any]:
    from tarn_operators import left_behind

    from tarn.ledger import budget
    from tarn.steps import land as step

    run = attempt.context["dag_run"]
    # A run of the schedule's that somebody cleared, or a backfill, is asked for.
    if run.run_type == "scheduled" and not run.clear_number:
        budget.require(contract, attempt.aws)
    partition = partition_of(contract, attempt)
    landed = step.land(partition, attempt.token, attempt.aws)
    with left_behind(attempt, landed):
        return {**landed, "gate": step.check_landed(partition, landed, attempt.aws)}


def profile_work(contract: Contract, attempt: Attempt) -> Work:
    from tarn.steps.profile import ProfileWork

    token = token_over(attempt, "land")
    return ProfileWork(partition_of(contract, attempt), token, attempt.inputs["land"]["uri"])


def profile_gate(contract: Contract, attempt: Attempt, detail: Json) -> dict[str, Any]:
    from tarn.steps import profile

    partition, landed = partition_of(contract, attempt), attempt.inputs["land"]["rows"]
    token, run_id = detail["token"], detail["run_id"]
    # Said before: the link of a task whose gate stops it is the one that people need.
    page = profile.address(partition.dataset, partition.label, token, run_id)
    attempt.context["task"].profile_page = page
    return profile.check_profile(partition, token, run_id, landed, attempt.aws)


def clean_work(contract: Contract, attempt: Attempt) -> Work:
    from tarn.steps.clean import CleanWork

    token = token_over(attempt, "land")
    return CleanWork(partition_of(contract, attempt), token, attempt.inputs["land"]["uri"])


def convert_work(contract: Contract, attempt: Attempt) -> Work:
    from tarn.steps.convert import ConvertWork

    token = token_over(attempt, "clean")
    return ConvertWork(partition_of(contract, attempt), token, attempt.inputs["clean"]["uri"])


def crawl_work(contract: Contract, attempt: Attempt) -> Work:
    from tarn.steps.crawl import CrawlWork

    token = token_over(attempt, "convert")
    return CrawlWork(partition_of(contract, attempt), token, attempt.inputs["convert"]["uri"])


def crawl_gate(contract: Contract, attempt: Attempt, _detail: Json) -> dict[str, Any]:
    """Convert's token names the run that was crawled."""
    from tarn.steps.crawl import compare_schema

    token = attempt.inputs["convert"]["token"]
    header = attempt.inputs["land"].get("gate", {}).get("header", ())
    return compare_schema(partition_of(contract, attempt), token, attempt.aws, header)


def validate(contract: Contract, attempt: Attempt) -> dict[str, Any]:
    """On the shadow table of the run that convert's token names."""
    from tarn.page import data_docs
    from tarn.steps import validate as step

    token, partition = attempt.inputs["convert"]["token"], partition_of(contract, attempt)
    # Said before: the link of a task whose gate stops it is the one that people need.
    docs = data_docs.address(partition.dataset, partition.label, token)
    attempt.context["task"].data_docs = docs
    return step.validate(partition, token, attempt.aws)


def _run_of(run: Any) -> dict[str, str]:
    """What names a DAG run: to find it, and to run it again."""
    logical = run.logical_date.isoformat() if run.logical_date else ""
    return {"dag_run_id": run.run_id, "logical_date": logical}


def publish(contract: Contract, attempt: Attempt) -> dict[str, Any]:
    from airflow.sdk import Asset

    from tarn.airflow.metrics import gauge_published
    from tarn.health import alerts
    from tarn.lineage import openlineage
    from tarn.steps import publish as step

    inputs = attempt.inputs
    tokens = {name: result["token"] for name, result in inputs.items() if "token" in result}
    run = attempt.context["dag_run"]
    results = {**inputs, "drift": inputs["crawl"]["gate"], "airflow": _run_of(run)}
    partition = partition_of(contract, attempt)
    token = token_over(attempt, "convert")
    record = step.publish(partition, {**tokens, "publish": token}, results, attempt.aws)
    for alert in alerts.published(record):
        alerts.tell(alert, attempt.aws)
    openlineage.tell_published(record, attempt.aws)
    gauge_published(record)
    # Shown beside the asset event, so that a reader of lake_views sees what came in.
    attempt.context["outlet_events"][Asset(contract.name)].extra = {"partition": partition.label}
    return record
