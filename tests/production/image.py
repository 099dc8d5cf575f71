"""The Dockerfile's steps, run in a plain Debian root: an image without a Docker engine.

    python -m tests.production.image IMAGE STORES

as root, with Debian's debootstrap. FROM's image is not to be had: a bookworm of debootstrap stands
in for it, with Debian's Python 3.11 in /usr/local, where python:3.12 has its own. Every instruction
after FROM is the Dockerfile's: ARG, COPY, ENV, RUN, USER, WORKDIR; any other is refused by name.
STORES is a second root, with Debian's PostgreSQL and Redis for the containers of theirs.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from laptop.home import ROOT

APT = "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y"
BASE_IMAGE = (
    f"{APT} --no-install-recommends python3 python3-venv >/dev/null && "
    "python3 -m venv /usr/local && ln -sf python3 /usr/local/bin/python"
)
STORES = (
    "printf 'exit 101' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d && "  # starts none
    f"{APT} --no-install-recommends postgresql-15 redis-server >/dev/null && "
    "install -d -o postgres -g postgres -m 700 /var/lib/postgresql/data && "
    "install -d -o redis -g redis /data"
)
"""What of the images of PostgreSQL and Redis the file asks for: programs, users, folders."""
PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
# How this machine reaches the registry; an engine has its own way.
REGISTRY = re.compile(
    r"PIP_\w+|UV_\w+|\w*SSL_CERT\w*|\w*CA_BUNDLE|(https?|no)_proxy", re.IGNORECASE
)


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Each of a Dockerfile, with its lines joined."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    for line in filter(None, map(str.strip, joined.splitlines())):
        name, _, rest = line.partition(" ")
        yield name.upper(), rest.strip()


def context() -> list[str]:
    """The files that COPY sees: what git knows, less .dockerignore's."""
    ignored = (ROOT / ".dockerignore").read_text().split()
    listed = subprocess.run(
        ["git", "ls-files", "--cached"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [
        name
        for name in listed.stdout.splitlines()
        if not any(fnmatch(name, rule) or name.startswith(f"{rule}/") for rule in ignored)
    ]


@dataclass
class Image:
    """A root folder, and what the instructions say of the processes in it."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    folder: str = "/"
    user: str = "0"

    def build(self) -> None:
        """Every instruction of the Dockerfile, told with the seconds that it took."""
        for name, rest in instructions((ROOT / "Dockerfile").read_text()):
            began = time.monotonic()
            getattr(self, f"_{name.lower()}", self._refuse)(rest)
            say(f"{time.monotonic() - began:7.1f} s  {name} {rest[:90]}")

    def _refuse(self, rest: str) -> None:
        raise NotImplementedError(f"an instruction that this does not do: {rest}")

    def _arg(self, rest: str) -> None:
        """Only FROM uses one."""

    def _from(self, rest: str) -> None:
        debian(self.root)
        self.run(BASE_IMAGE)

    def _env(self, rest: str) -> None:
        self.environment |= dict(re.findall(r"(\w+)=(\S+)", rest))

    def _workdir(self, rest: str) -> None:
        self.folder = rest
        (self.root / rest[1:]).mkdir(parents=True, exist_ok=True)

    def _user(self, rest: str) -> None:
        self.user = rest

    def _copy(self, rest: str) -> None:
        source, target = rest.split()
        for name in context() if source == "." else [source]:
            there = self.root / self.folder[1:] / target / name
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, there)

    def _run(self, rest: str) -> None:
        self.run(rest)

    def run(self, line: str) -> None:
        """A shell's line in the root, as the user of the instructions so far."""
        for file in ("/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt"):
            there = self.root / file[1:]
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, there)  # what reaches a registry from here; packages write their own
        registry = {k: v for k, v in os.environ.items() if REGISTRY.fullmatch(k)}
        inside = f"cd {self.folder} && {line}"
        command = ["chroot", f"--userspec={self.user}", str(self.root), "/bin/sh", "-c", inside]
        run(command, registry | self.environment)


def debian(root: Path) -> None:
    """A plain bookworm."""
    if not (root / "bin").exists():
        run(["debootstrap", "--variant=minbase", "bookworm", str(root)])


def make_stores(root: Path) -> None:
    """The root for the containers of PostgreSQL and Redis."""
    debian(root)
    Image(root).run(STORES)


def run(command: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    Image(Path(sys.argv[1]).resolve()).build()
    make_stores(Path(sys.argv[2]).resolve())
