"""Tarn's errors as Airflow's: what no retry can help fails at once, the rest is retried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

try:
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
except ImportError:  # Airflow 3.0 and 3.1
    from airflow.exceptions import AirflowFailException, AirflowSkipException

from tarn.errors import GateFailed, Terminal

__all__ = ["FINDING", "AirflowFailException", "AirflowSkipException", "task_errors"]

FINDING = "finding"


@contextmanager
def task_errors(ti: Any) -> Iterator[None]:
    """Raise Terminal as AirflowFailException, so that it is not retried.

    What a gate found is left in the XCom `finding` too: a task cannot write its own note, as the
    Execution API has no call for it.
    """
    try:
        yield
    except GateFailed as failed:
        ti.xcom_push(key=FINDING, value=failed.to_dict())
        raise AirflowFailException(str(failed)) from None
    except Terminal as terminal:
        raise AirflowFailException(str(terminal)) from terminal
