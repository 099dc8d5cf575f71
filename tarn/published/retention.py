"""collect: the files of runs that nobody reads, and nobody can go back to, are deleted.

Everything that a step of a partition writes stands in a folder `run=<token>`. A folder stays while

- its run is published, or is one of the TARN_RETENTION_RUNS before it (rollback may go there),
- readers left its run less than TARN_RETENTION_DAYS ago: a query or an ingestion may still read it,
- no run of the ledger names it, and it was written less than TARN_RETENTION_DAYS ago,
- its partition is under way, or somebody is moving its readers.

All else goes, with what Glue and DataBrew keep for it, and notes that have served. Cut off in the
middle, the next collection goes on: what is left is found by looking, and not by remembering.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, forget, is_missing
from tarn.contracts.load import dataset_names
from tarn.errors import aws_errors
from tarn.ledger import ledger
from tarn.partition import Partition
from tarn.published import readers
from tarn.published.history import History
from tarn.published.notes import served
from tarn.rows import quarantine
from tarn.services import catalog, databrew

# Where steps write: the zone, and what stands before the partition's folder.
PLACES = (
    ("curated", ""),
    ("quarantine", ""),
    ("clean", ""),
    ("raw", ""),
    ("ops", "profiles/"),
    ("ops", "metrics/"),
    ("ops", "data_docs/"),
)
RUN = re.compile(r"(?P<path>(?:\w+=\d+/)*)run=(?P<token>[^/.]+)(?:/|\.json$)")
UNPUBLISHED = "of a run that was not published"
EPOCH = datetime.fromtimestamp(0, UTC)
BATCH = 1000  # what DeleteObjects takes


@dataclass(frozen=True)
class Collected:
    """One thing that is deleted: where it was, and why nobody needs it."""

    what: str
    why: str
    objects: int = 0
    bytes: int = 0


@dataclass
class Folder:
    """What one run of a step wrote in one place."""

    zone: str
    prefix: str
    token: str
    objects: list[dict[str, str]] = field(default_factory=list)  # Key and VersionId
    bytes: int = 0
    written: datetime = EPOCH  # the newest of its objects

    def add(self, version: Any) -> None:
        self.objects.append({"Key": version["Key"], "VersionId": version["VersionId"]})
        self.bytes += version.get("Size", 0)
        self.written = max(self.written, version["LastModified"])


@dataclass(frozen=True)
class Keep:
    """What the settings keep."""

    runs: int
    since: datetime


def collect(aws: Aws | None = None, dry_run: bool = False) -> Iterator[Collected]:
    """Delete what nobody needs; yields each thing as it goes. dry_run: only say what would go."""
    aws = aws or Aws()
    since = datetime.now(UTC) - timedelta(days=aws.settings.retention_days)
    keep = Keep(aws.settings.retention_runs, since)
    with aws_errors("collect"):
        busy = tuple(ledger.slug(mark) for mark in ledger.in_flight(aws) if not mark["stale"])
        yield from _notes(keep, aws, dry_run)
        for dataset in dataset_names(aws.settings):
            histories = _histories(dataset, aws)
            for partition, folders in _folders(dataset, aws).items():
                if partition.slug not in busy:
                    past = histories[partition.label]
                    yield from _partition(partition, past, folders, keep, aws, dry_run)
                    yield from _databrew(partition, aws, dry_run)
        yield from _crawlers(busy, keep, aws, dry_run)
        yield from _shadow_tables(busy, keep, aws, dry_run)


def _histories(dataset: str, aws: Aws) -> defaultdict[str, History]:
    """The histories of a dataset's partitions, by label."""
    found: defaultdict[str, History] = defaultdict(History)
    for record in ledger.read(dataset, aws=aws, statuses=ledger.MOVES):
        found[record["partition"]].follow(record)
    return found


# -- folders of runs


def _folders(dataset: str, aws: Aws) -> dict[Partition, list[Folder]]:
    """Everything that runs of a dataset left, by partition; in the order in which it may go."""
    found: defaultdict[Partition, dict[tuple[str, str], Folder]] = defaultdict(dict)
    for zone, before in PLACES:
        start = f"{before}{dataset}/"
        for version in _versions(zone, start, aws):
            match = RUN.match(version["Key"], len(start))
            if match is None:
                continue
            partition, prefix = _partition_of(dataset, match["path"]), match[0]
            folder = Folder(zone, f"{start}{prefix}", match["token"])
            found[partition].setdefault((zone, folder.prefix), folder).add(version)
    return {partition: list(folders.values()) for partition, folders in found.items()}


def _versions(zone: str, prefix: str, aws: Aws) -> Iterator[Any]:
    """Every version below a prefix, and every delete marker: a bucket that has none has one."""
    pages = aws.s3.get_paginator("list_object_versions").paginate(
        Bucket=aws.settings.bucket(zone), Prefix=prefix
    )
    for page in pages:
        yield from page.get("Versions", [])
        yield from page.get("DeleteMarkers", [])


def _partition_of(dataset: str, path: str) -> Partition:
    keys = (part.split("=") for part in path.rstrip("/").split("/") if part)
    return Partition(dataset, tuple((name, int(value)) for name, value in keys))


def _partition(
    partition: Partition,
    past: History,
    folders: list[Folder],
    keep: Keep,
    aws: Aws,
    dry_run: bool,
) -> Iterator[Collected]:
    current = readers.run_of(catalog.location_of(partition, aws)[0])
    gone = unneeded(folders, past, current, keep)
    runs = {folder.token for folder, _ in gone if folder.zone == "curated"}
    if not dry_run and not _give_up(partition, runs, aws):
        return  # readers have just been moved to one of them: another time
    for folder, why in gone:
        if not dry_run:
            if folder.zone == "quarantine":  # first: the folder is what the next one finds it by
                quarantine.forget(partition, folder.token, aws)
            _delete(folder, aws)
        uri = aws.settings.uri(folder.zone, folder.prefix)
        yield Collected(uri, why, len(folder.objects), folder.bytes)


def _give_up(partition: Partition, runs: Iterable[str], aws: Aws) -> bool:
    """All of the runs, or none."""
    given = {run: readers.give_up(partition, run, aws) for run in runs}
    if all(given.values()):
        return True
    for run in given:
        readers.spare(partition, run, aws)
    return False


def unneeded(
    folders: Iterable[Folder], past: History, current: str, keep: Keep
) -> list[tuple[Folder, str]]:
    """The folders that may go, and why; past and current: what readers saw, and see now.

    Nothing goes while the catalog and the ledger differ: somebody is moving readers.
    """
    if current != (past.way[-1] if past.way else ""):
        return []
    kept = {current, *past.way[-1 - max(keep.runs, 0) :]}
    kept |= {run for run, at in past.left.items() if at > keep.since}
    needed = {token for run in kept for token in _tokens(past, run)}
    former = {token: run for run in past.records for token in _tokens(past, run)}
    gone = []
    for folder in folders:
        if folder.token in needed or folder.written > keep.since:
            continue
        run = former.get(folder.token)
        why = f"of run {run}, which readers left" if run else UNPUBLISHED
        gone.append((folder, why))
    return gone


def _tokens(past: History, run: str) -> set[str]:
    """The tokens of the steps that made a run."""
    return {run, *past.records.get(run, {}).get("tokens", {}).values()}


def _delete(folder: Folder, aws: Aws) -> None:
    _delete_objects(folder.zone, folder.objects, aws)


def _delete_objects(zone: str, objects: list[dict[str, str]], aws: Aws) -> None:
    for first in range(0, len(objects), BATCH):
        answer = aws.s3.delete_objects(
            Bucket=aws.settings.bucket(zone),
            Delete={"Objects": objects[first : first + BATCH], "Quiet": True},  # type: ignore[typeddict-item]
        )
        for error in answer.get("Errors", []):
            raise ClientError({"Error": dict(error)}, "DeleteObjects")  # type: ignore[typeddict-item]


def _notes(keep: Keep, aws: Aws, dry_run: bool) -> Iterator[Collected]:
    """The notes that are older than whatever may still be under way."""
    longest = datetime.now(UTC) - timedelta(seconds=aws.settings.stale_seconds)
    for notes in served(min(keep.since, longest), aws):
        if not dry_run:
            _delete_objects("ops", [{"Key": key} for key in notes.keys], aws)
        uri = aws.settings.uri("ops", notes.prefix)
        yield Collected(uri, notes.why, len(notes.keys), notes.bytes)


# -- what Glue and DataBrew keep


def _databrew(partition: Partition, aws: Aws, dry_run: bool) -> Iterator[Collected]:
    """The DataBrew objects of a partition at rest: its next run makes them anew.

    An account has room for 100 datasets; so these go as soon as their last run is long over.
    """
    name = aws.settings.databrew(partition.slug)
    if not _there(name, aws) or not _at_rest(name, aws):
        return
    if not dry_run:
        for job in _jobs(name):  # first: what they use cannot go before them
            forget(aws.databrew.delete_job, Name=job)
        forget(aws.databrew.delete_ruleset, Name=name)
        forget(aws.databrew.delete_dataset, Name=name)
    yield Collected(f"DataBrew {name}", "of a partition whose last run is over")


def _there(name: str, aws: Aws) -> bool:
    try:
        aws.databrew.describe_dataset(Name=name)
    except ClientError as error:
        if is_missing(error):
            return False
        raise
    return True


def _at_rest(name: str, aws: Aws) -> bool:
    since = datetime.now(UTC) - timedelta(seconds=aws.settings.stale_seconds)
    newest = (next(databrew.runs(job, aws), None) for job in _jobs(name))
    return all(
        run is None
        or (run["State"] not in databrew.LIVING and run.get("CompletedOn", since) <= since)
        for run in newest
    )


def _jobs(name: str) -> tuple[str, ...]:
    return f"{name}-profile", f"{name}-clean"


def _crawlers(busy: Iterable[str], keep: Keep, aws: Aws, dry_run: bool) -> Iterator[Collected]:
    """Crawlers of runs that failed: a publish takes its own away."""
    prefix = aws.settings.prefix
    mine = tuple(f"{prefix}-{dataset}-" for dataset in dataset_names(aws.settings))
    others = tuple(f"{prefix}-{slug}-" for slug in busy)
    for page in aws.glue.get_paginator("get_crawlers").paginate():
        for crawler in page["Crawlers"]:
            name = crawler["Name"]
            old = crawler["State"] == "READY" and crawler["CreationTime"] <= keep.since
            if old and name.startswith(mine) and not name.startswith(others):
                if not dry_run:
                    forget(aws.glue.delete_crawler, Name=name)
                yield Collected(f"crawler {name}", UNPUBLISHED)


def _shadow_tables(busy: Iterable[str], keep: Keep, aws: Aws, dry_run: bool) -> Iterator[Collected]:
    """The tables that those crawlers made."""
    database = aws.settings.shadow_database
    others = tuple(slug.replace("-", "_") + "_" for slug in busy)
    for page in aws.glue.get_paginator("get_tables").paginate(DatabaseName=database):
        for table in page["TableList"]:
            name = table["Name"]
            if table["CreateTime"] <= keep.since and not name.startswith(others):
                if not dry_run:
                    forget(aws.glue.delete_table, DatabaseName=database, Name=name)
                yield Collected(f"table {database}.{name}", UNPUBLISHED)
