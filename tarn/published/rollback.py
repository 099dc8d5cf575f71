"""rollback: readers of a partition go back to a former run, in one call of the catalog."""

from __future__ import annotations

from typing import Any

from tarn import moments
from tarn.aws import Aws
from tarn.errors import Terminal, aws_errors
from tarn.ledger import ledger, provenance, record
from tarn.partition import Partition
from tarn.published import readers
from tarn.published.history import History, history
from tarn.published.readers import run_of
from tarn.published.turns import turn
from tarn.services import catalog
from tarn.services.catalog import Seen
from tarn.services.work import make_token

TOKEN = "tarn.rollback"  # noqa: S105 (the name of a parameter in the catalog)
LOOK_AGAIN = "Look at ./lake trace, and roll back from there if it is still to be."
# Of the run's own record: what readers see again. Its cost and rules stay the run's own.
KEPT = (*record.COUNTS, *provenance.OF, "landed", "tokens", "location")


@aws_errors("rollback")
def rollback(
    partition: Partition, run_by: str, to: str = "", aws: Aws | None = None
) -> dict[str, Any]:
    """Send readers back to the run before, or to the run `to` (its folder's token, or its start).

    Returns the ledger's record of it, status "rolled_back", whose previous_location says where
    readers were. Where an earlier call was cut off after it had moved readers, this one records
    that and moves nothing. Raises Terminal where nothing is before, or its files are gone.
    """
    aws = aws or Aws()
    seen = catalog.seen(partition, aws)
    current = seen.location
    if not current:
        raise Terminal(f"{partition} is not published: there is nothing to go back from.")
    past = history(partition, aws)
    if (cut_off := _cut_off(partition, seen, aws)) is not None:
        with turn(partition, f"a rollback by {run_by}", aws) as mine:
            readers.require_at(mine, seen.moves, LOOK_AGAIN, aws)
            readers.hold(mine, aws)
            before = seen.parameters[readers.PREVIOUS]
            return _record(partition, past, current, before, cut_off, run_by, aws)
    run = _find(partition, past, to, aws) if to else _former(partition, past, run_of(current))
    location = past.records[run]["location"]
    if location == current:
        raise Terminal(f"Readers of {partition} see run {run} already.")
    _require_files(partition, past, run, aws)
    token = make_token(partition.slug, current, location, past.moves)
    with turn(partition, f"a rollback by {run_by}", aws) as mine:
        readers.move(mine, location, {TOKEN: token}, seen.moves, LOOK_AGAIN, aws)
        return _record(partition, past, location, current, token, run_by, aws)


def _cut_off(partition: Partition, seen: Seen, aws: Aws) -> str | None:
    """The token of a rollback that has moved readers and left no record."""
    token = seen.parameters.get(TOKEN, "")
    if token and ledger.find(partition, token, aws, ledger.ROLLED_BACK) is None:
        return token
    return None


def _former(partition: Partition, past: History, current: str) -> str:
    """The run before the one that readers see."""
    # A publish that was cut off before its record: readers are past the ledger's last run.
    way = past.way[: past.way.index(current)] if current in past.way else past.way
    if not way:
        raise Terminal(f"{partition} has no former run to go back to.")
    return way[-1]


def _find(partition: Partition, past: History, start: str, aws: Aws) -> str:
    found = [run for run in past.records if run.startswith(start)]
    if len(found) == 1:
        return found[0]
    what = f"{len(found)} runs that begin with" if found else "no published run"
    raise Terminal(f"{partition} has {what} {start!r}.{_choices(partition, past, '', aws)}")


def _require_files(partition: Partition, past: History, run: str, aws: Aws) -> None:
    """The run's folder must hold the bytes that were published."""
    entry = past.records[run]
    there, wanted = readers.size_of(entry["location"], aws), entry["bytes_published"]
    if there != wanted:
        raise Terminal(
            f"{partition} cannot go back to run {run}: {there} of its {wanted} bytes are left at "
            f"{entry['location']}.{_choices(partition, past, run, aws)}"
        )


def _choices(partition: Partition, past: History, but: str, aws: Aws) -> str:
    """The remedy: the runs that it can go to."""
    current = run_of(catalog.location_of(partition, aws)[0])
    whole = [
        run
        for run, entry in past.records.items()
        if run not in (but, current)
        and readers.size_of(entry["location"], aws) == entry["bytes_published"]
    ]
    if not whole:
        return " No other run is left: clear the partition's task `land` to make a new one."
    return f" With --to it can go to {', '.join(whole)}."


def _record(
    partition: Partition,
    past: History,
    location: str,
    before: str,
    token: str,
    run_by: str,
    aws: Aws,
) -> dict[str, Any]:
    run = past.records[run_of(location)]
    entry = {
        **record.EMPTY,
        **{name: run.get(name, record.EMPTY[name]) for name in KEPT},
        "published_at": run.get("published_at") or run["finished_at"],
        "dataset": partition.dataset,
        "partition": partition.label,
        "token": token,
        "status": ledger.ROLLED_BACK,
        "started_at": moments.now(),
        "finished_at": moments.now(),
        "previous_location": before,
        "run_by": run_by,
    }
    ledger.record(entry, aws)
    return entry
