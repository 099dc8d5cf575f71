"""Checksums against published check values, and of pieces against the whole."""

import base64
import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_aws.services.s3 import checksums
from local_aws.services.s3.errors import InvalidRequest, NotSupported

# The check values over "123456789" of the catalogue of parametrised CRC algorithms.
CHECKS = {"crc32": 0xCBF43926, "crc32c": 0xE3069283, "crc64nvme": 0xAE8B14860A799888}


def digest(name: str, *pieces: bytes) -> bytes:
    hasher = checksums.ALGORITHMS[name]()
    for piece in pieces:
        hasher.update(piece)
    return hasher.digest()


@pytest.mark.parametrize("name", CHECKS)
def test_crc_check_value(name: str) -> None:
    assert int.from_bytes(digest(name, b"123456789"), "big") == CHECKS[name]


@pytest.mark.parametrize("name", CHECKS)
@given(cuts=st.lists(st.integers(0, 300_000), max_size=3))
@settings(max_examples=10, deadline=None)
def test_crc_of_pieces_is_that_of_the_whole(name: str, cuts: list[int]) -> None:
    data = random.Random(1).randbytes(300_001)
    edges = [0, *sorted(cuts), len(data)]
    pieces = [data[a:b] for a, b in itertools.pairwise(edges)]
    whole = digest(name, data)
    assert digest(name, *pieces) == whole
    parts = [(checksums.encode(digest(name, piece)), len(piece)) for piece in pieces]
    assert checksums.full_object(name, parts) == base64.b64encode(whole).decode()


def test_the_numpy_crc_agrees_with_the_standard_librarys() -> None:
    from local_aws.services.s3.crc import Crc

    data = random.Random(2).randbytes((1 << 20) + 77)
    crc = Crc("crc32")
    crc.update(data)
    assert crc.digest() == digest("crc32", data)


def test_unknown_algorithms_are_refused_by_name() -> None:
    with pytest.raises(NotSupported, match="XXHASH64"):
        checksums.in_headers({"x-amz-checksum-xxhash64": "x"})
    with pytest.raises(InvalidRequest):
        checksums.in_headers({"x-amz-checksum-rot13": "x"})
    with pytest.raises(InvalidRequest):
        checksums.in_headers({"x-amz-checksum-crc32": "x", "x-amz-checksum-sha1": "y"})


@pytest.mark.parametrize(
    ("name", "kind"), [("sha256", "FULL_OBJECT"), ("crc64nvme", "COMPOSITE"), ("crc32", "OTHER")]
)
def test_types_that_s3_refuses(name: str, kind: str) -> None:
    with pytest.raises(InvalidRequest):
        checksums.check_type(name, kind)
