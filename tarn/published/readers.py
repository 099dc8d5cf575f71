"""Where readers of a partition are sent, and how a run's folder is given up for collection.

One call of Glue's catalog moves readers, of one who moves them at a time (turns.py). A move counts
the moves before it, and is held against the count that was seen when it was decided on: whoever
comes second is told, and undoes nothing. Collecting and moving may meet: the collector first leaves
a tombstone and then looks where readers are; who moves readers first moves them and then looks for
a tombstone. Each sees the other, whoever is first, as S3 and the catalog answer with what was
written last; so readers are never left at a folder that is being deleted.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarn import moments
from tarn.aws import Aws
from tarn.contracts.load import load_contract
from tarn.errors import Terminal
from tarn.partition import Partition
from tarn.published.turns import Turn
from tarn.services import catalog
from tarn.services.catalog import Seen

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


class Moved(Terminal):
    """Readers were moved by another since the caller looked where they are."""

    def __init__(self, partition: Partition, run: str, remedy: str) -> None:
        self.partition = partition
        self.run = run
        self.remedy = remedy
        super().__init__(partition, run, remedy)

    def __str__(self) -> str:
        where = f"see run {self.run} now" if self.run else "see nothing now"
        return f"Readers of {self.partition} were moved meanwhile: they {where}. {self.remedy}"


def move(
    turn: Turn, location: str, parameters: Mapping[str, str], moves: int, remedy: str, aws: Aws
) -> str:
    """Send readers to a run's folder, in one call; back again if the run has been collected.

    parameters: kept beside the location in the catalog; moves: Seen.moves when the caller decided
    on this move; remedy: what to do where another was quicker. Returns where they were. Raises
    Moved, or Terminal for what was collected.
    """
    seen = require_at(turn, moves, remedy, aws)
    _point(turn, seen, location, {PREVIOUS: seen.location, **parameters}, aws)
    hold(turn, aws)
    return seen.location


def require_at(turn: Turn, moves: int, remedy: str, aws: Aws) -> Seen:
    """What readers see, if nobody has moved them since `moves` were counted; raises Moved."""
    seen = catalog.seen(turn.partition, aws)
    if seen.moves != moves:
        raise Moved(turn.partition, run_of(seen.location), remedy)
    return seen


def hold(turn: Turn, aws: Aws) -> None:
    """Send readers back if the run that they were sent to has been collected: raises Terminal.

    Who finds that an earlier try has moved them calls it too: that try may have ended before it.
    """
    partition = turn.partition
    seen = catalog.seen(partition, aws)
    location = seen.location
    tombstone = aws.get_json("ops", _tombstone(partition, run_of(location)))
    if tombstone is None:
        return
    _point(turn, seen, seen.parameters.get(PREVIOUS, ""), {}, aws)
    raise Terminal(
        f"Run {run_of(location)} of {partition} was collected at {tombstone['collected_at']}: its "
        "files are gone. Choose a later run, or clear the task `convert` to make a new one."
    )


def _point(turn: Turn, seen: Seen, location: str, parameters: Mapping[str, str], aws: Aws) -> None:
    """One move more; location: "" for nowhere."""
    contract = load_contract(turn.partition.dataset, aws.settings)
    to = location or catalog.unpublished(contract, aws)
    run = {RUN: run_of(location), catalog.MOVES: str(seen.moves + 1), **parameters}
    turn.require()
    catalog.point(contract, turn.partition, to, run, aws, seen.version_id)


def give_up(partition: Partition, run: str, aws: Aws) -> bool:
    """Say that a run's folder will be deleted; False where readers are there: then spare it."""
    key = _tombstone(partition, run)
    if aws.get_json("ops", key) is None:
        aws.put_json("ops", key, {"run": run, "collected_at": moments.now()})
    return run_of(catalog.location_of(partition, aws)[0]) != run


def spare(partition: Partition, run: str, aws: Aws) -> None:
    """Take it back: the run's folder stays."""
    aws.s3.delete_object(Bucket=aws.settings.bucket("ops"), Key=_tombstone(partition, run))


def _tombstone(partition: Partition, run: str) -> str:
    return f"{TOMBSTONES}{partition.dataset}/{partition.slug}-{run}.json"
