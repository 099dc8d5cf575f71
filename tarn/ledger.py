"""The ledger: one record per partition run, and what is under way at this moment.

Records are JSON objects in the ops zone, `ledger/<dataset>/<slug>-<token>.json`, one line each:
Athena reads them as lake_ops.ledger. Markers of partitions under way are
`in-flight/<dataset>/<slug>.json`. What the views have seen is `refresh/latest.json`: the newest
record of each partition at that time. So nothing compares clocks to know what is pending.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from tarn.aws import Aws
from tarn.errors import aws_errors
from tarn.partition import Partition

RECORDS = "ledger/"
MARKERS = "in-flight/"
REFRESHES = "refresh/"
LATEST = f"{REFRESHES}latest.json"
PENDING = f"{REFRESHES}pending/"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


# -- partitions under way


def _marker(partition: Partition) -> str:
    return f"{MARKERS}{partition.dataset}/{partition.slug}.json"


@aws_errors("ledger: mark as started")
def started(partition: Partition, token: str, aws: Aws | None = None) -> None:
    """Mark a partition as under way. land() does this itself."""
    aws = aws or Aws()
    before = aws.get_json("ops", _marker(partition))
    if before is not None and before["token"] == token:
        return  # a retry: it began when the first try began
    marker = {
        "dataset": partition.dataset,
        "partition": partition.label,
        "token": token,
        "started_at": now(),
    }
    aws.put_json("ops", _marker(partition), marker)


@aws_errors("ledger: take the mark away")
def ended(partition: Partition, aws: Aws | None = None) -> None:
    """Take the mark away: published (publish() does it), or failed (a failure callback does it)."""
    aws = aws or Aws()
    aws.s3.delete_object(Bucket=aws.settings.bucket("ops"), Key=_marker(partition))


@aws_errors("ledger: read what is in flight")
def in_flight(aws: Aws | None = None) -> list[dict[str, Any]]:
    """Partitions started and not finished: {dataset, partition, token, started_at, stale}.

    `stale`: begun longer ago than TARN_STALE_SECONDS, so that its worker is taken for dead.
    """
    aws = aws or Aws()
    found = _read_all([key for key, _ in aws.keys("ops", MARKERS)], aws)
    for marker in found:
        age = datetime.now(UTC) - datetime.fromisoformat(marker["started_at"])
        marker["stale"] = age.total_seconds() > aws.settings.stale_seconds
    return found


def started_at(partition: Partition, aws: Aws) -> str:
    """When the partition's run began; now, where nobody marked it."""
    marker = aws.get_json("ops", _marker(partition))
    return str(marker["started_at"]) if marker else now()


# -- records


def record_key(partition: Partition, token: str) -> str:
    return f"{RECORDS}{partition.dataset}/{partition.slug}-{token}.json"


@aws_errors("ledger: write a record")
def record(entry: dict[str, Any], aws: Aws | None = None) -> str:
    """Write a partition run's record and return its uri; the same run overwrites its own record."""
    aws = aws or Aws()
    slug = entry["dataset"]
    if entry["partition"] != "all":
        slug = f"{slug}-{entry['partition']}"
    key = f"{RECORDS}{entry['dataset']}/{slug}-{entry['token']}.json"
    aws.put_json("ops", key, entry)
    return aws.settings.uri("ops", key)


def find(partition: Partition, token: str, aws: Aws) -> dict[str, Any] | None:
    """The record of one run, or None."""
    found: dict[str, Any] | None = aws.get_json("ops", record_key(partition, token))
    return found


@aws_errors("ledger: read")
def read(
    dataset: str = "", partition: Partition | None = None, aws: Aws | None = None
) -> list[dict[str, Any]]:
    """Records, oldest first: all, of one dataset, or of one partition."""
    aws = aws or Aws()
    if partition is not None:
        prefix = f"{RECORDS}{partition.dataset}/{partition.slug}-"
    else:
        prefix = f"{RECORDS}{dataset}/" if dataset else RECORDS
    records = _read_all([key for key, _ in aws.keys("ops", prefix)], aws)
    if partition is not None:
        records = [r for r in records if r["partition"] == partition.label]
    return sorted(records, key=lambda r: (r["finished_at"], r["dataset"], r["partition"]))


@aws_errors("ledger: summary")
def summary(aws: Aws | None = None) -> list[dict[str, Any]]:
    """The latest published record of each partition, by dataset and partition."""
    aws = aws or Aws()
    records = _read_all(_newest(aws).values(), aws)
    return sorted(records, key=lambda r: (r["dataset"], r["partition"]))


def _read_all(keys: Iterable[str], aws: Aws) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda key: aws.get_json("ops", key), keys))
    return [item for item in found if item is not None]  # gone since they were listed


def _listed(aws: Aws) -> list[tuple[datetime, str]]:
    """Records by age, oldest first."""
    pages = aws.s3.get_paginator("list_objects_v2").paginate(
        Bucket=aws.settings.bucket("ops"), Prefix=RECORDS
    )
    return sorted((o["LastModified"], o["Key"]) for page in pages for o in page.get("Contents", []))


def _newest(aws: Aws) -> dict[str, str]:
    """The newest record's key of each partition: {"ledger/flights/flights-2013-03": key}."""
    return {key.rpartition("-")[0]: key for _, key in _listed(aws)}


# -- refreshing views and dashboards once for a burst of partitions


@aws_errors("ledger: what to refresh")
def pending_refresh(aws: Aws | None = None, keep: str = "") -> list[str]:
    """Datasets published since the views were last refreshed.

    Who is about to refresh gives a name of its own as `keep`: what is seen now is kept under it,
    `refreshed` then records just that, and a partition published in between stays pending, as it
    does when another refresh was tried in between. Others only look.
    """
    aws = aws or Aws()
    newest = _newest(aws)
    if keep:
        aws.put_json("ops", f"{PENDING}{keep}.json", newest)
    seen = (aws.get_json("ops", LATEST) or {}).get("seen", {})
    return sorted({name.split("/")[1] for name, key in newest.items() if seen.get(name) != key})


@aws_errors("ledger: whether it is quiet")
def quiet(aws: Aws | None = None) -> bool:
    """Whether nothing is in flight, and nothing was published for TARN_QUIET_SECONDS."""
    aws = aws or Aws()
    # Markers first: publish() writes the record before it takes the marker away.
    if any(not marker["stale"] for marker in in_flight(aws)):
        return False
    listed = _listed(aws)
    if not listed:
        return True
    return (datetime.now(UTC) - listed[-1][0]).total_seconds() >= aws.settings.quiet_seconds


@aws_errors("ledger: record a refresh")
def refreshed(datasets: list[str], token: str, kept: str, aws: Aws | None = None) -> dict[str, Any]:
    """Record that views and dashboards now show these datasets as `pending_refresh` saw them.

    kept: the name that it was given. Where nothing is kept under it (recorded before), nothing
    more counts as seen.
    """
    aws = aws or Aws()
    key = f"{PENDING}{kept}.json"
    newest = aws.get_json("ops", key) or {}
    seen = dict((aws.get_json("ops", LATEST) or {}).get("seen", {}))
    seen |= {name: record for name, record in newest.items() if name.split("/")[1] in datasets}
    entry = {"token": token, "datasets": sorted(datasets), "refreshed_at": now(), "seen": seen}
    aws.put_json("ops", LATEST, entry)
    aws.s3.delete_object(Bucket=aws.settings.bucket("ops"), Key=key)
    return entry
