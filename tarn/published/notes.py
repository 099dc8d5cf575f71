"""Notes in the ops zone that have served: each is there for whoever comes at about the same time.

A tombstone holds off who moves readers while a run is deleted, a claim keeps an alert from being
sent twice, what a refresh saw waits for its end. Old ones are of no use to anybody; the ledger's
records are no notes, and stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tarn.aws import Aws
from tarn.health import alerts
from tarn.ledger import ledger
from tarn.published import readers

# What begins so, and why it may go.
NOTES = {
    readers.TOMBSTONES: "of runs that were collected",
    alerts.SENT: "of alerts that were sent",
    ledger.PENDING: "of refreshes that did not end",
}


@dataclass(frozen=True)
class Notes:
    """The notes of one kind that may go."""

    prefix: str
    why: str
    keys: tuple[str, ...]
    bytes: int


def served(since: datetime, aws: Aws) -> Iterator[Notes]:
    """The notes that were last written before."""
    for prefix, why in NOTES.items():
        pages = aws.s3.get_paginator("list_objects_v2").paginate(
            Bucket=aws.settings.bucket("ops"), Prefix=prefix
        )
        found = [
            (each["Key"], each["Size"])
            for page in pages
            for each in page.get("Contents", [])
            if each["LastModified"] <= since
        ]
        if found:
            yield Notes(prefix, why, tuple(k for k, _ in found), sum(size for _, size in found))
