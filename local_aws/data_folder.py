"""The data folder at a start: is it ours, does nobody else use it, can we read its format.

format       the version of everything below, written once and whole
lock         held while a server runs, with its process id
credentials, config    the profile of the clients
state/ s3/ spice/      what must last
tmp/         work in progress, emptied at each start
"""

import fcntl
import os
import shutil
from pathlib import Path

from local_aws import disk

FORMAT_VERSION = 2
"""Raise it where an older server would misread what this one writes. 2: S3 keeps versions."""

OLDEST_FORMAT = 1
"""From here on, each service brings its own tables up to date when it opens them."""

OURS = {"format", "format.new", "lock", "lost+found"}
"""What a folder may hold that was never used: a start that was killed, an empty mounted disk."""


class DataFolderRefused(Exception):
    """The folder cannot be used; the message names it, the reason and the remedy."""


class DataFolder:
    """A folder claimed for this process, until `release` or the process's end."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock = -1
        try:
            self._claim()
        except OSError as error:
            self.release()
            raise DataFolderRefused(
                f"cannot use {self.path} as data folder: {error.strerror}: {error.filename}"
            ) from error
        except DataFolderRefused:
            self.release()
            raise

    def release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)  # and with it the lock
            self._lock = -1

    def _claim(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        if self._version() is None:
            self._refuse_foreign()
        self._lock = self._take_lock()
        version = self._version()
        if version is not None:
            self._check(version)
        if version != FORMAT_VERSION:  # before anything is changed that the old one would misread
            disk.write_whole(self.path / "format", f"{FORMAT_VERSION}\n".encode())
        shutil.rmtree(self.path / "tmp", ignore_errors=True)

    def _refuse_foreign(self) -> None:
        """Somebody's own folder, named by a slip, must not be strewn with ours."""
        found = sorted(entry.name for entry in self.path.iterdir() if entry.name not in OURS)
        if found:
            raise DataFolderRefused(
                f"{self.path} is not a data folder: it holds '{found[0]}' and no file 'format'. "
                "Give a new or empty folder"
            )

    def _take_lock(self) -> int:
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise DataFolderRefused(
                f"{self.path} is in use by another local_aws, process {holder}: "
                "stop that one, or give another folder"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return descriptor

    def _version(self) -> int | None:
        """None where the folder is new."""
        if not (self.path / "format").exists():
            return None
        text = (self.path / "format").read_bytes()[:20].decode(errors="replace").strip()
        if not text.isdecimal():
            raise DataFolderRefused(
                f"{self.path / 'format'} says '{text}', which is no version: if this is a data "
                f"folder of local_aws, write {FORMAT_VERSION} into it; else give another folder"
            )
        return int(text)

    def _check(self, version: int) -> None:
        if version > FORMAT_VERSION:
            raise DataFolderRefused(
                f"{self.path} has data format '{version}', this server reads up to "
                f"{FORMAT_VERSION}: use the newer server, or another folder"
            )
        if version < OLDEST_FORMAT:
            raise DataFolderRefused(
                f"{self.path} has data format '{version}', this server reads from "
                f"{OLDEST_FORMAT}: use an older server, or a new folder and `aws s3 sync`"
            )
