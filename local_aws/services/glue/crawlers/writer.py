"""From what a crawl found to the catalog, as the crawler's policies say.

What AWS does (https://docs.aws.amazon.com/glue/latest/dg/crawler-schema-changes-prevent.html):
new tables and new partitions are always added; UpdateBehavior says whether existing ones change;
DeleteBehavior what happens to those whose objects are gone. A table whose schema changed loses
what the crawler does not set itself, but with ``MergeNewColumns``, which adds columns and changes
none; ``InheritFromTable`` gives partitions the table's schema. A table of a catalog target keeps
its name, its location and its keys. Each table with its partitions is one transaction.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence

from local_aws.services.glue.catalog import Catalog
from local_aws.services.glue.crawlers import entries
from local_aws.services.glue.crawlers.entries import Origin
from local_aws.services.glue.crawlers.grouping import Found
from local_aws.services.glue.crawlers.hive_types import with_new_members
from local_aws.services.glue.crawlers.index import index_partitions
from local_aws.services.glue.crawlers.settings import Options
from local_aws.services.glue.documents import Document
from local_aws.services.glue.errors import EntityNotFoundException

DEPRECATED = "DEPRECATED_BY_CRAWLER"
UPDATED_BY = "UPDATED_BY_CRAWLER"

Say = Callable[[str], None]

# The members of a table that UpdateTable takes: the others are the catalog's own.
_INPUT = (
    *("Name", "Description", "Owner", "LastAccessTime", "Retention", "StorageDescriptor"),
    *("PartitionKeys", "ViewOriginalText", "ViewExpandedText", "TableType", "Parameters"),
)
# What a table cannot change without being another one.
_FUNDAMENTAL = ("classification", "compressionType", "delimiter")
_FIGURES = ("objectCount", "sizeKey", "recordCount", "averageRecordSize")
_SCHEMA = ("Columns", "Location", "InputFormat", "OutputFormat", "SerdeInfo")


class Writer:
    """One crawl's changes of one database."""

    def __init__(
        self,
        catalog: Catalog,
        definition: Document,
        options: Options,
        say: Say,
        database: str,
        partial: bool = False,
    ) -> None:
        self.catalog = catalog
        self.database = database
        self.definition = definition
        self.options = options
        self.say = say
        self.partial = partial  # the crawl saw a part of the folders: what is missing is not gone
        self.counts: Counter[str] = Counter()
        self.seen: set[str] = set()

    @property
    def updates(self) -> bool:
        policy: str = self.definition["SchemaChangePolicy"]["UpdateBehavior"]
        return policy == "UPDATE_IN_DATABASE" or self.options.merge_new_columns

    def write(self, origin: Origin, found: Found, left_out: Sequence[str] = ()) -> None:
        """Create or update the found table, and its partitions but those of left out objects."""
        place = entries.location(origin.bucket, found)
        with self.catalog.db.transaction():
            name, old = self._named(origin, found, place)
            self.seen.add(name)
            new = entries.table_input(origin, found, name)
            if old is not None and self.partial and _differences(old, new):
                self.say(f"WARN : {place} is of another format than table {name} and is left out")
                return
            if old is not None and self.partial:
                new = _with_figures_of(old, new)
            if old is None:
                self._create(new)
            elif not self._update(old, new):
                return
            self._write_partitions(name, entries.partition_inputs(origin, found), left_out)

    def refresh(
        self, old: Document, origin: Origin, found: Found, left_out: Sequence[str] = ()
    ) -> None:
        """Update a table of a catalog target, and add its partitions."""
        name, keys = old["Name"], old.get("PartitionKeys", [])
        new = entries.table_input(origin, found, name)
        place = old["StorageDescriptor"]["Location"]
        new["StorageDescriptor"] = {**new["StorageDescriptor"], "Location": place}
        added = {k: v for k, v in old.get("Parameters", {}).items() if k not in new["Parameters"]}
        new |= {"PartitionKeys": keys, "Parameters": {**added, **new["Parameters"]}}
        new |= {k: old[k] for k in ("Description", "Owner", "TableType") if k in old}
        with self.catalog.db.transaction():
            self._update(old, new)
            if len(keys) == found.depth:
                wanted = entries.partition_inputs(origin, found)
                self._write_partitions(name, wanted, left_out)
            elif keys:
                self.say(
                    f"WARN : Table {name} has {len(keys)} partition keys, its folders are "
                    f"{found.depth} deep: no partition is added"
                )

    def remove_gone(self, roots: Sequence[str], left_out: Sequence[str] = ()) -> None:
        """Apply DeleteBehavior to this crawler's tables under the roots that it did not see."""
        for table in own_tables(self.catalog, self.definition):
            place = table["StorageDescriptor"]["Location"]
            under = any(_slashed(place).startswith(_slashed(root)) for root in roots)
            if under and table["Name"] not in self.seen and not self._is_kept(place, left_out):
                with self.catalog.db.transaction():
                    self._table_gone(table)

    def remove_emptied(self, folders: set[str], left_out: Sequence[str]) -> None:
        """Apply DeleteBehavior to this crawler's partitions and tables in emptied folders."""
        gone = {folder for folder in folders if not self._is_kept(folder, left_out)}
        for table in own_tables(self.catalog, self.definition) if gone else ():
            with self.catalog.db.transaction():
                if table.get("PartitionKeys"):
                    for old in self.catalog.get_partitions(self.database, table["Name"]):
                        if _slashed(_location(old)) in gone:
                            self._partition_gone(table["Name"], old)
                elif _slashed(_location(table)) in gone:
                    self._table_gone(table)

    def _is_kept(self, place: str, left_out: Sequence[str]) -> bool:
        """What is there but could not be read is not gone."""
        kept = next((a for a in left_out if a == place or a.startswith(_slashed(place))), None)
        if kept:
            self.say(f"WARN : {place} stays in the catalog as it is: {kept} could not be read")
        return kept is not None

    def _named(self, origin: Origin, found: Found, place: str) -> tuple[str, Document | None]:
        """The table's name, and the table that has it already: always one of the same place."""
        prefix = self.definition.get("TablePrefix", "")
        name = entries.table_name(prefix, origin.bucket, found.root)
        for candidate in (name, entries.distinct_name(name, place)):
            old = self._existing(candidate)
            if old is None or _is_at(old, place):
                return candidate, old
        raise EntityNotFoundException(f"No name is free for a table at {place}")

    def _existing(self, name: str) -> Document | None:
        try:
            return self.catalog.get_table(self.database, name)
        except EntityNotFoundException:
            self.catalog.get_database(self.database)
            return None

    def _create(self, new: Document) -> None:
        role = self.definition["Role"].rpartition("/")[2]
        account = self.catalog.account_id
        by = f"arn:aws:sts::{account}:assumed-role/{role}/AWS-Crawler"
        self.catalog.create_table(self.database, new, created_by=by)
        self._index(new["Name"])
        self.counts["TablesCreated"] += 1
        self.say(f"INFO : Created table {new['Name']} in database {self.database}")

    def _update(self, old: Document, new: Document) -> bool:
        """Whether the table's partitions may be looked at, because their keys fit."""
        fits = _key_names(old) == _key_names(new)
        merged = self._merged(old, new)
        changed = _schema(old) != _schema(merged)
        if changed and not self.updates:
            self.say(f"WARN : The schema of table {old['Name']} changed; UpdateBehavior is LOG")
        if not self.updates:
            return fits
        if not fits:
            self._delete_partitions(old)
        if changed or old.get("Parameters") != merged["Parameters"]:
            self.catalog.update_table(self.database, merged, skip_archive=not changed)
        if not fits:
            self._index(merged["Name"])
        if changed:
            self.counts["TablesUpdated"] += 1
            self.say(f"INFO : Updated table {old['Name']} in database {self.database}")
        return True

    def _index(self, name: str) -> None:
        if self.options.partition_index:
            index_partitions(self.catalog, self.catalog.get_table(self.database, name), self.say)

    def _merged(self, old: Document, new: Document) -> Document:
        """The new definition with what stays of the old one."""
        if self.options.merge_new_columns:
            return self._with_new_columns(old, new)
        if _schema(old) != _schema(new):
            return new
        return {**new, **_added_by_people(old, new)}

    def _with_new_columns(self, old: Document, new: Document) -> Document:
        """The old definition with the new one's columns and figures.

        One of another format is marked instead: its columns would not be this table's.
        """
        merged = {**new, **_added_by_people(old, new)}
        merged["PartitionKeys"] = old.get("PartitionKeys", [])
        storage = old["StorageDescriptor"]
        if differs := _differences(old, new):
            self.say(
                f"WARN : Table {old['Name']} is marked deprecated because of an incompatible "
                f"attribute that needs to be resolved: {', '.join(differs)}"
            )
            mark = {**old.get("Parameters", {}), **_mark()}
            return {**merged, "Parameters": mark, "StorageDescriptor": storage}
        own = new["StorageDescriptor"]
        serde = storage.get("SerdeInfo", {})
        parameters = {**serde.get("Parameters", {}), **own["SerdeInfo"].get("Parameters", {})}
        serde = {**serde, "Parameters": parameters} if serde else own["SerdeInfo"]
        columns = _more_columns(storage.get("Columns", []), own["Columns"])
        storage = {**storage, "SerdeInfo": serde, "Columns": columns}
        storage["Parameters"] = {**storage.get("Parameters", {}), **own["Parameters"]}
        return {**merged, "StorageDescriptor": storage}

    def _write_partitions(
        self, name: str, wanted: dict[tuple[str, ...], Document], left_out: Sequence[str]
    ) -> None:
        table = self.catalog.get_table(self.database, name)
        if not table.get("PartitionKeys"):
            return
        if self.options.inherit_from_table:
            wanted = {values: _inheriting(table, new) for values, new in wanted.items()}
        present = {tuple(p["Values"]): p for p in self.catalog.get_partitions(self.database, name)}
        added = [new for values, new in wanted.items() if values not in present]
        self.catalog.create_partitions(self.database, name, added)
        self.counts["PartitionsCreated"] += len(added)
        for values, old in present.items():
            if values in wanted:
                self._update_partition(name, old, wanted[values])
            elif not self.partial and not self._is_kept(_location(old), left_out):
                self._partition_gone(name, old)

    def _update_partition(self, name: str, old: Document, new: Document) -> None:
        same = _schema(old) == _schema(new) and old.get("Parameters") == new["Parameters"]
        if same or not (self.updates or self.options.inherit_from_table):
            return
        self.catalog.update_partition(self.database, name, old["Values"], new)
        self.counts["PartitionsUpdated"] += 1

    def _partition_gone(self, name: str, partition: Document) -> None:
        values = partition["Values"]
        said = (
            f"Found partition of table {name} with partition values [{', '.join(values)}] with no "
            "matching schema at the partition's S3 location"
        )
        self._gone(
            said,
            partition,
            delete=lambda: self._delete_partition(name, values),
            keep=lambda new: self._keep_partition(name, values, new),
        )

    def _gone(
        self,
        said: str,
        entry: Document,
        delete: Callable[[], None],
        keep: Callable[[Document], None],
    ) -> None:
        behavior = self.definition["SchemaChangePolicy"]["DeleteBehavior"]
        if DEPRECATED in entry.get("Parameters", {}) and behavior != "DELETE_FROM_DATABASE":
            return
        self.say(f"INFO : {said}")
        if behavior == "DELETE_FROM_DATABASE":
            delete()
        elif behavior == "DEPRECATE_IN_DATABASE":
            keep({**entry, "Parameters": {**entry.get("Parameters", {}), **_mark()}})

    def _table_gone(self, table: Document) -> None:
        name = table["Name"]
        done = {
            "DELETE_FROM_DATABASE": "deleted",
            "DEPRECATE_IN_DATABASE": "marked deprecated",
            "LOG": "left as it is",
        }[self.definition["SchemaChangePolicy"]["DeleteBehavior"]]
        said = (
            f"Table {name} is {done} because a matching schema was not found at the table's "
            "location."
        )
        self._gone(said, table, lambda: self._delete_table(name), self._keep_table)

    def _delete_partition(self, name: str, values: Sequence[str]) -> None:
        self.catalog.delete_partition(self.database, name, values)
        self.counts["PartitionsDeleted"] += 1

    def _keep_partition(self, name: str, values: Sequence[str], partition: Document) -> None:
        self.catalog.update_partition(self.database, name, values, partition)
        self.counts["PartitionsUpdated"] += 1

    def _delete_table(self, name: str) -> None:
        self.catalog.delete_table(self.database, name)
        self.counts["TablesDeleted"] += 1

    def _keep_table(self, table: Document) -> None:
        given = {name: table[name] for name in _INPUT if name in table}
        self.catalog.update_table(self.database, given, skip_archive=True)
        self.counts["TablesUpdated"] += 1

    def _delete_partitions(self, table: Document) -> None:
        for partition in self.catalog.get_partitions(self.database, table["Name"]):
            self.catalog.delete_partition(self.database, table["Name"], partition["Values"])


def own_tables(catalog: Catalog, definition: Document) -> list[Document]:
    """The tables that this crawler made or changed; none where it has yet to make its database."""
    try:
        tables = catalog.get_tables(definition["DatabaseName"])
    except EntityNotFoundException:
        return []
    return [
        table
        for table in tables
        if table.get("Parameters", {}).get(UPDATED_BY) == definition["Name"]
        and table.get("StorageDescriptor", {}).get("Location")
    ]


def _is_at(table: Document, place: str) -> bool:
    if table.get("TableType") == "VIRTUAL_VIEW":
        return False
    return _slashed(table.get("StorageDescriptor", {}).get("Location", "")) == _slashed(place)


def _slashed(place: str) -> str:
    return place.rstrip("/") + "/"


def _key_names(table: Document) -> list[str]:
    return [key["Name"] for key in table.get("PartitionKeys", [])]


def _schema(entry: Document) -> Document:
    """What counts as a change: not figures, which differ at every crawl."""
    storage = entry.get("StorageDescriptor", {})
    parts = {name: storage.get(name) for name in _SCHEMA}
    return {**parts, "PartitionKeys": entry.get("PartitionKeys", [])}


def _more_columns(old: list[Document], new: list[Document]) -> list[Document]:
    known = {column["Name"] for column in old}
    found = {column["Name"]: column["Type"] for column in new}
    kept = [
        {**column, "Type": with_new_members(column["Type"], found.get(column["Name"], ""))}
        for column in old
    ]
    return [*kept, *(column for column in new if column["Name"] not in known)]


def _added_by_people(old: Document, new: Document) -> Document:
    """The parts of the old definition that no crawler sets."""
    kept: Document = {name: old[name] for name in ("Description", "Owner") if name in old}
    parameters = {**old.get("Parameters", {}), **new["Parameters"]}
    parameters.pop(DEPRECATED, None)
    return {**kept, "Parameters": parameters}


def _mark() -> dict[str, str]:
    return {DEPRECATED: str(time.time_ns() // 1_000_000)}


def _with_figures_of(old: Document, new: Document) -> Document:
    """A part of the files does not say how many there are in all."""
    figures = {name: _value(old, name) for name in _FIGURES if _value(old, name)}
    storage = new["StorageDescriptor"]
    storage = {**storage, "Parameters": {**storage["Parameters"], **figures}}
    return {**new, "Parameters": {**new["Parameters"], **figures}, "StorageDescriptor": storage}


def _differences(old: Document, new: Document) -> list[str]:
    return [name for name in _FUNDAMENTAL if _value(old, name) != _value(new, name)]


def _value(table: Document, name: str) -> str:
    value: str = table.get("Parameters", {}).get(name, "")
    return value


def _location(entry: Document) -> str:
    place: str = entry.get("StorageDescriptor", {}).get("Location", "")
    return place


def _inheriting(table: Document, partition: Document) -> Document:
    own = partition["StorageDescriptor"]
    storage = {**table["StorageDescriptor"], "Location": own["Location"]}
    return {**partition, "StorageDescriptor": {**storage, "Parameters": own["Parameters"]}}
