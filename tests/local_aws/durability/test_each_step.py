"""A kill before every step of every change to S3: the state before it or after it, and whole."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from lakes import Lake, State
from steps import kills

from local_aws.data_folder import DataFolder
from local_aws.services.s3.store import keys, uploads

PLAIN, ENABLED, SUSPENDED = "", "Enabled", "Suspended"
MODES = (PLAIN, ENABLED, SUSPENDED)
PART = 1000  # bytes: hundreds of uploads are copied and read, and their size decides nothing

Work = Callable[[Lake], object]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MIN_PART", PART)


def nothing(lake: Lake) -> None: ...


def old(lake: Lake) -> None:
    lake.put("a/key", b"old 1234", tags={"t": "old"}, content_type="text/old")


def two(lake: Lake) -> None:
    lake.put("a/key", b"older", tags={"t": "older"})
    old(lake)


def engine(lake: Lake) -> None:
    lake.engine_file("a/key", b"engine's")


def odd(lake: Lake) -> None:
    lake.put("a//key", b"old 1234")


def marked(lake: Lake) -> None:
    old(lake)
    lake.store.delete("lake", "a/key")


def uploading(lake: Lake) -> None:
    old(lake)
    upload = lake.upload("a/key", content_type="text/upload")
    lake.add_part(upload, 1, b"1" * PART)
    lake.add_part(upload, 2, b"2" * 100)


def put(lake: Lake) -> None:
    lake.put("a/key", b"new 1234", tags={"t": "new"}, content_type="text/new")


def put_longer(lake: Lake) -> None:
    lake.put("a/key", b"newer and longer")


def put_odd(lake: Lake) -> None:
    lake.put("a//key", b"new 1234")


def put_below(lake: Lake) -> None:
    """Where `a/key` is a file, `a/key/below` cannot be one."""
    lake.put("a/key/below", b"below")


def put_above(lake: Lake) -> None:
    """Where `a/key` is a file, `a` is a folder."""
    lake.put("a", b"above")


def delete(lake: Lake) -> None:
    lake.store.delete("lake", "a/key")


def delete_odd(lake: Lake) -> None:
    lake.store.delete("lake", "a//key")


def delete_newest(lake: Lake) -> None:
    newest = lake.store.history("lake", "a/key")[0]
    lake.store.delete("lake", "a/key", version=newest.version)


def delete_oldest(lake: Lake) -> None:
    oldest = lake.store.history("lake", "a/key")[-1]
    lake.store.delete("lake", "a/key", version=oldest.version)


def retag(lake: Lake) -> None:
    lake.store.set_tags("lake", "a/key", {"t": "again"})


def take(lake: Lake) -> None:
    """What Athena does with an answer's file."""
    path = lake.platform.scratch("athena-results") / "x"
    path.write_bytes(b"taken 12")
    lake.store.take("lake", "a/key", path)


def complete(lake: Lake) -> None:
    lake.complete(lake.open_upload())


def abort(lake: Lake) -> None:
    lake.uploads.abort(lake.open_upload())


def add_part(lake: Lake) -> None:
    lake.add_part(lake.open_upload(), 3, b"3" * 100)


def replace_part(lake: Lake) -> None:
    lake.add_part(lake.open_upload(), 2, b"two" * 100)


def begin_upload(lake: Lake) -> None:
    lake.upload("other")


def create_bucket(lake: Lake) -> None:
    lake.store.create_bucket("second")


def delete_bucket(lake: Lake) -> None:
    lake.store.delete("lake", "a//key")
    lake.store.delete_bucket("lake")


def enable(lake: Lake) -> None:
    lake.store.set_versioning("lake", ENABLED)


CHANGES: tuple[tuple[Work, Work], ...] = (
    (nothing, put),
    (nothing, put_odd),
    (nothing, delete),
    (nothing, create_bucket),
    (nothing, take),
    (nothing, begin_upload),
    (old, put),
    (old, put_longer),
    (old, put_below),
    (old, put_above),
    (old, delete),
    (old, retag),
    (old, take),
    (nothing, enable),
    (two, put),
    (two, delete),
    (two, delete_newest),
    (two, delete_oldest),
    (engine, put),
    (engine, delete),
    (engine, retag),
    (odd, put_odd),
    (odd, delete_odd),
    (marked, put),
    (marked, delete),
    (marked, delete_newest),
    (uploading, complete),
    (uploading, abort),
    (uploading, add_part),
    (uploading, replace_part),
)


def folder(tmp_path: Path, mode: str, prepare: Work) -> Path:
    template = tmp_path / "template"
    DataFolder(template).release()
    lake = Lake(template)
    lake.store.create_bucket("lake")
    if mode:
        lake.store.set_versioning("lake", ENABLED)
    prepare(lake)
    if mode == SUSPENDED:
        lake.store.set_versioning("lake", SUSPENDED)
    return template


CASES = [
    pytest.param(
        mode, prepare, change, id=f"{mode or 'plain'}-{prepare.__name__}-{change.__name__}"
    )
    for mode in MODES
    for prepare, change in CHANGES
    if not (mode == PLAIN and prepare is marked and change is delete_newest)  # nothing is there
]


@pytest.mark.parametrize(("mode", "prepare", "change"), CASES)
def test_a_kill_before_each_step(tmp_path: Path, mode: str, prepare: Work, change: Work) -> None:
    template, work = folder(tmp_path, mode, prepare), tmp_path / "work"
    before = Lake(template).state()

    def action(data: Path, begin: Callable[[], None]) -> None:
        lake = Lake(data)
        begin()
        change(lake)

    found = {step: recovered(work, step) for step in kills(template, work, action)}
    after = found.pop(0)
    for step, state in found.items():
        assert state in (before, after), f"killed before step {step} of {len(found)}"


@pytest.mark.parametrize(
    ("mode", "prepare", "change"),
    [
        pytest.param(ENABLED, old, delete, id="delete marker"),
        pytest.param(PLAIN, uploading, complete, id="complete"),
        pytest.param(PLAIN, uploading, abort, id="abort"),
        pytest.param(PLAIN, uploading, replace_part, id="part"),
    ],
)
def test_a_kill_during_the_start_after_a_kill(
    tmp_path: Path, mode: str, prepare: Work, change: Work
) -> None:
    template, work = folder(tmp_path, mode, prepare), tmp_path / "work"
    again = tmp_path / "again"

    def action(data: Path, begin: Callable[[], None]) -> None:
        lake = Lake(data)
        begin()
        change(lake)

    def start(data: Path, begin: Callable[[], None]) -> None:
        begin()
        Lake.recovered(data)

    for step in kills(template, work, action):
        expected = Lake.recovered(shutil.copytree(work, tmp_path / f"undisturbed-{step}")).state()
        for second in kills(work, again, start):
            state = recovered(again, second)
            assert state == expected, f"killed before step {step}, then {second} of the start"


def recovered(work: Path, step: int) -> State:
    """What clients see after a start, which a second start does not change."""
    state = Lake.recovered(work).state()
    lake = Lake.recovered(work)
    assert lake.state() == state, f"killed before step {step}: the second start differs"
    left = leftovers(lake)
    assert not left, f"killed before step {step}: {left} are nobody's"
    return state


def leftovers(lake: Lake) -> set[str]:
    """Files of the data folder that no version, no part and no record leads to."""
    found = {path for path in (lake.platform.data_dir / "tmp").rglob("*") if path.is_file()}
    for bucket in lake.store.buckets():
        root = lake.store.bucket_path(bucket.name)
        found |= {path for path in root.rglob("*") if path.is_file()}
        for key in {info.key for info in lake.store.versions(bucket.name)}:
            records = lake.store.records.of(bucket.name, key)
            found -= {root.joinpath(*keys.kept(key, record.seq)) for record in records}
            found -= {lake.store.path(bucket.name, key)}
            if lake.store.stat(bucket.name, key):
                found -= {root.joinpath(*keys.name_of(key))}
        for upload in lake.uploads.list(bucket.name, "", "", ""):
            parts = lake.uploads.parts(upload)
            found -= {root / keys.UPLOADS / upload.id / part.file for part in parts}
    return {str(path.relative_to(lake.platform.data_dir)) for path in found}
