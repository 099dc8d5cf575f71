"""An ordered walk over a bucket's files, and pages of it.

S3 lists keys by their UTF-8 bytes, which is the order of Python's strings. Within a folder, files
by name and folders by name plus "/" give exactly that order without reading the whole tree.
"""

import bisect
import contextlib
import itertools
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from local_aws.services.s3.store import files, keys

CLOCK_TICK = 20_000_000
"""Nanoseconds; how coarse the times are that kernels give to files (4 to 10 ms)."""

MAX_FOLDERS, MAX_NAMES = 8, 50_000
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
    names = FOLDERS.names(path)
    # The page before ended at `after`: perhaps inside of the folder that stands just before it.
    told = after.removeprefix(folder) if after.startswith(folder) else ""
    first = max(bisect.bisect_left(names, max(start, told)) - 1, 0)
    for name in itertools.islice(names, first, None):
        if not name.startswith(start):
            if name > start:
                return
            continue
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


class Folders:
    """The names in folders, in order, kept from one page of a listing to the next.

    They are kept while the folder's modification time stays, and only of a folder that was left
    alone for longer than a clock tick: a file that came within the tick would not show in it.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, tuple[int, list[str]]] = OrderedDict()
        self._lock = threading.Lock()

    def names(self, path: Path) -> list[str]:
        """Files by name, folders by name and "/"; none where there is no such folder."""
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            return []
        with self._lock:
            kept = self._kept.get(path)
        if kept and kept[0] == changed:
            return kept[1]
        quiet = time.time_ns() - changed > CLOCK_TICK
        names = _names(path)
        if quiet and len(names) <= MAX_NAMES:
            self._keep(path, changed, names)
        return names

    def _keep(self, path: Path, changed: int, names: list[str]) -> None:
        with self._lock:
            self._kept[path] = (changed, names)
            self._kept.move_to_end(path)
            if len(self._kept) > MAX_FOLDERS:
                self._kept.popitem(last=False)


FOLDERS = Folders()


def _names(path: Path) -> list[str]:
    names = []
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            name = entry.name
            if not name.startswith(keys.RESERVED) and _is_text(name):
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
    names = FOLDERS.names(path)
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
