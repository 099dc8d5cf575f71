"""One crawl from end to end: list, classify, group, write. No threads and no HTTP here."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from local_aws.services.glue.catalog import Catalog
from local_aws.services.glue.classifiers import classify
from local_aws.services.glue.classifiers.schema import Classified
from local_aws.services.glue.crawlers import tree
from local_aws.services.glue.crawlers.entries import Origin
from local_aws.services.glue.crawlers.grouping import Found, Grouping
from local_aws.services.glue.crawlers.settings import NEW_FOLDERS, Options, read_options
from local_aws.services.glue.crawlers.writer import Say, Writer, own_tables
from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import InvalidInputException
from local_aws.services.s3.model import S3Store, parse_uri
from local_aws.services.s3.store.objects import ObjectInfo


class Cancelled(Exception):
    """StopCrawler was called."""


@dataclass(frozen=True)
class Surroundings:
    """What a crawl reads, writes, tells, and asks now and then."""

    s3: S3Store
    catalog: Catalog
    say: Say
    is_cancelled: Callable[[], bool]


def crawl(definition: Document, around: Surroundings) -> Counter[str]:
    """What changed, counted. Nothing is written before all targets have been read."""
    options = read_options(definition.get("Configuration"))
    around.catalog.get_database(definition["DatabaseName"])
    targets = definition["Targets"]["S3Targets"]
    found = [
        pair for target in targets for pair in _Target(definition, target, around).read(options)
    ]
    _check_threshold(options, len(found))
    database = definition["DatabaseName"]
    around.say(f"BENCHMARK : Classification complete, writing results to database {database}")
    writer = Writer(around.catalog, definition, options, around.say)
    for origin, table in found:
        writer.write(origin, table)
    writer.remove_gone([target["Path"] for target in targets])
    return writer.counts


def _check_threshold(options: Options, count: int) -> None:
    limit = options.table_threshold
    if limit is not None and count > limit:
        raise InvalidInputException(
            f"The crawl found {count} tables, more than the TableThreshold of {limit}"
        )


class _Target:
    """One S3 path of a crawler."""

    def __init__(self, definition: Document, target: Document, around: Surroundings) -> None:
        self.definition = definition
        self.target = target
        self.around = around
        self.bucket, key = parse_uri(target["Path"])
        self.key = key.rstrip("/")

    def read(self, options: Options) -> Iterator[tuple[Origin, Found]]:
        """The tables under the path."""
        globs = tuple(self.target["Exclusions"])
        origin = Origin(self.definition["Name"], self.bucket, globs)
        grouping = Grouping(self._classified, options, self.target.get("SampleSize"))
        single = self.around.s3.stat(self.bucket, self.key) if self.key else None
        if single is not None and not self.target["Path"].endswith("/"):
            yield origin, grouping.file(single)
            return
        folder = self._folder()
        if not (folder.files or folder.folders):
            self.around.say(f"WARN : There is nothing to crawl in {self.target['Path']}")
            return
        for found in grouping.tables(folder):
            yield origin, found

    def _folder(self) -> tree.Folder:
        prefix = f"{self.key}/" if self.key else ""
        objects = self.around.s3.list(self.bucket, prefix)
        folder = tree.build(prefix, objects, self.target["Exclusions"])
        if self.definition["RecrawlPolicy"]["RecrawlBehavior"] == NEW_FOLDERS:
            return tree.without(folder, self._known())
        return folder

    def _known(self) -> Iterator[tuple[str, ...]]:
        """The folders that earlier crawls put into the catalog."""
        catalog, database = self.around.catalog, self.definition["DatabaseName"]
        for table in own_tables(catalog, self.definition):
            entries = catalog.get_partitions(database, table["Name"]) or [table]
            for entry in entries:
                bucket, key = parse_uri(entry["StorageDescriptor"]["Location"])
                if bucket == self.bucket:
                    yield tuple(name for name in key.split("/") if name)

    def _classified(self, item: ObjectInfo) -> Classified:
        if self.around.is_cancelled():
            raise Cancelled
        address = f"s3://{self.bucket}/{item.key}"
        with self.around.s3.open(self.bucket, item.key) as file:
            try:
                found = classify(file, item.size)
            except InvalidInputException as error:
                raise InvalidInputException(f"{address}: {error.message}") from error
        if not found.schema.columns:
            self.around.say(f"WARN : No classifier recognises {address}")
        return found
