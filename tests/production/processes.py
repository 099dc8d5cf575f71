"""The services of docker-compose.yml as processes of this machine.

Commands, environments and health checks are the file's own. Hosts, ports, and paths of containers
are put in place of the file's, and the waits of production are cut short.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from laptop import compose as secrets
from laptop import postgres
from laptop.home import ROOT, Home
from tests.conftest import free_port
from tests.production.compose_file import LOCAL, compose, image_environment

HURRY = {
    "airflow-scheduler": {
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    },
    "airflow-worker": {"AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "2"},
}
PIPELINE = {"TARN_RETRY_SECONDS": "2", "TARN_POLL_SECONDS": "0.5", "TARN_QUIET_SECONDS": "1"}
PASSED_ON = ("HOME", "LANG", "TMPDIR", "JAVA_HOME", "SSL_CERT_FILE", "AWS_CA_BUNDLE")


@dataclass
class Production:
    """What runs of the file, in a folder of its own."""

    folder: Path
    running: dict[str, psutil.Popen] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.services: dict[str, Any] = compose(LOCAL, given={})["services"]
        self.home = Home(self.folder)
        self.ports = {port: free_port() for port in ("4566", "8080", "6379", "8974", "8794")}
        for name in ("airflow", "logs", "data", "redis"):
            (self.folder / name).mkdir()
        secrets.make_secrets(self.secrets)
        self._put("airflow_broker", "@redis:6379", f"@127.0.0.1:{self.ports['6379']}")

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    def _put(self, secret: str, there: str, here: str) -> None:
        file = self.secrets / secret
        told = file.read_text()
        assert there in told
        file.unlink()
        file.write_text(told.replace(there, here))

    def start_database(self) -> None:
        """The wheel's PostgreSQL: of its address, the host and the user are this machine's."""
        file = self.secrets / "airflow_database"
        file.unlink()
        file.write_text(postgres.start(self.home))

    # -- the file's words, with this machine's places

    def here(self, text: str) -> str:
        """Hosts, ports and paths of containers as they are on this machine."""
        for there, port in self.ports.items():
            for host in ("local-aws", "airflow-api-server", "127.0.0.1", "redis"):
                text = text.replace(f"{host}:{there}", f"127.0.0.1:{port}")
            text = text.replace(f"--port={there}", f"--port={port}")
        places = {
            "/run/secrets": str(self.secrets),
            "/opt/airflow": str(self.folder / "airflow"),
            "/opt/tarn": str(ROOT),
            "--data=/data": f"--data={self.folder / 'data'}",
            "--host=0.0.0.0": "--host=127.0.0.1",
        }
        for there, place in places.items():
            text = text.replace(there, place)
        return text

    def environment(self, service: str) -> dict[str, str]:
        """That of a service's container, and no more of ours than a container has."""
        own = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        programs = str(Path(sys.executable).parent)
        told = image_environment() | self.services[service].get("environment", {})
        return (
            own
            | {"PATH": os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])}
            | {name: self.here(value) for name, value in told.items()}
            | {
                "AIRFLOW__API__HOST": "127.0.0.1",
                "AIRFLOW__API__PORT": str(self.ports["8080"]),
                "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self.ports["8974"]),
                "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(self.ports["8794"]),
            }
            | PIPELINE
            | HURRY.get(service, {})
        )

    def command(self, service: str) -> list[str]:
        told = [self.here(word) for word in self.services[service]["command"]]
        return [str(self.folder / service) if word == "/data" else word for word in told]

    # -- processes

    def start(
        self,
        service: str,
        *options: str,
        name: str = "",
        more: Mapping[str, str] | None = None,
    ) -> psutil.Popen:
        """Start a service's process; the log of a name is appended to."""
        name = name or service
        with (self.folder / "logs" / f"{name}.log").open("ab") as log:
            self.running[name] = psutil.Popen(
                [*self.command(service), *options],
                env=self.environment(service) | dict(more or {}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=ROOT,
            )
        return self.running[name]

    def start_worker(self, name: str) -> psutil.Popen:
        """One container of the service airflow-worker, which has a host name of its own."""
        more = {"AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port())}
        return self.start(
            "airflow-worker", "--celery-hostname", f"celery@{name}", name=name, more=more
        )

    def finish(self, name: str) -> None:
        """Wait for a service that ends by itself."""
        code = self.running.pop(name).wait(120)
        assert code == 0, f"{name} ended with {code}:\n{self.log(name)}"

    def log(self, name: str) -> str:
        return (self.folder / "logs" / f"{name}.log").read_text(errors="replace")[-4000:]

    def destroy(self, name: str) -> None:
        """What `docker kill` does to a container: all of its processes are gone at once."""
        main = self.running.pop(name)
        family = [main, *_children(main)]
        for process in family:
            _signal(process, signal.SIGSTOP)  # nothing of it sees the end of another part
        family = list({p.pid: p for p in [*family, *_children(main)]}.values())
        for process in family:
            _signal(process, signal.SIGKILL)
        main.wait(10)

    def stop(self) -> None:
        for name in reversed(list(self.running)):
            self.destroy(name)
        postgres.stop(self.home)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
