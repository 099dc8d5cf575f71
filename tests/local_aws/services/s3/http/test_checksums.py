"""Checksums against published check values, and of pieces against the whole."""

import base64
import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_aws.services.s3.errors import InvalidRequest
from local_aws.services.s3.http import checksums

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


@pytest.mark.parametrize("name", checksums.ALGORITHMS)
def test_a_digest_has_its_size_and_does_not_depend_on_the_pieces(name: str) -> None:
    data = random.Random(2).randbytes(100_003)
    whole = digest(name, data)
    assert len(whole) == checksums.SIZES[name]
    assert digest(name, data[:7], data[7:]) == whole
    assert digest(name, memoryview(data)[:50_000], memoryview(data)[50_000:]) == whole
    assert digest(name, data[:-1]) != whole


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("xxhash64", "ef46db3751d8e999"),
        ("xxhash3", "2d06800538d394c2"),
        ("xxhash128", "99aa06d3014798d86001c324468d497f"),
    ],
)
def test_xxhash_of_nothing(name: str, value: str) -> None:
    """The values that https://github.com/Cyan4973/xxHash publishes, big-endian."""
    assert digest(name).hex() == value


def test_unknown_algorithms_are_refused_by_name() -> None:
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
