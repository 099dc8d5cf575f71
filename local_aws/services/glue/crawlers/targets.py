"""One target of a crawler: what is there, read and grouped into tables."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from local_aws.acting.errors import Denied
from local_aws.services.glue.catalog import Catalog
from local_aws.services.glue.classifiers.chain import classify
from local_aws.services.glue.classifiers.custom import Classifier
from local_aws.services.glue.classifiers.schema import UNKNOWN, Classified, Unreadable
from local_aws.services.glue.crawlers import tree
from local_aws.services.glue.crawlers.entries import Origin
from local_aws.services.glue.crawlers.events import EventQueue
from local_aws.services.glue.crawlers.grouping import Found, Grouping
from local_aws.services.glue.crawlers.refusals import in_words
from local_aws.services.glue.crawlers.settings import Options, address
from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import InvalidInputException
from local_aws.services.s3.errors import NoSuchKey
from local_aws.services.s3.model import S3Store, parse_uri
from local_aws.services.s3.store.objects import ObjectInfo


class Cancelled(Exception):
    """StopCrawler was called."""


@dataclass(frozen=True)
class Surroundings:
    """What a crawl reads, writes, tells, and asks now and then."""

    s3: S3Store
    catalog: Catalog
    say: Callable[[str], None]
    is_cancelled: Callable[[], bool]
    classifiers: Sequence[Document] = ()  # the custom ones that the crawler names
    events: EventQueue | None = None  # what changed since the last crawl; None: list it all

    def leave_out(self, bucket: str) -> Callable[[str], None]:
        """Says of a key that no table can hold it."""
        return lambda key: self.say(
            f"WARN : s3://{bucket}/{key} is left out: a part of its key is empty"
        )


@dataclass
class Reader:
    """Classifies objects; remembers the addresses of those that it had to leave out."""

    around: Surroundings
    custom: Sequence[Classifier]
    left_out: list[str] = field(default_factory=list)

    def read(self, bucket: str, item: ObjectInfo) -> Classified | None:
        """None for an object that is no table's."""
        if self.around.is_cancelled():
            raise Cancelled
        address = f"s3://{bucket}/{item.key}"
        try:
            with self.around.s3.open(bucket, item.key) as file:
                found = classify(file, item.size, item.key, self.custom)
        except NoSuchKey:
            return None  # it was deleted meanwhile
        except Denied as error:
            self.left_out.append(address)
            self.around.say(f"ERROR : {in_words(error)}")  # and the crawl goes on, as on AWS
            return None
        except (Unreadable, OSError) as error:
            self.left_out.append(address)
            self.around.say(f"WARN : {address} {error}")
            return None
        if found.schema is UNKNOWN:
            self.around.say(f"WARN : No classifier recognises {address}")
        return found


@dataclass(frozen=True)
class Known:
    """What earlier crawls put into the catalog: folders below a bucket."""

    roots: frozenset[tuple[str, ...]] = frozenset()  # of tables
    leaves: frozenset[tuple[str, ...]] = frozenset()  # of their partitions, or of tables


@dataclass
class S3Target:
    """A path. ``known`` folders that are leaves are left out; of ``changed`` ones, only these."""

    definition: Document
    target: Document
    reader: Reader
    known: Known = Known()
    changed: Sequence[str] | None = None  # prefixes, each with its slash

    def tables(self, options: Options) -> list[tuple[Origin, Found]]:
        """The tables under the path."""
        around, path = self.reader.around, address(self.target["Path"])
        bucket, key = parse_uri(path)
        key = key.rstrip("/")
        grouping = Grouping(
            lambda item: self.reader.read(bucket, item),
            options,
            self.target.get("SampleSize"),
            self.known.roots,
        )
        globs = tuple(self.target["Exclusions"])
        origin = Origin(self.definition["Name"], bucket, key, globs)
        single = self._single(bucket, key) if not path.endswith("/") else None
        if single is not None:
            return [(origin, found) for found in grouping.file(single)]
        folder = self._folder(bucket, key)
        if not (folder.files or folder.folders) and self.changed is None:
            around.say(f"WARN : There is nothing to crawl in {path}")
        found = [(origin, found) for found in grouping.tables(folder)]
        say_unfit(around, bucket, grouping)
        return found

    def _single(self, bucket: str, key: str) -> ObjectInfo | None:
        """The object that the path names, where it names one."""
        found = itertools.islice(self.reader.around.s3.list(bucket, key), 1)
        return next((info for info in found if key and info.key == key), None)

    def _folder(self, bucket: str, key: str) -> tree.Folder:
        around, globs = self.reader.around, self.target["Exclusions"]
        s3 = around.s3
        if self.changed is None:
            return tree.without(listed(around, bucket, key, globs), self.known.leaves)
        objects = itertools.chain.from_iterable(_files(s3, bucket, at) for at in self.changed)
        return tree.build(f"{key}/" if key else "", objects, globs, around.leave_out(bucket))


def _files(s3: S3Store, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
    """What is in a folder itself."""
    names = s3.names(bucket, prefix, fold=True)
    return s3.infos(bucket, [name for name in names if not name.endswith("/")])


def say_unfit(around: Surroundings, bucket: str, grouping: Grouping) -> None:
    """Tell what is left out because it is no part of the table that it is in."""
    for found in grouping.unfit:
        address = "/".join(("s3:/", bucket, *found.root))
        around.say(f"WARN : {address} does not fit the table that it is in and is left out")


@dataclass
class CatalogTable:
    """A table of the catalog whose data is to be crawled: no others come of it."""

    definition: Document
    table: Document
    reader: Reader

    def read(self, options: Options) -> tuple[Origin, Found] | None:
        """None where there is nothing of it."""
        place = self.table.get("StorageDescriptor", {}).get("Location", "")
        if not place.startswith(("s3://", "s3a://", "s3n://")):
            raise InvalidInputException(
                f"Table {self.table['Name']} of database {self.table['DatabaseName']} is not in S3,"
                f" but at {place!r}"
            )
        bucket, key = parse_uri(place)
        key = key.rstrip("/")
        grouping = Grouping(
            lambda item: self.reader.read(bucket, item), replace(options, combine_compatible=True)
        )
        found = grouping.one_table(listed(self.reader.around, bucket, key, ()))
        say_unfit(self.reader.around, bucket, grouping)
        return (Origin(self.definition["Name"], bucket, key), found[0]) if found else None


def listed(around: Surroundings, bucket: str, key: str, exclusions: Sequence[str]) -> tree.Folder:
    """What is below a folder, which is named without its slash."""
    prefix = f"{key}/" if key else ""
    objects = around.s3.list(bucket, prefix)
    return tree.build(prefix, objects, exclusions, around.leave_out(bucket))
