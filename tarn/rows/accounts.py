"""What became of the rows that a run does not publish: each is accounted for before the publish.

Dropped: landed less cleaned is what the recipe dropped only if the recipe can have dropped as
much. One without a step that drops rows must give every row; where only missing values drop rows,
no more may be gone than the raw file has records without them. Whatever drops rows: no more may be
gone than the contract allows. Quarantined: written with their lines to lake_ops.quarantine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarn.aws import Aws
from tarn.contracts.load import load_contract
from tarn.errors import Finding, GateFailed
from tarn.partition import Partition
from tarn.rows import drops, quarantine, recipe
from tarn.rows.lines import may_be_missing
from tarn.rows.raw_file import RawFile
from tarn.rows.recipe import Trail


def account_for(
    partition: Partition,
    tokens: Mapping[str, str],
    cleaned: Mapping[str, Any],
    counts: Mapping[str, Any],
    aws: Aws,
) -> None:
    """Hold the dropped rows against the recipe, and register the quarantined ones.

    tokens: by step; cleaned: what the clean step returned; counts: the run's rows, as publish
    counted them. Raises GateFailed("conservation" or "dropped"). Again changes nothing.
    """
    if not counts["rows_dropped"] and not counts["rows_quarantined"]:
        return
    file = RawFile.of(partition, tokens["land"], aws)
    trail = recipe.follow(_steps(partition, cleaned, aws), file.header)
    check_dropped(partition, counts["rows_dropped"], trail, file)
    drops.check(partition, load_contract(partition.dataset, aws.settings).drops, counts)
    quarantine.register(partition, tokens["convert"], counts["rows_quarantined"], file, trail)


def _steps(partition: Partition, cleaned: Mapping[str, Any], aws: Aws) -> list[dict[str, Any]]:
    """By the version that the run names: its job may be collected before a replay."""
    if version := cleaned.get("recipe_version"):
        return recipe.published_steps(partition.dataset, version, aws)
    return recipe.declared_steps(partition.dataset, aws.settings)


def check_dropped(partition: Partition, dropped: int, trail: Trail, file: RawFile) -> None:
    """Raise GateFailed where more rows are gone than the recipe can have dropped."""
    if dropped <= 0 or (allowed := _allowed(trail, file)) is None or dropped <= allowed:
        return
    steps = ", ".join(dict.fromkeys(trail.dropping))
    why = f"its steps {steps} can drop {allowed} of the landed rows" if steps else "none drops rows"
    raise GateFailed(
        "conservation",
        partition.dataset,
        partition.label,
        [Finding(f"{dropped} rows are gone after the recipe, but {why}", file.uri)],
        "DataBrew lost rows. Clear the task `clean`; if it comes back, look at the run's log.",
    )


def _allowed(trail: Trail, file: RawFile) -> int | None:
    """How many records the recipe can have dropped; None where their texts do not tell."""
    if not trail.countable:
        return None
    missing = may_be_missing(trail.needed, file.header)
    return sum(map(missing, file.records())) if trail.needed else 0
