"""Where readers of a partition are sent, and how a run's folder is given up for collection.

One call of Glue's catalog moves readers. Collecting and moving may meet: the collector first leaves
a tombstone and then looks where readers are; who moves readers first moves them and then looks for
a tombstone. Each sees the other, whoever is first, as S3 and the catalog answer with what was
written last; so readers are never left at a folder that is being deleted.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarn.aws import Aws
from tarn.contracts.contract import load_contract
from tarn.errors import Terminal
from tarn.ledger import ledger
from tarn.partition import Partition
from tarn.services import catalog

PREVIOUS = "tarn.previous"
RUN = "tarn.run"
TOMBSTONES = "collected/"


def run_of(location: str) -> str:
    """The run whose folder it is: `s3://…/run=0123abcd/`."""
    return location.rstrip("/").rpartition("run=")[2]


def size_of(location: str, aws: Aws) -> int:
    """The bytes below a folder of the curated zone."""
    key = location.removeprefix(aws.settings.uri("curated", ""))
    return sum(size for _, size in aws.keys("curated", key))


def move(partition: Partition, location: str, parameters: Mapping[str, str], aws: Aws) -> None:
    """Send readers to a run's folder, in one call; back again if the run has been collected.

    parameters: kept beside the location in the catalog. Raises Terminal.
    """
    contract = load_contract(partition.dataset, aws.settings)
    before, _ = catalog.location_of(partition, aws)
    run = {RUN: run_of(location), PREVIOUS: before, **parameters}
    catalog.point(contract, partition, location, run, aws)
    hold(partition, aws)


def hold(partition: Partition, aws: Aws) -> None:
    """Send readers back if the run that they were sent to has been collected: raises Terminal.

    Who finds that an earlier try has moved them calls it too: that try may have ended before it.
    """
    location, parameters = catalog.location_of(partition, aws)
    tombstone = aws.get_json("ops", _tombstone(partition, run_of(location)))
    if tombstone is None:
        return
    contract = load_contract(partition.dataset, aws.settings)
    if before := parameters.get(PREVIOUS, ""):
        catalog.point(contract, partition, before, {RUN: run_of(before)}, aws)
    else:
        catalog.point(contract, partition, catalog.unpublished(contract, aws), {}, aws)
    raise Terminal(
        f"Run {run_of(location)} of {partition} was collected at {tombstone['collected_at']}: its "
        "files are gone. Choose a later run, or clear the task `convert` to make a new one."
    )


def give_up(partition: Partition, run: str, aws: Aws) -> bool:
    """Say that a run's folder will be deleted; False where readers are there: then spare it."""
    key = _tombstone(partition, run)
    if aws.get_json("ops", key) is None:
        aws.put_json("ops", key, {"run": run, "collected_at": ledger.now()})
    return run_of(catalog.location_of(partition, aws)[0]) != run


def spare(partition: Partition, run: str, aws: Aws) -> None:
    """Take it back: the run's folder stays."""
    aws.s3.delete_object(Bucket=aws.settings.bucket("ops"), Key=_tombstone(partition, run))


def _tombstone(partition: Partition, run: str) -> str:
    return f"{TOMBSTONES}{partition.dataset}/{partition.slug}-{run}.json"
