"""Pages over the ordered walk."""

import os
from pathlib import Path

import pytest

from local_aws.services.s3.model import S3Store
from local_aws.services.s3.store import listing

KEYS = ["a-b", "a/1", "a/2", "a/x/1", "a.txt", "a0", "b/", "b/c", "d//e", "z"]


@pytest.fixture
def filled(store: S3Store) -> S3Store:
    for key in KEYS:
        store.put("lake", key, b"")
    return store


def pages(store: S3Store, prefix: str, delimiter: str, limit: int) -> tuple[list[str], list[str]]:
    keys: list[str] = []
    prefixes: list[str] = []
    after = ""
    while True:
        names = store.names("lake", prefix, after, fold=delimiter == "/")
        page = listing.page(names, prefix, delimiter, limit)
        assert len(page.keys) + len(page.prefixes) <= limit
        keys, prefixes = keys + page.keys, prefixes + page.prefixes
        if not page.truncated:
            return keys, prefixes
        after = page.following


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    ("prefix", "delimiter", "keys", "prefixes"),
    [
        ("", "", sorted(KEYS), []),
        ("", "/", ["a-b", "a.txt", "a0", "z"], ["a/", "b/", "d/"]),
        ("a", "/", ["a-b", "a.txt", "a0"], ["a/"]),
        ("a/", "/", ["a/1", "a/2"], ["a/x/"]),
        ("b/", "/", ["b/", "b/c"], []),
        ("d/", "/", [], ["d//"]),
        ("", "-", sorted(set(KEYS) - {"a-b"}), ["a-"]),
        ("nothing/", "/", [], []),
        ("../", "/", [], []),
    ],
)
def test_pages(
    filled: S3Store, prefix: str, delimiter: str, keys: list[str], prefixes: list[str], limit: int
) -> None:
    assert pages(filled, prefix, delimiter, limit) == (keys, prefixes)


def test_a_delimiter_does_not_read_what_is_below(
    filled: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        filled.put("lake", f"big/{number}/deep/file", b"")
    seen: list[str] = []
    scandir = os.scandir

    def counting(path: Path) -> object:
        seen.append(str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", counting)
    pages(filled, "", "/", 1000)
    assert len(seen) < 10


def test_names_that_are_no_text_are_not_listed(store: S3Store) -> None:
    path = os.fsencode(store.bucket_path("lake")) + b"/\xff"
    try:
        Path(os.fsdecode(path)).write_bytes(b"")
    except OSError:
        return  # a disk that refuses such names has no such trap
    assert list(store.names("lake")) == []
