"""Steps as tasks: work that AWS does by our operator, the rest by Airflow's own @task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.sdk import task
from tarn_errors import task_errors
from tarn_operators import Attempt, AwsWorkOperator

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator, BaseOperatorLink, XComArg

    from tarn.airflow.settings import DagSettings
    from tarn.contracts.contract import Contract

Step = Callable[..., Any]


def python_task(
    step: Step,
    contract: Contract,
    reads: Sequence[str] = (),
    links: Sequence[BaseOperatorLink] = (),
    **options: Any,
) -> XComArg:
    """A step that runs in the worker, under the step's own name; links: shown beside its log."""

    @task(task_id=step.__name__, **options)  # type: ignore[untyped-decorator]
    def run(**context: Any) -> Any:
        with task_errors(context["ti"]):
            return step(contract, Attempt.of(context, reads, {}))

    made = run()
    made.operator.operator_extra_links = links
    return made


def aws_task(
    task_id: str,
    make_work: Step,
    contract: Contract,
    settings: DagSettings,
    reads: Sequence[str],
    gate: Step | None = None,
    links: Sequence[BaseOperatorLink] = (),
) -> BaseOperator:
    """A step that AWS runs, with its gate in the same task; links: beside the one to AWS."""
    made = AwsWorkOperator(
        task_id=task_id,
        make_work=partial(make_work, contract),
        reads=reads,
        gate=partial(gate, contract) if gate else None,
        poll_seconds=settings.poll_seconds,
    )
    made.operator_extra_links = (*made.operator_extra_links, *links)
    return made
