"""A stack remembers its ports and keeps its secrets to itself."""

from pathlib import Path

import botocore.session
import pytest

from laptop import environment
from laptop.home import Home, Ports


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("LAKE_HOME", str(tmp_path))
    monkeypatch.delenv("LAKE_AWS_PORT", raising=False)
    monkeypatch.delenv("LAKE_AIRFLOW_PORT", raising=False)
    return Home.from_environment()


def test_ports_are_remembered(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home.ports() == Ports(4566, 8080)
    monkeypatch.setenv("LAKE_AWS_PORT", "14566")
    home.keep_ports(home.ports())
    monkeypatch.delenv("LAKE_AWS_PORT")
    assert home.ports() == Ports(14566, 8080)
    assert environment.aws(home)["AWS_ENDPOINT_URL"] == "http://127.0.0.1:14566"


def test_a_secret_is_made_once_and_private(home: Home) -> None:
    first = home.secret("jwt")
    assert home.secret("jwt") == first
    assert len(first) >= 64
    assert (home.airflow / "jwt.secret").stat().st_mode & 0o077 == 0


def test_aws_variables_of_a_real_account_never_reach_the_stack(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_PROFILE", "production")
    told = environment.base() | environment.aws(home)
    assert "AWS_SECRET_ACCESS_KEY" not in told
    assert told["AWS_PROFILE"] == "tarn"


def test_airflow_acts_in_the_lakes_role_and_has_no_keys(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARN_LAKE", "pond")
    told = environment.base() | environment.tasks(home)
    assert not {name for name in told if name.startswith("AWS_") and "KEY" in name}
    session = botocore.session.Session(profile=told["AWS_PROFILE"])
    session.set_config_variable("config_file", told["AWS_CONFIG_FILE"])
    assert session.get_scoped_config() == {
        "role_arn": "arn:aws:iam::123456789012:role/pond-dev-airflow",
        "role_session_name": "airflow",
        "source_profile": "tarn",
    }
    monkeypatch.setenv("LAKE_AIRFLOW_ROLE", "")
    assert environment.tasks(home) == environment.aws(home)
