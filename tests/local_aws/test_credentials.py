"""Whose key opens local_aws: the options', a file's, or the data folder's."""

from pathlib import Path

import pytest

from local_aws import server
from local_aws.context import Credentials

PROFILE = "[tarn]\naws_access_key_id = LAKE1\naws_secret_access_key = a%b$c\n"


def credentials(folder: Path, *options: str) -> Credentials:
    told = server._parser().parse_args(["--data", str(folder), *options])
    return server._credentials(folder, told)


def test_a_file_goes_before_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text(PROFILE.replace("LAKE1", "LAKE0"))
    file = tmp_path / "secret"
    file.write_text(PROFILE)
    assert credentials(tmp_path).access_key == "LAKE0"
    assert credentials(tmp_path, "--credentials", str(file)) == Credentials("LAKE1", "a%b$c")


@pytest.mark.parametrize("told", ["", "[tarn]\n", "[default]\naws_access_key_id = A\n"])
def test_a_file_without_the_profile_is_refused(tmp_path: Path, told: str) -> None:
    """Not made up: what has the other half of the secret would be refused from then on."""
    file = tmp_path / "secret"
    file.write_text(told)
    with pytest.raises(SystemExit, match="holds no profile tarn"):
        credentials(tmp_path, "--credentials", str(file))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="holds no profile tarn"):
        credentials(tmp_path, "--credentials", str(tmp_path / "gone"))


def test_a_half_of_a_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="both, or neither"):
        credentials(tmp_path, "--access-key", "LAKE1")


def test_a_key_is_made_where_there_is_none(tmp_path: Path) -> None:
    assert credentials(tmp_path).access_key.startswith("LAKE")
    assert credentials(tmp_path) != credentials(tmp_path)
