"""The ledger as the page reads it: often, by several people, and hardly ever changed."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tarn.aws import Aws
from tarn.contracts.contract import Contract
from tarn.contracts.load import load_contracts
from tarn.errors import Terminal
from tarn.health.matrix import RETURNED_TO
from tarn.ledger import ledger
from tarn.partition import Partition

RECORDS = "ledger/"


@dataclass(frozen=True)
class Snapshot:
    """The ledger at one moment: ledger.summary() and ledger.in_flight(), and the contracts."""

    records: list[dict[str, Any]]
    marks: list[dict[str, Any]]
    contracts: dict[str, Contract]


@dataclass
class RememberingAws(Aws):
    """Reads a record of the ledger again only once S3 lists another ETag for it.

    A lake of 2,500 partitions is three requests a look, and not 2,500.
    """

    etags: dict[str, str] = field(default_factory=dict)
    remembered: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def look(self) -> None:
        """List the records; forget those that are gone."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.settings.bucket("ops"), Prefix=RECORDS
        )
        self.etags = {o["Key"]: o["ETag"] for page in pages for o in page.get("Contents", [])}
        kept = {key: known for key, known in self.remembered.items() if key in self.etags}
        self.remembered = kept

    def get_json(self, zone: str, key: str) -> Any | None:
        etag = self.etags.get(key) if zone == "ops" else None
        if etag is None:
            return super().get_json(zone, key)
        known = self.remembered.get(key)
        if known is None or known[0] != etag:
            known = etag, super().get_json(zone, key)
            self.remembered[key] = known
        return known[1]


@dataclass
class Watch:
    """Snapshots, each kept for some seconds and shared by the threads that ask."""

    aws: RememberingAws
    seconds: float = 4.0
    _kept: Snapshot | None = None
    _taken: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> Snapshot:
        """The ledger as it is, or as it was some seconds ago."""
        with self._lock:
            if self._kept is None or time.monotonic() - self._taken >= self.seconds:
                self._kept = self._take()
                self._taken = time.monotonic()
            return self._kept

    def _take(self) -> Snapshot:
        # Marks first: publish() writes the record before it takes the mark away.
        marks = ledger.in_flight(self.aws)
        self.aws.look()
        contracts = load_contracts(self.aws.settings)
        records = [self._with_run(record, contracts) for record in ledger.summary(self.aws)]
        return Snapshot(records, marks, contracts)

    def _with_run(self, record: dict[str, Any], contracts: dict[str, Contract]) -> dict[str, Any]:
        """A rollback's record with that of the run which readers see again, where it is left."""
        token = str((record.get("tokens") or {}).get("publish", ""))
        contract = contracts.get(record["dataset"])
        if record.get("status") != ledger.ROLLED_BACK or not token or contract is None:
            return record
        try:
            partition = Partition.parse(contract, record["partition"])
        except Terminal:
            return record  # of a contract that was partitioned otherwise
        return record | {RETURNED_TO: ledger.find(partition, token, self.aws)}
