"""Bookmarks: the rules by themselves, then through Job and a reader."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local_aws.glue_runtime.awsglue.bookmarks import Bookmarks

MINUTE = 60_000


@dataclass(frozen=True)
class File:
    path: str
    modified: int


class Runs:
    """Runs of one job over one source, whose clock the test sets."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.monkeypatch = monkeypatch

    def run(self, minute: float, *files: File, option: str = "enable", **options: Any) -> list[str]:
        """The files that a run at that minute reads; with `enable` the state advances."""
        self.monkeypatch.setattr(time, "time", lambda: minute * 60)
        run = {"option": f"job-bookmark-{option}", "job": "j", "run_id": "jr", "attempt": 0}
        (self.folder / "run.json").write_text(json.dumps(run))
        bookmarks = Bookmarks(self.folder)
        source = bookmarks.source("source", options)
        assert source is not None
        chosen = source.new(files)[: options.get("most")]
        source.read(chosen)
        bookmarks.commit()
        after = self.folder / "after.json"
        if after.exists():
            after.replace(self.folder / "before.json")
        return [file.path for file in chosen]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    return Runs(tmp_path, monkeypatch)


def at(path: str, minute: float) -> File:
    return File(path, int(minute * MINUTE))


def test_a_second_run_reads_what_is_new(runs: Runs) -> None:
    a, b, c = at("a", 10), at("b", 99), at("c", 101)
    assert runs.run(100, a, b, c) == ["a", "b"]
    assert runs.run(110, a, b, c) == ["c"]
    assert runs.run(120, a, b, c) == []


def test_a_file_that_appears_late_is_read_within_the_band(runs: Runs) -> None:
    assert runs.run(100, at("a", 99)) == ["a"]
    late, too_late = at("late", 90), at("too late", 84)
    assert runs.run(200, at("a", 99), late, too_late) == ["late"]


def test_a_file_that_is_replaced_is_read_again(runs: Runs) -> None:
    assert runs.run(100, at("a", 99)) == ["a"]
    assert runs.run(101, at("a", 99.5)) == ["a"]
    assert runs.run(102, at("a", 101.5)) == ["a"]
    assert runs.run(103, at("a", 101.5)) == []


def test_a_run_that_does_not_commit_changes_nothing(runs: Runs) -> None:
    assert runs.run(100, at("a", 99), option="pause") == ["a"]
    assert runs.run(101, at("a", 99), option="pause") == ["a"]


def test_what_bounds_leave_is_read_by_the_next_run(runs: Runs) -> None:
    files = [at(name, minute) for name, minute in (("a", 10), ("b", 20), ("c", 99))]
    assert runs.run(100, *files, most=1) == ["a"]
    assert runs.run(110, *files, most=1) == ["b"]
    assert runs.run(120, *files) == ["c"]
    assert runs.run(130, *files) == []


def test_a_band_holds_so_many_files(runs: Runs) -> None:
    files = [at(str(number), 99) for number in range(5)]
    assert runs.run(100, *files, maxFilesInBand=2) == ["0", "1"]
    assert runs.run(101, *files, maxFilesInBand=2) == ["2", "3"]
    assert runs.run(102, *files, maxFilesInBand=2) == ["4"]


def test_pause_between_two_runs_reads_what_came_between(runs: Runs) -> None:
    a, b, c = at("a", 10), at("b", 105), at("c", 125)
    for minute, name in ((100, "from.json"), (120, "to.json")):
        runs.run(minute, a, b, c)
        state = (runs.folder / "before.json").read_text()
        (runs.folder / name).write_text(state)
    assert runs.run(200, a, b, c, option="pause") == ["b"]


def test_another_source_keeps_its_state(tmp_path: Path) -> None:
    run = {"option": "job-bookmark-enable", "job": "j", "run_id": "jr", "attempt": 0}
    (tmp_path / "run.json").write_text(json.dumps(run))
    before = {"version": 1, "sources": {"other": {"high": 5, "band": 1, "files": {}}}}
    (tmp_path / "before.json").write_text(json.dumps(before))
    Bookmarks(tmp_path).commit()
    assert json.loads((tmp_path / "after.json").read_text()) == before


def test_a_state_of_another_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"option": "job-bookmark-enable"}')
    (tmp_path / "before.json").write_text('{"version": 9, "sources": {}}')
    with pytest.raises(RuntimeError, match="bookmark is of version 9"):
        Bookmarks(tmp_path)


@pytest.mark.spark
def test_two_runs_of_a_job(
    glue: Any, put: Any, records: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from awsglue.job import Job

    (tmp_path / "run.json").write_text('{"option": "job-bookmark-enable"}')
    monkeypatch.setenv("LOCAL_AWS_GLUE_BOOKMARKS", str(tmp_path))
    uri = put("in/deep/a.csv", "id\n1\n")

    def run(name: str = "source") -> list[str]:
        job = Job(glue)
        job.init("job", {})
        frame = glue.create_dynamic_frame.from_options(
            "s3", {"paths": [f"{uri}in/"], "recurse": True}, "csv", {"withHeader": True}, name
        )
        found = [record["id"] for record in records(frame)]
        glue.write_dynamic_frame.from_options(frame, "s3", {"path": f"{uri}out"}, "parquet")
        job.commit()
        (tmp_path / "after.json").replace(tmp_path / "before.json")
        return sorted(found)

    try:
        assert run() == ["1"]
        assert run() == []
        put("unrelated.csv", "id\n0\n")
        path = glue.spark_session.lake / uri.split("/")[3] / "in" / "b.csv"
        path.write_text("id\n2\n")
        assert run() == ["2"]
        assert run(name="") == ["1", "2"]
    finally:
        type(glue).bookmarks = None
