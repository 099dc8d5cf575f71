"""What tasks import, imported once by the process that forks them.

Great Expectations costs 4 to 9 seconds of CPU to import, boto3 half a second, and LocalExecutor
forks its tasks from the scheduler. With this in $AIRFLOW_HOME/config/airflow_local_settings.py

    from tarn.airflow.preload import preload
    preload()

a validate task needs 0.2 seconds of CPU where it needed 9 (measured on 2 busy cores); the scheduler
starts that much later and holds 240 MB more. Other processes, and other executors, are left alone.
"""

from __future__ import annotations

import sys
from importlib import import_module

MODULES = (
    "boto3",
    "yaml",
    "tarn.services.work",
    "tarn.contracts.contract",
    "great_expectations",
    "pyathena",
)


def preload(arguments: list[str] | None = None) -> None:
    """Import what tasks need, if this process is a scheduler."""
    if "scheduler" in (sys.argv if arguments is None else arguments):
        for name in MODULES:
            import_module(name)
