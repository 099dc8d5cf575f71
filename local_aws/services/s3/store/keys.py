"""Where a key lives on disk, relative to its bucket's folder.

S3's keys are any 1 to 1024 bytes of UTF-8; paths are not. A key that is a sound path is that path,
so engines read and write objects as plain files. Every other key lives under `.~k/<hh>/<sha256>`;
SQLite remembers its name, and a file beside it tells it to engines.
"""

import hashlib
import re
import unicodedata

RESERVED = ".~"
ENCODED = ".~k"
UPLOADS = ".~u"
VERSIONS = ".~v"
MAX_KEY = 1024  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
MAX_PATH = 900
MAX_SEGMENT = 240
MAX_FILE_NAME = 255

Place = tuple[str, ...]
# Most keys; a listing asks for a thousand.
SOUND = re.compile(r"[\w=-][\w=.-]{0,120}(/[\w=-][\w=.-]{0,120})*", re.ASCII)


def readable(key: str) -> Place | None:
    """The path that this key names when an engine wrote it, or None where a path cannot mean it."""
    parts = tuple(key.split("/"))
    if SOUND.fullmatch(key):
        return parts
    return parts if all(_is_name(part) for part in parts) else None


def is_plain(key: str) -> bool:
    """Whether we write this key to its own path, the same on every disk."""
    return (
        readable(key) is not None
        and len(key.encode()) <= MAX_PATH
        and all(len(part.encode()) <= MAX_SEGMENT for part in key.split("/"))
        and not any(unicodedata.category(char) == "Cc" for char in key)
        and unicodedata.is_normalized("NFC", key)
    )


def encoded(key: str) -> Place:
    digest = hashlib.sha256(key.encode()).hexdigest()
    return (ENCODED, digest[:2], digest)


def name_of(key: str) -> Place:
    """Where an encoded key is written out, for engines that list the bucket's folder."""
    *folder, digest = encoded(key)
    return (*folder, f"{digest}.key")


def kept(key: str, seq: int) -> Place:
    """Where the bytes of an older version are."""
    _, start, digest = encoded(key)
    return (VERSIONS, start, digest, str(seq))


def places(key: str) -> list[Place]:
    """Where to look for a key: its path first, because a file is the truth."""
    path = readable(key)
    return [path, encoded(key)] if path else [encoded(key)]


def _is_name(part: str) -> bool:
    if part in ("", ".", "..") or part.startswith(RESERVED) or "\0" in part:
        return False
    return len(part.encode()) <= MAX_FILE_NAME
