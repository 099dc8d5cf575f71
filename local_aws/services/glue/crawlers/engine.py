"""One crawl from end to end: list, classify, group, write. No threads and no HTTP here."""

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from local_aws.services.glue.classifiers.custom import built
from local_aws.services.glue.crawlers.entries import places
from local_aws.services.glue.crawlers.events import Changes
from local_aws.services.glue.crawlers.settings import (
    EVENT_MODE,
    NEW_FOLDERS,
    Options,
    address,
    read_options,
)
from local_aws.services.glue.crawlers.targets import (
    Cancelled,
    CatalogTable,
    Known,
    Reader,
    S3Target,
    Surroundings,
)
from local_aws.services.glue.crawlers.writer import Writer, own_tables
from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)
from local_aws.services.s3.model import parse_uri

__all__ = ["Cancelled", "Surroundings", "crawl"]


def crawl(definition: Document, around: Surroundings) -> Counter[str]:
    """What changed, counted. Nothing is written before all targets have been read."""
    options = read_options(definition.get("Configuration"))
    reader = Reader(around, built(around.classifiers))
    crawled = _catalog if definition["Targets"]["CatalogTargets"] else _s3
    counts = crawled(definition, options, reader)
    around.say("BENCHMARK : Finished writing to Catalog")
    for kind, plural in (("PARTITION", "Partitions"), ("TABLE", "Tables")):
        _summarise(around, kind, counts, plural)
    return counts


def _s3(definition: Document, options: Options, reader: Reader) -> Counter[str]:
    around, database = reader.around, definition["DatabaseName"]
    changes = _changes(definition, around)
    found = [
        pair
        for target in definition["Targets"]["S3Targets"]
        for pair in _target(definition, target, reader, changes).tables(options)
    ]
    _check_threshold(options, len(found))
    _announce(definition, around, database)
    _make_database(around, database)
    partial = bool(changes) or _behavior(definition) == NEW_FOLDERS
    if partial:
        # A part of the folders cannot say that a column is gone; what is LOG stays LOG.
        updates = definition["SchemaChangePolicy"]["UpdateBehavior"] != "LOG"
        merges = updates or (options.merge_new_columns and bool(changes))
        options = replace(options, merge_new_columns=merges)
    writer = Writer(around.catalog, definition, options, around.say, database, partial)
    for origin, table in found:
        writer.write(origin, table, reader.left_out)
    if changes:
        seen = {place for origin, table in found for place in places(origin.bucket, table)}
        writer.remove_emptied(changes.folders - seen, reader.left_out)
        changes.taken()
    elif not partial:
        roots = [address(target["Path"]) for target in definition["Targets"]["S3Targets"]]
        writer.remove_gone(roots, reader.left_out)
    return writer.counts


def _make_database(around: Surroundings, name: str) -> None:
    """A crawler fills the catalog with databases too: it makes its own where there is none.

    https://docs.aws.amazon.com/glue/latest/dg/add-crawler.html
    """
    try:
        around.catalog.get_database(name)
    except EntityNotFoundException:
        with contextlib.suppress(AlreadyExistsException):  # another crawl was quicker
            around.catalog.create_database({"Name": name})
            around.say(f"INFO : Created database {name}")


def _behavior(definition: Document) -> str:
    behavior: str = definition["RecrawlPolicy"].get("RecrawlBehavior", "")
    return behavior


def _changes(definition: Document, around: Surroundings) -> Changes | None:
    """None for a crawl that lists its targets."""
    if _behavior(definition) != EVENT_MODE:
        return None
    if around.events is None:
        around.say("INFO : The crawl is not running in S3 event mode.")
        return None
    around.say("INFO : The crawl is running by consuming Amazon S3 events.")
    (target,) = definition["Targets"]["S3Targets"]
    return around.events.changes(address(target["Path"]), around.say)


def _target(
    definition: Document, target: Document, reader: Reader, changes: Changes | None
) -> S3Target:
    bucket, _ = parse_uri(address(target["Path"]))
    if changes:
        known = Known(_known(definition, reader.around, bucket).roots)
        prefixes = sorted(parse_uri(folder)[1] for folder in changes.folders)
        return S3Target(definition, target, reader, known, prefixes)
    if _behavior(definition) == NEW_FOLDERS:
        return S3Target(definition, target, reader, _known(definition, reader.around, bucket))
    return S3Target(definition, target, reader)


def _catalog(definition: Document, options: Options, reader: Reader) -> Counter[str]:
    around, counts = reader.around, Counter[str]()
    targets = definition["Targets"]["CatalogTargets"]
    tables = [
        around.catalog.get_table(target["DatabaseName"], name)
        for target in targets
        for name in target["Tables"]
    ]
    read = [(table, CatalogTable(definition, table, reader).read(options)) for table in tables]
    _announce(definition, around, ", ".join(dict.fromkeys(t["DatabaseName"] for t in tables)))
    for table, found in read:
        writer = Writer(around.catalog, definition, options, around.say, table["DatabaseName"])
        if found is None:
            around.say(f"INFO : There is nothing at the location of table {table['Name']}")
        else:
            writer.refresh(table, *found, reader.left_out)
        counts += writer.counts
    return counts


def _announce(definition: Document, around: Surroundings, database: str) -> None:
    around.say(f"BENCHMARK : Classification complete, writing results to database {database}")
    policy = definition["SchemaChangePolicy"]
    if definition.get("Configuration"):
        around.say(
            f"INFO : Crawler configured with Configuration\n{definition['Configuration']}\n and "
            f"SchemaChangePolicy\n{json.dumps(policy, indent=4)}\n. Note that values in the "
            "Configuration override values in the SchemaChangePolicy for S3 Targets."
        )
    else:
        compact = json.dumps(policy, separators=(",", ":"))
        around.say(f"INFO : Crawler configured with SchemaChangePolicy {compact}.")


def _summarise(around: Surroundings, kind: str, counts: Counter[str], plural: str) -> None:
    done = (("ADD", "Created"), ("UPDATE", "Updated"), ("DELETE", "Deleted"))
    lines = [f"{verb}: {n}" for verb, past in done if (n := counts[f"{plural}{past}"])]
    for line in (f"Run Summary For {kind}:", *lines) if lines else ():
        around.say(f"INFO : {line}")


def _check_threshold(options: Options, count: int) -> None:
    limit = options.table_threshold
    if limit is not None and count > limit:
        raise InvalidInputException(
            f"The number of tables identified by the crawler: {count} is greater than the table "
            f"threshold value provided: {limit}."
        )


def _known(definition: Document, around: Surroundings, bucket: str) -> Known:
    """The folders that earlier crawls put into the catalog."""
    catalog, database = around.catalog, definition["DatabaseName"]
    tables = own_tables(catalog, definition)
    leaves = [
        entry
        for table in tables
        for entry in (catalog.get_partitions(database, table["Name"]) or [table])
    ]
    return Known(frozenset(_folders(tables, bucket)), frozenset(_folders(leaves, bucket)))


def _folders(entries: list[Document], bucket: str) -> Iterator[tuple[str, ...]]:
    for entry in entries:
        there, key = parse_uri(entry["StorageDescriptor"]["Location"])
        if there == bucket:
            yield tuple(name for name in key.split("/") if name)
