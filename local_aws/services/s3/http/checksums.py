"""The checksums that a request may carry, in a header or in a trailer.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from awscrt import checksums as crt

from local_aws.services.s3.errors import InvalidRequest

PREFIX = "x-amz-checksum-"
COMPOSITE, FULL_OBJECT = "COMPOSITE", "FULL_OBJECT"


class Hasher(Protocol):
    def update(self, data: bytes | memoryview, /) -> None: ...
    def digest(self) -> bytes: ...


Compute = Callable[[bytes | memoryview, int], int]


class Crc:
    """A running checksum, as hashlib's objects are used. `compute` takes the value before."""

    def __init__(self, compute: Compute, size: int) -> None:
        self._compute = compute
        self._size = size
        self._value = 0

    def update(self, data: bytes | memoryview, /) -> None:
        self._value = self._compute(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


class XxHash:
    """An XXHash, which tells its digest once."""

    def __init__(self, make: Callable[[], crt.XXHash]) -> None:
        self._hash = make()
        self._digest: bytes | None = None

    def update(self, data: bytes | memoryview, /) -> None:
        self._hash.update(bytes(data))  # it takes nothing else

    def digest(self) -> bytes:
        if self._digest is None:
            self._digest = bytes(self._hash.finalize())
        return self._digest


# zlib lets go of the interpreter's lock over a large block, which awscrt's CRC-32 does not.
ALGORITHMS: dict[str, Callable[[], Hasher]] = {
    "crc32": partial(Crc, zlib.crc32, 4),
    "crc32c": partial(Crc, crt.crc32c, 4),
    "crc64nvme": partial(Crc, crt.crc64nvme, 8),
    "sha1": partial(hashlib.sha1, usedforsecurity=False),
    "sha256": hashlib.sha256,
    "sha512": hashlib.sha512,
    "md5": partial(hashlib.md5, usedforsecurity=False),
    "xxhash64": partial(XxHash, crt.XXHash.new_xxhash64),
    "xxhash3": partial(XxHash, crt.XXHash.new_xxhash3_64),
    "xxhash128": partial(XxHash, crt.XXHash.new_xxhash3_128),
}
SIZES = {
    "crc32": 4,
    "crc32c": 4,
    "crc64nvme": 8,
    "sha1": 20,
    "sha256": 32,
    "sha512": 64,
    "md5": 16,
    "xxhash64": 8,
    "xxhash3": 8,
    "xxhash128": 16,
}
COMBINE = {
    "crc32": crt.combine_crc32,
    "crc32c": crt.combine_crc32c,
    "crc64nvme": crt.combine_crc64nvme,
}
CRCS = tuple(COMBINE)
NOT_CHECKSUMS = ("algorithm", "mode", "type")


def algorithm(name: str) -> str:
    """Our name of an algorithm, which may come in any case."""
    lower = name.lower()
    if lower not in ALGORITHMS:
        raise InvalidRequest("Checksum algorithm provided is unsupported. Please try again.")
    return lower


def element(name: str) -> str:
    return f"Checksum{name.upper()}"


def encode(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def decode(name: str, value: str) -> bytes:
    try:
        digest = base64.b64decode(value, validate=True)
    except ValueError:
        digest = b""
    if len(digest) != SIZES[name]:
        raise InvalidRequest(f"Value for {PREFIX}{name} header is invalid.")
    return digest


def in_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """What the headers (or trailers) claim: algorithm and base64 value, at most one."""
    claims = {
        algorithm(name.removeprefix(PREFIX)): value
        for name, value in headers.items()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in NOT_CHECKSUMS
    }
    if len(claims) > 1:
        raise InvalidRequest("Expecting a single x-amz-checksum- header. Multiple are not allowed.")
    return claims


def composite(name: str, parts: Sequence[str]) -> str:
    """The checksum of the parts' checksums, as S3 makes it of a multipart upload."""
    hasher = ALGORITHMS[name]()
    for part in parts:
        hasher.update(base64.b64decode(part))
    return f"{encode(hasher.digest())}-{len(parts)}"


def full_object(name: str, parts: Sequence[tuple[str, int]]) -> str:
    """The checksum of the whole from those of its parts and their sizes; CRCs only."""
    value = 0
    for checksum, size in parts:
        value = COMBINE[name](value, int.from_bytes(base64.b64decode(checksum), "big"), size)
    return encode(value.to_bytes(SIZES[name], "big"))


def default_type(name: str) -> str:
    return FULL_OBJECT if name == "crc64nvme" else COMPOSITE


def check_type(name: str, kind: str) -> None:
    """Refuse the pairs that S3 refuses."""
    allowed = {COMPOSITE, FULL_OBJECT} if name in CRCS else {COMPOSITE}
    if name == "crc64nvme":
        allowed = {FULL_OBJECT}
    if kind not in allowed:
        raise InvalidRequest(
            f"The {kind} checksum type cannot be used with the {name} checksum algorithm."
        )
