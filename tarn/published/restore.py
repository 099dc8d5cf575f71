"""restore: readers see again what the ledger says that they see, after the catalog was lost.

The catalog's published tables can be made anew: columns are the contracts', and where readers
were is the newest record of what moved them. So the ledger is what has to be backed up, by the
versions of its bucket; a deploy makes the tables, and this points them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tarn.aws import Aws
from tarn.contracts.load import load_contracts
from tarn.errors import Terminal, aws_errors
from tarn.ledger import ledger
from tarn.partition import Partition
from tarn.published import readers
from tarn.published.turns import turn
from tarn.services import catalog

RESTORED, LOST, ELSEWHERE = "restored", "lost", "elsewhere"
LOOK_AGAIN = "Somebody else is at work: run ./lake restore again when nothing is under way."


@dataclass(frozen=True)
class Restored:
    """What became of one partition that readers do not see where the ledger says.

    state: restored (they do now, or would), lost (its files are gone), elsewhere (they see another
    run, which is left: a publish that was cut off before its record, or a move by hand).
    """

    partition: Partition
    state: str
    location: str
    why: str = ""


@aws_errors("restore")
def restore(aws: Aws | None = None, *, dry_run: bool = False) -> Iterator[Restored]:
    """Point readers of every partition at what the ledger says, where they see nothing.

    Partitions that are right yield nothing. A second restore finds nothing to do. Raises Terminal
    where a table is missing: a deploy comes first.
    """
    aws = aws or Aws()
    contracts = load_contracts(aws.settings)
    for record in ledger.summary(aws):
        contract = contracts.get(record["dataset"])
        if contract is None:
            continue  # a dataset that is declared no more
        _require_table(contract.name, aws)
        partition = Partition.parse(contract, record["partition"])
        found = _restore(partition, record, aws, dry_run)
        if found is not None:
            yield found


def _require_table(dataset: str, aws: Aws) -> None:
    if catalog.get_table(aws.settings.database, dataset, aws) is None:
        raise Terminal(
            f"There is no table {aws.settings.database}.{dataset}: run ./lake deploy first, which "
            "makes the published tables anew."
        )


def _restore(
    partition: Partition, record: Mapping[str, Any], aws: Aws, dry_run: bool
) -> Restored | None:
    location, seen = record["location"], catalog.seen(partition, aws)
    if seen.location == location:
        return None
    if seen.location:
        return Restored(partition, ELSEWHERE, location, f"readers see {seen.location}")
    there, wanted = readers.size_of(location, aws), record["bytes_published"]
    if there != wanted:
        return Restored(partition, LOST, location, f"{there} of its {wanted} bytes are left")
    if not dry_run:
        with turn(partition, "a restore", aws) as mine:
            readers.move(mine, location, {}, seen.moves, LOOK_AGAIN, aws)
    return Restored(partition, RESTORED, location)
