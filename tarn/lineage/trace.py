"""trace: from a number on a dashboard down to the bytes that were landed.

What is said comes from the ledger; what can be looked at again (files, ingestions, SQL) is, and
what is no longer so is a problem of the thing where it was found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tarn.aws import Aws, is_missing
from tarn.contracts.load import dataset_names, load_contract
from tarn.errors import Terminal, aws_errors
from tarn.ledger import ledger
from tarn.partition import Partition
from tarn.published import readers
from tarn.published.history import history
from tarn.services import catalog
from tarn.settings import Settings
from tarn.steps.dashboards import IngestWork, data_set_id
from tarn.steps.views import digest, read_views

GONE = frozenset({"NoSuchVersion", "InvalidArgument"})  # of a version that never was, or is gone


@dataclass
class Node:
    """One thing that a figure comes from: what is known of it, and what it comes from itself."""

    name: str
    facts: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    below: list[Node] = field(default_factory=list)

    def all_problems(self) -> Iterator[str]:
        yield from self.problems
        for node in self.below:
            yield from node.all_problems()


@aws_errors("trace")
def trace(name: str, partition: str = "", aws: Aws | None = None) -> Node:
    """Of a dataset's partition ("2013-03"), or of a view or its QuickSight data set.

    Raises Terminal where there is no such thing, or nothing is recorded of it.
    """
    aws = aws or Aws()
    if name in dataset_names(aws.settings):
        contract = load_contract(name, aws.settings)
        return trace_partition(Partition.parse(contract, partition or "all"), aws)
    view = _view(name, aws.settings)
    if partition:
        raise Terminal(f"{view} is a view: it has no partition {partition}.")
    return trace_view(view, aws)


def _view(name: str, settings: Settings) -> str:
    views = list(read_views(settings))
    for view in views:
        if name == view or name == _data_set(view, settings):
            return view
    known = ", ".join([*dataset_names(settings), *views])
    raise Terminal(f"There is no dataset, view or QuickSight data set {name!r}. Known: {known}.")


def _data_set(view: str, settings: Settings) -> str:
    try:
        return data_set_id(view, settings)
    except Terminal:  # not every view is on a dashboard
        return ""


# -- a dashboard's number


def trace_view(view: str, aws: Aws) -> Node:
    """The last refresh of a view: its ingestion, its SQL, the runs that it saw."""
    refresh = ledger.last_refresh(view, aws)
    if refresh is None:
        raise Terminal(
            f"No refresh of the view {view} is recorded. Start the DAG lake_views: it refreshes "
            "views and dashboards."
        )
    shown = next(item for item in refresh["views"] if item["view"] == view)
    newest = {ledger.slug(record): record for record in ledger.summary(aws)}
    tables = [_table(name, refresh["runs"], newest, aws) for name in shown["tables"]]
    refreshed = Node(f"refresh {refresh['token']}", {"at": refresh["refreshed_at"]})
    return Node(
        f"data set {shown['data_set']}",
        {"rows": shown["rows"]},
        [],
        [refreshed, _ingestion(shown, aws), _sql(shown, aws.settings, tables)],
    )


def _ingestion(shown: Mapping[str, Any], aws: Aws) -> Node:
    """Whether QuickSight still says what the ledger does, and Athena's count beside it."""
    run_id, rows = shown["ingestion"], shown["rows"]
    node = Node(f"ingestion {run_id}", {"rows": rows, "bytes": shown["bytes"]})
    count = Node(f"Athena query {shown['query']}", {"rows": shown["athena_rows"]})
    node.below.append(count)
    found = _rows_of(shown["view"], run_id, aws)
    if found is None:
        node.problems.append("QuickSight does not know this ingestion any more")
    elif found != rows:
        node.problems.append(f"QuickSight says {found} rows")
    return node


def _rows_of(view: str, ingestion: str, aws: Aws) -> int | None:
    try:
        return int(IngestWork(view, ingestion).status(aws, ingestion).detail["rows"])
    except Terminal as error:
        cause = error.__cause__
        if isinstance(cause, ClientError) and is_missing(cause):
            return None
        raise


def _sql(shown: Mapping[str, Any], settings: Settings, tables: list[Node]) -> Node:
    view = shown["view"]
    node = Node(f"view {settings.database}.{view}", {"sql_sha256": shown["sql_sha256"]})
    node.below = tables
    if digest(read_views(settings).get(view, "")) != shown["sql_sha256"]:
        node.problems.append(f"sql/lake/{view}.sql has changed since")
    return node


def _table(
    table: str, seen: Mapping[str, str], newest: Mapping[str, dict[str, Any]], aws: Aws
) -> Node:
    """Each partition's run as the refresh saw it; a problem where readers have moved since."""
    node = Node(f"table {aws.settings.database}.{table}")
    for name in sorted(name for name in seen if name.startswith(f"{table}/")):
        record = aws.get_json("ops", seen[name]) or {}
        partition = Node(f"{table} {record['partition']}", _published(record))
        partition.facts["record"] = aws.settings.uri("ops", seen[name])
        now = newest.get(ledger.slug(record), record)
        if (now["token"], now["status"]) != (record["token"], record["status"]):
            run = readers.run_of(now["location"])
            partition.problems.append(f"{now['status']} since, {now['finished_at']}: run {run}")
        node.below.append(partition)
    return node


def _published(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "run": readers.run_of(record["location"]),
        "rows": record["rows_published"],
        "at": record["finished_at"],
    }


# -- a partition's run


def trace_partition(partition: Partition, aws: Aws) -> Node:
    """What readers of a partition see: the run, its queries, its jobs, the landed object."""
    location, _ = catalog.location_of(partition, aws)
    if not location:
        raise Terminal(f"{partition} is not published.")
    run = readers.run_of(location)
    record = history(partition, aws).records.get(run)
    if record is None:
        raise Terminal(
            f"The ledger has no record of run {run} of {partition}, which readers see. Its publish "
            "was cut off, or has yet to end: clear its task `publish`."
        )
    return Node(
        f"{partition} run {run}",
        _published(record)
        | {name: record[name] for name in ("contract_version", "contract_sha256")},
        _files(record, aws),
        [*_queries(record), _convert(record, aws)],
    )


def _files(record: Mapping[str, Any], aws: Aws) -> list[str]:
    there, wanted = readers.size_of(record["location"], aws), record["bytes_published"]
    if there == wanted:
        return []
    return [f"{there} bytes are at {record['location']}, where {wanted} were published"]


def _queries(record: Mapping[str, Any]) -> list[Node]:
    return [
        Node(f"Athena {step}", {"queries": [query for query in queries if query]})
        for step, queries in sorted(record["queries"].items())
    ]


def _convert(record: Mapping[str, Any], aws: Aws) -> Node:
    """From the Glue job to the recipe, to the landed object: each was made from the next."""
    runs = record["runs"]
    convert = Node(f"Glue job run {runs.get('convert', 'unknown')}")
    convert.facts = {"job_sha256": record["job_sha256"], "location": record["location"]}
    clean = Node(f"DataBrew job run {runs.get('clean', 'unknown')}")
    clean.facts = {name: record[name] for name in ("recipe_version", "recipe_sha256")}
    convert.below, clean.below = [clean], [_landed(record["landed"], aws)]
    return convert


def _landed(landed: Mapping[str, Any], aws: Aws) -> Node:
    """The object, read again: that very version must have the bytes that were landed."""
    node = Node(f"landed {landed['uri']}", {k: v for k, v in landed.items() if k != "uri"})
    found = _read(landed, aws)
    if found is None:
        node.problems.append("this version of the object is gone")
    elif found != (landed["bytes"], landed["sha256"]):
        node.problems.append(f"it now holds {found[0]} bytes with sha256 {found[1]}")
    node.facts["verified"] = not node.problems
    return node


def _read(landed: Mapping[str, Any], aws: Aws) -> tuple[int, str] | None:
    """The bytes and the digest of what is there now; None where nothing is."""
    key = landed["uri"].removeprefix(aws.settings.uri("raw", ""))
    version = landed["version_id"]
    which = {"VersionId": version} if version else {}
    try:
        body = aws.s3.get_object(Bucket=aws.settings.bucket("raw"), Key=key, **which)["Body"]
    except ClientError as error:
        if is_missing(error) or error.response["Error"]["Code"] in GONE:
            return None
        raise
    size, sha256 = 0, hashlib.sha256()
    for chunk in body.iter_chunks(1 << 20):
        size += len(chunk)
        sha256.update(chunk)
    return size, sha256.hexdigest()
