"""The services of docker-compose.yml, run here without containers."""

import configparser
import os
import shutil
import threading
from collections.abc import Iterator

import boto3
import httpx
import pytest
from botocore.credentials import Credentials

from laptop.home import Ports
from tests.production.chaos import Workers
from tests.production.processes import Production

AIRFLOW = ("airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer")


def answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=5).is_success
    except httpx.HTTPError:
        return False


def wait_for(address: str, seconds: float = 120) -> None:
    for _ in range(int(seconds / 0.3)):
        if answers(address):
            return
        threading.Event().wait(0.3)
    raise AssertionError(f"{address} did not answer within {seconds} s")


def start(production: Production) -> None:
    """In the order of the file's `depends_on`."""
    redis = str(production.ports["6379"])
    production.start("redis", "--port", redis, "--bind", "127.0.0.1")
    production.start("local-aws", "--allow-faults")
    production.start_database()
    production.start("airflow-init")
    wait_for(f"http://127.0.0.1:{production.ports['4566']}/_local_aws/health")
    production.start("lake-init")
    production.finish("airflow-init")
    for service in AIRFLOW:
        production.start(service)
    production.finish("lake-init")


def use_aws(production: Production) -> Credentials:
    """Point AWS's clients of this process at the stack's local_aws, with its owner's key."""
    for name in [n for n in os.environ if n.startswith("AWS_") and n != "AWS_CA_BUNDLE"]:
        del os.environ[name]
    told = production.environment("airflow-worker")
    os.environ.update({k: v for k, v in told.items() if k.startswith(("AWS_", "TARN_"))})
    boto3.DEFAULT_SESSION = None
    keys = configparser.ConfigParser()
    keys.read(production.secrets / "aws_credentials")
    return Credentials(keys["tarn"]["aws_access_key_id"], keys["tarn"]["aws_secret_access_key"])


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """All services, and two workers that are ready."""
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server: Debian's package is of that name, and .ci/run installs it")
    kept = dict(os.environ)
    for name in [n for n in kept if n.startswith(("LAKE_", "TARN_"))]:
        del os.environ[name]  # another test's stack may run beside this one, and is not meant
    production = Production(tmp_path_factory.mktemp("production"))
    production.home.keep_ports(Ports(production.ports["4566"], production.ports["8080"]))
    try:
        start(production)
        owner = use_aws(production)
        wait_for(f"http://127.0.0.1:{production.ports['8080']}/api/v2/monitor/health")
        chaos = Workers(production, owner)
        for name in (chaos.add_worker(), chaos.add_worker()):
            chaos.ready(name)
        chaos.parsed()
        yield chaos
    finally:
        production.stop()
        os.environ.clear()
        os.environ.update(kept)
        boto3.DEFAULT_SESSION = None
