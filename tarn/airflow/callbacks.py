"""What happens when a task has failed for good."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tarn.contract import Contract

log = logging.getLogger(__name__)


def say_why(context: Mapping[str, Any]) -> None:
    """End the task's log with the error's own words: Airflow's ends with a traceback."""
    if error := context.get("exception"):
        log.info("::endgroup::")  # Airflow's own "Post Execute", which its UI shows folded
        log.error("%s", error)


def partition_failed(contract: Contract) -> Callable[[Mapping[str, Any]], None]:
    """Take the partition's mark out of the ledger: it no longer is under way."""

    def clear_mark(context: Mapping[str, Any]) -> None:
        from tarn import ledger
        from tarn.partition import Partition

        ledger.ended(Partition.of(contract, context.get("logical_date")))

    return clear_mark
