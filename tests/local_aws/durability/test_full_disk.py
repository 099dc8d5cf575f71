"""A disk that is full: an error that clients know, nothing lost, nothing left behind."""

import errno
import os
import sqlite3
from typing import Any

import pytest

from local_aws.services.s3.store import files
from local_aws.services.s3.store.files import Incoming
from tests.local_aws.durability.lakes import Lake


@pytest.fixture
def lake(tmp_path: Any) -> Lake:
    lake = Lake(tmp_path)
    lake.store.create_bucket("lake")
    return lake


def full(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("mode", ["", "Enabled"])
@pytest.mark.parametrize(
    ("place", "name"), [(Incoming, "write"), (files, "_rename"), (os, "mkdir")]
)
def test_a_put_on_a_full_disk_changes_nothing(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, mode: str, place: Any, name: str
) -> None:
    if mode:
        lake.store.set_versioning("lake", mode)
    lake.put("a/key", b"old", tags={"t": "old"})
    before = lake.state()
    key = "new/folder" if name == "mkdir" else "a/key"
    with monkeypatch.context() as patched:
        patched.setattr(place, name, full)
        with pytest.raises(OSError, match="No space left"):
            lake.put(key, b"new")
    assert lake.state() == before
    assert list(lake.store.scratch.iterdir()) == []
    lake.put("a/key", b"new")
    assert lake.store.read("lake", "a/key") == b"new"


def test_a_database_that_cannot_grow_changes_nothing(lake: Lake) -> None:
    pages = lake.store.db.one("PRAGMA page_count")
    assert pages
    lake.store.db.execute(f"PRAGMA max_page_count={pages['page_count']}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        put_many(lake)
    lake.state()  # what was written is whole, and there is no more of it
    assert list(lake.store.scratch.iterdir()) == []


def put_many(lake: Lake) -> None:
    for number in range(1000):
        lake.put(f"{number}", b"x", tags={"t": "t" * 256})
