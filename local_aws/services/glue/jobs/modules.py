"""Installing what ``--additional-python-modules`` asks for, into a folder that later runs share.

As pip does on AWS, what the environment has already is kept where it satisfies a requirement, and
only the rest is installed: uv resolves with the environment's versions as its preferences. The
folder comes before the environment on the path of the driver and of Spark's Python workers, so a
pinned pandas or pyarrow goes before ours. A folder is kept by the digest of the list, the content
of its files, the options, Python and the environment: a list without versions is resolved once,
where AWS resolves it anew in each run. Remove ``state/glue-modules`` to have that done again.
"""

import contextlib
import hashlib
import importlib.metadata
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from local_aws import disk
from local_aws.context import Platform
from local_aws.services.glue.jobs.files import fetch
from local_aws.services.glue.jobs.installer import ZIP_OF_WHEELS, Wanted
from local_aws.services.glue.jobs.outcome import LaunchFailed

FAILED = (
    "Python Module Installer indicates modules that failed to install, "
    "check logs from the PythonModuleInstaller."
)
PINNED = re.compile(r"([A-Za-z0-9._-]+)==(\S+)")
Follow = Callable[[list[str], Path], int]
"""Runs a command in a folder, to its end; its exit code. What it prints is the run's log."""


class Modules:
    """The folders of installed modules."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._root = platform.data_dir / "state" / "glue-modules"

    def install(self, wanted: Wanted, scratch: Path, follow: Follow) -> Path:
        """The folder to import from. Raises LaunchFailed where uv could not do it."""
        scratch.mkdir(parents=True, exist_ok=True)
        lines, options = self._bring(wanted, scratch)
        target = self._root / _digest(wanted, scratch)
        if not target.exists():
            made = _install(wanted, lines, options, scratch, follow)
            self._root.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(OSError):  # another run was sooner
                made.rename(target)
            disk.sync_path(self._root)
        return target

    def _bring(self, wanted: Wanted, scratch: Path) -> tuple[list[str], list[str]]:
        """The requirements' lines, with files in place of S3 addresses, and uv's options."""
        lines: list[str] = []
        options = list(wanted.options)
        for module in wanted.modules:
            if not module.startswith(("s3://", "s3a://", "s3n://")):
                lines.append(f"-r {module}" if wanted.requirements_files else module)
                continue
            file = fetch(self._platform, module, scratch / "brought")
            if file.name.endswith(ZIP_OF_WHEELS):
                wheels = _unpack(file)
                options += ["--find-links", str(wheels)]
                lines += _of_wheels(wheels)
            elif file.name.endswith(".txt") or wanted.requirements_files:
                lines.append(f"-r {file}")
            else:
                lines.append(str(file))
        return lines, options


def _unpack(file: Path) -> Path:
    """A zip of wheels, unpacked: the folder in which they are."""
    folder = file.with_suffix("")
    try:
        with zipfile.ZipFile(file) as archive:
            archive.extractall(folder)  # no member leaves the folder: zipfile sees to it
    except zipfile.BadZipFile as error:
        raise LaunchFailed(f"{file.name} is not a zip file. {FAILED}") from error
    return folder / "wheels" if (folder / "wheels").is_dir() else folder


def _of_wheels(folder: Path) -> list[str]:
    listed = folder / "requirements.txt"
    return [f"-r {listed}"] if listed.exists() else [str(w) for w in sorted(folder.glob("*.whl"))]


def _install(
    wanted: Wanted, lines: list[str], options: list[str], scratch: Path, follow: Follow
) -> Path:
    asked, resolved, target = scratch / "asked.in", scratch / "resolved.txt", scratch / "installed"
    asked.write_text("\n".join(lines) + "\n")
    there = _environment()
    anew = set(_names(lines)) if wanted.upgrade else set()
    known = [f"{name}=={version}" for name, version in there.items() if name not in anew]
    resolved.write_text("\n".join(known) + "\n")
    _uv(["compile", str(asked), "--output-file", str(resolved), *_PLAINLY, *options], follow)
    missing = scratch / "missing.txt"
    missing.write_text("\n".join(_missing(resolved.read_text(), there)) + "\n")
    options = [word for word in options if word != "--no-deps"]
    _uv(["install", "--requirements", str(missing), "--no-deps", "--target", str(target),
         "--link-mode", "copy", *options], follow)  # fmt: skip
    target.mkdir(exist_ok=True)
    return target


# A requirements file's own places to look into are of use to the second command too.
_PLAINLY = ("--no-header", "--no-annotate", "--quiet", "--emit-find-links", "--emit-index-url")


def _uv(arguments: list[str], follow: Follow) -> None:
    from uv import find_uv_bin

    command = [str(find_uv_bin()), "pip", *arguments, "--python", sys.executable, "--no-progress"]
    if follow(command, Path(arguments[1]).parent) != 0:
        raise LaunchFailed(FAILED)


def _names(lines: list[str]) -> Iterator[str]:
    """Of the distributions that the lines ask for: what --upgrade is about."""
    for line in lines:
        if line.startswith("-r "):
            yield from _names(Path(line[3:]).read_text().splitlines())
        elif found := re.match(r"[A-Za-z0-9._]+(-[A-Za-z._][A-Za-z0-9._]*)*", Path(line).name):
            yield _normal(found[0])


def _missing(resolved: str, there: dict[str, str]) -> list[str]:
    """Of the resolved lines those that the environment does not satisfy already."""
    kept = []
    for line in resolved.splitlines():
        pinned = PINNED.match(line)
        if not pinned or there.get(_normal(pinned[1])) != pinned[2]:
            kept.append(line)
    return kept


@cache
def _environment() -> dict[str, str]:
    """The versions of what jobs can import without installing anything."""
    found = importlib.metadata.distributions()
    return {_normal(one.metadata["Name"]): one.version for one in found if one.metadata["Name"]}


def _normal(name: str) -> str:
    """https://packaging.python.org/en/latest/specifications/name-normalization/"""
    return re.sub(r"[-_.]+", "-", name).lower()


def _digest(wanted: Wanted, scratch: Path) -> str:
    brought = sorted((scratch / "brought").rglob("*"))
    told = {
        "modules": wanted.modules,
        "options": [*wanted.options, wanted.upgrade, wanted.requirements_files],
        "files": [hashlib.sha256(f.read_bytes()).hexdigest() for f in brought if f.is_file()],
        "python": sys.version,
        "environment": sorted(_environment().items()),
    }
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]
