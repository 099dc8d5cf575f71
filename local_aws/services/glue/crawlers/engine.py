"""One crawl from end to end: list, classify, group, write. No threads and no HTTP here."""

import json
from collections import Counter
from collections.abc import Iterator

from local_aws.services.glue.classifiers.custom import built
from local_aws.services.glue.crawlers.settings import NEW_FOLDERS, Options, read_options
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
from local_aws.services.glue.errors import InvalidInputException
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
    around.catalog.get_database(database)
    only_new = definition["RecrawlPolicy"]["RecrawlBehavior"] == NEW_FOLDERS
    known = (lambda bucket: _known(definition, around, bucket)) if only_new else None
    targets = definition["Targets"]["S3Targets"]
    found = [
        pair
        for target in targets
        for pair in S3Target(definition, target, reader, known).tables(options)
    ]
    _check_threshold(options, len(found))
    _announce(definition, around, database)
    writer = Writer(around.catalog, definition, options, around.say, database)
    for origin, table in found:
        writer.write(origin, table, reader.left_out)
    writer.remove_gone([target["Path"] for target in targets], reader.left_out)
    return writer.counts


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
