"""Which keys are paths."""

import pytest

from local_aws.services.s3.store import keys

PLAIN = [
    "a",
    "a/b.csv",
    "year=2013/month=3/run=x/part-0.parquet",
    "é/ß",
    ".hidden",
    "a b",
    "~",
    "a\\b",
]
NOT_PLAIN = [
    "/a",
    "a/",
    "a//b",
    "..",
    "../../etc/passwd",
    "a/../b",
    "./a",
    ".~k/aa",
    "x/.~u/y",
    "nul\0",
    "line\nbreak",
    "e\u0301",
    "s" * 241,
    "/".join(["d" * 99] * 10),
]


@pytest.mark.parametrize("key", PLAIN)
def test_a_sound_path_is_its_own_place(key: str) -> None:
    assert keys.is_plain(key)
    assert "/".join(keys.places(key)[0]) == key


@pytest.mark.parametrize("key", NOT_PLAIN)
def test_other_keys_are_hashed(key: str) -> None:
    assert not keys.is_plain(key)
    assert keys.places(key)[-1][0] == keys.ENCODED


@pytest.mark.parametrize("key", ["..", "a/../b", "/etc/passwd", "a//b", "nul\0", ".~k/x"])
def test_a_key_that_leaves_its_folder_is_never_looked_up_as_a_path(key: str) -> None:
    assert keys.places(key) == [keys.encoded(key)]
