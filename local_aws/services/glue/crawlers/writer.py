"""From what a crawl found to the catalog, as the crawler's policies say.

What AWS does (https://docs.aws.amazon.com/glue/latest/dg/crawler-schema-changes-prevent.html):
new tables and new partitions are always added; UpdateBehavior says whether existing ones change;
DeleteBehavior what happens to those whose objects are gone. ``MergeNewColumns`` adds columns and
changes none; ``InheritFromTable`` gives partitions the table's schema.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence

from local_aws.services.glue.catalog import Catalog
from local_aws.services.glue.crawlers import entries
from local_aws.services.glue.crawlers.entries import Origin
from local_aws.services.glue.crawlers.grouping import Found
from local_aws.services.glue.crawlers.settings import NEW_FOLDERS, Options
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
_SCHEMA = ("Columns", "Location", "InputFormat", "OutputFormat", "SerdeInfo")


class Writer:
    """One crawl's changes of one database."""

    def __init__(self, catalog: Catalog, definition: Document, options: Options, say: Say) -> None:
        self.catalog = catalog
        self.database: str = definition["DatabaseName"]
        self.definition = definition
        self.options = options
        self.say = say
        self.counts: Counter[str] = Counter()
        self.seen: set[str] = set()

    @property
    def updates(self) -> bool:
        policy: str = self.definition["SchemaChangePolicy"]["UpdateBehavior"]
        return policy == "UPDATE_IN_DATABASE"

    def write(self, origin: Origin, found: Found) -> None:
        """Create or update the found table, and its partitions."""
        place = entries.location(origin.bucket, found)
        name, old = self._named(origin, found, place)
        self.seen.add(name)
        new = entries.table_input(origin, found, name)
        if old is None:
            self._create(new)
        elif not self._update(old, new):
            return
        self._write_partitions(name, entries.partition_inputs(origin, found))

    def remove_gone(self, roots: Sequence[str]) -> None:
        """Apply DeleteBehavior to this crawler's tables under the roots that it did not see."""
        if self._only_new:
            return
        for table in own_tables(self.catalog, self.definition):
            place = table["StorageDescriptor"]["Location"]
            under = any(_slashed(place).startswith(_slashed(root)) for root in roots)
            if under and table["Name"] not in self.seen:
                self._table_gone(table)

    @property
    def _only_new(self) -> bool:
        return bool(self.definition["RecrawlPolicy"]["RecrawlBehavior"] == NEW_FOLDERS)

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
        if changed:
            self.counts["TablesUpdated"] += 1
            self.say(f"INFO : Updated table {old['Name']} in database {self.database}")
        return True

    def _merged(self, old: Document, new: Document) -> Document:
        """The new definition with what people added to the old one."""
        kept: Document = {name: old[name] for name in ("Description", "Owner") if name in old}
        parameters = {**old.get("Parameters", {}), **new["Parameters"]}
        parameters.pop(DEPRECATED, None)
        storage = dict(new["StorageDescriptor"])
        if self.options.merge_new_columns:
            storage["Columns"] = _more_columns(
                old["StorageDescriptor"]["Columns"], storage["Columns"]
            )
        return {**new, **kept, "Parameters": parameters, "StorageDescriptor": storage}

    def _write_partitions(self, name: str, wanted: dict[tuple[str, ...], Document]) -> None:
        table = self.catalog.get_table(self.database, name)
        if self.options.inherit_from_table:
            wanted = {values: _inheriting(table, new) for values, new in wanted.items()}
        present = {tuple(p["Values"]): p for p in self.catalog.get_partitions(self.database, name)}
        added = [new for values, new in wanted.items() if values not in present]
        self.catalog.create_partitions(self.database, name, added)
        self.counts["PartitionsCreated"] += len(added)
        if added:
            self.say(f"INFO : Added {len(added)} partitions to table {name}")
        for values, old in present.items():
            if values in wanted:
                self._update_partition(name, old, wanted[values])
            elif not self._only_new:
                self._partition_gone(name, old)

    def _update_partition(self, name: str, old: Document, new: Document) -> None:
        same = _schema(old) == _schema(new) and old.get("Parameters") == new["Parameters"]
        if same or not self.updates:
            return
        self.catalog.update_partition(self.database, name, old["Values"], new)
        self.counts["PartitionsUpdated"] += 1

    def _partition_gone(self, name: str, partition: Document) -> None:
        values = partition["Values"]
        self._gone(
            f"partition {values} of table {name}",
            partition,
            delete=lambda: self.catalog.delete_partition(self.database, name, values),
            keep=lambda new: self.catalog.update_partition(self.database, name, values, new),
        )

    def _gone(
        self,
        what: str,
        entry: Document,
        delete: Callable[[], None],
        keep: Callable[[Document], None],
    ) -> None:
        behavior = self.definition["SchemaChangePolicy"]["DeleteBehavior"]
        if DEPRECATED in entry.get("Parameters", {}) and behavior != "DELETE_FROM_DATABASE":
            return
        self.say(f"INFO : The objects of {what} are gone; DeleteBehavior is {behavior}")
        if behavior == "DELETE_FROM_DATABASE":
            delete()
        elif behavior == "DEPRECATE_IN_DATABASE":
            mark = {DEPRECATED: str(time.time_ns() // 1_000_000)}
            keep({**entry, "Parameters": {**entry.get("Parameters", {}), **mark}})

    def _table_gone(self, table: Document) -> None:
        name = table["Name"]
        self._gone(f"table {name}", table, lambda: self._delete_table(name), self._keep_table)

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
    """The tables that this crawler made or changed."""
    return [
        table
        for table in catalog.get_tables(definition["DatabaseName"])
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
    return [*old, *(column for column in new if column["Name"] not in known)]


def _inheriting(table: Document, partition: Document) -> Document:
    own = partition["StorageDescriptor"]
    storage = {**table["StorageDescriptor"], "Location": own["Location"]}
    return {**partition, "StorageDescriptor": {**storage, "Parameters": own["Parameters"]}}
