"""Files below a root that never follow a symbolic link, however an engine planted it.

Each folder on the way is opened by its descriptor with O_NOFOLLOW: a check by name (realpath)
could be true when it is made and false when the file is opened.
"""

import contextlib
import errno
import hashlib
import os
import secrets
import stat
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from local_aws import disk

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
# O_NONBLOCK: a named pipe in a bucket must not hang the thread that looks at it.
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
MISSING = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO}
BLOCKED = {errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.ENOTEMPTY, errno.EEXIST}
RENAME_ATTEMPTS = 10
PRUNING = threading.Lock()
"""Held while empty folders are removed, and by who lost a folder to that and tries again."""


class Obstructed(Exception):
    """A file stands where a folder is needed, or a folder where the file is."""


class Incoming:
    """A temporary file that takes bytes, and their MD5 on the way."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"s3-{secrets.token_hex(16)}"
        self.size = 0
        self._is_here = True
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._file = os.open(self.path, NEW_FILE, 0o666)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        view = memoryview(data)
        self.size += len(view)
        self._md5.update(view)
        while view:
            view = view[os.write(self._file, view) :]

    def append(self, source: int, length: int) -> None:
        """Add bytes of an open file, whose MD5 is known; the kernel copies where it can."""
        self.size += length
        while length > 0:
            copied = _copy(source, self._file, length)
            if copied == 0:
                raise OSError(errno.EIO, "a part is shorter than it was")
            length -= copied

    def close(self) -> os.stat_result:
        """Its status, whose modification time no other write of the key shares.

        The kernel's own stamps have the grain of its clock tick: two writes of one size within
        some milliseconds would look the same.
        """
        now = time.time_ns()
        os.utime(self._file, ns=(now, now))
        status = os.fstat(self._file)
        disk.sync(self._file)
        self._close()
        return status

    def moved(self) -> None:
        """Somebody renamed the file: there is nothing to discard."""
        self._is_here = False

    def discard(self) -> None:
        """Close the file, and remove it unless it was moved."""
        self._close()
        if self._is_here:
            self.path.unlink(missing_ok=True)

    def _close(self) -> None:
        descriptor, self._file = self._file, -1
        if descriptor >= 0:
            os.close(descriptor)

    @property
    def md5(self) -> str:
        return self._md5.hexdigest()

    @property
    def md5_digest(self) -> bytes:
        return self._md5.digest()


def open_folder(root: Path, parts: Sequence[str], create: bool = False) -> int:
    current = os.open(root, FOLDER)
    try:
        for part in parts:
            following = _enter(current, part, create)
            os.close(current)
            current = following
    except OSError:
        os.close(current)
        raise
    return current


def _enter(folder: int, name: str, create: bool) -> int:
    try:
        return os.open(name, FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if not create:
            raise
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, dir_fd=folder)
        disk.sync(folder)
    return os.open(name, FOLDER, dir_fd=folder)


def status(root: Path, parts: Sequence[str]) -> os.stat_result | None:
    """The status of a regular file, or None: a folder, link or device is not an object."""
    folder = _try_folder(root, parts[:-1])
    if folder is None:
        return None
    try:
        return _status_in(folder, parts[-1])
    finally:
        os.close(folder)


def statuses(
    root: Path, places: Iterable[tuple[str, ...] | None]
) -> Iterator[tuple[tuple[str, ...] | None, os.stat_result | None]]:
    """As `status` of each; neighbours in one folder, as listings have them, open it once."""
    current: tuple[str, ...] | None = None
    descriptor: int | None = None
    with contextlib.ExitStack() as opened:
        for place in places:
            if place is None:
                yield None, None
                continue
            if place[:-1] != current:
                opened.close()
                current = place[:-1]
                descriptor = _try_folder(root, current)
                if descriptor is not None:
                    opened.callback(os.close, descriptor)
            yield place, None if descriptor is None else _status_in(descriptor, place[-1])


def _try_folder(root: Path, parts: Sequence[str]) -> int | None:
    try:
        return open_folder(root, parts)
    except OSError as error:
        if error.errno in MISSING:
            return None
        raise


def _status_in(folder: int, name: str) -> os.stat_result | None:
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno in MISSING:
            return None
        raise
    return found if stat.S_ISREG(found.st_mode) else None


def open_file(root: Path, parts: Sequence[str]) -> tuple[int, os.stat_result] | None:
    try:
        folder = open_folder(root, parts[:-1])
        try:
            descriptor = os.open(parts[-1], FILE, dir_fd=folder)
        finally:
            os.close(folder)
    except OSError as error:
        if error.errno in MISSING:
            return None
        raise
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode):
        return descriptor, found
    os.close(descriptor)
    return None


def move_in(source: Path, root: Path, parts: Sequence[str]) -> None:
    """Rename `source` to its place; raises Obstructed where the place cannot be."""
    for attempt in range(RENAME_ATTEMPTS):
        try:
            with PRUNING if attempt else contextlib.nullcontext():
                return _rename(source, root, parts)
        except FileNotFoundError:
            # A delete pruned the folder between our making and our using it.
            if not source.exists():
                raise
            root.mkdir(exist_ok=True)  # an engine that overwrites a whole bucket removes its folder
        except OSError as error:
            if error.errno in BLOCKED:
                raise Obstructed("/".join(parts)) from error
            raise
    raise Obstructed("/".join(parts))


def _rename(source: Path, root: Path, parts: Sequence[str]) -> None:
    folder = open_folder(root, parts[:-1], create=True)
    try:
        try:
            os.rename(source, parts[-1], dst_dir_fd=folder)
        except IsADirectoryError:
            os.rmdir(parts[-1], dir_fd=folder)  # an empty folder is nothing in S3
            os.rename(source, parts[-1], dst_dir_fd=folder)
        disk.sync(folder)
    finally:
        os.close(folder)


def link(root: Path, source: Sequence[str], target: Sequence[str]) -> None:
    """Give a file a second name. One that has that name already keeps it."""
    for attempt in range(RENAME_ATTEMPTS):
        with (
            PRUNING if attempt else contextlib.nullcontext(),
            contextlib.suppress(FileExistsError, FileNotFoundError),
        ):
            _link(root, source, target)
        if status(root, target):
            return
    raise FileNotFoundError(errno.ENOENT, "a file vanished while it was linked", "/".join(source))


def _link(root: Path, source: Sequence[str], target: Sequence[str]) -> None:
    old = open_folder(root, source[:-1])
    try:
        new = open_folder(root, target[:-1], create=True)
        try:
            os.link(source[-1], target[-1], src_dir_fd=old, dst_dir_fd=new, follow_symlinks=False)
            disk.sync(new)
        finally:
            os.close(new)
    finally:
        os.close(old)


def remove(root: Path, parts: Sequence[str]) -> None:
    """Unlink a file and the folders which that leaves empty: S3 has no empty folders."""
    if status(root, parts) is None:
        return
    with contextlib.suppress(FileNotFoundError):
        _in_folder(root, parts, os.unlink)
    with PRUNING:
        _prune(root, parts[:-1])


def remove_empty(folder: Path) -> None:
    """Remove a folder that may hold nothing any more."""
    with PRUNING, contextlib.suppress(OSError):
        folder.rmdir()


def _prune(root: Path, parts: Sequence[str]) -> None:
    for depth in range(len(parts), 0, -1):
        try:
            _in_folder(root, parts[:depth], os.rmdir)
        except OSError:
            return


def _in_folder(root: Path, parts: Sequence[str], act: "FolderAct") -> None:
    folder = open_folder(root, parts[:-1])
    try:
        act(parts[-1], dir_fd=folder)
        disk.sync(folder)
    finally:
        os.close(folder)


def _copy(source: int, target: int, length: int) -> int:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # not between these file systems
            return os.copy_file_range(source, target, length)
    return os.write(target, os.read(source, min(length, 1 << 20)))


class FolderAct(Protocol):
    def __call__(self, path: str, *, dir_fd: int) -> None: ...
