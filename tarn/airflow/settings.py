"""How Airflow runs the lake: from the environment, read at parse time (it costs nothing)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from tarn.settings import Settings

OWNER = "data-platform"  # of the DAGs that are no dataset's


def _setting(variable: str, default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"variable": variable, "meaning": meaning})


@dataclass(frozen=True)
class DagSettings(Settings):
    """The lake's settings and those of its DAGs; each field says its variable and its meaning."""

    max_active_runs: int = _setting(
        "TARN_MAX_ACTIVE_RUNS", 2, "partitions of one dataset under way at once"
    )
    retries: int = _setting("TARN_RETRIES", 3, "tries after a task's first, where one can help")
    retry_seconds: float = _setting("TARN_RETRY_SECONDS", 60.0, "wait before a retry")
    task_minutes: int = _setting("TARN_TASK_MINUTES", 120, "minutes after which a task is ended")
    settle_minutes: float = _setting(
        "TARN_SETTLE_MINUTES", 60.0, "how long views wait for a burst of partitions to end"
    )


def dag_settings() -> DagSettings:
    return cast(DagSettings, DagSettings.from_environment())


def default_args(settings: DagSettings, owner: str) -> dict[str, Any]:
    """What every task of the lake shares."""
    from tarn.airflow.callbacks import say_why

    return {
        "owner": owner,
        "retries": settings.retries,
        "retry_delay": timedelta(seconds=settings.retry_seconds),
        "execution_timeout": timedelta(minutes=settings.task_minutes),
        "on_failure_callback": [say_why],
    }
