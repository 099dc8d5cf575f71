"""A real server on a free port in a temporary folder, and clients that know its address."""

import logging
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from tests.spark_session import spark_session

__all__ = ["spark_session"]

ROOT = Path(__file__).parent.parent
ACCESS_KEY = "LAKETESTACCESSKEY"
SECRET_KEY = "test-secret"

# No example has to be done in a given time: a busy machine would fail it.
settings.register_profile("any_speed", deadline=None)
settings.load_profile("any_speed")


@dataclass
class LocalServer:
    """A running local_aws: its process, its folder and how to reach it."""

    process: subprocess.Popen[bytes]
    data: Path
    port: int
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of this server; a plain one is made once, since making one is slow."""
        if options:
            return self._new_client(service, **options)
        if service not in self._clients:
            self._clients[service] = self._new_client(service)
        return self._clients[service]

    def _new_client(self, service: str, **options: Any) -> Any:
        config = Config(retries={"max_attempts": 1}, read_timeout=120).merge(
            options.pop("config", Config())
        )
        defaults = {
            "endpoint_url": self.endpoint,
            "region_name": "us-east-1",
            "aws_access_key_id": ACCESS_KEY,
            "aws_secret_access_key": SECRET_KEY,
        }
        return boto3.client(service, config=config, **(defaults | options))  # type: ignore[call-overload]

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(data: Path, port: int | None = None, *options: str) -> LocalServer:
    """Start local_aws over a folder and wait until it answers."""
    port = port or free_port()
    command = [sys.executable, "-m", "local_aws", "--data", str(data), "--port", str(port)]
    command += ["--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY, *options]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    environment["LOCAL_AWS_SPARK_AHEAD"] = "0"  # 40 s of CPU a server, for jobs that few tests run
    log = (data.parent / f"{data.name}.log").open("ab")
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    server = LocalServer(process, data, port)
    deadline = time.monotonic() + 30
    while not ((data / "config").exists() and _healthy(server.endpoint)):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"local_aws did not start:\n{Path(log.name).read_text()[-3000:]}")
        time.sleep(0.05)
    return server


def _healthy(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/_local_aws/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """One server for the whole session: tests name their own buckets and databases."""
    running = start_server(tmp_path_factory.mktemp("local_aws") / "data")
    yield running
    running.stop()


@pytest.fixture
def aws(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> LocalServer:
    """The server, with the environment set for every AWS client in this process."""
    for name in [n for n in os.environ if n.startswith("AWS_")]:
        if name != "AWS_CA_BUNDLE":
            monkeypatch.delenv(name)
    for name, value in server.env.items():
        monkeypatch.setenv(name, value)
    return server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files whose tests stop and start servers first: they take longest, and few tests are theirs.

    Taken last, one of them would keep one worker for minutes while the other has nothing to do.
    """
    slow = {item.path for item in items if item.get_closest_marker("restart")}
    items.sort(key=lambda item: item.path not in slow)


class Lanes(LoadScopeScheduling):
    """Two lanes for the heavy tests: Airflow's stacks, which mostly wait, beside all others."""

    def _split_scope(self, nodeid: str) -> str:
        return "airflow" if nodeid.startswith(("tests/e2e/", "tests/production/")) else "others"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How ``--dist loadgroup`` shares tests out."""
    return Lanes(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_unconfigure() -> None:
    """py4j and PostgreSQL's wrapper log at exit, when pytest has closed what they write to."""
    logging.raiseExceptions = False
