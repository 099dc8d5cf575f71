"""An ordered walk over a bucket's files, and pages of it.

S3 lists keys by their UTF-8 bytes, which is the order of Python's strings. Within a folder, files
by name and folders by name plus "/" give exactly that order without reading the whole tree.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from local_aws.services.s3 import files, keys

LAST = "\U0010ffff" * 257  # sorts after every key that starts with what stands before it


@dataclass
class Page:
    keys: list[str] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    truncated: bool = False
    last: str = ""

    @property
    def following(self) -> str:
        """The `after` of the next page."""
        is_prefix = bool(self.prefixes) and self.prefixes[-1] == self.last
        return self.last + LAST if is_prefix else self.last


def walk(root: Path, prefix: str = "", after: str = "", fold: bool = False) -> Iterator[str]:
    """Keys below `prefix` and after `after`; `fold` gives a folder as one name ending in "/"."""
    head, slash, start = prefix.rpartition("/")
    parts = keys.readable(head) if slash else ()
    if parts is None or not _is_folder(root, parts):
        return
    yield from _walk(root.joinpath(*parts), head + slash, start, after, fold)


def _is_folder(root: Path, parts: keys.Place) -> bool:
    try:
        os.close(files.open_folder(root, parts))
    except OSError:
        return False
    return True


def _walk(path: Path, folder: str, start: str, after: str, fold: bool) -> Iterator[str]:
    for name in _names(path, start):
        key = folder + name
        if not name.endswith("/"):
            if key > after:
                yield key
            continue
        if key <= after and not after.startswith(key):
            continue
        inside = path / name[:-1]
        if not fold:
            yield from _walk(inside, key, "", after, fold)
        elif _holds_any(inside, key, after):
            yield key


def _names(path: Path, start: str) -> list[str]:
    names = []
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(start) and not name.startswith(keys.RESERVED) and _is_text(name):
                if entry.is_file(follow_symlinks=False):
                    names.append(name)
                elif entry.is_dir(follow_symlinks=False):
                    names.append(name + "/")
    return sorted(names)


def _is_text(name: str) -> bool:
    """A file name of bytes that are not UTF-8 cannot be a key."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _holds_any(path: Path, key: str, after: str) -> bool:
    if after.startswith(key):
        return next(_walk(path, key, "", after, False), None) is not None
    names = _names(path, "")
    if any(not name.endswith("/") for name in names):
        return True
    return any(_holds_any(path / name[:-1], key + name, "") for name in names)


def page(names: Iterator[str], prefix: str, delimiter: str, limit: int) -> Page:
    """The first `limit` keys and common prefixes of an ordered walk."""
    result = Page()
    if limit <= 0:
        return result
    for name in names:
        common = group(name, prefix, delimiter)
        if common and result.prefixes and result.prefixes[-1] == common:
            continue
        if len(result.keys) + len(result.prefixes) == limit:
            result.truncated = True
            break
        (result.prefixes if common else result.keys).append(common or name)
        result.last = common or name
    return result


def group(name: str, prefix: str, delimiter: str) -> str:
    if not delimiter:
        return ""
    at = name.find(delimiter, len(prefix))
    return "" if at < 0 else name[: at + len(delimiter)]
