"""The servers that a bench compares: how each is started over a folder, and stopped."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from laptop import environment

ACCESS_KEY, SECRET_KEY = "LAKEBENCHACCESSKEY", "bench-secret"
PATIENCE = 60.0


class ServerFailed(Exception):
    """A server of a bench is missing, or did not start; the message holds the end of its log."""


class RunFailed(Exception):
    """A job of a bench, or its peer, did not succeed."""


@dataclass(frozen=True)
class Kind:
    """A server by its name: its command for a folder and a port, and its version's command."""

    name: str
    command: Callable[[Path, int], list[str]]
    version: Callable[[], list[str]]


def _program(name: str) -> str:
    """A program of this environment, installed with the packages of requirements.lock."""
    return str(Path(sys.executable).parent / name)


def _local_aws(folder: Path, port: int) -> list[str]:
    keys = ["--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY]
    return [sys.executable, "-m", "local_aws", "--data", str(folder), "--port", str(port), *keys]


def _rclone(folder: Path, port: int) -> list[str]:
    """Over a plain folder, with signatures checked: as near to local_aws as it comes."""
    address = ["--addr", f"127.0.0.1:{port}", "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}"]
    return [_program("rclone"), "serve", "s3", *address, "--config", os.devnull, str(folder)]


def _moto(_folder: Path, port: int) -> list[str]:
    """In memory, and without a look at signatures: it has no option for either."""
    return [_program("moto_server"), "-H", "127.0.0.1", "-p", str(port)]


def _version_of(package: str) -> list[str]:
    return [
        sys.executable,
        "-c",
        f"import importlib.metadata as m; print('{package}', m.version('{package}'))",
    ]


KINDS = (
    Kind("local_aws", _local_aws, lambda: [sys.executable, "--version"]),
    Kind("rclone", _rclone, lambda: [_program("rclone"), "version"]),
    Kind("moto", _moto, lambda: _version_of("moto")),
)


LOCAL_AWS = KINDS[0]


@dataclass
class Server:
    """A running one."""

    kind: Kind
    process: subprocess.Popen[bytes]
    folder: Path
    port: int

    @property
    def name(self) -> str:
        return self.kind.name

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """End it; kill it where it does not listen."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(kind: Kind, parent: Path) -> Server:
    """Start one over a folder of its own and wait until it takes connections."""
    folder = parent / kind.name
    folder.mkdir(exist_ok=True)
    port = free_port()
    log = parent / f"{kind.name}.log"
    command = kind.command(folder, port)
    if not Path(command[0]).exists():
        raise ServerFailed(f"{command[0]} is not installed: it comes with the development lock")
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=_environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    server = Server(kind, process, folder, port)
    deadline = time.monotonic() + PATIENCE
    while not _listens(port):
        if process.poll() is not None or time.monotonic() > deadline:
            server.stop()
            raise ServerFailed(f"{kind.name} did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.1)
    return server


def version(kind: Kind) -> str:
    """What it says of itself, in one line."""
    said = subprocess.run(kind.version(), capture_output=True, text=True, check=False).stdout
    return said.strip().splitlines()[0] if said.strip() else "unknown"


def client_environment(server: Server) -> Mapping[str, str]:
    """What points an AWS client at it."""
    return _environment() | {
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": environment.REGION,
    }


def clients(server: Server, *services: str) -> list[Any]:
    """boto3's clients of it."""
    options = {
        "endpoint_url": server.endpoint,
        "aws_access_key_id": ACCESS_KEY,
        "aws_secret_access_key": SECRET_KEY,
        "region_name": environment.REGION,
    }
    client: Any = boto3.client  # typed by the name of the service, one overload each
    return [client(service, **options) for service in services]


def _environment() -> dict[str, str]:
    return environment.base()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
