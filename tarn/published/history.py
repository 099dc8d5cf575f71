"""What readers of a partition saw, one run after the other, by the ledger's records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tarn import moments
from tarn.aws import Aws
from tarn.ledger import ledger
from tarn.partition import Partition
from tarn.published.readers import run_of

Record = dict[str, Any]


@dataclass
class History:
    """The runs to which readers may go back, oldest first; the last is what they see.

    A rollback takes away the runs that it goes back over: the next one goes further back, and not
    forth again to what was found bad.
    """

    way: list[str] = field(default_factory=list)  # runs, by their folder's token
    records: dict[str, Record] = field(default_factory=dict)  # how each was published last
    left: dict[str, datetime] = field(default_factory=dict)  # when readers left it last
    moves: int = 0

    @classmethod
    def of(cls, records: Iterable[Record]) -> History:
        """From records of what moved readers, oldest first."""
        history = cls()
        for record in records:
            history.follow(record)
        return history

    def follow(self, record: Record) -> None:
        """Take the next record in."""
        run, back = run_of(record["location"]), record["status"] == ledger.ROLLED_BACK
        self.moves += 1
        if not back:
            self.records[run] = record
        if self.way and self.way[-1] != run:
            self.left[self.way[-1]] = moments.read(record["finished_at"])
        if run in self.way:
            where = self.way.index(run)
            self.way = self.way[:where] if back else [r for r in self.way if r != run]
        self.way.append(run)


def history(partition: Partition, aws: Aws) -> History:
    """The history of one partition."""
    return History.of(ledger.read(partition=partition, aws=aws, statuses=ledger.MOVES))
