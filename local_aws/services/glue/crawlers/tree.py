"""What a target holds: its objects as a tree of folders.

Exclusions are globs over the path below the target
(https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-data-stores-exclude).
Empty objects, folder markers, and names that start with ``_`` or ``.`` are never data: Hive,
Spark and Athena do not read them either.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from local_aws.services.glue.errors import InvalidInputException
from local_aws.services.glue.patterns import matcher
from local_aws.services.s3.store.objects import ObjectInfo


@dataclass
class Folder:
    """A folder under a target; its path are the names below the bucket."""

    path: tuple[str, ...]
    folders: dict[str, "Folder"] = field(default_factory=dict)
    files: list[ObjectInfo] = field(default_factory=list)

    @property
    def level(self) -> int:
        """As TableLevelConfiguration counts: the bucket is 1."""
        return len(self.path) + 1

    def leaves(self) -> Iterator["Folder"]:
        """Every folder that holds files itself."""
        if self.files:
            yield self
        for folder in self.folders.values():
            yield from folder.leaves()


def build(
    prefix: str,
    objects: Iterable[ObjectInfo],
    exclusions: Iterable[str],
    leave_out: Callable[[str], None],
) -> Folder:
    """The tree below a prefix, which is empty or ends with a slash.

    `leave_out` is told the keys of data that cannot be in it: a part of theirs is empty.
    """
    excluded = [glob_pattern(glob) for glob in exclusions]
    root = Folder(tuple(name for name in prefix.split("/") if name))
    for item in objects:
        below = item.key.removeprefix(prefix)
        if not _is_data(item, below) or any(excludes(below) for excludes in excluded):
            continue
        *folders, _ = names = below.split("/")
        if "" in names:
            leave_out(item.key)
            continue
        _descend(root, folders).files.append(item)
    return root


def without(folder: Folder, known: Iterable[tuple[str, ...]]) -> Folder:
    """The tree less the files of folders that are known already."""
    paths = set(known)
    files = [] if folder.path in paths else folder.files
    below = {name: without(child, paths) for name, child in folder.folders.items()}
    kept = {name: child for name, child in below.items() if child.files or child.folders}
    return Folder(folder.path, kept, files)


def glob_pattern(glob: str) -> Callable[[str], bool]:
    """Java's glob: ``*`` stays within a folder, ``**`` does not; ``?``, ``[...]``, ``{a,b}``.

    Outside of braces a comma and a closing brace are themselves. Raises InvalidInputException for
    a bracket that is not closed, or braces within braces.
    """
    shape, group = "", False
    for part in re.findall(r"\*\*|\[[^\]]*\]|\\.|.", glob, re.DOTALL):
        if part == "[" or (part == "{" and group):
            raise InvalidInputException(f"Invalid exclude pattern {glob}: a bracket is not closed")
        shape += _translated(part, group)
        group = part == "{" or (group and part != "}")
    if group:
        raise InvalidInputException(f"Invalid exclude pattern {glob}: a bracket is not closed")
    return matcher(shape, glob)


_GLOB = {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:"}
_IN_GROUP = {"}": ")", ",": "|"}


def _translated(part: str, group: bool) -> str:
    if part in _GLOB:
        return _GLOB[part]
    if group and part in _IN_GROUP:
        return _IN_GROUP[part]
    if part.startswith("[") and len(part) > 2:
        return part.replace("[!", "[^", 1)
    return re.escape(part[-1])


def _is_data(item: ObjectInfo, below: str) -> bool:
    names = below.split("/")
    return item.size > 0 and bool(names[-1]) and all(name[:1] not in ("_", ".") for name in names)


def _descend(folder: Folder, names: Iterable[str]) -> Folder:
    for name in names:
        if name not in folder.folders:
            folder.folders[name] = Folder((*folder.path, name))
        folder = folder.folders[name]
    return folder
