"""A partition whose recipe dropped more rows than the contract allows is not published.

A recipe that drops what it should not (a condition turned round, duplicates by too few columns)
gives sound rows, only too few: no count of missing values and no rule of rows tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tarn.contracts.drop_limit import DropLimit
from tarn.errors import Finding, GateFailed

if TYPE_CHECKING:
    from tarn.partition import Partition


def check(partition: Partition, limit: DropLimit, counts: Mapping[str, Any]) -> None:
    """Raise GateFailed("dropped") where the recipe dropped more; counts: as publish counted."""
    dropped, landed = counts["rows_dropped"], counts["rows_landed"]
    if dropped <= limit.allowed(landed):
        return
    share = f"{100 * dropped / landed:.1f} %"
    raise GateFailed(
        "dropped",
        partition.dataset,
        partition.label,
        [
            Finding(
                f"the recipe dropped {dropped:,} of {landed:,} rows ({share}), where the contract "
                f"allows {limit}"
            )
        ],
        f"Mend recipes/{partition.dataset}.json, deploy, and clear the task `clean`. If so many "
        f"are meant to go, raise `maxDroppedPercent` or `maxDroppedRows` of the table in "
        f"datasets/{partition.dataset}.yaml and clear the task `publish`.",
    )
