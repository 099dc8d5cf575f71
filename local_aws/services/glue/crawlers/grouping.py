"""Which folders are tables and which are partitions of one.

What AWS says (https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html):
where most schemas at a level are alike, the folders of that level are partitions of one table,
whose root is the folder above; otherwise each is a table of its own, or holds some. AWS does not
publish the measure of likeness; ours is `classifiers.schema.alike`, and "most" is more than half.
Files of different schemas in one folder become a table each, in the same way.

``CombineCompatibleSchemas`` asks for the same format only. ``TableLevelConfiguration`` says at
which level the roots are, whatever the schemas.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from local_aws.services.glue.classifiers.schema import Classified, Schema, alike, merge
from local_aws.services.glue.crawlers.settings import Options
from local_aws.services.glue.crawlers.tree import Folder
from local_aws.services.s3.store.objects import ObjectInfo

Classify = Callable[[ObjectInfo], Classified | None]


@dataclass(frozen=True)
class File:
    """An object, and what its classifier said: nothing when sampling left it out."""

    key: str
    size: int
    found: Classified | None


@dataclass(frozen=True)
class Leaf:
    """A folder of files of one schema: a partition, or a whole table."""

    path: tuple[str, ...]
    files: tuple[File, ...]
    schema: Schema


@dataclass(frozen=True)
class Found:
    """A table: its root (the names below the bucket), and its leaves, all equally deep."""

    root: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    schema: Schema
    is_file: bool = False

    @property
    def depth(self) -> int:
        """The number of partition keys."""
        return 0 if self.is_file else len(self.leaves[0].path) - len(self.root)

    @property
    def files(self) -> tuple[File, ...]:
        return tuple(file for leaf in self.leaves for file in leaf.files)


class Grouping:
    """One crawl's decisions."""

    def __init__(self, classify: Classify, options: Options, sample: int | None = None) -> None:
        self.classify = classify
        self.options = options
        self.sample = sample

    def file(self, item: ObjectInfo) -> Found:
        """The table of a target that is one object."""
        folders = item.key.split("/")[:-1]
        return self._of_file(Folder(tuple(folders)), item)

    def tables(self, folder: Folder) -> list[Found]:
        """The tables in a folder; one whose root is the folder, when all of it is alike."""
        level = self.options.table_level
        if level is not None and folder.level >= level:
            return self._forced(folder)
        if not folder.folders:
            return self._of_files(folder)
        below = [self.tables(child) for child in folder.folders.values()]
        loose = [self._of_file(folder, item) for item in folder.files]
        if loose or level is not None:
            return [*loose, *(found for tables in below for found in tables)]
        return self._of_folders(folder, below)

    def _of_folders(self, folder: Folder, below: Sequence[list[Found]]) -> list[Found]:
        whole = [t[0] for t in below if len(t) == 1 and self._is_whole(folder, t[0])]
        most = self._most(whole)
        if 2 * len(most) <= len(below):
            return [found for tables in below for found in tables]
        rest = _others((found for tables in below for found in tables), most)
        return [_joined(folder.path, most), *rest]

    def _is_whole(self, folder: Folder, found: Found) -> bool:
        return not found.is_file and len(found.root) == len(folder.path) + 1

    def _forced(self, folder: Folder) -> list[Found]:
        """One table for the folder, from the leaves of its commonest depth and format."""
        leaves = [t for leaf in folder.leaves() for t in self._of_files(leaf) if not t.is_file]
        most = self._most(leaves, lambda a, b: a.format == b.format)
        rest = _others(leaves, most)
        return [_joined(folder.path, most), *rest] if most else rest

    def _of_files(self, folder: Folder) -> list[Found]:
        loose = [self._of_file(folder, item, i) for i, item in enumerate(folder.files)]
        sampled = [found for found in loose if found.files[0].found is not None]
        most = self._most(sampled)
        if 2 * len(most) <= len(sampled):
            return sampled
        rest = _others(sampled, most)
        # What sampling left out belongs to the folder's table unread.
        files = tuple(found.files[0] for found in _others(loose, rest))
        schema = merge(found.schema for found in most)
        return [Found(folder.path, (Leaf(folder.path, files, schema),), schema), *rest]

    def _of_file(self, folder: Folder, item: ObjectInfo, index: int = 0) -> Found:
        left_out = self.sample is not None and index >= self.sample
        found = None if left_out else self.classify(item)
        schema = found.schema if found else Schema("")
        path = (*folder.path, item.key.rpartition("/")[2])
        leaf = Leaf(path, (File(item.key, item.size, found),), schema)
        return Found(path, (leaf,), schema, is_file=True)

    def _most(
        self, tables: Iterable[Found], fits: Callable[[Schema, Schema], bool] | None = None
    ) -> list[Found]:
        """The largest set of tables that are equally deep and alike."""
        fits = fits or (self._compatible if self.options.combine_compatible else alike)
        clusters: list[list[Found]] = []
        for table in tables:
            for cluster in clusters:
                first = cluster[0]
                if first.depth == table.depth and fits(first.schema, table.schema):
                    cluster.append(table)
                    break
            else:
                clusters.append([table])
        return max(clusters, key=len, default=[])

    def _compatible(self, one: Schema, other: Schema) -> bool:
        return one.format == other.format


def _others(tables: Iterable[Found], most: Iterable[Found]) -> list[Found]:
    chosen = {id(found) for found in most}
    return [found for found in tables if id(found) not in chosen]


def _joined(root: tuple[str, ...], tables: Sequence[Found]) -> Found:
    leaves = tuple(leaf for found in tables for leaf in found.leaves)
    schema = merge(found.schema for found in tables)
    return replace(tables[0], root=root, leaves=leaves, schema=schema)
