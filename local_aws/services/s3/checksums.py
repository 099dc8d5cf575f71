"""The checksums that a request may carry, in a header or in a trailer.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from local_aws.services.s3.errors import InvalidRequest, NotSupported

PREFIX = "x-amz-checksum-"
COMPOSITE, FULL_OBJECT = "COMPOSITE", "FULL_OBJECT"


class Hasher(Protocol):
    def update(self, data: bytes | memoryview, /) -> None: ...
    def digest(self) -> bytes: ...


class Crc32:
    """The one that the standard library has, and that boto3 sends with every upload."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes | memoryview, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


def _crc(name: str) -> Hasher:
    from local_aws.services.s3.crc import Crc  # numpy: only where a client asks for it

    return Crc(name)


ALGORITHMS: dict[str, Callable[[], Hasher]] = {
    "crc32": Crc32,
    "crc32c": partial(_crc, "crc32c"),
    "crc64nvme": partial(_crc, "crc64nvme"),
    "sha1": partial(hashlib.sha1, usedforsecurity=False),
    "sha256": hashlib.sha256,
    "sha512": hashlib.sha512,
    "md5": partial(hashlib.md5, usedforsecurity=False),
}
SIZES = {"crc32": 4, "crc32c": 4, "crc64nvme": 8, "sha1": 20, "sha256": 32, "sha512": 64, "md5": 16}
CRCS = ("crc32", "crc32c", "crc64nvme")
UNSUPPORTED = ("xxhash64", "xxhash3", "xxhash128")
NOT_CHECKSUMS = ("algorithm", "mode", "type")


def algorithm(name: str) -> str:
    """Our name of an algorithm in any case; refuses those that we cannot compute."""
    lower = name.lower()
    if lower in UNSUPPORTED:
        raise NotSupported(f"The checksum algorithm {name.upper()}")
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
    from local_aws.services.s3.crc import polynomial

    crc = polynomial(name)
    value = 0
    for checksum, size in parts:
        value = crc.combine(value, int.from_bytes(base64.b64decode(checksum), "big"), size)
    return encode(value.to_bytes(crc.width // 8, "big"))


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
