"""The store without HTTP: what other services and engines rely on."""

import contextlib
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_aws.context import Credentials, Platform
from local_aws.services.s3 import errors
from local_aws.services.s3.model import S3Store, parse_uri
from local_aws.services.s3.settings import Settings, kind_of
from local_aws.services.s3.store import versions

MD5_OF_HELLO = "5d41402abc4b2a76b9719d911017c592"
HOSTILE = ["../../escape", "/etc/passwd", "a/../../b", "..", ".", "nul\0key", "x//y", "end/", "\n"]


def key_list(store: S3Store, prefix: str = "", after: str = "") -> list[str]:
    return [info.key for info in store.list("lake", prefix, after)]


def test_put_writes_the_file_of_the_key(store: S3Store) -> None:
    info = store.put("lake", "raw/a.csv", b"hello", "text/csv", {"run": "1"})
    assert info.path == store.bucket_path("lake") / "raw/a.csv" == store.path("lake", "raw/a.csv")
    assert info.path.read_bytes() == b"hello"
    found = store.stat("lake", "raw/a.csv")
    assert found is not None
    assert (found.etag, found.size) == (MD5_OF_HELLO, 5)
    assert (found.attributes.content_type, found.attributes.metadata) == ("text/csv", {"run": "1"})


def test_a_file_written_by_an_engine_is_an_object_at_once(store: S3Store) -> None:
    path = store.path("lake", "curated/part-0.parquet")
    path.parent.mkdir()
    path.write_bytes(b"hello")
    [info] = store.list("lake", "curated/")
    assert (info.key, info.etag) == ("curated/part-0.parquet", MD5_OF_HELLO)
    assert store.read("lake", info.key) == b"hello"


def test_a_file_overwritten_by_an_engine_loses_its_description(store: S3Store) -> None:
    info = store.put("lake", "a", b"other", "text/csv", {"run": "1"})
    info.path.write_bytes(b"hello")
    os.utime(info.path, ns=(1, 1))
    found = store.stat("lake", "a")
    assert found is not None
    assert (found.etag, found.attributes.metadata) == (MD5_OF_HELLO, {})


def test_an_engines_etag_is_computed_once(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.path("lake", "a").write_bytes(b"hello")
    os.utime(store.path("lake", "a"), (1, 1))
    first = store.stat("lake", "a")
    assert first is not None
    assert first.etag == MD5_OF_HELLO
    monkeypatch.setattr(versions, "md5_of", None)
    again = store.stat("lake", "a")
    assert again is not None
    assert again.etag == MD5_OF_HELLO


@pytest.mark.parametrize("key", HOSTILE)
def test_hostile_keys_stay_inside_and_are_found_again(store: S3Store, key: str) -> None:
    info = store.put("lake", key, b"x")
    assert info.path.resolve().is_relative_to(store.bucket_path("lake").resolve())
    assert store.read("lake", key) == b"x"
    assert key_list(store) == [key]
    store.delete("lake", key)
    assert key_list(store) == []
    assert list(store.bucket_path("lake").iterdir()) == []


def test_links_planted_by_an_engine_lead_nowhere(store: S3Store, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    root = store.bucket_path("lake")
    (root / "folder").symlink_to(outside)
    (root / "file").symlink_to(outside / "secret")
    os.mkfifo(root / "pipe")
    assert key_list(store) == key_list(store, "folder/") == []
    for key in ("folder/secret", "file", "pipe"):
        assert store.stat("lake", key) is None
        with pytest.raises(errors.NoSuchKey):
            store.read("lake", key)
    store.put("lake", "folder/new", b"x")
    store.put("lake", "file", b"x")
    assert sorted(path.name for path in outside.iterdir()) == ["secret"]
    assert (outside / "secret").read_text() == "secret"
    assert key_list(store) == ["file", "folder/new"]


def test_a_key_beside_a_folder_of_its_name(store: S3Store) -> None:
    for key in ("a", "a/b", "c/d", "c"):
        store.put("lake", key, key.encode())
    assert key_list(store) == ["a", "a/b", "c", "c/d"]
    assert [store.read("lake", key) for key in ("a", "a/b", "c", "c/d")] == [
        b"a",
        b"a/b",
        b"c",
        b"c/d",
    ]
    store.delete("lake", "a")
    assert key_list(store) == ["a/b", "c", "c/d"]


def test_a_hashed_key_returns_to_its_path_when_it_can(store: S3Store) -> None:
    store.put("lake", "a", b"file")
    store.put("lake", "a/b", b"hashed")
    store.delete("lake", "a")
    info = store.put("lake", "a/b", b"plain")
    assert info.path == store.bucket_path("lake") / "a/b"
    assert key_list(store) == ["a/b"]
    assert store.read("lake", "a/b") == b"plain"


def test_empty_folders_are_not_objects_and_are_pruned(store: S3Store) -> None:
    store.put("lake", "a/b/c/file", b"x")
    (store.bucket_path("lake") / "empty").mkdir()
    assert key_list(store) == ["a/b/c/file"]
    store.delete("lake", "a/b/c/file")
    assert not (store.bucket_path("lake") / "a").exists()
    store.put("lake", "empty", b"an empty folder is no obstacle")
    assert store.path("lake", "empty") == store.bucket_path("lake") / "empty"


def test_a_file_that_vanishes_during_a_list_is_left_out(store: S3Store) -> None:
    for name in "abc":
        store.put("lake", name, b"x")
    names = store.names("lake")
    assert next(names) == "a"
    store.path("lake", "b").unlink()
    assert [info.key for info in store.infos("lake", ["a", *names])] == ["a", "c"]


@given(
    st.lists(
        st.text(st.sampled_from("ab/.-~\0é\u0301\U0001f600\n"), min_size=1, max_size=8),
        unique=True,
        max_size=12,
    )
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_set_of_keys_comes_back_in_order(store: S3Store, names: list[str]) -> None:
    for name in names:
        store.put("lake", name, name.encode())
    by_bytes = sorted(names, key=str.encode)
    assert key_list(store) == by_bytes
    assert all(store.read("lake", name) == name.encode() for name in names)
    for at, name in enumerate(by_bytes):
        assert key_list(store, after=name) == by_bytes[at + 1 :]
        prefix = name[:2]
        assert key_list(store, prefix) == [key for key in by_bytes if key.startswith(prefix)]
    for name in names:
        store.delete("lake", name)
    assert key_list(store) == []


def test_writers_of_one_key_leave_one_whole_object(store: S3Store) -> None:
    bodies = [bytes([65 + n]) * 100_000 for n in range(8)]
    threads = [threading.Thread(target=store.put, args=("lake", "k/x", body)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    info = store.stat("lake", "k/x")
    assert info is not None
    assert info.known_etag, "the row belongs to the file"
    assert store.read("lake", "k/x") in bodies
    assert list(store.scratch.glob("s3-*")) == []


def test_writes_survive_deletes_that_prune_their_folder(store: S3Store) -> None:
    def churn(name: str) -> None:
        for _ in range(60):
            store.put("lake", f"deep/er/{name}", b"x")
            store.delete("lake", f"deep/er/{name}")

    threads = [threading.Thread(target=churn, args=(f"n{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert key_list(store) == []


def test_state_is_there_after_a_restart(store: S3Store, tmp_path: Path) -> None:
    store.put("lake", "a", b"hello", metadata={"x": "é"})
    again = S3Store(Platform(tmp_path, 0, Credentials("key", "secret")))
    info = again.stat("lake", "a")
    assert info is not None
    assert (info.known_etag, info.attributes.metadata) == (MD5_OF_HELLO, {"x": "é"})


def test_missing_buckets_and_keys_are_named(store: S3Store) -> None:
    with pytest.raises(errors.NoSuchBucket):
        store.put("nowhere", "a", b"")
    with pytest.raises(errors.NoSuchBucket):
        list(store.list("../lake"))
    with pytest.raises(errors.NoSuchKey) as caught:
        store.read("lake", "absent")
    assert caught.value.fields == {"Key": "absent"}
    with pytest.raises(errors.KeyTooLong):
        store.put("lake", "é" * 513, b"")
    store.delete("lake", "absent")


@pytest.mark.parametrize(
    "name", ["A", "ab", "a..b", "-ab", "a/b", "..", "a" * 64, "xn--a", "abc_d"]
)
def test_bucket_names_are_checked(store: S3Store, name: str) -> None:
    with pytest.raises(errors.InvalidBucketName):
        store.create_bucket(name)


def test_a_bucket_with_objects_is_not_deleted(store: S3Store) -> None:
    store.put("lake", "end/", b"")
    with pytest.raises(errors.BucketNotEmpty):
        store.delete_bucket("lake")
    store.delete("lake", "end/")
    (store.bucket_path("lake") / "left" / "empty").mkdir(parents=True)
    store.delete_bucket("lake")
    assert not store.bucket_exists("lake")
    assert not (store.root / "lake").exists()


@pytest.mark.parametrize("scheme", ["s3", "s3a", "s3n"])
def test_parse_uri(scheme: str) -> None:
    assert parse_uri(f"{scheme}://lake/a/b=1/") == ("lake", "a/b=1/")
    assert parse_uri(f"{scheme}://lake") == ("lake", "")


@pytest.mark.parametrize("uri", ["lake/a", "http://lake/a", "s3:///a", ""])
def test_parse_uri_refuses_other_addresses(uri: str) -> None:
    with pytest.raises(errors.InvalidArgument):
        parse_uri(uri)


def test_a_long_list_misses_no_key(store: S3Store) -> None:
    folder = store.bucket_path("lake")
    expected = [f"part-{number:05}" for number in range(2500)]
    for name in expected:
        (folder / name).touch()
    assert key_list(store) == expected


def test_a_bucket_that_is_made_while_it_is_deleted_is_whole(store: S3Store) -> None:
    def churn() -> None:
        for _ in range(100):
            with contextlib.suppress(errors.BucketAlreadyOwnedByYou):
                store.create_bucket("flicker")
            with contextlib.suppress(errors.NoSuchBucket):
                store.delete_bucket("flicker")

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(churn) for _ in range(8)]:
            future.result()
    known = "flicker" in [bucket.name for bucket in store.buckets()]
    assert store.bucket_exists("flicker") == known
    assert (store.root / "flicker").is_dir() == known


@pytest.mark.parametrize("setting", ["tagging", "versioning"])
def test_a_bucket_is_not_deleted_under_a_setting(
    store: S3Store, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    deleter = threading.Thread(target=store.delete_bucket, args=("lake",))
    require = store.require_bucket

    def meanwhile(bucket: str) -> None:
        require(bucket)
        if threading.current_thread() is not deleter and not deleter.ident:
            deleter.start()
            deleter.join(0.5)

    kept = Settings(store)
    monkeypatch.setattr(store, "require_bucket", meanwhile)
    if setting == "tagging":
        kept.put("lake", kind_of("tagging"), b"<Tagging/>")
    else:
        store.set_versioning("lake", "Enabled")
    deleter.join()
    assert store.db.all("SELECT * FROM settings") == []
    assert store.versioning("lake") == ""


@pytest.mark.parametrize("status", ["", "Enabled", "Suspended"])
def test_a_bucket_whose_folder_an_engine_removed(store: S3Store, status: str) -> None:
    if status:
        store.set_versioning("lake", status)
    store.put("lake", "a", b"1")
    shutil.rmtree(store.root / "lake")
    assert list(store.list("lake")) == []
    for key in ("a", "b/c", "odd//key"):
        store.put("lake", key, b"2")
        assert store.read("lake", key) == b"2"
