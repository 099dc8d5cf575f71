"""A request's body on its way to a file or to memory, checked against all that it claimed."""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Protocol

from local_aws.services.s3.errors import (
    BadDigest,
    ContentSHA256Mismatch,
    EntityTooLarge,
    IncompleteBody,
    InvalidArgument,
    InvalidDigest,
    InvalidRequest,
    NotSupported,
)
from local_aws.services.s3.http import checksums
from local_aws.services.s3.http.checksums import Hasher
from local_aws.services.s3.http.chunked import (
    KINDS,
    UNSIGNED_TRAILER,
    Authentication,
    Decoder,
    Signer,
)

MAX_OBJECT = 5 << 30  # of one PUT
MAX_DOCUMENT = 4 << 20
UNSIGNED = "UNSIGNED-PAYLOAD"


class Sink(Protocol):
    def write(self, data: bytes, /) -> None: ...
    @property
    def md5_digest(self) -> bytes: ...


class Memory:
    """A sink for the small documents that most operations take."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes, /) -> None:
        self.data += data
        if len(self.data) > MAX_DOCUMENT:
            raise EntityTooLarge(MAX_DOCUMENT)

    @property
    def md5_digest(self) -> bytes:
        return hashlib.md5(self.data, usedforsecurity=False).digest()


class Payload:
    """Feed it the body's pieces, then `finish`: it raises where a claim does not hold."""

    def __init__(self, headers: Mapping[str, str], auth: Authentication | None, sink: Sink) -> None:
        self.sink = sink
        self.size = 0
        self.checksums: dict[str, str] = {}
        self._headers = headers
        _refuse_too_large(headers)
        self._signed = _signed_hash(headers, auth)
        self._decoder = _decoder(self._signed, auth)
        self._sha256 = hashlib.sha256() if _is_hash(self._signed) else None
        self._claims = checksums.in_headers(headers)
        self._trailing = self._trailing_algorithm()
        names = {*self._claims, *self._trailing}
        self._hashers: dict[str, Hasher] = {name: checksums.ALGORITHMS[name]() for name in names}

    def feed(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            if self._sha256 and piece:
                self._sha256.update(piece)
            for data in self._decoder.feed(piece) if self._decoder else (piece,):
                self._take(data)

    def finish(self) -> None:
        if self._decoder:
            self._decoder.finish()
            self._check_length()
            self._claims |= checksums.in_headers(self._decoder.trailers)
        self._check_signed_hash()
        self._check_md5()
        self._check_checksums()

    def _take(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > MAX_OBJECT:
            raise EntityTooLarge(MAX_OBJECT)
        for hasher in self._hashers.values():
            hasher.update(data)
        self.sink.write(data)

    def _trailing_algorithm(self) -> list[str]:
        trailers = self._headers.get("x-amz-trailer", "").lower().split(",")
        names = [name.strip() for name in trailers if name.strip()]
        if self._decoder is None and names:
            raise InvalidRequest("A trailer needs a body in the aws-chunked encoding.")
        for name in names:
            if not name.startswith(checksums.PREFIX):
                raise InvalidRequest(
                    "The value specified in the x-amz-trailer header is not supported"
                )
        return [checksums.algorithm(name.removeprefix(checksums.PREFIX)) for name in names]

    def _check_length(self) -> None:
        expected = self._headers.get("x-amz-decoded-content-length", "")
        if expected and expected != str(self.size):
            raise IncompleteBody

    def _check_signed_hash(self) -> None:
        computed = self._sha256.hexdigest() if self._sha256 else self._signed
        if computed != self._signed:
            raise ContentSHA256Mismatch(self._signed, computed)

    def _check_md5(self) -> None:
        claimed = self._headers.get("content-md5")
        if claimed is None:
            return
        try:
            digest = base64.b64decode(claimed, validate=True)
        except ValueError:
            raise InvalidDigest from None
        if len(digest) != hashlib.md5(usedforsecurity=False).digest_size:
            raise InvalidDigest
        if digest != self.sink.md5_digest:
            raise BadDigest

    def _check_checksums(self) -> None:
        for name in self._trailing:
            if name not in self._claims:
                raise InvalidRequest(f"The trailer {checksums.PREFIX}{name} is missing.")
        for name, value in self._claims.items():
            if name not in self._hashers:
                raise InvalidRequest(f"The trailer {checksums.PREFIX}{name} was not announced.")
            digest = self._hashers[name].digest()
            if checksums.decode(name, value) != digest:
                raise BadDigest(name.upper())
            self.checksums[name] = checksums.encode(digest)


def _refuse_too_large(headers: Mapping[str, str]) -> None:
    """Before five gigabytes were read; those without a length are counted."""
    length = headers.get("x-amz-decoded-content-length") or headers.get("content-length", "")
    if re.fullmatch("[0-9]{10,20}", length) and int(length) > MAX_OBJECT:
        raise EntityTooLarge(MAX_OBJECT)


def _is_hash(value: str) -> bool:
    return len(value) == 64


def _signed_hash(headers: Mapping[str, str], auth: Authentication | None) -> str:
    if auth is None:
        return headers.get("x-amz-content-sha256", UNSIGNED)
    # Without the header the signature covers an empty body, and so that is what must come.
    value = auth.payload_hash or hashlib.sha256(b"").hexdigest()
    if auth.presigned and value == UNSIGNED:  # what a presigned body is, a header may still say
        value = headers.get("x-amz-content-sha256", value)
    if value.startswith("STREAMING-") and value not in KINDS:
        raise NotSupported(f"x-amz-content-sha256 {value}")
    if value not in (*KINDS, UNSIGNED) and not _is_hash(value):
        raise InvalidArgument(
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING kind, or a valid sha256 "
            "value.",
            "x-amz-content-sha256",
            value,
        )
    return value


def _decoder(signed: str, auth: Authentication | None) -> Decoder | None:
    if signed not in KINDS:
        return None
    return Decoder(Signer(auth) if auth and signed != UNSIGNED_TRAILER else None)
