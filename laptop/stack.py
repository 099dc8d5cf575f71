"""Up and down: the whole stack, in the order in which its parts need each other."""

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import httpx

from laptop import airflow, environment, postgres
from laptop.home import Home, Ports
from laptop.processes import Process

Say = Callable[[str], None]


class PortTaken(Exception):
    """Somebody else listens on a port of ours."""

    def __init__(self, port: int, variable: str) -> None:
        super().__init__(f"Port {port} is in use. Choose another: {variable}=<port> ./lake up")


class NotRunning(Exception):
    """A command that needs the stack, without one."""

    def __init__(self) -> None:
        super().__init__("local_aws is not running. ./lake up starts it, ./lake demo fills it.")


def up(home: Home, say: Say) -> None:
    """Start what does not run. Raises StartFailed or PortTaken."""
    _check_ports(home)
    with stage(say, "local_aws"):
        start_local_aws(home)
    database_was_away = not postgres.running(home)
    with stage(say, "PostgreSQL"):
        database = postgres.start(home)
    settings = airflow_environment(home, database)
    with stage(say, "Airflow's database"):
        airflow.migrate(home, settings)
    with stage(say, "Airflow (api-server, scheduler, dag-processor, triggerer)"):
        airflow.start(home, settings, database_was_away)


def down(home: Home) -> list[str]:
    """Stop everything; the names of what ran."""
    stopped = airflow.stop(home)
    if postgres.stop(home):
        stopped.append("postgres")
    if Process("local_aws", home).stop():
        stopped.append("local_aws")
    return stopped


def start_local_aws(home: Home) -> None:
    """Start local_aws alone and wait until it answers."""
    ports = home.ports()
    home.keep_ports(ports)
    process = Process("local_aws", home)
    command = [sys.executable, "-m", "local_aws"]
    command += ["--data", str(home.data), "--port", str(ports.aws)]
    command += environment.local_aws_options()
    process.start(command, environment.base())
    process.wait(lambda: _answers(f"http://127.0.0.1:{ports.aws}/_local_aws/health"), seconds=60)


def airflow_environment(home: Home, database: str) -> dict[str, str]:
    """Everything that Airflow's processes, and so the pipeline, are told."""
    return (
        environment.base()
        | environment.tasks(home)
        | environment.airflow(home, database)
        | environment.pipeline()
    )


def use_aws(home: Home) -> None:
    """Point this process's AWS clients at local_aws. Raises NotRunning where it does not run."""
    if not Process("local_aws", home).running():
        raise NotRunning
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        if name != "AWS_CA_BUNDLE":
            del os.environ[name]
    os.environ.update(environment.aws(home) | environment.pipeline())


def parts(home: Home) -> Mapping[str, bool]:
    """What runs."""
    states = {"local_aws": bool(Process("local_aws", home).running())}
    states["postgres"] = postgres.running(home)
    return states | {name: bool(Process(name, home).running()) for name in airflow.COMPONENTS}


@contextmanager
def stage(say: Say, name: str) -> Iterator[None]:
    """Say what is done and how long it took."""
    began = time.monotonic()
    say(f"  {name} ...")
    yield
    say(f"  {name}: {time.monotonic() - began:.1f} s")


def _check_ports(home: Home) -> None:
    ports: Ports = home.ports()
    if not Process("local_aws", home).running() and not _free(ports.aws):
        raise PortTaken(ports.aws, "LAKE_AWS_PORT")
    if not Process("airflow-api-server", home).running() and not _free(ports.airflow):
        raise PortTaken(ports.airflow, "LAKE_AIRFLOW_PORT")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2).is_success
    except httpx.HTTPError:
        return False
