"""What tasks import, imported once by the process that forks them.

Great Expectations costs 4 to 9 seconds of CPU to import, boto3 half a second, the models of three
services another third of one, and LocalExecutor forks its tasks from the scheduler. With this in
$AIRFLOW_HOME/config/airflow_local_settings.py

    from tarn.airflow.preload import preload
    preload()

a validate task needs 0.2 seconds of CPU where it needed 9 (measured on 2 busy cores); the scheduler
starts that much later and holds 240 MB more. Other processes, and other executors, are left alone.
"""

from __future__ import annotations

import sys
from importlib import import_module

SERVICES = ("athena", "databrew", "glue", "quicksight", "s3", "sns", "sts")
MODULES = (
    "great_expectations",
    "jinja2.ext",
    "pyathena.sqlalchemy.rest",
    "tarn.airflow.dataset",
    "tarn.airflow.views",
    "tarn.health.alerts",
    "tarn.ledger.budget",
    "tarn.ledger.record",
    "tarn.lineage.openlineage",
    "tarn.steps.clean",
    "tarn.steps.convert",
    "tarn.steps.crawl",
    "tarn.steps.dashboards",
    "tarn.steps.land",
    "tarn.steps.profile",
    "tarn.steps.publish",
    "tarn.steps.validate",
    "tarn.steps.views",
)


def preload(arguments: list[str] | None = None) -> None:
    """Import what tasks need, and read AWS's service models, if this process is a scheduler."""
    if "scheduler" in (sys.argv if arguments is None else arguments):
        for name in MODULES:
            import_module(name)
        from tarn.aws import read_models  # here: boto3 is for the scheduler alone

        read_models(SERVICES)
