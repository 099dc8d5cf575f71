"""A contract as a DAG: the way of a partition, one task for each step.

Few tasks on purpose: each costs Airflow about a second of CPU, and a gate that stands in the task
of its step fails where a user looks for the reason.
"""

from __future__ import annotations

from functools import partial

import pendulum
from airflow.sdk import DAG, Asset, chain
from tarn_links import DataDocsLink, ProfileLink

from tarn.airflow import steps
from tarn.airflow.callbacks import alert_failed, partition_failed
from tarn.airflow.settings import DagSettings, dag_settings, default_args
from tarn.airflow.tasks import aws_task, python_task
from tarn.airflow.timetables import CronDataIntervalTimetable
from tarn.contracts.contract import Contract
from tarn.contracts.load import load_contract


def build(dag_id: str, doc: str | None) -> DAG:
    settings = dag_settings()
    contract = load_contract(dag_id, settings)
    arguments = default_args(settings, contract.owner)
    # say_why stays the last: the log ends with its words.
    arguments["on_failure_callback"][:0] = [partition_failed(contract), alert_failed(contract)]
    with DAG(
        dag_id=dag_id,
        description=contract.description,
        doc_md=doc,
        schedule=CronDataIntervalTimetable(contract.schedule, timezone="UTC"),
        start_date=_date(contract.start),
        end_date=_date(contract.end),
        catchup=False,
        max_active_runs=_max_active_runs(contract, settings),
        default_args=arguments,
        tags=["lake", *contract.tags],
    ) as dag:
        way_of_a_partition(contract, settings)
    return dag


def way_of_a_partition(contract: Contract, settings: DagSettings) -> None:
    """The steps in their order; `reads` names the steps whose results each of them uses."""
    on_aws = partial(aws_task, contract=contract, settings=settings)
    chain(
        python_task(steps.land, contract),
        on_aws(
            "profile",
            steps.profile_work,
            reads=("land",),
            gate=steps.profile_gate,
            links=(ProfileLink(),),
        ),
        on_aws("clean", steps.clean_work, reads=("land",)),
        on_aws("convert", steps.convert_work, reads=("clean",)),
        on_aws("crawl", steps.crawl_work, reads=("land", "convert"), gate=steps.crawl_gate),
        python_task(steps.validate, contract, reads=("convert",), links=(DataDocsLink(),)),
        python_task(steps.publish, contract, steps.BEFORE_PUBLISH, outlets=[Asset(contract.name)]),
    )


def _max_active_runs(contract: Contract, settings: DagSettings) -> int:
    """Runs of a dataset without partitions replace the same table: one after the other."""
    return settings.max_active_runs if contract.partition_keys else 1


def _date(text: str) -> pendulum.DateTime | None:
    return pendulum.from_format(text, "YYYY-MM-DD", tz="UTC") if text else None
