"""What S3 knows of an object: its attributes and its versions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import msgspec

from local_aws.services.s3.store import keys

NULL = "null"
"""The version of what was written without versioning, by S3's clients or by an engine."""

DEFAULT_TYPE = "binary/octet-stream"


@dataclass(frozen=True)
class Attributes:
    """What is known of an object beside its bytes.

    `upload`: the id of the one that made it; `parts`: their sizes, `part_sums`: their checksums.
    """

    content_type: str = DEFAULT_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    checksums: dict[str, str] = field(default_factory=dict)
    checksum_type: str = ""
    parts: list[int] = field(default_factory=list)
    part_sums: list[str] = field(default_factory=list)
    acl: str = ""
    upload: str = ""

    def dump(self) -> str:
        kept = {name: value for name, value in vars(self).items() if value}
        return msgspec.json.encode(kept).decode()

    @staticmethod
    def load(text: str) -> "Attributes":
        return DECODER.decode(text)


class Listed(msgspec.Struct):
    """The attributes that a listing tells, read without the others."""

    headers: dict[str, str] = {}
    checksums: dict[str, str] = {}
    checksum_type: str = ""


class Entry(NamedTuple):
    """An object as a listing tells of it."""

    key: str
    size: int
    mtime_ns: int
    etag: str
    attributes: Listed


LISTED = msgspec.json.Decoder(Listed)
DECODER = msgspec.json.Decoder(Attributes)


@dataclass(frozen=True)
class ObjectInfo:
    """One version of an object, or a delete marker, which has neither bytes nor ETag.

    `seq` orders the versions of a key; it is 0 for a file that an engine wrote and nobody asked
    about yet.
    """

    key: str
    size: int
    mtime_ns: int
    root: Path
    place: keys.Place
    attributes: Attributes
    known_etag: str | None
    version: str = NULL
    seq: int = 0
    is_latest: bool = True
    is_marker: bool = False
    compute_etag: Callable[["ObjectInfo"], str] = field(
        default=lambda _info: "", repr=False, compare=False
    )

    @property
    def path(self) -> Path:
        return self.root.joinpath(*self.place)

    @property
    def last_modified(self) -> datetime:
        return datetime.fromtimestamp(self.mtime_ns // 10**9, UTC)

    @cached_property
    def etag(self) -> str:
        """Without quotes. Reads the file, once, where an engine wrote it."""
        return self.known_etag or self.compute_etag(self)


@dataclass(frozen=True)
class Deletion:
    """What a delete did: the version that it removed, or that its delete marker got."""

    version: str | None
    marker: bool
