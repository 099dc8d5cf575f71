"""Late data as a DAG: find partitions whose source has changed, and run them again."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, task
from tarn_errors import AirflowSkipException, task_errors

from tarn.airflow.timetables import regular

if TYPE_CHECKING:
    from tarn.aws import Aws
    from tarn.contracts.contract import Contract

log = logging.getLogger(__name__)


def build(dag_id: str, doc: str | None, schedule: str) -> DAG:
    description = "Runs partitions again whose source file has changed since it was landed."
    with regular(dag_id, doc, description, schedule) as dag:
        # Reset: the partition's own run is cleared, rather than a second one made beside it.
        TriggerDagRunOperator.partial(task_id="run_again", reset_dag_run=True).expand_kwargs(
            find_late()
        )
    return dag


@task
def find_late(**context: Any) -> list[dict[str, Any]]:
    """What to trigger for each partition that is late; skipped where none is."""
    from tarn.aws import Aws
    from tarn.contracts.load import load_contracts
    from tarn.planning import backfill

    with task_errors(context["ti"]):
        aws, contracts = Aws.from_environment(), load_contracts()
        found = backfill.late(contracts, aws)
        paid = [record for record in found if affordable(contracts[record["dataset"]], aws)]
    if not found:
        raise AirflowSkipException("Every source is as it was landed.")
    if not paid:
        raise AirflowSkipException("No budget is left for what is late.")
    return [as_trigger(record) for record in paid]


def affordable(contract: Contract, aws: Aws) -> bool:
    """Whether its budget lets the dataset run: nobody asks for what this DAG starts."""
    from tarn.ledger import budget

    try:
        budget.require(contract, aws)
    except budget.BudgetSpent as error:
        log.warning("%s", error)
        return False
    return True


def as_trigger(record: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of TriggerDagRunOperator for the run that published a ledger record."""
    return {
        "trigger_dag_id": record["dataset"],
        "trigger_run_id": record.get("dag_run_id") or None,
        "logical_date": record.get("logical_date") or None,
        "note": f"The source of {record['dataset']} {record['partition']} has changed.",
    }
