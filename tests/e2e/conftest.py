"""A whole stack in a folder of its own: local_aws, PostgreSQL and Airflow on free ports."""

import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from laptop import stack
from laptop.airflow import AirflowApi
from laptop.home import Home
from tests.conftest import free_port


@pytest.fixture(scope="session")
def lake_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The running stack's home, with the lake deployed.

    Sources of two datasets are folders that a test may change: what a provider of data does.
    """
    kept = dict(os.environ)
    folder = tmp_path_factory.mktemp("lake")
    os.environ["LAKE_HOME"] = str(folder)
    os.environ["LAKE_AWS_PORT"] = str(free_port())
    os.environ["LAKE_AIRFLOW_PORT"] = str(free_port())
    os.environ["TARN_RETRIES"], os.environ["TARN_RETRY_SECONDS"] = "3", "2"
    sources = folder / "sources"
    sources.mkdir()
    os.environ["TARN_SOURCE_FLIGHTS"] = str(sources)
    home = Home.from_environment()
    try:
        stack.up(home, print)
        stack.use_aws(home)
        from tarn.deploy import deploy

        list(deploy())
        yield home
    finally:
        stack.down(home)
        os.environ.clear()
        os.environ.update(kept)


@pytest.fixture
def lake(lake_home: Home, monkeypatch: pytest.MonkeyPatch) -> AirflowApi:
    """Airflow's API, with the environment that points AWS clients at the stack's local_aws."""
    for name in [n for n in os.environ if n.startswith("AWS_") and n != "AWS_CA_BUNDLE"]:
        monkeypatch.delenv(name)
    stack.use_aws(lake_home)
    # Another module's stack may have been the first: the default session keeps its credentials.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return AirflowApi(lake_home)


@pytest.fixture
def sources(lake_home: Home) -> Path:
    """The folder from which flights are landed."""
    return lake_home.folder / "sources"
