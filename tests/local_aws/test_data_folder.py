"""The data folder at a start: whose it is, who uses it, and which format it has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local_aws import data_folder
from local_aws.data_folder import FORMAT_VERSION, DataFolder, DataFolderRefused


def claim(path: Path) -> DataFolder:
    return DataFolder(path)


def test_a_new_folder_is_made_and_gets_its_format(tmp_path: Path) -> None:
    folder = claim(tmp_path / "a/b")
    assert (tmp_path / "a/b/format").read_text() == f"{FORMAT_VERSION}\n"
    folder.release()
    claim(tmp_path / "a/b").release()


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "format").write_text(f"{FORMAT_VERSION + 1}\n")
    with pytest.raises(DataFolderRefused, match=f"data format '{FORMAT_VERSION + 1}'.*newer"):
        claim(tmp_path)


@pytest.mark.parametrize("text", ["", "\0\0", "one", "²"])
def test_a_torn_format_is_refused_with_the_remedy(tmp_path: Path, text: str) -> None:
    (tmp_path / "format").write_text(text)
    with pytest.raises(DataFolderRefused, match=f"no version.*write {FORMAT_VERSION} into it"):
        claim(tmp_path)


def test_a_format_that_is_too_old_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_folder, "OLDEST_FORMAT", FORMAT_VERSION)
    (tmp_path / "format").write_text(f"{FORMAT_VERSION - 1}\n")
    with pytest.raises(DataFolderRefused, match=r"reads from .*: use an older server"):
        claim(tmp_path)


def test_an_older_format_becomes_the_present_one(tmp_path: Path) -> None:
    (tmp_path / "format").write_text("1\n")
    claim(tmp_path).release()
    assert (tmp_path / "format").read_text() == f"{FORMAT_VERSION}\n"


def test_a_folder_in_use_is_refused_until_its_server_ends(tmp_path: Path) -> None:
    first = claim(tmp_path)
    with pytest.raises(DataFolderRefused, match=f"in use by another.*process {os.getpid()}"):
        claim(tmp_path)
    first.release()
    claim(tmp_path).release()


def test_a_folder_of_somebody_else_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(DataFolderRefused, match=r"holds 'thesis\.tex'"):
        claim(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_what_a_killed_first_start_left_is_ours(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    (tmp_path / "format.new").touch()
    claim(tmp_path).release()


def test_work_in_progress_of_a_killed_server_is_removed(tmp_path: Path) -> None:
    claim(tmp_path).release()
    (tmp_path / "tmp/databrew/run").mkdir(parents=True)
    (tmp_path / "tmp/s3-1").write_bytes(b"half")
    claim(tmp_path).release()
    assert not (tmp_path / "tmp").exists()


@pytest.mark.parametrize("name", ["/proc/lake", "file/lake", "read-only"])
def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "read-only").mkdir(mode=0o500)
    if name == "read-only" and os.getuid() == 0:
        pytest.skip("root writes everywhere")
    with pytest.raises(DataFolderRefused, match=f"cannot use .*{name}"):
        claim(tmp_path / name)


def test_the_server_says_it_in_one_line(tmp_path: Path) -> None:
    folder = claim(tmp_path)
    command = [sys.executable, "-m", "local_aws", "--data", str(tmp_path), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True)
    folder.release()
    assert done.returncode == 1
    assert done.stderr.startswith("local_aws: ")
    assert done.stderr.count("\n") == 1


def test_a_damaged_database_is_named_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "format").write_text(f"{FORMAT_VERSION}\n")
    (tmp_path / "state/s3.sqlite3").write_bytes(b"not a database" * 1000)
    command = [sys.executable, "-m", "local_aws", "--data", str(tmp_path), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "s3.sqlite3 is damaged" in done.stderr
    assert done.stderr.count("\n") == 1
