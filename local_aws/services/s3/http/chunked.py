"""The `aws-chunked` encoding: a body in chunks, each perhaps signed, with trailing headers.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from typing import Protocol

from local_aws.services.s3.errors import IncompleteBody, InvalidRequest, SignatureDoesNotMatch

SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
KINDS = (SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER)
MAX_LINE = 16 * 1024
MAX_TRAILERS = 16
SIZE = re.compile("[0-9a-fA-F]{1,16}")
EMPTY = hashlib.sha256(b"").hexdigest()


class Authentication(Protocol):
    """What the request's signature was made with, the seed of the chunks' signatures."""

    @property
    def payload_hash(self) -> str | None: ...
    @property
    def signature(self) -> str: ...
    @property
    def signing_key(self) -> bytes: ...
    @property
    def scope(self) -> str: ...
    @property
    def timestamp(self) -> str: ...
    @property
    def presigned(self) -> bool: ...


class Signer:
    """The chain of chunk signatures: each signs the one before."""

    def __init__(self, auth: Authentication) -> None:
        self._auth = auth
        self._previous = auth.signature

    def check_chunk(self, claimed: str, digest: str) -> None:
        self._check(claimed, ["AWS4-HMAC-SHA256-PAYLOAD", *self._base(), EMPTY, digest])

    def check_trailer(self, claimed: str, lines: str) -> None:
        digest = hashlib.sha256(lines.encode()).hexdigest()
        self._check(claimed, ["AWS4-HMAC-SHA256-TRAILER", *self._base(), digest])

    def _base(self) -> list[str]:
        return [self._auth.timestamp, self._auth.scope, self._previous]

    def _check(self, claimed: str, parts: list[str]) -> None:
        text = "\n".join(parts).encode()
        expected = hmac.digest(self._auth.signing_key, text, "sha256").hex()
        if not hmac.compare_digest(expected.encode(), claimed.encode()):
            raise SignatureDoesNotMatch
        self._previous = expected


class Decoder:
    """Takes the body in pieces of any size and gives the payload in pieces."""

    def __init__(self, signer: Signer | None) -> None:
        self.trailers: dict[str, str] = {}
        self._signer = signer
        self._buffer = bytearray()
        self._left = 0
        self._signature = ""
        self._digest = hashlib.sha256()
        self._state: Callable[[list[bytes]], bool] = self._chunk_header

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._buffer += data
        payload: list[bytes] = []
        while self._state(payload):
            pass
        yield from payload

    def finish(self) -> None:
        if self._state != self._end:
            raise IncompleteBody

    def _chunk_header(self, _payload: list[bytes]) -> bool:
        line = self._line()
        if line is None:
            return False
        size, _, extension = line.partition(";")
        if not SIZE.fullmatch(size):
            raise InvalidRequest("The chunk size is not a hexadecimal number.")
        self._left = int(size, 16)
        self._signature = extension.partition("chunk-signature=")[2]
        self._digest = hashlib.sha256()
        if self._left == 0:
            self._check_chunk()
        self._state = self._data if self._left else self._trailer
        return True

    def _data(self, payload: list[bytes]) -> bool:
        if not self._buffer:
            return False
        piece = bytes(self._buffer[: self._left])
        del self._buffer[: len(piece)]
        self._left -= len(piece)
        if self._signer:
            self._digest.update(piece)
        payload.append(piece)
        if self._left == 0:
            self._check_chunk()
            self._state = self._chunk_end
        return True

    def _chunk_end(self, _payload: list[bytes]) -> bool:
        if len(self._buffer) < 2:
            return False
        if self._buffer[:2] != b"\r\n":
            raise InvalidRequest("A chunk does not end where its size says.")
        del self._buffer[:2]
        self._state = self._chunk_header
        return True

    def _trailer(self, _payload: list[bytes]) -> bool:
        line = self._line()
        if line is None:
            return False
        if line:
            name, _, value = line.partition(":")
            self.trailers[name.strip().lower()] = value.strip()
            if len(self.trailers) > MAX_TRAILERS:
                raise InvalidRequest("There are too many trailing headers.")
        else:
            self._check_trailer()
            self._state = self._end
        return True

    def _end(self, _payload: list[bytes]) -> bool:
        if self._buffer.strip():
            raise InvalidRequest("There are bytes after the last chunk.")
        return False

    def _line(self) -> str | None:
        end = self._buffer.find(b"\r\n")
        if end < 0 and len(self._buffer) > MAX_LINE:
            raise InvalidRequest("A chunk's header is too long.")
        if end < 0:
            return None
        line = self._buffer[:end].decode("latin-1")
        del self._buffer[: end + 2]
        return line

    def _check_chunk(self) -> None:
        if self._signer:
            self._signer.check_chunk(self._signature, self._digest.hexdigest())

    def _check_trailer(self) -> None:
        claimed = self.trailers.pop("x-amz-trailer-signature", "")
        if self._signer and self.trailers:
            lines = "".join(f"{name}:{value}\n" for name, value in sorted(self.trailers.items()))
            self._signer.check_trailer(claimed, lines)
