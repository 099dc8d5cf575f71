"""Any sequence of operations on any keys, against a plain model of what S3 would hold."""

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from local_aws.context import Credentials, Platform
from local_aws.services.s3.errors import NoSuchKey
from local_aws.services.s3.model import S3Store
from local_aws.services.s3.store import keys
from local_aws.services.s3.store.objects import NULL

SEGMENTS = ["a", "b", "a b", "..", ".", "", "é", "e\u0301", ".~v", "x=1", "\n", "s" * 241, "A"]
KEYS = st.one_of(
    st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=3).map("/".join),
    st.text(min_size=1, max_size=12).filter(lambda text: text.isprintable() or "\0" in text),
).filter(bool)

NUMBER = st.integers(0, 4)
"""Which of the example's few keys: operations must meet each other."""


@dataclass
class Entry:
    """A version of the model: its bytes, None for a delete marker."""

    version: str
    data: bytes | None
    visible: bool = True


class Bucket(RuleBasedStateMachine):
    """`model` has each key's versions, newest first; `visible` ones are at the key's own place."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store = S3Store(Platform(self.folder, 0, Credentials("key", "secret")))
        self.store.create_bucket("lake")
        self.model: dict[str, list[Entry]] = {}
        self.pool: list[str] = []
        self.count = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize(
        status=st.sampled_from(["", "Enabled", "Suspended"]),
        pool=st.lists(KEYS, min_size=1, max_size=5, unique=True),
    )
    def begin(self, status: str, pool: list[str]) -> None:
        self.pool = pool
        if status:
            self.store.set_versioning("lake", status)

    @rule(status=st.sampled_from(["Enabled", "Suspended"]))
    def switch(self, status: str) -> None:
        self.store.set_versioning("lake", status)

    @rule(number=NUMBER)
    def put(self, number: int) -> None:
        key = self.pool[number % len(self.pool)]
        data = self._data()
        info = self.store.put("lake", key, data, metadata={"data": data.decode()})
        self._push(key, Entry(info.version, data))

    @rule(number=NUMBER)
    def delete(self, number: int) -> None:
        key = self.pool[number % len(self.pool)]
        deletion = self.store.delete("lake", key)
        if deletion.version is None:
            self.model.pop(key, None)
        else:
            assert deletion.marker
            self._push(key, Entry(deletion.version, None))

    @rule(data=st.data())
    def delete_a_version(self, data: st.DataObject) -> None:
        if not self.model:
            return
        key = data.draw(st.sampled_from(sorted(self.model)))
        entries = self.model[key]
        number = data.draw(st.integers(0, len(entries) - 1))
        gone = entries.pop(number)
        self.store.delete("lake", key, version=gone.version)
        if number == 0 and gone.visible and entries:
            entries[0].visible = True
        if not entries:
            del self.model[key]

    @rule(number=NUMBER, noticed=st.booleans())
    def engine_writes(self, number: int, noticed: bool) -> None:
        key = self.pool[number % len(self.pool)]
        if not keys.is_plain(key) or self._in_the_way(key):
            return
        path = self.store.bucket_path("lake") / key
        path.parent.mkdir(parents=True, exist_ok=True)
        data = self._data()
        path.write_bytes(data)
        now = time.time_ns()
        os.utime(path, ns=(now, now))
        entries = self.model.setdefault(key, [])
        if entries and entries[0].visible and entries[0].data is not None:
            entries.pop(0)
        replaces_a_null = any(entry.version == NULL for entry in entries)
        self._push(key, Entry(NULL, data))
        if noticed or replaces_a_null:  # an unnoticed file that is removed brings the null back
            self.store.set_tags("lake", key, {})

    @rule(data=st.data())
    def engine_removes(self, data: st.DataObject) -> None:
        current = [k for k in sorted(self.model) if self._current(k) and keys.is_plain(k)]
        current = [k for k in current if (self.store.bucket_path("lake") / k).is_file()]
        if not current:
            return
        key = data.draw(st.sampled_from(current))
        (self.store.bucket_path("lake") / key).unlink()
        entries = self.model[key]
        entries.pop(0)
        if not entries:
            del self.model[key]
        elif entries[0].data is None:
            entries[0].visible = True  # a marker on top is the latest; bytes of old are not

    @invariant()
    def current_versions_are_listed(self) -> None:
        expected = {key: self._current(key) for key in sorted(self.model) if self._current(key)}
        listed = list(self.store.list("lake"))
        assert [info.key for info in listed] == sorted(expected)
        for info in listed:
            entry = expected[info.key]
            assert entry is not None
            assert self.store.read("lake", info.key) == entry.data
            assert info.size == len(entry.data or b"")
            assert info.version == entry.version
            assert info.attributes.metadata.get("data", entry.data.decode()) == entry.data.decode()

    @invariant()
    def every_version_is_listed_and_read(self) -> None:
        listed = [(i.key, i.version, i.is_marker, i.is_latest) for i in self.store.versions("lake")]
        assert listed == [
            (key, entry.version, entry.data is None, number == 0 and entry.visible)
            for key in sorted(self.model)
            for number, entry in enumerate(self.model[key])
        ]
        for key, version, is_marker, _ in listed:
            if not is_marker:
                descriptor, info = self.store.open_object("lake", key, version)
                with os.fdopen(descriptor, "rb") as file:
                    assert file.read() == self._find(key, version).data
                assert info.version == version

    def _push(self, key: str, entry: Entry) -> None:
        entries = self.model.setdefault(key, [])
        entries[:] = [e for e in entries if entry.version != NULL or e.version != NULL]
        for older in entries:
            older.visible = False
        entries.insert(0, entry)

    def _current(self, key: str) -> Entry | None:
        top = self.model[key][0]
        return top if top.visible and top.data is not None else None

    def _find(self, key: str, version: str) -> Entry:
        return next(entry for entry in self.model[key] if entry.version == version)

    def _in_the_way(self, key: str) -> bool:
        """Whether an engine could not write there: a folder, or a file where a folder must be."""
        path = self.store.bucket_path("lake") / key
        above = [p for p in path.parents if p.is_relative_to(self.store.bucket_path("lake"))]
        return path.is_dir() or any(p.is_file() for p in above) or self._is_elsewhere(key)

    def _is_elsewhere(self, key: str) -> bool:
        place = self.store.files.find("lake", key)
        return place[1] is not None and place[0][0] == keys.ENCODED

    def _data(self) -> bytes:
        self.count += 1
        return b"%d" % (self.count * 37)


TestBucket = Bucket.TestCase
TestBucket.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_reading_a_key_that_never_was(tmp_path: Path) -> None:
    store = S3Store(Platform(tmp_path, 0, Credentials("key", "secret")))
    store.create_bucket("lake")
    for version in (None, NULL, "0" * 32):
        try:
            store.open_object("lake", "a", version)
        except NoSuchKey:
            continue
        raise AssertionError(f"{version} was found")


def test_a_key_that_an_engine_removed_does_not_come_back(tmp_path: Path) -> None:
    store = S3Store(Platform(tmp_path, 0, Credentials("key", "secret")))
    store.create_bucket("lake")
    store.set_versioning("lake", "Enabled")
    versions = [store.put("lake", "a", data).version for data in (b"1", b"2", b"3")]
    store.path("lake", "a").unlink()
    store.delete("lake", "a", version=versions[1])
    assert store.stat("lake", "a") is None
    assert [info.version for info in store.history("lake", "a")] == versions[:1]
