"""Views and dashboards as one DAG, which follows every dataset's publication.

Each publish is an asset event. The first of a burst starts a run, whose `settle` waits until no
partition is under way; events of the meantime start at most one more run, which finds nothing to
do. So a backfill of a year refreshes the dashboards once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pendulum
from airflow.providers.amazon.aws.operators.athena import AthenaOperator
from airflow.sdk import DAG, Asset, AssetAny, task
from tarn_errors import task_errors
from tarn_operators import Attempt, AwsWorkOperator, SettleOperator, task_token

from tarn.airflow.settings import OWNER, DagSettings, dag_settings, default_args
from tarn.contracts.load import dataset_names

if TYPE_CHECKING:
    from tarn.services.work import Work


def build(dag_id: str, doc: str | None) -> DAG:
    settings = dag_settings()
    datasets = dataset_names(settings)
    with DAG(
        dag_id=dag_id,
        description="Views in Athena and dashboards in QuickSight, after datasets changed.",
        doc_md=doc,
        schedule=AssetAny(*(Asset(name) for name in datasets)),
        start_date=pendulum.datetime(2013, 1, 1, tz="UTC"),
        catchup=False,
        max_active_runs=1,
        default_args=default_args(settings, OWNER),
        tags=["lake", "views"],
    ) as dag:
        settle_then_refresh(datasets, settings)
    return dag


def settle_then_refresh(datasets: list[str], settings: DagSettings) -> None:
    """settle → views → dashboards → refreshed; all skipped when nothing changed."""
    settle = SettleOperator(
        task_id="settle",
        dag_ids=datasets,
        pending=what_changed,
        at_most=timedelta(minutes=settings.settle_minutes),
        execution_timeout=timedelta(minutes=settings.settle_minutes + 5),
        poll_seconds=settings.poll_seconds,
    )
    views = AthenaOperator.partial(
        task_id="views",
        database=settings.database,
        workgroup=settings.workgroup,
        sleep_time=settings.poll_seconds,
        aws_conn_id=None,  # credentials from the environment, as in every other step
        max_active_tis_per_dagrun=1,  # in order: a view comes after those that it reads
        map_index_template="{{ task.query.split()[4] }}",
    ).expand(query=settle.output.map(create_view))
    dashboards = AwsWorkOperator.partial(
        task_id="dashboards",
        make_work=ingest_work,
        gate=ingest_gate,
        poll_seconds=settings.poll_seconds,
        map_index_template="{{ task.inputs.view }}",
    ).expand(inputs=settle.output.map(as_inputs))
    settle >> views >> dashboards >> refreshed(settle.output["datasets"])


def what_changed(context: Mapping[str, Any]) -> dict[str, list[str]]:
    """Datasets published since the last refresh (all, if started by hand), and their views."""
    from tarn.ledger import ledger
    from tarn.steps.views import views_of

    pending = ledger.pending_refresh(keep=name_of(context))
    datasets = dataset_names() if context["dag_run"].run_type == "manual" else pending
    return {"datasets": datasets, "views": views_of(datasets)}


def name_of(context: Mapping[str, Any]) -> str:
    """The run's name in the ledger: its id, without what a key should not hold."""
    from tarn.services.work import make_token

    return make_token(context["dag_run"].run_id)


def create_view(view: str) -> str:
    from tarn.steps.views import statement

    return statement(view)


def as_inputs(view: str) -> dict[str, str]:
    return {"view": view}


def ingest_work(attempt: Attempt) -> Work:
    from tarn.steps.dashboards import IngestWork

    return IngestWork(attempt.inputs["view"], attempt.token)


def ingest_gate(attempt: Attempt, _detail: Mapping[str, Any]) -> dict[str, Any]:
    from tarn.steps.dashboards import check_ingestion

    return check_ingestion(attempt.inputs["view"], attempt.token, attempt.aws)


# One upstream task that succeeded is enough (settle): no view may read what changed.
@task(trigger_rule="none_failed_min_one_success")  # type: ignore[untyped-decorator]
def refreshed(datasets: list[str], **context: Any) -> dict[str, Any]:
    """Record what readers now see, and of which ingestion and query."""
    from tarn.aws import Aws
    from tarn.ledger import ledger
    from tarn.lineage import openlineage
    from tarn.steps.dashboards import shown
    from tarn.steps.views import views_of

    with task_errors(context["ti"]):
        # A list of ids: of a mapped task all results, also where there is just one.
        results = context["ti"].xcom_pull(task_ids=["dashboards"]) or []
        views = [shown(result, dag_settings()) for result in results if result]
        token = task_token(context)
        entry = ledger.refreshed(datasets, token, name_of(context), views=views)
        openlineage.tell_refreshed(views_of(datasets), token, entry["refreshed_at"], Aws())
        return entry
