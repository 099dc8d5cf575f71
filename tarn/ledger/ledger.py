"""The ledger: one record per partition run, and what is under way at this moment.

Records are JSON objects in the ops zone, `ledger/runs/<status>/<dataset>/<slug>-<token>.json`, one
line each: Athena reads them as lake_ops.runs, and their arrays as the views lake_ops.rules and
lake_ops.costs. A record is never deleted. Markers of partitions under way are
`in-flight/<dataset>/<slug>.json`.

Refreshes of views and dashboards are `ledger/refreshes/<token>.json` (lake_ops.refreshes). What
the views have seen is `refresh/latest.json`: of each partition the newest record that moved its
readers, and how many there were. So nothing compares clocks to know what is pending.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from tarn import moments
from tarn.aws import Aws
from tarn.errors import Terminal, aws_errors
from tarn.ledger import costs
from tarn.partition import Partition
from tarn.services import catalog

log = logging.getLogger(__name__)

RUNS = "ledger/runs/"
REFRESHES = "ledger/refreshes/"
MARKERS = "in-flight/"
LATEST = "refresh/latest.json"
PENDING = "refresh/pending/"
SEEN = ("key", "records")  # of each partition
SHOWN = ("refresh", "at", "bytes", "ingestion")  # of each view

PUBLISHED, FAILED, ROLLED_BACK = "published", "failed", "rolled_back"
STATUSES = (PUBLISHED, FAILED, ROLLED_BACK)
NEEDED = ("dataset", "partition", "token", "status", "finished_at")  # of every record
MARKED = ("dataset", "partition", "token", "started_at")  # of every mark of a partition under way
MOVES = (PUBLISHED, ROLLED_BACK)  # the records of what moved a partition's readers


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
        "started_at": moments.now(),
        "moves": catalog.seen(partition, aws).moves,
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
    found = _read_all([key for key, _ in aws.keys("ops", MARKERS)], MARKED, aws)
    for marker in found:
        marker["stale"] = moments.age(marker["started_at"]) > aws.settings.stale_seconds
    return found


def started_at(partition: Partition, aws: Aws) -> str:
    """When the partition's run began; now, where nobody marked it."""
    marker = aws.get_json("ops", _marker(partition))
    return str(marker["started_at"]) if marker else moments.now()


def moves_at_start(partition: Partition, aws: Aws) -> int:
    """How often readers had been moved when the partition's run began: what it builds on."""
    marker = aws.get_json("ops", _marker(partition)) or {}
    moves = marker.get("moves")
    return catalog.seen(partition, aws).moves if moves is None else int(moves)


# -- records


def record_key(partition: Partition, token: str, status: str = PUBLISHED) -> str:
    return f"{RUNS}{status}/{partition.dataset}/{partition.slug}-{token}.json"


@aws_errors("ledger: write a record")
def record(entry: dict[str, Any], aws: Aws | None = None) -> str:
    """Write a partition run's record and return its uri; the same run overwrites its own record."""
    aws = aws or Aws()
    key = f"{RUNS}{entry['status']}/{entry['dataset']}/{slug(entry)}-{entry['token']}.json"
    aws.put_json("ops", key, entry)
    return aws.settings.uri("ops", key)


def slug(entry: Mapping[str, Any]) -> str:
    """The partition of a record or a marker, as names on AWS say it: Partition.slug."""
    whole = entry["partition"] == "all"
    return str(entry["dataset"]) if whole else f"{entry['dataset']}-{entry['partition']}"


def find(
    partition: Partition, token: str, aws: Aws, status: str = PUBLISHED
) -> dict[str, Any] | None:
    """The record of one run, or None."""
    found: dict[str, Any] | None = aws.get_json("ops", record_key(partition, token, status))
    return found


@aws_errors("ledger: read")
def read(
    dataset: str = "",
    partition: Partition | None = None,
    aws: Aws | None = None,
    statuses: Sequence[str] = STATUSES,
    since: datetime | None = None,
) -> list[dict[str, Any]]:
    """Records, oldest first: all, of one dataset, or of one partition; those written `since`."""
    aws = aws or Aws()
    below = f"{dataset}/" if dataset else ""
    if partition is not None:
        below = f"{partition.dataset}/{partition.slug}-"
    listed = _listed(aws, statuses, below)
    keys = [key for at, key in listed if since is None or at >= since]
    records = _read_all(keys, NEEDED, aws)
    if partition is not None:
        records = [r for r in records if r["partition"] == partition.label]
    return sorted(records, key=lambda r: (r["finished_at"], r["dataset"], r["partition"]))


@aws_errors("ledger: summary")
def summary(aws: Aws | None = None, statuses: Sequence[str] = MOVES) -> list[dict[str, Any]]:
    """Of each partition its newest record of these statuses, by dataset and partition: of what
    moved its readers, that says what they see."""
    aws = aws or Aws()
    keys = [newest["key"] for newest in _newest(aws, statuses).values()]
    records = _read_all(keys, NEEDED, aws)
    return sorted(records, key=lambda r: (r["dataset"], r["partition"]))


def _read_all(keys: Sequence[str], needed: Sequence[str], aws: Aws) -> list[dict[str, Any]]:
    """What is at these keys; Terminal where it lacks a member without which it says nothing."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda key: aws.get_json("ops", key), keys))
    for key, item in zip(keys, found, strict=True):
        if item is not None and not (isinstance(item, dict) and all(n in item for n in needed)):
            raise Terminal(
                f"{aws.settings.uri('ops', key)} lacks one of {', '.join(needed)}: something other "
                "than Tarn wrote it. Write it again as it was, or delete it."
            )
    return [item for item in found if item is not None]  # gone since they were listed


def _listed(aws: Aws, statuses: Sequence[str], below: str = "") -> list[tuple[datetime, str]]:
    """Records of these statuses by age, oldest first."""
    paginator, bucket = aws.s3.get_paginator("list_objects_v2"), aws.settings.bucket("ops")
    pages = [
        page
        for status in statuses
        for page in paginator.paginate(Bucket=bucket, Prefix=f"{RUNS}{status}/{below}")
    ]
    return sorted((o["LastModified"], o["Key"]) for page in pages for o in page.get("Contents", []))


def _name(key: str) -> str:
    """The partition of a record's key: `flights/flights-2013-03`."""
    return key.removeprefix(RUNS).partition("/")[2].rpartition("-")[0]


def _newest(aws: Aws, statuses: Sequence[str] = MOVES) -> dict[str, dict[str, Any]]:
    """What moved each partition's readers last: {"flights/flights-2013-03": {"key", "records"}}."""
    listed = sorted(_listed(aws, statuses), key=lambda item: _name(item[1]))
    return {
        name: _last([*items], aws) for name, items in groupby(listed, lambda item: _name(item[1]))
    }


def _last(listed: list[tuple[datetime, str]], aws: Aws) -> dict[str, Any]:
    """The newest of one partition's records, and how many there are."""
    newest = listed[-1][0]
    keys = [key for at, key in listed if at == newest]
    if len(keys) > 1:  # S3 knows whole seconds, the records more
        keys.sort(key=lambda key: str((aws.get_json("ops", key) or {}).get("finished_at")))
    return {"key": keys[-1], "records": len(listed)}


# -- refreshing views and dashboards once for a burst of partitions


@aws_errors("ledger: what to refresh")
def pending_refresh(aws: Aws | None = None, keep: str = "") -> list[str]:
    """Datasets published, or rolled back, since the views were last refreshed.

    Who is about to refresh gives a name of its own as `keep`: what is seen now is kept under it,
    `refreshed` then records just that, and a partition published in between stays pending, as it
    does when another refresh was tried in between. Others only look.
    """
    aws = aws or Aws()
    newest = _newest(aws)
    if keep:
        aws.put_json("ops", f"{PENDING}{keep}.json", newest)
    seen = _latest(aws)["seen"]
    return sorted({name.split("/")[0] for name, last in newest.items() if seen.get(name) != last})


@aws_errors("ledger: whether it is quiet")
def quiet(aws: Aws | None = None) -> bool:
    """Whether nothing is in flight, and nothing was published for TARN_QUIET_SECONDS."""
    aws = aws or Aws()
    # Markers first: publish() writes the record before it takes the marker away.
    if any(not marker["stale"] for marker in in_flight(aws)):
        return False
    listed = _listed(aws, MOVES)
    if not listed:
        return True
    return (datetime.now(UTC) - listed[-1][0]).total_seconds() >= aws.settings.quiet_seconds


@aws_errors("ledger: record a refresh")
def refreshed(
    datasets: list[str],
    token: str,
    kept: str,
    aws: Aws | None = None,
    views: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Record that views and dashboards now show these datasets as `pending_refresh` saw them.

    kept: the name that it was given. Where nothing is kept under it (recorded before), nothing
    more counts as seen. views: of each view refreshed, {"view", "ingestion", ...}, as
    tarn.steps.dashboards.shown makes them. Returns the refresh's record.
    """
    aws = aws or Aws()
    key, record_at = f"{PENDING}{kept}.json", f"{REFRESHES}{token}.json"
    newest, latest = _kept(aws.get_json("ops", key) or {}, SEEN, key), _latest(aws)
    entry: dict[str, Any] | None = aws.get_json("ops", record_at)  # there: an earlier try's
    if entry is None:
        runs = {name: last["key"] for name, last in newest.items()}
        entry = {"token": token, "refreshed_at": moments.now(), "datasets": sorted(datasets)}
        entry |= {"runs": runs, "views": list(views), "costs": _held(views, latest["views"])}
        aws.put_json("ops", record_at, entry)
    seen = {name: last for name, last in newest.items() if name.split("/")[0] in datasets}
    held = {"refresh": token, "at": entry["refreshed_at"]}
    shown = {
        view["view"]: held | {"bytes": view["bytes"], "ingestion": view["ingestion"]}
        for view in entry["views"]
    }
    aws.put_json("ops", LATEST, {"seen": latest["seen"] | seen, "views": latest["views"] | shown})
    aws.s3.delete_object(Bucket=aws.settings.bucket("ops"), Key=key)
    return entry


def _latest(aws: Aws) -> dict[str, dict[str, Any]]:
    """What the views have seen, and of each view its last refresh."""
    found = aws.get_json("ops", LATEST) or {"seen": {}, "views": {}}
    parts = found if isinstance(found, dict) else {}
    said = {"seen": SEEN, "views": SHOWN}
    return {name: _kept(parts.get(name), needed, LATEST) for name, needed in said.items()}


def _kept(found: Any, needed: Sequence[str], key: str) -> dict[str, Any]:
    """What is kept by name, without what another version of Tarn kept in another form.

    That counts as not seen: what it was of is shown again.
    """
    items = found if isinstance(found, dict) else {}
    kept = {
        name: item
        for name, item in items.items()
        if isinstance(item, dict) and all(member in item for member in needed)
    }
    if len(kept) < len(items) or items is not found:
        log.warning("%s is of another version of Tarn: what it says is shown again.", key)
    return kept


def _held(views: Sequence[dict[str, Any]], before: dict[str, Any]) -> list[dict[str, Any]]:
    """What SPICE cost for what it held of these views until now."""
    lines = []
    for last in (before[view["view"]] for view in views if view["view"] in before):
        cost = costs.spice(last["bytes"], moments.age(last["at"]))
        lines.append(cost.of("dashboards", last["ingestion"], datetime.now(UTC)))
    return lines


@aws_errors("ledger: last refresh of a view")
def last_refresh(view: str, aws: Aws) -> dict[str, Any] | None:
    """The record of the refresh that a view's dashboards show, or None."""
    last = _latest(aws)["views"].get(view)
    if last is None:
        return None
    found: dict[str, Any] | None = aws.get_json("ops", f"{REFRESHES}{last['refresh']}.json")
    return found
