import os
from pathlib import Path

import pytest

from local_aws.services.glue.jobs.class_archive import LAYERS, ClassArchive


@pytest.fixture
def java(tmp_path: Path) -> Path:
    """A Java that dumps by writing a file."""
    home = tmp_path / "java"
    (home / "bin").mkdir(parents=True)
    (home / "lib").mkdir()
    (home / "lib" / "modules").write_text("classes")
    (home / "release").write_text('JAVA_VERSION="17.0.1"')
    program = home / "bin" / "java"
    program.write_text('#!/bin/sh\nfor last; do :; done\necho base > "${last#*=}"\n')
    program.chmod(0o755)
    return home


@pytest.fixture
def jar(tmp_path: Path) -> Path:
    file = tmp_path / "spark.jar"
    file.write_text("jar")
    return file


@pytest.fixture
def archive(tmp_path: Path, java: Path, jar: Path) -> ClassArchive:
    return ClassArchive(tmp_path / "archive", java, [jar], ["-XX:+UseSerialGC"])


def train(options: list[str]) -> None:
    Path(options[-1].partition("=")[2]).write_text("classes of Spark")


def test_it_is_made_once_and_used(archive: ClassArchive, tmp_path: Path) -> None:
    assert not archive.complete
    archive.make(train)
    assert archive.complete
    [shared, *_] = archive.use(tmp_path / "log")
    for layer in shared.partition("=")[2].split(os.pathsep):
        assert Path(layer).exists()


def test_other_jars_need_another(
    archive: ClassArchive, tmp_path: Path, java: Path, jar: Path
) -> None:
    archive.make(train)
    os.utime(jar, ns=(1, 1))
    again = ClassArchive(tmp_path / "archive", java, [jar], ["-XX:+UseSerialGC"])
    assert not again.complete
    again.make(train)
    assert again.complete
    assert len(list((tmp_path / "archive").iterdir())) == 1


def test_another_java_needs_another(
    archive: ClassArchive, tmp_path: Path, java: Path, jar: Path
) -> None:
    archive.make(train)
    (java / "release").write_text('JAVA_VERSION="17.0.2"')
    assert not ClassArchive(tmp_path / "archive", java, [jar], ["-XX:+UseSerialGC"]).complete


@pytest.mark.parametrize("layer", LAYERS)
def test_a_torn_one_does_not_count(layer: str, archive: ClassArchive, tmp_path: Path) -> None:
    archive.make(train)
    [file] = (tmp_path / "archive").glob(f"*/{layer}")
    os.truncate(file, 1)
    assert not archive.complete


def test_a_training_that_fails_leaves_nothing(archive: ClassArchive, tmp_path: Path) -> None:
    def fail(_options: list[str]) -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        archive.make(fail)
    assert not archive.complete
    assert not list((tmp_path / "archive").iterdir())


def test_one_without_all_layers_does_not_count(archive: ClassArchive) -> None:
    with pytest.raises(FileNotFoundError):
        archive.make(lambda _options: None)
    assert not archive.complete


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ("Mapped dynamic region #0", True),
        ("Mapped static  region #0", False),
        ("Mapped dynamic region #0\nUnable to use shared archive. The top archive failed", False),
        ("", False),
    ],
)
def test_the_log_says_whether_it_was_taken(told: str, taken: bool, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(told)
    assert ClassArchive.was_taken(log) is taken
