"""The aws-chunked encoding, cut anywhere."""

import hashlib
import hmac
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.services.s3.errors import IncompleteBody, InvalidRequest, SignatureDoesNotMatch
from local_aws.services.s3.http.chunked import Decoder, Signer

EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass
class Seed:
    payload_hash: str | None = None
    signature: str = "seed"
    signing_key: bytes = b"key"
    scope: str = "20130301/us-east-1/s3/aws4_request"
    timestamp: str = "20130301T000000Z"
    presigned: bool = False


def sign(kind: str, previous: str, *rest: str) -> str:
    seed = Seed()
    text = "\n".join([f"AWS4-HMAC-SHA256-{kind}", seed.timestamp, seed.scope, previous, *rest])
    return hmac.new(seed.signing_key, text.encode(), "sha256").hexdigest()


def signed_body(chunks: list[bytes], trailers: str = "") -> bytes:
    body, previous = b"", Seed.signature
    for chunk in [*chunks, b""]:
        previous = sign("PAYLOAD", previous, EMPTY, hashlib.sha256(chunk).hexdigest())
        body += b"%x;chunk-signature=%s\r\n" % (len(chunk), previous.encode())
        body += chunk + b"\r\n" if chunk else b""
    if trailers:
        digest = hashlib.sha256(trailers.encode()).hexdigest()
        signature = sign("TRAILER", previous, digest)
        body += trailers.replace("\n", "\r\n").encode()
        body += b"x-amz-trailer-signature:" + signature.encode() + b"\r\n"
    return body + b"\r\n"


def decode(
    body: bytes, signer: Signer | None = None, step: int = 7
) -> tuple[bytes, dict[str, str]]:
    decoder = Decoder(signer)
    pieces = [body[at : at + step] for at in range(0, len(body), step)]
    payload = b"".join(data for piece in pieces for data in decoder.feed(piece))
    decoder.finish()
    return payload, decoder.trailers


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=4), st.integers(1, 50))
def test_unsigned_chunks_in_any_pieces(chunks: list[bytes], step: int) -> None:
    body = b"".join(b"%X\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    body += b"0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n"
    assert decode(body, None, step) == (b"".join(chunks), {"x-amz-checksum-crc32": "AAAA"})


def test_signed_chunks_and_trailer() -> None:
    body = signed_body([b"hello", b"world"], "x-amz-checksum-crc32:AAAA\n")
    assert decode(body, Signer(Seed())) == (b"helloworld", {"x-amz-checksum-crc32": "AAAA"})


@pytest.mark.parametrize("change", [(b"hello", b"hellO"), (b"AAAA", b"AAAB"), (b"5;", b"4;")])
def test_a_changed_byte_is_refused(change: tuple[bytes, bytes]) -> None:
    body = signed_body([b"hello"], "x-amz-checksum-crc32:AAAA\n").replace(*change, 1)
    with pytest.raises(SignatureDoesNotMatch):
        decode(body, Signer(Seed()))


def test_a_dropped_last_chunk_is_refused() -> None:
    body = signed_body([b"hello", b"world"])
    with pytest.raises(IncompleteBody):
        decode(body[: body.rindex(b"0;")], Signer(Seed()))


def test_an_unsigned_chunk_in_a_signed_body_is_refused() -> None:
    with pytest.raises(SignatureDoesNotMatch):
        decode(b"5\r\nhello\r\n0\r\n\r\n", Signer(Seed()))


@pytest.mark.parametrize(
    "body", [b"zz\r\n", b"-1\r\n", b"5\r\nhelloXX0\r\n\r\n", b"0\r\n\r\nmore", b"1" * 20_000]
)
def test_what_is_not_chunked_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        decode(body, None, len(body))
