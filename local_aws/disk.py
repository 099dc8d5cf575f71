"""Whether an answer waits for the disk: the server's option ``--fsync``, for power cuts.

Without it the kernel has every acknowledged write, which a kill of the process cannot take away.
With it the bytes are on the disk before they are renamed into place, and so is the folder that
names them before the answer is given. One switch for the process, since the disk is one.
"""

import os
from pathlib import Path

_waits = False


def wait_for_it(waits: bool = True) -> None:
    """Switch it on, before anything is opened."""
    global _waits
    _waits = waits


def waits() -> bool:
    return _waits


def sync(descriptor: int) -> None:
    """Have a file's bytes, or a folder's names, on the disk."""
    if _waits:
        os.fsync(descriptor)


def sync_path(path: Path) -> None:
    """As `sync`, of a file or folder that is not open."""
    if _waits:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file, which only its owner reads, in one step: a kill leaves the old or the new."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        sync(file.fileno())
    temporary.replace(path)
    sync_path(path.parent)
