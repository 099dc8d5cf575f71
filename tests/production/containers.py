"""docker-compose.yml and compose/local.yml run as they stand, in containers of our own making.

    unshare --net --mount python -m tests.production.containers IMAGE STORES FOLDER

as root, with Debian's iproute2 and tini. IMAGE and STORES are roots of tests.production.image. Each
service has what Docker would give it by the file: a network address under its name, a read-only
root, its tmpfs, volumes and secrets, its user, no capability, no new privilege, an init, the
image's and its own environment. Left out: cgroups (limits), seccomp, the network `stores` beside
the other, and the entry points of the images of PostgreSQL and Redis.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from laptop import compose as secrets
from tests.production.airflow_api import headers
from tests.production.compose_file import LOCAL, compose, image_environment
from tests.production.image import PATH, run, say

NETWORK = "172.31.0."
STORES = ("postgres", "redis")
DOCKERS = "nosuid,nodev,noexec"
"""Docker's own options of a tmpfs, which a service's come after."""
INIT = "/sbin/docker-init"
INITDB = (
    "set -e; cd /tmp; B=/usr/lib/postgresql/15/bin; D=/var/lib/postgresql/data; "
    '[ -e "$D/PG_VERSION" ] || { '
    '"$B/initdb" -D "$D" --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" '
    "--auth-host=scram-sha-256 --auth-local=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null; "
    'echo "host all all all scram-sha-256" >>"$D/pg_hba.conf"; '
    'echo "CREATE DATABASE $POSTGRES_DB" | "$B/postgres" --single -D "$D" postgres >/dev/null; }; '
    'exec "$B/postgres" -D "$D" -c listen_addresses=\'*\''
)
"""What the image of PostgreSQL does at its first start, by its own documentation."""


@dataclass
class Host:
    """A machine with an engine's part of the file done by hand."""

    image: Path
    stores: Path
    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.document: dict[str, Any] = compose(LOCAL, given={})
        self.services: dict[str, Any] = self.document["services"]
        self.folder.mkdir(exist_ok=True)
        secrets.make_secrets(self.folder / "secrets")
        os.chown(self.folder / "secrets", 1234, 1234)  # a user of this machine, none of a container
        for name in (self.folder / "secrets").iterdir():
            os.chown(name, 1234, 1234)
        for command in (
            "mount --make-rprivate /",
            "mkdir -p /run/netns",
            "mount -t tmpfs tmpfs /run/netns",
            "ip link set lo up",
            "ip link add compose type bridge",
            f"ip addr add {NETWORK}1/24 dev compose",
            "ip link set compose up",
        ):
            run(shlex.split(command))

    def _attach(self, container: str, service: str) -> None:
        """A network of its own, on the bridge; the service's name leads to its last container."""
        number = len(self.addresses) + 2
        address, link = f"{NETWORK}{number}", f"c{number}"
        for command in (
            f"ip netns add {container}",
            f"ip link add {link} type veth peer name eth0 netns {container}",
            f"ip link set {link} master compose up",
            f"ip -n {container} addr add {address}/24 dev eth0",
            f"ip -n {container} link set eth0 up",
            f"ip -n {container} link set lo up",
        ):
            run(shlex.split(command))
        self.addresses |= {service: address, container: address}

    def start(self, service: str, container: str = "") -> subprocess.Popen[bytes]:
        """A container of a service."""
        container = container or service
        self._attach(container, service)
        script = self.folder / f"{container}.sh"
        script.write_text("\n".join(self._script(service, container)) + "\n")
        hosts = "".join(
            f"{a} {n}\n" for n, a in {"localhost": "127.0.0.1", **self.addresses}.items()
        )
        (self.folder / "hosts").write_text(hosts)
        command = ["ip", "netns", "exec", container, "unshare", "--mount", "--uts", "--pid"]
        command += ["--fork", "sh", "-e", str(script)]
        with (self.folder / f"{container}.log").open("ab") as log:
            self.running[container] = subprocess.Popen(command, stdout=log, stderr=log)
        return self.running[container]

    def _script(self, service: str, container: str) -> Iterator[str]:
        told = self.services[service]
        root = self.stores if service in STORES else self.image
        place = self.folder / f"{container}.root"
        place.mkdir(exist_ok=True)
        yield "mount --make-rprivate /"
        yield f"hostname {container}"
        yield f"mount --bind {root} {place}"
        yield f"mount -t proc proc {place}/proc"
        yield f"mount --rbind /dev {place}/dev"
        yield from self._mounts(told, root, place)
        yield f"mount --bind {self.folder}/hosts {_made(root, place, '/etc/hosts', file=True)}"
        yield f"mount --bind /usr/bin/tini-static {_made(root, place, INIT, file=True)}"
        yield f"mount -o remount,bind,ro {place}"
        command = [INIT, "--", *(told.get("command") or ["sh", "-c", INITDB])]
        yield f"exec {shlex.join(self._inside(service, place, command))}"

    def _mounts(self, told: dict[str, Any], root: Path, place: Path) -> Iterator[str]:
        for one in told["tmpfs"]:
            path, _, options = one.partition(":")
            options = f"{DOCKERS},{options}"
            yield f"mount -t tmpfs -o {options} tmpfs {_made(root, place, path)}"
        for one in told.get("volumes", []):
            name, path = one.split(":")
            volume = self.folder / "volumes" / name
            there = _made(root, place, path)
            if not volume.exists():  # a new volume has the owner of what it is mounted on
                volume.mkdir(parents=True)
                owner = (root / path[1:]).stat()
                os.chown(volume, owner.st_uid, owner.st_gid)
            yield f"mkdir -p {there}"
            yield f"mount --bind {volume} {there}"
        yield f"mount -t tmpfs -o mode=755 tmpfs {_made(root, place, '/run/secrets')}"
        for name in told.get("secrets", []):
            yield f"touch {place}/run/secrets/{name}"
            yield f"mount --bind {self.folder}/secrets/{name} {place}/run/secrets/{name}"
            yield f"mount -o remount,bind,ro {place}/run/secrets/{name}"

    def _inside(self, service: str, place: Path, command: list[str]) -> list[str]:
        told = self.services[service]
        image = {} if service in STORES else image_environment()
        home = "/var/lib" if service in STORES else "/home/tarn"
        environment = {"PATH": PATH, "HOME": home} | image | told.get("environment", {})
        user = told.get("user", "50000")
        limits = ["--reuid", user, "--regid", user, "--clear-groups", "--no-new-privs"]
        limits += ["--bounding-set=-all", "--inh-caps=-all"]
        pairs = [f"{name}={value}" for name, value in environment.items()]
        folder = "/" if service in STORES else "/opt/tarn"
        inside = ["setpriv", *limits, "env", "-i", f"--chdir={folder}", *pairs, *command]
        return ["chroot", str(place), *inside]

    def healthy(self, service: str, container: str = "") -> tuple[bool, float, str]:
        """Whether a container's health check succeeds now, and the seconds that it took."""
        container = container or service
        kind, *words = self.services[service]["healthcheck"]["test"]
        command = ["/bin/sh", "-c", *words] if kind == "CMD-SHELL" else words
        if service == "postgres":
            command[0] = f"/usr/lib/postgresql/15/bin/{command[0]}"
        if not (child := self._main(container)):
            return False, 0.0, "it has not begun"
        enter = ["nsenter", f"--target={child}", "--mount", "--uts", "--net", "--pid"]
        place = self.folder / f"{container}.root"
        told = self._inside(service, place, ["env", f"HOSTNAME={container}", *command])
        began = time.monotonic()
        done = subprocess.run([*enter, *told], capture_output=True, text=True, check=False)
        return done.returncode == 0, time.monotonic() - began, (done.stdout + done.stderr)[-300:]

    def _main(self, container: str) -> int:
        """The pid, on this machine, of a container's first process: the child of its unshare."""
        parent = self.running[container].pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return int(children[0]) if children else 0

    def wait_for(self, service: str, container: str = "", seconds: float = 150) -> None:
        began = time.monotonic()
        while True:
            container = container or service
            if (code := self.running[container].poll()) is not None:
                sys.exit(f"{container} ended with {code}:\n{self.log(container)}")
            well, took, told = self.healthy(service, container)
            if well:
                waited = time.monotonic() - began
                say(f"{waited:7.1f} s  {container} is healthy (check {took:.1f} s)")
                return
            if time.monotonic() - began > seconds:
                sys.exit(f"{container} is not healthy: {told}\n{self.log(container)}")
            time.sleep(1)

    def finish(self, service: str) -> None:
        began = time.monotonic()
        code = self.running.pop(service).wait(300)
        say(f"{time.monotonic() - began:7.1f} s  {service} ended with {code}")
        if code:
            sys.exit(self.log(service))

    def log(self, container: str) -> str:
        return (self.folder / f"{container}.log").read_text(errors="replace")[-3000:]

    def stop(self, container: str) -> tuple[int, float]:
        """`docker stop`: the signal to the first process alone, and how that ended."""
        told = self.services[re.sub(r"-\d+$", "", container)].get("stop_signal", "SIGTERM")
        began = time.monotonic()
        os.kill(self._main(container), getattr(signal, told))
        return self.running.pop(container).wait(180), time.monotonic() - began

    def destroy(self) -> None:
        """`docker kill`: with its first process all that is in a container ends."""
        for container, process in self.running.items():
            if first := self._main(container):
                os.kill(first, signal.SIGKILL)
            process.wait()


def _made(root: Path, place: Path, path: str, file: bool = False) -> Path:
    """A mount's place, made in the root where it is missing, as an engine does."""
    path = re.sub("^/var/run/", "/run/", path)  # a link, which would lead to this machine's own
    there = root / path[1:]
    there.parent.mkdir(parents=True, exist_ok=True)
    there.touch() if file else there.mkdir(exist_ok=True)
    return place / path[1:]


def up(host: Host) -> None:
    """In the order of `depends_on`."""
    for service in ("postgres", "redis", "local-aws"):
        host.start(service)
        host.wait_for(service)
    for service in ("airflow-init", "lake-init"):
        host.start(service)
        host.finish(service)
    host.start("airflow-api-server")
    host.wait_for("airflow-api-server")
    others = ["airflow-scheduler", "airflow-dag-processor", "airflow-triggerer"]
    for service in others:
        host.start(service)
    workers = [f"airflow-worker-{n + 1}" for n in range(2)]
    for worker in workers:
        host.start("airflow-worker", worker)
    for service in others:
        host.wait_for(service)
    for worker in workers:
        host.wait_for("airflow-worker", worker)


def one_run(host: Host) -> None:
    """The dataset airlines, through all of the pipeline."""
    address, dag = f"http://{host.addresses['airflow-api-server']}:8080", "/dags/airlines"
    told = headers(address, host.folder / "secrets")
    api = httpx.Client(base_url=f"{address}/api/v2", headers=told, timeout=60)
    while api.patch(dag, json={"is_paused": False}).status_code == httpx.codes.NOT_FOUND:
        time.sleep(1)  # it is not parsed
    began = time.monotonic()
    state = ""
    while state not in ("success", "failed"):
        time.sleep(1)
        runs = api.get(f"{dag}/dagRuns").raise_for_status().json()["dag_runs"]
        state = runs[0]["state"] if runs else ""
    say(f"{time.monotonic() - began:7.1f} s  airlines: {state}")
    tasks = api.get(f"{dag}/dagRuns/{runs[0]['dag_run_id']}/taskInstances").json()
    for task in tasks["task_instances"]:
        say(f"           {task['task_id']}: {task['state']} on {task['hostname']}")


def main(image: str, stores: str, folder: str) -> None:
    host = Host(Path(image).resolve(), Path(stores).resolve(), Path(folder).resolve())
    try:
        up(host)
        one_run(host)
        for container in reversed(list(host.running)):
            code, took = host.stop(container)
            say(f"{took:7.1f} s  {container} stopped with {code}")
    finally:
        host.destroy()


if __name__ == "__main__":
    main(*sys.argv[1:])
