"""``--fsync``: what is on the disk when an answer is given, and that nothing is without it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws import disk
from local_aws.context import Credentials, Platform
from local_aws.database import Database
from local_aws.services.s3.model import S3Store


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files and folders that were brought to the disk, in order."""
    names: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        names.append(path.name + "/" if folder else path.name)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return names


@pytest.fixture
def waiting() -> Iterator[None]:
    disk.wait_for_it()
    yield
    disk.wait_for_it(False)


def store_in(folder: Path) -> S3Store:
    store = S3Store(Platform(folder, 0, Credentials("key", "secret")))
    store.create_bucket("lake")
    return store


@pytest.mark.usefixtures("waiting")
def test_a_put_has_its_bytes_and_its_names_on_the_disk(tmp_path: Path, synced: list[str]) -> None:
    store = store_in(tmp_path)
    store.put("lake", "a/b", b"x")
    bytes_first, *names = synced
    assert bytes_first.startswith("s3-")
    assert names == ["lake/", "a/"]  # the new folder's name, then the file's


@pytest.mark.usefixtures("waiting")
def test_a_delete_has_the_folder_on_the_disk(tmp_path: Path, synced: list[str]) -> None:
    store = store_in(tmp_path)
    store.put("lake", "a/b", b"x")
    synced.clear()
    store.delete("lake", "a/b")
    assert synced == ["a/", "lake/"]


@pytest.mark.usefixtures("waiting")
def test_a_version_has_its_second_name_on_the_disk_before_it_is_replaced(
    tmp_path: Path, synced: list[str]
) -> None:
    store = store_in(tmp_path)
    store.set_versioning("lake", "Enabled")
    store.put("lake", "a", b"old")
    synced.clear()
    store.put("lake", "a", b"new")
    kept = [number for number, name in enumerate(synced) if len(name) == 65]  # a digest's folder
    assert kept
    assert kept[-1] < synced.index("lake/", kept[-1])


@pytest.mark.usefixtures("waiting")
def test_state_is_on_the_disk_when_it_is_committed(tmp_path: Path, synced: list[str]) -> None:
    assert Database(tmp_path / "x").one("PRAGMA synchronous") == {"synchronous": 2}
    disk.write_whole(tmp_path / "moto", b"state")
    assert synced == ["moto.new", f"{tmp_path.name}/"]


def test_nothing_waits_unless_it_was_asked_to(tmp_path: Path, synced: list[str]) -> None:
    store = store_in(tmp_path)
    store.put("lake", "a/b", b"x")
    store.delete("lake", "a/b")
    disk.write_whole(tmp_path / "moto", b"state")
    assert synced == []
    assert store.db.one("PRAGMA synchronous") == {"synchronous": 1}
